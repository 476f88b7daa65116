// The consent question. The disclosure stands above its buttons; pressing one
// is the answer, so in a frame only a person can press it, and not at once.

const FRAMED_MS = 500; // a click that was meant for the page around us has landed by then

export function askConsent(root: HTMLElement, answer: (accepted: boolean) => void): { say(text: string): void; again(): void } {
  const yes = root.querySelector<HTMLButtonElement>("[data-uc=consent]")!;
  const no = root.querySelector<HTMLButtonElement>("[data-uc=no-consent]")!;
  const status = root.querySelector<HTMLElement>("#consent-status")!;
  const framed = window.top !== window;
  const enable = (on: boolean): void => {
    yes.disabled = no.disabled = !on;
  };
  const take = (accepted: boolean) => (e: MouseEvent) => {
    if (framed && !e.isTrusted) return;
    enable(false);
    answer(accepted);
  };
  yes.addEventListener("click", take(true));
  no.addEventListener("click", take(false));
  if (framed) setTimeout(() => enable(true), FRAMED_MS);
  else enable(true);
  return { say: (text) => void (status.textContent = text), again: () => enable(true) };
}
