// Frames of the socket, subprotocol usercall.interview.v1. What the server
// sends is checked for its type only: it is our own server, and every text is
// shown as text.

export type FromServer =
  | { type: "ready"; mode: string; recorded?: boolean; voice?: "server" | "browser" | ""; out_rate?: number; limits: { answer_chars: number } }
  | { type: "state"; name: string }
  | { type: "agent_turn"; turn: number; text: string; question: string; progress: number; gen?: number; spoken?: boolean }
  | { type: "user_turn"; turn: number; id: string; text: string }
  | { type: "accepted"; id: string; turn: number }
  | { type: "partial"; text: string }
  | { type: "duck"; on: boolean }
  | { type: "flush"; gen: number }
  | { type: "resume"; gen: number; from_ms: number }
  | { type: "notice"; code: string }
  | { type: "error"; code: string; retryable: boolean; id?: string }
  | { type: "ended"; reason: string }
  | { type: "ping" };

/** Consent is the answer to the question of consent, with what was chosen beside it. */
export type Consent = { accepted: boolean; mode?: "voice" | "text"; record?: boolean };

/** Hello is what the first frame tells beside the ticket. */
export type Hello = { voice: boolean; rate?: number; aec?: boolean };

export type ToServer =
  | ({ type: "consent" } & Consent)
  | { type: "answer"; id: string; text: string }
  | { type: "skip" | "repeat"; turn: number }
  | { type: "pause" | "typing" | "mute" | "voice"; on: boolean }
  | { type: "playback"; gen: number; played_ms: number }
  | { type: "playback_done"; gen: number }
  | { type: "commit" }
  | { type: "end" }
  | { type: "pong" };

/** A random id of 128 bits. crypto.randomUUID would need https. */
export function newID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
