// From what the page does to what leaves it: allowlist, where, the hold, and then no more than
// active triggers read.

import type { BindOptions } from "../usercall";
import { holds, isObject } from "./condition";
import { complain } from "./console";
import { createHold } from "./hold";
import { newId } from "./message";
import type { Outbox } from "./outbox";
import { readPath } from "./path";
import type { Person, Who } from "./person";
import { readsOf, type Reads } from "./reads";
import type { Seen, SegmentEvent } from "./shared";
import type { EventReads } from "./wire";

interface Item {
  event: SegmentEvent;
  options: BindOptions;
  via: "bind" | "trigger";
  at: number;
  /** When its binding took effect. */
  bound: number;
  seen: Seen | undefined;
  waited: boolean;
}

const HOLD_WITHIN = 5_000;
/** A consent wrapper replays the whole queue from before the consent. */
const OLDEST = 60_000;

export class Events {
  readonly #config: readonly EventReads[];
  readonly #person: Person;
  readonly #outbox: Outbox;
  readonly #catalogue: boolean;
  readonly #ids = new Set<string>();
  readonly #hold = createHold<Item>((item, last) => this.#judge({ ...item, waited: true }, last));
  readonly #born = Date.now();

  constructor(
    config: readonly EventReads[],
    person: Person,
    outbox: Outbox,
    catalogue: boolean,
  ) {
    this.#config = config;
    this.#person = person;
    this.#outbox = outbox;
    this.#catalogue = catalogue;
  }

  /** A message that Segment's library handed to our plugin. */
  see(seen: Seen): void {
    const { event, binding, at } = seen;
    const options = bindOptions(binding.options);
    if (!["track", "page", "screen"].includes(event.type)) return;
    if (this.#repeated(event.messageId) || tooOld(event, at) || refused(event, options)) return;
    this.#judge({ event, options, via: "bind", at, bound: binding.at, seen, waited: false }, false);
  }

  trigger(name: string, properties: unknown): void {
    const event = { type: "track", event: name, messageId: newId(), properties: isObject(properties) ? properties : {} };
    const bound = Math.max(this.#person.binding?.at ?? 0, this.#born);
    this.#judge({ event, options: {}, via: "trigger", at: Date.now(), bound, seen: undefined, waited: false }, false);
  }

  /** Somebody was identified, so those that wait are looked at again. */
  identified(): void {
    this.#hold.releaseAll();
  }

  /** The page goes away: what waits is decided as things stand. */
  leave(): void {
    this.#hold.releaseAll(true);
    this.#outbox.flush();
  }

  clear(): void {
    this.#hold.clear();
  }

  #judge(item: Item, last: boolean): void {
    const { event, options, via } = item;
    const name = event.event ?? event.name ?? "";
    const reads = readsOf(this.#config, event.type, name);
    if (!reads || (options.allowlist && !options.allowlist.includes(name))) return this.#count(item, name);
    const who = this.#who(item);
    const facts = { ...event, traits: { ...who.traits, ...readObject(event.context, "traits") } };
    const passes = holds(options.where, facts);
    const early = !last && item.at - item.bound < HOLD_WITHIN;
    // An identify sends what lacked only a trait or the userId, whether or not it brought it.
    if (early && (passes ? !item.waited && lacks(who, facts.traits, reads) : holds(options.where, facts, "traits")))
      return this.#hold.add(item);
    if (!passes) return this.#count(item, name);
    this.#outbox.send(event, this.#addressed(who), reads, via);
  }

  /** One that waited takes the user as it stands now. */
  #who({ seen, waited }: Item): Who {
    if (!seen || !waited) return this.#person.describe(seen);
    const user = seen.binding.live?.user?.();
    return this.#person.describe({ ...seen, id: user?.id(), traits: user?.traits() });
  }

  #addressed(who: Who): Who {
    return who.userId || who.anonymousId ? who : { ...who, anonymousId: this.#person.anonymousId() };
  }

  #count({ event, options }: Item, name: string): void {
    if (this.#catalogue && options.catalogue !== false) this.#outbox.count(event.type, name);
  }

  #repeated(id: string | undefined): boolean {
    if (!id || !this.#ids.has(id)) return !this.#ids.add(id ?? newId());
    return true;
  }
}

/** What an early event may still be waiting for. */
function lacks(who: Who, traits: unknown, reads: Reads): boolean {
  return (!who.userId && !reads.anyone) || reads.traits.some((path) => readPath(traits, path) === undefined);
}

function tooOld(event: SegmentEvent, at: number): boolean {
  return at - +new Date(event.timestamp!) > OLDEST; // none: no number, and not old
}

function refused(event: SegmentEvent, { consentCategory: category }: BindOptions): boolean {
  return !!category && readPath(event.context, ["consent", "categoryPreferences", category]) !== true;
}

function readObject(value: unknown, key: string): Record<string, unknown> {
  const found = readPath(value, [key]);
  return isObject(found) ? found : {};
}

/** Options as an object, `true`, or the JSON of an attribute. */
function bindOptions(options: unknown): BindOptions {
  if (typeof options == "string" && options.startsWith("{"))
    try {
      options = JSON.parse(options);
    } catch {
      // Without its filter the binding would let out more than the page meant to.
      complain("data-bind-segment is no JSON: no event leaves");
      return { allowlist: [], catalogue: false };
    }
  return isObject(options) ? (options as BindOptions) : {};
}
