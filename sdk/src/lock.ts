// One card a browser: the tab that shows it holds a lock, the others wait their turn. A closed
// tab gives it back by itself.

import { forget, load, save } from "./storage";
import { randomHex } from "./message";

const NAME = "usercall-card";
const BEAT = 1_000;
const STALE = 3 * BEAT;

/** Resolves with the release function once this tab holds the lock; rejects when `signal` ends the wait. */
export function acquire(signal: AbortSignal): Promise<() => void> {
  return navigator.locks ? webLock(signal) : storageLock(signal);
}

function webLock(signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(NAME, { signal }, () => new Promise<void>((release) => resolve(release)))
      .catch(reject);
  });
}

/** Where the page is not a secure context: a heartbeat in storage, taken over when it stops. */
async function storageLock(signal: AbortSignal): Promise<() => void> {
  const me = randomHex(8);
  while (!(await claim(me))) {
    await new Promise((again) => setTimeout(again, BEAT));
    signal.throwIfAborted();
  }
  const beat = setInterval(() => save("lock", `${me} ${Date.now()}`), BEAT);
  return () => {
    clearInterval(beat);
    forget("lock");
  };
}

async function claim(me: string): Promise<boolean> {
  const [owner, at] = (load("lock") ?? "").split(" ");
  if (owner && owner != me && Date.now() - Number(at) < STALE) return false;
  save("lock", `${me} ${Date.now()}`);
  // Two tabs may write at once; the later one stands, and after a moment both can read which.
  await new Promise((settled) => setTimeout(settled, 60));
  return (load("lock") ?? "").startsWith(me);
}
