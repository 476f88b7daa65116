// What the page says when things are not as they should be.

export const RECONNECTING = "Connecting again. Your answers are safe.";
export const KEPT = "Connecting again. Your answer is kept, and goes out by itself.";
export const REFUSED = "This link was opened many times in a row. Nothing is lost: the page goes on by itself in a few minutes.";
export const UNLOADED = "The part for speaking could not be loaded. You can try again, or type.";
export const UNSTARTED = "The interview could not be started like this. Nothing was stored. You can try again, or type.";

export const FULL: Record<string, string> = {
  quota: "Too many interviews were started from this network. Your invitation stays open: try again in an hour.",
  crowded: "Many people are talking with us right now, so this is not your fault. Your invitation stays open: press the button again in a few minutes.",
};
