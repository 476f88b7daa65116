/** Public types of the usercall browser SDK. The reference is README.md beside them. */

/** A value a `where` compares with, by type and value. */
export type Scalar = string | number | boolean;

/** The tests of the trigger language. Several in one object: all must hold. */
export interface Test {
  equals?: Scalar;
  not?: Scalar;
  in?: Scalar[];
  not_in?: Scalar[];
  lt?: Scalar;
  lte?: Scalar;
  gt?: Scalar;
  gte?: Scalar;
  contains?: Scalar;
  starts_with?: string;
  ends_with?: string;
  matches?: string;
  exists?: boolean;
}

/** Paths below a root (`{ plan: "pro" }`, `{ "address.city": { in: [...] } }`) and their tests. */
export type Tests = Record<string, Scalar | Test>;

export interface Where {
  properties?: Tests;
  traits?: Tests;
  context?: Tests;
}

export interface BindOptions {
  /** Only these event names may leave the page. Left out: all that triggers read. */
  allowlist?: string[];
  /** Only events for which all of this holds. */
  where?: Where;
  /** `false`: names of events that no trigger reads are not counted either. */
  catalogue?: boolean;
  /** Only while Segment's consent preferences allow this category. */
  consentCategory?: string;
}

export interface InitOptions {
  /** The project's key: public, as it stands in the page. */
  projectId: string;
  /** Where usercall runs; default: the origin of the script. */
  host?: string;
  /** BCP 47; default: the page's `lang`, then the browser's. */
  locale?: string;
  theme?: "auto" | "light" | "dark";
  /** For script tags of ours under a Content-Security-Policy with nonces. */
  nonce?: string;
  /** Signed identity: a JWT your server makes. */
  identityToken?: string;
  /** Where the card is put: an element or a selector; default: the end of `body`. */
  container?: Element | string;
  zIndex?: number;
  /** A card waits while this finds something that can be seen; default: the project's setting. */
  dialogSelector?: string;
  /** `false`: as in {@link BindOptions}, for every binding. */
  catalogue?: boolean;
}

/** `window.__usercallSetup`, read once when the script runs. */
export interface Setup extends InitOptions {
  bindSegment?: BindOptions | boolean;
  /** The analytics object, or the name of its global; default `"analytics"`. */
  analytics?: object | string;
}

export interface Identity {
  userId?: string | number;
  email?: string;
  traits?: Record<string, unknown>;
  /** Signed identity for this person; replaces `identityToken`. */
  token?: string;
}

export type InviteEvent = "invite" | "shown" | "accepted" | "declined" | "completed";

export interface InviteNotice {
  invite: string;
  /** For `declined`: what the person pressed. */
  reason?: "decline" | "never" | "close" | "escape";
}

export interface Usercall {
  init(options: InitOptions): void;
  identify(identity: Identity): void;
  /** Segment's object (snippet, npm or classic), or the name of its global. */
  bindSegment(analytics?: object | string, options?: BindOptions | boolean): void;
  /** An event of yours, without Segment. */
  trigger(event: string, properties?: Record<string, unknown>): void;
  /** The person signed out: forget who it was and take the card away. */
  reset(): void;
  on(event: InviteEvent, listener: (notice: InviteNotice) => void): void;
  on(event: "error", listener: (error: { message: string }) => void): void;
  /** Opens an interview link; call it from a click. */
  open(link: string): void;
  /** This browser is never asked again, and nothing leaves it any more. */
  optOut(): void;
  push(...calls: unknown[]): void;
}

declare global {
  interface Window {
    usercall?: Usercall;
    __usercallSetup?: Setup;
  }
}
