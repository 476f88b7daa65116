// What the server decided: invites go on to be shown, "ask again at" is kept on a clock, and a
// ticket for which nothing is open is forgotten. An idle page asks once and then never.

import type { Client } from "./client";
import type { Outbox } from "./outbox";
import type { Ticket } from "./ticket";
import type { Answer, Invite } from "./wire";

const SOONEST = 1_000;
const LATEST = 12 * 3_600_000;

export class Decisions {
  readonly #client: Client;
  readonly #ticket: Ticket;
  readonly #common: () => object;
  readonly #offer: (invite: Invite) => void;
  readonly #completed: (ids: string[]) => void;
  outbox!: Outbox;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #early = 0;

  constructor(
    client: Client,
    ticket: Ticket,
    common: () => object,
    offer: (invite: Invite) => void,
    completed: (ids: string[]) => void,
  ) {
    this.#client = client;
    this.#ticket = ticket;
    this.#common = common;
    this.#offer = offer;
    this.#completed = completed;
  }

  async ask(anonymousId?: string): Promise<void> {
    const ticket = this.#ticket.current ?? this.#ticket.make(undefined);
    const { sent } = this.outbox;
    const { body } = await this.#client.post<Answer>("/sdk/v1/ask", { ...this.#common(), ticket, anonymousId });
    if (!body || this.#ticket.current != ticket) return;
    if (!body.open && !body.invite && sent == this.outbox.sent) this.#ticket.forget();
    this.take(body);
  }

  take({ invite, ask_at: at, completed }: Answer): void {
    if (completed) this.#completed(completed);
    if (invite) this.#offer(invite);
    if (at) this.#askAt(Date.parse(at));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** A browser clock that is ahead must not make us ask in a circle. */
  #askAt(at: number): void {
    const wait = at - Date.now();
    this.#early = wait < SOONEST ? this.#early + 1 : 0;
    if (!(wait < LATEST)) return;
    clearTimeout(this.#timer);
    const soonest = SOONEST * 2 ** Math.min(this.#early, 10);
    this.#timer = setTimeout(() => void this.ask(), Math.max(wait + 200, soonest));
  }
}
