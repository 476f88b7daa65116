// From an invite to a card, and from the card to the person's answer. At most one card stands,
// in one tab, and after a dismissal that invite never comes back.

import type { InviteEvent, InviteNotice } from "../usercall";
import { showCard, type Card, type Choice } from "./card";
import { sleep } from "./client";
import { isInterviewLink } from "./link";
import { acquire } from "./lock";
import { supported, type Look } from "./look";
import { watchPage } from "./page";
import { loadJSON, noteShown, save, shownHere } from "./storage";
import type { Invite, ServerConfig, State } from "./wire";

export interface Surroundings {
  look(): Look & { dialogSelector?: string | undefined };
  config(): ServerConfig;
  frame(invite: Invite): void;
  /** The person has not changed since the invite's events. */
  samePerson(): boolean;
  /** False where the server says that it stands no more. */
  report(invite: string, state: State, reason?: string): Promise<boolean>;
  /** Asks the server whether it still gives the invite. */
  check(): Promise<void>;
  emit(event: InviteEvent, notice: InviteNotice): void;
}

interface Current {
  invite: Invite;
  obstacle: ReturnType<typeof watchPage>;
  /** When the server last gave it. */
  given: number;
  stop: AbortController;
  timer: ReturnType<typeof setInterval>;
  card?: Card;
}

const LOOK_EVERY = 250;
/** What was given before that may be answered elsewhere meanwhile. */
const FRESH = 10_000;
/** A lock that is free is ours by then. */
const OURS_WITHIN = 500;
const LOCK_AFTER = 1_000;
/** How long an answer is remembered here; a "not now" only until the server surely knows it. */
const YEAR = 365 * 864e5;
const HOUR = 36e5;

export class Invites {
  readonly #around: Surroundings;
  #current: Current | undefined;
  /** Refusals told so far: each reason once. */
  readonly #told = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get current(): string | undefined {
    return this.#current?.invite.id;
  }

  offer(invite: Invite): void {
    if (this.current == invite.id) this.#current!.given = Date.now();
    if (this.#current || answered(invite.id) || expired(invite) || !isInterviewLink(invite.link)) return;
    if (this.#sessionIsFull(invite.id)) return this.#refuse(invite.id, "session");
    const current: Current = {
      invite,
      obstacle: watchPage(invite.page),
      given: Date.now(),
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
    if (!this.#current) return;
    this.#refuse(this.#current.invite.id, reason);
    this.#end(this.#current);
  }

  /** It was answered, taken back or paused elsewhere. */
  gone(invite: string): void {
    if (this.current == invite) this.#end(this.#current!);
  }

  #refuse(invite: string, reason: string): void {
    const key = invite + reason;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    void this.#around.report(invite, "refused", reason);
  }

  #sessionIsFull(invite: string): boolean {
    const { per_session: limit } = this.#around.config();
    return !!limit && shownHere().filter((id) => id != invite).length >= limit;
  }

  /** Notes the time spent on the page, tells what is in the way, and looks after a card that stands. */
  #look(current: Current): boolean {
    const { invite, card, stop } = current;
    if (stop.signal.aborted) return false;
    if (expired(invite) || answered(invite.id)) this.#end(current);
    else if (!this.#around.samePerson()) this.withdraw("identify");
    else if (card) card.keep();
    else {
      const dialogs = this.#around.look().dialogSelector || this.#around.config().dialog_selector;
      const obstacle = supported() ? current.obstacle(dialogs!) : "browser";
      if (obstacle && obstacle != "dwell") this.#refuse(invite.id, obstacle);
      return !obstacle;
    }
    return false;
  }

  /** Waits for a moment when the page allows it, then for the lock, then looks again. */
  async #showInTurn(current: Current): Promise<void> {
    const { signal } = current.stop;
    try {
      while (!signal.aborted) {
        await this.#allowed(current);
        const waits = setTimeout(() => signal.aborted || this.#refuse(current.invite.id, "tab"), OURS_WITHIN);
        const release = await acquire(signal).finally(() => clearTimeout(waits));
        if (Date.now() - current.given > FRESH) await this.#around.check();
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
      await sleep(LOOK_EVERY);
    }
  }

  #show(current: Current): void {
    const { invite } = current;
    const inPlace = this.#inFrame();
    current.card = showCard(invite, { ...this.#around.look(), inPlace }, (choice) => this.#chosen(current, choice));
    noteShown(invite.id);
    void this.#around.report(invite.id, "shown").then((stands) => stands || this.gone(invite.id));
    this.#around.emit("shown", { invite: invite.id });
  }

  #chosen(current: Current, choice: Choice): void {
    const { invite, stop } = current;
    if (stop.signal.aborted) return;
    stop.abort();
    remember(invite.id, choice == "later" ? HOUR : YEAR);
    if (choice == "accept") {
      // A link must stay in the document until its click is over, or no tab opens.
      setTimeout(() => this.#end(current));
      return this.#accepted(invite);
    }
    this.#end(current);
    if (choice == "later") return void this.#around.report(invite.id, "later");
    void this.#around.report(invite.id, choice == "never" ? "never" : "declined", choice);
    this.#around.emit("declined", { invite: invite.id, reason: choice });
  }

  #accepted(invite: Invite): void {
    void this.#around.report(invite.id, "accepted");
    this.#around.emit("accepted", { invite: invite.id });
    if (this.#inFrame()) this.#around.frame(invite);
  }

  #inFrame(): boolean {
    return this.#around.config().delivery == "iframe";
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
  return Date.parse(at!) <= Date.now(); // none: never
}
