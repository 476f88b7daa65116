// What the server says when something is not as it should be, in words.

export const NOTICES: Record<string, string> = {
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
