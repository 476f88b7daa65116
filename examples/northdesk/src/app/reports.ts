// The feature one opens: a week of tickets.

import { element, list } from "./dom";

const WEEK: [day: string, tickets: number][] = [["Mon", 9], ["Tue", 6], ["Wed", 11], ["Thu", 5], ["Fri", 7]];

/** Heights are classes, since the page's policy allows no inline style. */
export function showReports(): void {
  const bars = WEEK.map(([day, tickets]) =>
    element("li", {}, element("b", {}, String(tickets)), element("span", { class: `bar h${tickets}` }), element("span", { class: "soft" }, day)),
  );
  list("bars").replaceChildren(...bars);
}
