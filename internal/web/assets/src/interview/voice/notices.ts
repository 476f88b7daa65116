// The note under the line: what is not as it should be, in words.

import { SILENT } from "./trouble";

const NOTICES: Record<string, string> = {
  no_voice: "Our voice is out of order. You can read the questions here, and go on speaking.",
  no_ears: "We cannot understand speech right now. Your next answers can be typed.",
  not_heard: "We did not catch that, and it is not your fault. You can type this answer.",
  voice_back: "",
  no_recording: "The recording has stopped. The interview goes on without it.",
  half_duplex: "So that we do not hear ourselves, we listen only when we have finished speaking.",
  budget: "The time for speaking is used up. You can type the rest; nothing is lost.",
};

/** Codes with which the box for typing opens. */
export const TYPE_NOW: Record<string, true> = { no_ears: true, not_heard: true, budget: true };

const QUIET_MS = 3_000; // without the least sound: the microphone is off

/** Notes knows what stands there: what the server said last, or that nothing is heard. */
export class Notes {
  text = "";
  private since = performance.now(); // from here on something should be heard

  /** take keeps what the server says; false where there are no words for it. */
  take(code: string): boolean {
    this.text = NOTICES[code] ?? this.text;
    return code in NOTICES;
  }

  /** forgive ends what was said of one answer only. */
  forgive(): boolean {
    if (this.text !== NOTICES["not_heard"]) return false;
    this.text = "";
    return true;
  }

  listenAnew(): void {
    this.since = performance.now();
  }

  /** now is what to show, where something was heard last at audible, on the clock of performance.now. */
  now(audible: number): string {
    return performance.now() - Math.max(audible, this.since) > QUIET_MS ? SILENT : this.text;
  }
}
