// One card a browser: the tab that shows it holds a lock, the others wait their turn. A closed
// tab gives it back by itself.

import { sleep } from "./client";
import { forget, load, save } from "./storage";
import { randomHex } from "./message";

const NAME = "usercall-card";
const BEAT = 1_000;
const STALE = 3 * BEAT;
const SETTLED = 60;

/** Resolves with the release function once this tab holds the lock; rejects when `signal` ends the wait. */
export function acquire(signal: AbortSignal): Promise<() => void> {
  return navigator.locks ? webLock(signal) : storageLock(signal);
}

function webLock(signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(NAME, { signal }, () => new Promise<void>(resolve))
      .catch(reject);
  });
}

/** Where the page is not a secure context: a heartbeat in storage, taken over when it stops. */
async function storageLock(signal: AbortSignal): Promise<() => void> {
  const me = randomHex(8);
  const claim = () => save("lock", me + " " + Date.now());
  for (;;) {
    const [owner, at] = (load("lock") ?? "").split(" ");
    if (owner == me) break;
    const free = !(Date.now() - +at! < STALE);
    if (free) claim();
    // Two tabs may write at once; the later one stands, and after a moment both can read which.
    await sleep(free ? SETTLED : BEAT);
    signal.throwIfAborted();
  }
  const beat = setInterval(claim, BEAT);
  return () => {
    clearInterval(beat);
    forget("lock");
  };
}
