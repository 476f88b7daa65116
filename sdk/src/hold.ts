// Events wait here a moment for the identify that belongs to them: Segment's stub replays its
// queue by method, not in order, so on page load a track can come before who did it.

export interface Held {
  at: number;
}

const LONGEST = 2_000;

export class Hold<T extends Held> {
  readonly #decide: (item: T, last: boolean) => void;
  readonly #waiting = new Map<T, ReturnType<typeof setTimeout>>();

  /** `decide` is asked again at each release; `last` is true at the end of the hold. */
  constructor(decide: (item: T, last: boolean) => void) {
    this.#decide = decide;
  }

  add(item: T): void {
    const left = item.at + LONGEST - Date.now();
    this.#waiting.set(item, setTimeout(() => this.#release(item, true), Math.max(left, 0)));
  }

  releaseAll(last = false): void {
    for (const item of [...this.#waiting.keys()]) this.#release(item, last);
  }

  clear(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #release(item: T, last: boolean): void {
    clearTimeout(this.#waiting.get(item));
    this.#waiting.delete(item);
    this.#decide(item, last);
  }
}
