// What becomes of invites elsewhere reaches an open page by a stream, which says no more than "ask
// now", first of all when it opens. It is open only while somebody looks at the page. It is a
// request like the others, so that the ticket stands in no address.

import { PRIVATE, type Allowance } from "./client";

const FAILURES = 4;
const AGAIN = 2_000;
const D = 100; // the letter in "data: ask" that no heartbeat has

export interface Stream {
  /** Opens or closes it as things stand: the page, and the ticket that it is of. */
  follow(): void;
  stop(): void;
}

interface Who {
  ticket: string | undefined;
  userId: string | undefined;
}

/** `ask` is called with each message, and where there is no stream to be had. */
export function createStream(url: string, who: () => Who, own: Allowance, ask: () => void): Stream {
  let open: AbortController | undefined;
  let of: Who | undefined;
  let failures = 0;

  const stop = () => {
    open?.abort();
    open = undefined;
  };

  const follow = () => {
    const now = who();
    if (document.visibilityState != "visible") return stop();
    // A ticket for which nothing is open any more is no reason to begin anew.
    if (open && now.userId == of!.userId && (!now.ticket || now.ticket == of!.ticket)) return;
    stop();
    if (failures >= FAILURES || !own.take()) return;
    void read((open = new AbortController()), JSON.stringify((of = now)));
  };

  const read = async (mine: AbortController, body: string) => {
    let heard = false;
    try {
      const response = await fetch(url, { method: "POST", body, ...PRIVATE, signal: mine.signal });
      const reader = response.ok && response.body!.getReader();
      for (let part; reader && !(part = await reader.read()).done; )
        if (part.value.includes(D)) {
          if (heard) own.refill();
          heard = true;
          failures = 0;
          ask();
        }
    } catch {}
    if (open != mine) return; // closed by us
    open = undefined;
    if (!heard) ask();
    setTimeout(follow, AGAIN * 2 ** failures++ * (0.5 + Math.random()));
  };

  return { follow, stop };
}
