// Whether the page, as it is now, may show a card: its address, how long the person has been
// there, and what else stands on it. Native functions of the host stay as they were, so a change
// of address is noticed by looking.

import { passes } from "./condition";
import type { PageRule } from "./wire";

/** Why not now; undefined: now. `dwell` is no refusal, only not yet. */
export type Obstacle = "url" | "dwell" | "hidden" | "dialog" | "browser";

export class PageWatch {
  readonly #rule: PageRule | null | undefined;
  #since: number | undefined;
  #seen = "";

  constructor(rule: PageRule | null | undefined) {
    this.#rule = rule;
  }

  /** To be asked again and again; keeps the time since the address has satisfied the rule. */
  obstacle(): Obstacle | undefined {
    if (!urlMatches(this.#rule)) {
      this.#since = undefined;
      return "url";
    }
    if (this.#since === undefined || this.#seen != location.pathname) this.#since = performance.now();
    this.#seen = location.pathname;
    if (performance.now() - this.#since < (this.#rule?.dwell_ms ?? 0)) return "dwell";
    if (document.visibilityState != "visible") return "hidden";
    if (dialogOpen()) return "dialog";
    return undefined;
  }
}

function urlMatches(rule: PageRule | null | undefined): boolean {
  const { href, pathname, host } = location;
  const parts: Record<string, string> = { path: pathname, full: href, url: href, host };
  return Object.entries(rule?.url ?? {}).every(([part, test]) => passes(parts[part], test));
}

const DIALOGS = 'dialog[open],[role="dialog"],[role="alertdialog"],[aria-modal="true"]';

/** A dialog of the page that can be seen. Ours lives in a shadow root, where this does not look. */
function dialogOpen(): boolean {
  if (document.fullscreenElement) return true;
  return [...document.querySelectorAll<HTMLElement>(DIALOGS)].some(
    (dialog) => dialog.getClientRects().length > 0 && getComputedStyle(dialog).visibility != "hidden",
  );
}
