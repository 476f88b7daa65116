// Who the person is: what Segment's library knows, and what the page told usercall.identify. The
// event's own userId is the person; ours fills in where Segment knows nobody.

import type { Identity } from "../usercall";
import { randomHex } from "./message";
import type { Binding, Seen } from "./shared";
import { load, save } from "./storage";

export interface Who {
  userId: string | undefined;
  anonymousId: string | undefined;
  traits: Record<string, unknown>;
  groupId: string | undefined;
  group: Record<string, unknown>;
}

export interface Person {
  /** The library that runs on this page, once there is one. */
  binding: Binding | undefined;
  identify(identity: Identity): void;
  reset(): void;
  token(): string | undefined;
  /** The person as of an event, or as of now where the event waited or there is none. */
  describe(seen?: Seen): Who;
  /** For people without a userId where Segment gives no anonymousId either. */
  anonymousId(): string;
}

export function createPerson(): Person {
  let own: Identity = {};
  const person: Person = {
    binding: undefined,
    identify: (identity) => void (own = merged(own, identity)),
    reset: () => void (own = {}),
    token: () => text(own.token),
    describe: (seen) => describe(own, seen?.binding ?? person.binding, seen),
    anonymousId: () => {
      const id = load("anonymous") ?? randomHex(16);
      save("anonymous", id);
      return id;
    },
  };
  return person;
}

/** Another userId is another person, of whom nothing told before is true. */
function merged(own: Identity, next: Identity): Identity {
  if (next.userId && own.userId && text(next.userId) != text(own.userId)) return { ...next };
  return { ...own, ...next, traits: { ...own.traits, ...next.traits } };
}

function describe(own: Identity, binding: Binding | undefined, seen: Seen | undefined): Who {
  const user = binding?.live?.user?.();
  const group = binding?.live?.group?.();
  const event = seen?.event;
  const userId = text(event?.userId) ?? text(seen ? seen.id : user?.id()) ?? text(own.userId);
  const ours = !own.userId || text(own.userId) == userId;
  return {
    userId,
    anonymousId: text(event?.anonymousId) ?? text(user?.anonymousId?.()),
    traits: { ...(seen ? seen.traits : user?.traits()), ...(ours && told(own)) },
    groupId: text(group?.id?.()),
    group: group?.traits?.() ?? {},
  };
}

function told({ email, traits }: Identity): Record<string, unknown> {
  return { ...traits, ...(email && { email }) };
}

export function text(id: unknown): string | undefined {
  return id === null || id === undefined || id === "" ? undefined : String(id);
}
