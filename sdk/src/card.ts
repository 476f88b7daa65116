// The card. It asks for nothing: it takes no focus, covers nothing it need not, and goes when told.

import css from "./card.css?inline";
import { element, hostElement, place, type Look } from "./look";
import type { Invite } from "./wire";

export type Choice = "accept" | "decline" | "never" | "later" | "close" | "escape";

export interface Card {
  /** Takes the card away; focus that was in it goes back to where it came from. */
  remove(): void;
  /** Puts it back when the page has replaced its body under it. */
  keep(): void;
}

/** `inPlace`: the page opens the interview itself, so the link opens no tab. */
export function showCard(invite: Invite, look: Look & { inPlace: boolean }, choose: (choice: Choice) => void): Card {
  const { host, root } = hostElement("usercall-card", css, look);
  const status = element("p", { role: "status", class: "spoken" });
  host.lang = invite.lang;
  host.dir = invite.dir;
  root.append(panel(invite, look.inPlace, choose), status);
  const leave = escapeKey(host, () => choose("escape"));
  const restore = focusOrigin(host);
  place(host, look);
  // A live region speaks only what changes after it has stood for a moment.
  setTimeout(() => (status.textContent = invite.title), 150);
  let puts = 3;
  return {
    remove() {
      leave();
      const inside = document.activeElement == host;
      host.remove();
      if (inside) restore();
    },
    keep: () => void (!host.isConnected && puts-- > 0 && place(host, look)),
  };
}

function panel(invite: Invite, inPlace: boolean, choose: (choice: Choice) => void): HTMLElement {
  const button = (choice: Choice, label: string, ...attributes: [Record<string, string>?]) => {
    const made = element("button", { type: "button", "data-uc": choice, ...attributes[0] }, label);
    made.onclick = () => choose(choice);
    return made;
  };
  // A link, so that the browser opens the tab itself, in the click, and no blocker objects.
  const accept = element("a", { "data-uc": "accept", href: invite.link, target: "_blank", rel: "noopener" }, invite.accept);
  accept.onclick = (event) => {
    if (inPlace) event.preventDefault();
    choose("accept");
  };
  const separator = element("span", { "aria-hidden": "true" }, "·");
  return element(
    "section",
    { role: "dialog", "aria-labelledby": "title", "aria-describedby": "body" },
    element("h2", { id: "title" }, invite.title),
    button("close", "×", { "aria-label": invite.close }),
    element("p", { id: "body" }, invite.body),
    element(
      "div",
      { class: "answers" },
      accept,
      button("later", invite.later),
      element("span", { class: "no" }, button("decline", invite.decline), separator, button("never", invite.never)),
    ),
  );
}

/** Escape is ours inside the card, and where nothing on the page has the focus or wanted it. */
function escapeKey(host: HTMLElement, close: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    const { activeElement } = document;
    const free = !activeElement || activeElement == document.body || activeElement == host;
    if (event.key != "Escape" || event.defaultPrevented || !free) return;
    event.stopPropagation();
    close();
  };
  // On the card first, so that the page's own Escape does not happen as well.
  host.addEventListener("keydown", listen);
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

/** Remembers what had the focus before the person entered the card. */
function focusOrigin(host: HTMLElement): () => void {
  let origin: Element | null = null;
  host.addEventListener("focusin", ({ relatedTarget }) => {
    if (relatedTarget instanceof Element && relatedTarget != host) origin = relatedTarget;
  });
  return () => (origin as HTMLElement | null)?.focus?.({ preventScroll: true });
}
