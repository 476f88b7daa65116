// Why a microphone cannot be used, in words that say what to do about it.

export type Trouble = "refused" | "missing" | "busy" | "insecure" | "framed" | "unsupported";

export const WORDS: Record<Trouble, string> = {
  refused: "The microphone is not allowed for this page. You can allow it in the browser's address bar, at the sign left of the address, and try again.",
  missing: "There is no microphone on this device, or it is not plugged in.",
  busy: "The microphone does not answer. Another program may be using it: close calls and recorders, and try again.",
  insecure: "Browsers give a microphone to secure pages only, and this one was opened without https.",
  framed: "The page around this interview does not let it use the microphone. It works when you open the interview in a tab of its own.",
  unsupported: "This browser cannot take sound from a page. A newer one can.",
};

export const SILENT = "We hear nothing from your microphone. It may be switched off at the device, or turned down in the system's sound settings.";

/** obstacle is what stands in the way before anybody is asked. */
export function obstacle(): Trouble | undefined {
  if (!isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia || !("audioWorklet" in AudioContext.prototype)) return "unsupported";
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  if (top !== window && policy && !policy.allowsFeature("microphone")) return "framed";
  return undefined;
}

/** troubleOf reads what getUserMedia throws. */
export function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException || error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError" || name === "DevicesNotFoundError") return "missing";
  if (name === "NotSupportedError" || name === "TypeError") return "unsupported";
  return "busy"; // NotReadableError, AbortError and what older browsers call them
}
