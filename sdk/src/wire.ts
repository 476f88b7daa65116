// What travels between SDK and server, as internal/api/sdk has it.

export interface EventReads {
  type: string;
  /** "" with page and screen: any name. */
  name: string;
  properties?: string[];
  context?: string[];
  traits?: string[];
  group?: string[];
  anyone?: boolean;
}

export interface ServerConfig {
  events?: EventReads[];
  /** A card can come up without a request of this page: /sdk/v1/stream says when to ask. */
  signed?: boolean;
  delivery?: "tab" | "iframe";
  /** Cards that a session of the browser shows; 0: as many as come. */
  per_session?: number;
  /** Cards keep to the person's quiet hours: the server wants to know by which clock. */
  timeZone?: boolean;
  /** What a card waits for while it can be seen. */
  dialog_selector?: string;
}

export interface PageRule {
  url?: Record<string, unknown>;
  dwell_ms?: number;
}

export interface Invite {
  id: string;
  link: string;
  title: string;
  body: string;
  accept: string;
  decline: string;
  later: string;
  never: string;
  close: string;
  lang: string;
  dir: string;
  page?: PageRule | null;
  expires_at?: string;
}

/** The decision: an invite, when to ask again, or nothing. */
export interface Answer {
  invite?: Invite | null;
  ask_at?: string | null;
  /** Whether anything is still open for this ticket. */
  open?: boolean;
  /** Invites of this ticket whose interview is over. */
  completed?: string[];
}

export type State = "shown" | "accepted" | "declined" | "later" | "never" | "refused";

export interface Message {
  type: string;
  event?: string;
  name?: string;
  groupId?: string;
  messageId: string;
  userId?: string;
  anonymousId?: string;
  timestamp: string;
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  context?: Record<string, unknown>;
  via?: "bind" | "trigger";
}
