// Requests with events. Those of one turn of the page leave together; a failed request forgets
// what was said about the person, so that the next one says it again.

import type { Client } from "./client";
import { Told, eventMessage } from "./message";
import type { Who } from "./person";
import type { Reads } from "./reads";
import type { SegmentEvent } from "./shared";
import type { Ticket } from "./ticket";
import type { Answer, Message } from "./wire";

const COUNT_AFTER = 3_000;

export class Outbox {
  readonly #client: Client;
  readonly #ticket: Ticket;
  readonly #common: () => object;
  readonly #answered: (answer: Answer) => void;
  #batch: Message[] = [];
  /** Project and token as they stood with the batch's events: the person may be another by the time it leaves. */
  #from = {};
  #names: { type: string; name: string }[] = [];
  readonly #counted = new Set<string>();
  readonly #told = new Told();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #said = 0;
  /** Requests that are not answered yet. */
  #away = 0;

  constructor(client: Client, ticket: Ticket, common: () => object, answered: (answer: Answer) => void) {
    this.#client = client;
    this.#ticket = ticket;
    this.#common = common;
    this.#answered = answered;
  }

  /**
   * Tells an answer whether an event was said since its question. What is still on its way was: the
   * server may not know of it, and NaN equals nothing.
   */
  get said(): number {
    return this.#batch.length + this.#away ? NaN : this.#said;
  }

  send(event: SegmentEvent, who: Who, reads: Reads, via: "bind" | "trigger"): void {
    this.#ticket.make(who.userId);
    this.#said++;
    this.#from = this.#common();
    this.#batch.push(...this.#told.before(event, who, reads), eventMessage(event, who, reads, via));
    this.#later(0);
  }

  /** A name for the catalogue, once a page; never an event. */
  count(type: string, name: string): void {
    const key = `${type}\n${name}`;
    if (this.#counted.has(key)) return;
    this.#counted.add(key);
    this.#names.push({ type, name });
    if (!this.#batch.length) this.#later(COUNT_AFTER);
  }

  forgetPerson(): void {
    this.flush();
    this.#told.forget();
  }

  flush(): void {
    const [batch, names] = [this.#batch, this.#names];
    this.clear();
    if (batch.length + names.length) this.#post(batch, names).catch(() => {}); // a value that is no JSON
  }

  /** What has not left yet stays here for good. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#batch = [];
    this.#names = [];
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), ms);
  }

  async #post(batch: Message[], names: object[]): Promise<void> {
    const ticket = this.#ticket.current;
    const asked = this.#client.post<Answer>("/sdk/v1/events", {
      ...(batch.length ? { ...this.#from, ticket } : { ...this.#common(), identity_token: undefined }),
      sentAt: new Date().toISOString(),
      batch,
      ...(names.length && { catalogue: names }),
    });
    this.#away++;
    const reply = await asked;
    this.#away--;
    if (!reply.body) this.#told.forget();
    // Another ticket by now: the person signed out, and the answer is not for the next one.
    else if (batch.length && ticket == this.#ticket.current) this.#answered(reply.body);
  }
}
