/**
 * showEnd says goodbye in the way that fits the reason. Whoever was in distress keeps the words that say where help is,
 * and whoever was recorded may delete that.
 */
export function showEnd(root: HTMLElement, reason: string, last: string, recorded: boolean): void {
  const name = reason === "time" ? "complete" : reason;
  const template =
    document.querySelector<HTMLTemplateElement>(`template[data-ending="${CSS.escape(name)}"]`) ??
    document.querySelector<HTMLTemplateElement>('template[data-ending="stop"]')!;
  const part = template.content.cloneNode(true) as DocumentFragment;
  if (reason === "distress") part.querySelector(".last")!.textContent = last;
  if (recorded) part.querySelector("[data-recorded]")?.removeAttribute("hidden");
  root.querySelector(".part")!.replaceWith(part);
  scrollTo(0, 0);
  root.querySelector<HTMLElement>("h1")!.focus();
}

/** tellAround tells the page around a frame that the interview is over, and no more than that. */
export function tellAround(): void {
  if (window.parent === window) return;
  const around = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
  if (around) window.parent.postMessage({ usercall: "completed" }, around);
}
