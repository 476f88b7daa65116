// The messages of a request: the event with no more in it than triggers read, and before it an
// identify or group of our own where what they read has changed since this page last said so.

import { pick, readPath } from "./path";
import type { Who } from "./person";
import type { Reads } from "./reads";
import type { SegmentEvent } from "./shared";
import type { Message } from "./wire";

type Json = Record<string, unknown>;

export function eventMessage(event: SegmentEvent, who: Who, reads: Reads, via: "bind" | "trigger"): Message {
  return {
    type: event.type,
    ...(event.type == "track" ? { event: event.event } : { name: event.name }),
    messageId: event.messageId ?? newId(),
    ...ids(who),
    timestamp: time(event),
    properties: pick(event.properties, reads.properties),
    context: contextOf(event, reads),
    via,
  };
}

/** Query and fragment of the address may hold anything, so they go only where a trigger reads the URL. */
function contextOf(event: SegmentEvent, reads: Reads): Json {
  const { origin, pathname } = location;
  const page = (event.context?.page ?? {}) as Json;
  const path = page.path ?? pathname;
  const read = pick(event.context, reads.context);
  const traits = pick(readPath(event.context, ["traits"]), reads.traits);
  return {
    ...read,
    page: { url: origin + path, path, ...(read.page as Json) },
    ...(Object.keys(traits).length && { traits }),
  };
}

/** Remembers what this page said about the person, to say it again only when it differs. */
export class Told {
  #ids = "";
  #traits = new Map<string, string>();
  #group = "";

  forget(): void {
    this.#ids = this.#group = "";
    this.#traits.clear();
  }

  /** What must stand before an event of this person. */
  before(event: SegmentEvent, who: Who, reads: Reads): Message[] {
    return [...this.#identify(event, who, reads), ...this.#grouping(event, who, reads)];
  }

  #identify(event: SegmentEvent, who: Who, reads: Reads): Message[] {
    const now = `${who.userId}\n${who.anonymousId}`;
    const another = now != this.#ids && !!who.userId;
    if (now != this.#ids) this.#traits.clear();
    this.#ids = now;
    // The server merges by top-level key, so a nested path takes its whole trait along.
    const changed = [...new Set(reads.traits.map(([key]) => key!))].filter((key) => this.#differs(key, who.traits[key]));
    if (!another && !changed.length) return [];
    const traits = Object.fromEntries(changed.map((key) => [key, who.traits[key] ?? null]));
    return [{ type: "identify", messageId: newId(), ...ids(who), timestamp: time(event), traits }];
  }

  #differs(key: string, value: unknown): boolean {
    const text = JSON.stringify(value ?? null);
    const before = this.#traits.get(key) ?? "null";
    this.#traits.set(key, text);
    return text != before;
  }

  #grouping(event: SegmentEvent, who: Who, reads: Reads): Message[] {
    if (!reads.group.length || !who.groupId) return [];
    const traits = pick(who.group, reads.group.map((path) => path.slice(0, 1)));
    const now = who.groupId + JSON.stringify(traits);
    if (now == this.#group) return [];
    this.#group = now;
    const { groupId } = who;
    return [{ type: "group", groupId, messageId: newId(), ...ids(who), timestamp: time(event), traits }];
  }
}

function ids({ userId, anonymousId }: Who): { userId?: string; anonymousId?: string } {
  return { ...(userId && { userId }), ...(anonymousId && { anonymousId }) };
}

function time(event: SegmentEvent): string {
  const given = new Date(event.timestamp!);
  return (+given ? given : new Date()).toISOString();
}

export function newId(): string {
  return "uc-" + randomHex(16);
}

export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
}
