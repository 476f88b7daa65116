// How a call stands, and what follows from it: whether the microphone is open, and
// what the page says it does.

import type { Shown } from "./panel";

const SHOWN: Record<string, Shown> = {
  connecting: "connecting",
  consent: "connecting",
  speaking: "speaking",
  listening: "listening",
  user_speaking: "hearing",
  endpointing: "hearing",
  thinking: "thinking",
  reconnecting: "away",
  closing: "closing",
};

export class Standing {
  state = "connecting"; // as the server calls it
  lost = false; // the line is away
  asleep = false; // they paused
  mute = false;
  half = false; // the microphone hears our own voice, so it rests while we speak

  /** The device itself is off. */
  get deaf(): boolean {
    return this.mute || this.asleep;
  }

  /** open tells whether what is heard goes out. */
  open(speaking: boolean): boolean {
    const begun = this.state !== "connecting" && this.state !== "consent";
    return begun && !this.deaf && !(this.half && speaking);
  }

  /** What is heard is shown as it is loud. */
  get shows(): boolean {
    return this.state !== "speaking" && this.state !== "closing" && !this.deaf && !this.lost;
  }

  get shown(): Shown {
    const listens = this.state === "listening" || this.state === "user_speaking" || this.state === "endpointing";
    return this.lost ? "away" : this.mute && listens ? "muted" : (SHOWN[this.state] ?? "connecting");
  }
}
