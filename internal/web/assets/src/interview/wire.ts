// Frames of the socket, subprotocol usercall.interview.v1. What the server
// sends is checked for its type only: it is our own server, and every text is
// shown as text.

export type FromServer =
  | { type: "ready"; mode: string; limits: { answer_chars: number } }
  | { type: "state"; name: "consent" | "listening" | "paused" | "ended" }
  | { type: "agent_turn"; turn: number; text: string; question: string; progress: number }
  | { type: "user_turn"; turn: number; id: string; text: string }
  | { type: "accepted"; id: string; turn: number }
  | { type: "notice"; code: string }
  | { type: "error"; code: string; retryable: boolean; id?: string }
  | { type: "ended"; reason: string }
  | { type: "ping" };

export type ToServer =
  | { type: "consent"; accepted: boolean }
  | { type: "answer"; id: string; text: string }
  | { type: "skip" | "repeat"; turn: number }
  | { type: "pause" | "typing"; on: boolean }
  | { type: "end" }
  | { type: "pong" };

/** A random id of 128 bits. crypto.randomUUID would need https. */
export function newID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
