// The consent question. The disclosure stands above its buttons; pressing one
// is the answer, so in a frame only a person can press it, and not at once.

import type { Consent } from "./wire";

const FRAMED_MS = 500; // a click that was meant for the page around us has landed by then

/** The main button means what the page offers first: speaking, where that is offered. */
export function askConsent(root: HTMLElement, answer: (choice: Consent) => void): { again(): void } {
  const buttons = [...root.querySelectorAll<HTMLButtonElement>("#consent button")];
  const record = root.querySelector<HTMLInputElement>("#record");
  const framed = window.top !== window;
  const enable = (on: boolean): void => buttons.forEach((b) => (b.disabled = !on));
  for (const button of buttons) {
    button.addEventListener("click", (e) => {
      if (framed && !e.isTrusted) return;
      enable(false);
      const mode = button.dataset["mode"] as Consent["mode"];
      answer(mode ? { accepted: true, mode, record: mode === "voice" && record?.checked === true } : { accepted: false });
    });
  }
  if (framed) setTimeout(() => enable(true), FRAMED_MS);
  else enable(true);
  return { again: () => enable(true) };
}
