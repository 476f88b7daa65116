// What the loader and the core share: it lives on window.usercall, not in a closure, so that a
// second copy of either finds it. Types only; nothing here reaches the bundles.

import type { BindOptions, Usercall } from "../usercall";
import type { Look } from "./look";

/** The part of Segment's objects that we touch. */
export interface Analytics {
  user?(): SegmentUser;
  group?(): { id?(): string | null; traits?(): Record<string, unknown> };
  on?(event: string, listener: (...args: never[]) => void): unknown;
  register?(...plugins: object[]): unknown;
  push?(...calls: unknown[]): unknown;
}

export interface SegmentUser {
  id(): string | number | null | undefined;
  anonymousId?(): string | null | undefined;
  traits(): Record<string, unknown> | undefined;
}

/** A Segment message as its library hands it to a plugin. */
export interface SegmentEvent {
  type: string;
  event?: string;
  name?: string;
  messageId?: string;
  userId?: string | number | null;
  anonymousId?: string | null;
  timestamp?: string | Date;
  properties?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

export interface Binding {
  /** As passed: an object, true, JSON of an attribute, or nothing. */
  options: BindOptions | boolean | string | undefined;
  /** When it took effect: the call, then the moment Segment's library took the plugin. */
  at: number;
  /** The real library, as opposed to its stub; known once it runs. */
  live?: Analytics;
}

/** One message, with the user as it stood in that moment. */
export interface Seen {
  binding: Binding;
  event: SegmentEvent;
  at: number;
  id?: string | number | null | undefined;
  traits?: Record<string, unknown> | undefined;
}

export type Call = [name: string, args: unknown[]];

export interface Shared {
  /** What came before the core, in order: calls of the page, and ["see", [Seen]]. */
  calls: Call[];
  /** Keeps a call; the core puts its own in the place. */
  run(name: string, args: unknown[]): void;
  bound: WeakSet<object>;
  /** Set once: where everything comes from. */
  host: string;
  /** The interview to be put into the page, for the frame's script. */
  frame?: FrameRequest;
}

export interface FrameRequest {
  link: string;
  lang: string;
  dir: string;
  look: Look;
  completed(): void;
}

export type Api = Usercall & { _?: Shared } & Record<string, unknown>;
