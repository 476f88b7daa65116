// The plan, and the way out of it.

import { button, element } from "./dom";
import { remember, type Person } from "./person";
import type { Track } from "./setup";

const PRICES = { pro: "€49 a month", trial: "Free until the trial ends" };
const NAMES = { pro: "Pro", trial: "Trial" };

export function planName({ plan, ending }: Person): string {
  return NAMES[plan] + (ending ? ", ends this month" : "");
}

export function showBilling(person: Person, track: Track, changed: () => void): void {
  const { plan, months, ending } = person;
  const facts = element(
    "dl",
    {},
    ...fact("Plan", planName(person)),
    ...fact("Price", PRICES[plan]),
    ...fact("Customer for", months == 1 ? "1 month" : `${months} months`),
  );
  const action = ending ? resume(person, track, changed) : cancel(person, track, changed);
  document.querySelector("[data-billing]")!.replaceChildren(element("div", { class: "card narrow" }, facts, action));
}

function cancel(person: Person, track: Track, changed: () => void): HTMLElement {
  return button("Cancel subscription", "danger", () => {
    const { plan, months } = person;
    remember(Object.assign(person, { ending: true }));
    track("subscription_cancelled", { plan, months });
    changed();
  });
}

function resume(person: Person, track: Track, changed: () => void): HTMLElement {
  const again = button("Keep my subscription", "primary", () => {
    remember(Object.assign(person, { ending: false }));
    track("subscription_resumed", { plan: person.plan });
    changed();
  });
  const words = "Your subscription is cancelled. You can use everything until the end of the month.";
  return element("div", {}, element("p", { role: "status" }, words), again);
}

function fact(name: string, value: string): HTMLElement[] {
  return [element("dt", {}, name), element("dd", {}, value)];
}
