// The plan, and the way out of it.

import { button, element } from "./dom";
import { remember, type Person } from "./person";
import type { Track } from "./setup";

const PRICES = { pro: "€49 a month", trial: "free until the trial ends", none: "nothing is charged" };
const NAMES = { pro: "Pro", trial: "Trial", none: "No plan" };

export function planName({ plan }: Person): string {
  return NAMES[plan];
}

export function showBilling(person: Person, track: Track, changed: () => void): void {
  const { plan, months } = person;
  const facts = element(
    "dl",
    {},
    ...fact("Plan", NAMES[plan]),
    ...fact("Price", PRICES[plan]),
    ...fact("Customer for", months == 1 ? "1 month" : `${months} months`),
  );
  const action = plan == "none" ? resume(person, track, changed) : cancel(person, track, changed);
  document.querySelector("[data-billing]")!.replaceChildren(element("div", { class: "card narrow" }, facts, action));
}

function cancel(person: Person, track: Track, changed: () => void): HTMLElement {
  return button("Cancel subscription", "danger", () => {
    const { plan, months } = person;
    remember(Object.assign(person, { plan: "none" }));
    track("subscription_cancelled", { plan, months });
    changed();
  });
}

function resume(person: Person, track: Track, changed: () => void): HTMLElement {
  const again = button("Resume Pro", "primary", () => {
    remember(Object.assign(person, { plan: "pro" }));
    track("subscription_resumed", { plan: "pro" });
    changed();
  });
  const words = "Your subscription is cancelled. Everything stays readable until the end of the month.";
  return element("div", {}, element("p", { role: "status" }, words), again);
}

function fact(name: string, value: string): HTMLElement[] {
  return [element("dt", {}, name), element("dd", {}, value)];
}
