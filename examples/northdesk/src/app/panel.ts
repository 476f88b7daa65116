// The side panel: each event as it leaves, and what usercall decided about it, in words.

import { element, list } from "./dom";
import type { Sent } from "./tracking";

interface Decision {
  at: string;
  study: string;
  trigger: string;
  message_id: string;
  outcome: "invited" | "skipped" | "waiting" | "cancelled";
  gate?: string;
  detail?: string;
  remedy?: string;
}

/** When to look, after an event: most decisions are there at once, some after an identify. */
const LOOKS = [250, 500, 1_000, 2_000, 3_000];

export class Panel {
  readonly #log = list("events");
  readonly #empty = document.querySelector<HTMLElement>("[data-empty]")!;
  readonly #person: () => string;

  constructor(person: () => string) {
    this.#person = person;
  }

  add(event: Sent): void {
    this.#empty.hidden = true;
    const verdict = element("div", { class: "verdict soft" }, event.type == "track" ? "Waiting for the decision…" : "");
    const time = new Date().toLocaleTimeString("en-GB");
    const head = element("p", {}, element("code", {}, label(event)), element("time", { class: "soft" }, time));
    this.#log.prepend(element("li", {}, head, verdict));
    if (event.type == "track") void this.#follow(event, verdict);
  }

  clear(): void {
    this.#log.replaceChildren();
    this.#empty.hidden = false;
  }

  async #follow({ messageId }: Sent, verdict: HTMLElement): Promise<void> {
    const person = this.#person();
    let reached = false;
    for (const [look, wait] of LOOKS.entries()) {
      await new Promise((again) => setTimeout(again, wait));
      const decisions = await decisionsFor(person);
      reached ||= !!decisions;
      const about = decisions?.filter((decision) => decision.message_id == messageId) ?? [];
      if (about.length) verdict.replaceChildren(...about.map(sentence));
      else if (look > 1) verdict.textContent = nothing(reached);
    }
  }
}

function nothing(reached: boolean): string {
  return reached ? "No trigger waits for this event." : "The decisions cannot be read just now. The event itself was sent.";
}

function label({ type, name }: Sent): string {
  return type == "track" ? name : name ? `${type}: ${name}` : type;
}

async function decisionsFor(person: string): Promise<Decision[] | undefined> {
  try {
    const answer = await fetch("/northdesk/decisions?person=" + encodeURIComponent(person));
    return answer.ok ? ((await answer.json()) as { decisions: Decision[] | null }).decisions ?? [] : undefined;
  } catch {
    return undefined;
  }
}

const OUTCOMES = { invited: "Invited", skipped: "Not invited", waiting: "Waiting", cancelled: "Called off" };

function sentence({ outcome, trigger, gate, detail, remedy }: Decision): HTMLElement {
  const why = (detail || gate || "").replace(/\.$/, "");
  const made = element("p", { class: "decision " + outcome }, element("b", {}, OUTCOMES[outcome] ?? outcome), why ? `: ${why}.` : ".");
  if (remedy) made.append(" ", element("span", { class: "soft" }, remedy));
  made.append(element("span", { class: "soft trigger" }, trigger));
  return made;
}
