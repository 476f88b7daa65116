// From an invite to a card, and from the card to the person's answer. At most one card stands,
// in one tab, and after a dismissal that invite never comes back.

import type { InviteEvent, InviteNotice } from "../usercall";
import { showCard, type Card, type Choice } from "./card";
import { isInterviewLink } from "./link";
import { acquire } from "./lock";
import { supported, type Look } from "./look";
import { PageWatch, type Obstacle } from "./page";
import { loadJSON, save } from "./storage";
import type { Invite, State } from "./wire";

export interface Surroundings {
  look(): Look;
  inFrame(): boolean;
  frame(invite: Invite): void;
  /** The person has not changed since the invite's events. */
  samePerson(): boolean;
  report(invite: string, state: State, reason?: string): void;
  emit(event: InviteEvent, notice: InviteNotice): void;
}

interface Current {
  invite: Invite;
  watch: PageWatch;
  /** Refusals told so far: each reason once. */
  told: Set<Obstacle>;
  stop: AbortController;
  timer: ReturnType<typeof setInterval>;
  card?: Card;
}

const LOOK_EVERY = 250;
const LOCK_AFTER = 1_000;
/** How long an answer is remembered here; a "not now" only until the server surely knows it. */
const YEAR = 365 * 864e5;
const HOUR = 36e5;

export class Invites {
  readonly #around: Surroundings;
  #current: Current | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  offer(invite: Invite): void {
    if (this.#current || answered(invite.id) || expired(invite) || !isInterviewLink(invite.link)) return;
    const current: Current = {
      invite,
      watch: new PageWatch(invite.page),
      told: new Set(),
      stop: new AbortController(),
      timer: setInterval(() => this.#look(current), LOOK_EVERY),
    };
    this.#current = current;
    this.#around.emit("invite", { invite: invite.id });
    this.#look(current);
    void this.#showInTurn(current);
  }

  /** The person signed out or became another: what was for them goes. */
  withdraw(reason: string): void {
    const current = this.#current;
    if (!current) return;
    this.#around.report(current.invite.id, "refused", reason);
    this.#end(current);
  }

  /** Notes the time spent on the page, tells what is in the way, and looks after a card that stands. */
  #look(current: Current): boolean {
    if (current.card) {
      current.card.keep();
      return false;
    }
    if (expired(current.invite) || answered(current.invite.id) || !this.#around.samePerson()) {
      this.#end(current);
      return false;
    }
    const obstacle = supported() ? current.watch.obstacle() : "browser";
    if (obstacle && obstacle != "dwell" && !current.told.has(obstacle)) {
      current.told.add(obstacle);
      this.#around.report(current.invite.id, "refused", obstacle);
    }
    return !obstacle;
  }

  /** Waits for a moment when the page allows it, then for the lock, then looks again. */
  async #showInTurn(current: Current): Promise<void> {
    const { signal } = current.stop;
    try {
      while (!signal.aborted) {
        await this.#allowed(current);
        const release = await acquire(signal);
        if (!this.#look(current)) {
          release();
          continue;
        }
        // Another tab reads from storage what was answered here, and storage takes a moment to get there.
        signal.addEventListener("abort", () => setTimeout(release, LOCK_AFTER));
        return this.#show(current);
      }
    } catch {} // aborted while it waited
  }

  async #allowed(current: Current): Promise<void> {
    while (!this.#look(current)) {
      current.stop.signal.throwIfAborted();
      await new Promise((again) => setTimeout(again, LOOK_EVERY));
    }
  }

  #show(current: Current): void {
    const { invite } = current;
    const inPlace = this.#around.inFrame();
    current.card = showCard(invite, { ...this.#around.look(), inPlace }, (choice) => this.#chosen(current, choice));
    this.#around.report(invite.id, "shown");
    this.#around.emit("shown", { invite: invite.id });
  }

  #chosen(current: Current, choice: Choice): void {
    const { invite, stop } = current;
    if (stop.signal.aborted) return;
    stop.abort();
    remember(invite.id, choice == "later" ? HOUR : YEAR);
    // A link must stay in the document until its click is over, or no tab opens.
    if (choice == "accept") setTimeout(() => this.#end(current));
    else this.#end(current);
    if (choice == "accept") return this.#accepted(invite);
    if (choice == "later") return this.#around.report(invite.id, "later");
    this.#around.report(invite.id, choice == "never" ? "never" : "declined", choice);
    this.#around.emit("declined", { invite: invite.id, reason: choice });
  }

  #accepted(invite: Invite): void {
    this.#around.report(invite.id, "accepted");
    this.#around.emit("accepted", { invite: invite.id });
    if (this.#around.inFrame()) this.#around.frame(invite);
  }

  #end(current: Current): void {
    clearInterval(current.timer);
    current.stop.abort();
    current.card?.remove();
    if (this.#current == current) this.#current = undefined;
  }
}

/** Invites that were answered at this browser, and until when they stay away. */
function answers(): Record<string, number> {
  return loadJSON<Record<string, number>>("answered", {});
}

function answered(id: string): boolean {
  return (answers()[id] ?? 0) > Date.now();
}

function remember(id: string, ms: number): void {
  const open = Object.entries(answers()).filter(([, until]) => until > Date.now());
  save("answered", JSON.stringify(Object.fromEntries([...open.slice(-20), [id, Date.now() + ms]])));
}

function expired({ expires_at: at }: Invite): boolean {
  return !!at && Date.parse(at) <= Date.now();
}
