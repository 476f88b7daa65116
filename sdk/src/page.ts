// Whether the page, as it is now, may show a card: its address, how long the person has been
// there, and what else stands on it. Native functions of the host stay as they were, so a change
// of address is noticed by looking.

import { passes } from "./condition";
import type { PageRule } from "./wire";

/** Why not now; undefined: now. `dwell` is no refusal, only not yet. */
export type Obstacle = "url" | "hidden" | "dwell" | "dialog" | "browser" | "session" | "tab";

/** What is in the way, to be asked again and again: it keeps the time that a page of the rule was looked at. */
export function watchPage(rule: PageRule | null | undefined): (dialogs: string) => Obstacle | undefined {
  let spent = 0; // milliseconds, up to the last look of ours
  let last: number | undefined; // when that was; undefined: the page was hidden then
  let path = "";

  return (dialogs) => {
    const matches = urlMatches(rule);
    const now = performance.now();
    spent = matches && path == location.pathname ? spent + now - (last ?? now) : 0;
    path = location.pathname;
    last = document.visibilityState == "visible" ? now : undefined;
    if (!matches) return "url";
    if (!last) return "hidden";
    if (spent < (rule?.dwell_ms ?? 0)) return "dwell";
    return dialogOpen(dialogs) ? "dialog" : undefined;
  };
}

function urlMatches(rule: PageRule | null | undefined): boolean {
  const { href, pathname, host } = location;
  const parts: Record<string, string> = { path: pathname, full: href, host };
  return Object.entries(rule?.url ?? {}).every(([part, test]) => passes(parts[part], test));
}

/** A dialog of the page that can be seen. Ours lives in a shadow root, where this does not look. */
function dialogOpen(selector: string): boolean {
  if (document.fullscreenElement) return true;
  try {
    return [...document.querySelectorAll(selector)].some(
      (dialog) => dialog.getClientRects().length > 0 && getComputedStyle(dialog).visibility != "hidden",
    );
  } catch {
    return false; // no selector
  }
}
