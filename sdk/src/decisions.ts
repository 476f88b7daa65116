// What the server decided: invites go on to be shown, "ask again at" is kept on a clock, and a
// ticket for which nothing is open is forgotten. An idle page asks once and then never.

import type { Allowance, Client } from "./client";
import type { Invites } from "./invites";
import type { Ticket } from "./ticket";
import type { Answer } from "./wire";

const SOONEST = 1_000;
/** What is later than that is looked at again then: timers have no room for a month. */
const LATEST = 1e9; // 11 days
/** Everybody's wait may end at the same moment. */
const SPREAD = 1_000;

export interface Asking {
  /** Whose browser it is, and everything else that a request says. */
  identity(): { userId: string | undefined };
  invites: Invites;
  completed(ids: string[]): void;
  answered(): void;
}

export interface Decisions {
  ask(): Promise<void>;
  take(answer: Answer): void;
  /** A question's time came while nobody looked. */
  due(): boolean | undefined;
  stop(): void;
}

export function createDecisions(client: Client, ticket: Ticket, own: Allowance, said: () => number, around: Asking): Decisions {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: boolean | undefined;
  let again: boolean | undefined;
  let due: boolean | undefined;

  const ask = async (): Promise<void> => {
    if ((again = asking)) return;
    asking = true;
    due = false;
    await once();
    asking = false;
    if (again) await ask();
  };

  const once = async () => {
    const identity = around.identity();
    const mine = ticket.current ?? ticket.make(identity.userId);
    const before = around.invites.current;
    const saidBefore = said();
    const { body } = await client.post<Answer>("/sdk/v1/ask", { ...identity, ticket: mine }, own);
    if (!body || ticket.current != mine) return;
    // Only what stood before the question: another answer may have brought one meanwhile.
    if (before && body.invite?.id != before) around.invites.gone(before);
    // Nor is a ticket let go for which an event is on its way: the invite is in the event's answer.
    if (!body.open && !body.invite && saidBefore == said()) ticket.forget();
    take(body);
  };

  const take = ({ invite, ask_at: at, completed }: Answer) => {
    if (completed) around.completed(completed);
    if (invite) around.invites.offer(invite);
    if (at) askAt(Date.parse(at));
    around.answered();
  };

  /** Where a browser's clock is ahead, the allowance ends the circle. */
  const askAt = (at: number) => {
    const wait = at - Date.now();
    clearTimeout(timer);
    timer = wait < LATEST ? setTimeout(ripe, Math.max(wait, SOONEST) + Math.random() * SPREAD) : setTimeout(askAt, LATEST, at);
  };

  /** Where nobody looks it is asked when somebody does, here or on the next page. */
  const ripe = () => {
    due = document.visibilityState != "visible";
    if (!due) void ask();
  };

  return { ask, take, due: () => due, stop: () => clearTimeout(timer) };
}
