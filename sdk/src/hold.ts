// Events wait here a moment for the identify that belongs to them: Segment's stub replays its
// queue by method, not in order, so on page load a track can come before who did it.

export interface Held {
  at: number;
}

const LONGEST = 2_000;

export interface Hold<T> {
  add(item: T): void;
  releaseAll(last?: boolean): void;
  clear(): void;
}

/** `decide` is asked again at each release; `last` is true at the end of the hold. */
export function createHold<T extends Held>(decide: (item: T, last: boolean) => void): Hold<T> {
  const waiting = new Map<T, ReturnType<typeof setTimeout>>();
  const release = (item: T, last: boolean) => {
    clearTimeout(waiting.get(item));
    waiting.delete(item);
    decide(item, last);
  };
  return {
    add: (item) => void waiting.set(item, setTimeout(release, Math.max(item.at + LONGEST - Date.now(), 0), item, true)),
    releaseAll: (last = false) => [...waiting.keys()].forEach((item) => release(item, last)),
    clear() {
      waiting.forEach(clearTimeout);
      waiting.clear();
    },
  };
}
