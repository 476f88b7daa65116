// The participant's page: consent, then one question at a time, then thanks.
// Start at Room; the parts it is made of are in interview/.

import { askConsent } from "./interview/consent";
import { Line, type LineState } from "./interview/line";
import { Outbox } from "./interview/outbox";
import { Talk } from "./interview/talk";
import type { FromServer } from "./interview/wire";

const RECONNECTING = "Connecting again. Your answers are safe.";
const REFUSED = "This link was opened many times in a row. Nothing is lost: the page goes on by itself in a few minutes.";
const FULL: Record<string, string> = {
  quota: "Too many interviews were started from this network. Your invitation stays open: try again in an hour.",
  crowded: "Many people are talking with us right now, so this is not your fault. Your invitation stays open: press the button again in a few minutes.",
};
const SLOW_MS = 400; // nothing is announced that is over sooner
const RETRY_MS = 3_000;

class Room {
  private readonly root = document.getElementById("room")!;
  private readonly path = location.pathname.replace(/\/+$/, "");
  private readonly outbox = new Outbox(this.path);
  private readonly line = new Line(this.path, () => this.turn, {
    frame: (f) => this.frame(f),
    state: (s) => this.lineState(s),
    over: () => location.reload(),
    replaced: () => this.replaced(),
  });
  private readonly consent?: ReturnType<typeof askConsent>;
  private talk?: Talk;
  private turn = 0; // the last one we have
  private accepted?: boolean; // the consent button that was pressed
  private leaving = false;
  private asleep = false; // paused by the person
  private announced = 0;
  private limit = 10_000;
  private last = ""; // what the interviewer said last

  constructor() {
    if (this.root.dataset["standing"] === "open") {
      this.line.open();
      return;
    }
    this.consent = askConsent(this.root, (accepted) => {
      this.accepted = accepted;
      if (!this.line.send({ type: "consent", accepted })) this.line.open();
    });
  }

  private frame(f: FromServer): void {
    switch (f.type) {
      case "ready":
        this.limit = f.limits.answer_chars;
        return;
      case "state":
        return this.state(f.name);
      case "agent_turn":
        return this.asked(f.turn, f.text, f.question, f.progress);
      case "user_turn":
        this.turn = Math.max(this.turn, f.turn);
        this.outbox.settle(f.id);
        return this.stage().remember("participant", f.text);
      case "accepted":
        if (this.outbox.settle(f.id)) this.stage().words("", false);
        return this.announce("", 0);
      case "error":
        return this.failed(f.code, f.retryable, f.id);
      case "ended":
        return this.end(f.reason);
    }
  }

  private state(name: string): void {
    if (name === "consent") {
      this.line.send({ type: "consent", accepted: this.accepted ?? false });
      return;
    }
    if (name === "ended") return;
    if (this.leaving) this.line.send({ type: "end" });
    this.asleep = name === "paused";
    const talk = this.stage();
    talk.paused(this.asleep);
    this.restore();
    if (!this.asleep) talk.focus();
  }

  private asked(turn: number, text: string, question: string, progress: number): void {
    if (turn <= this.turn) return;
    this.turn = turn;
    this.last = text;
    this.stage().ask(text, question, progress);
    this.stage().away(false);
  }

  /** stage is the talk; the first call puts it in place of what stood there. */
  private stage(): Talk {
    if (this.talk) return this.talk;
    this.talk = new Talk(document.getElementById("talk") as HTMLTemplateElement, {
      send: (text) => this.send(text),
      draft: (text) => this.draft(text),
      press: (what) => this.press(what),
    });
    this.root.querySelector(".part")!.replaceWith(this.talk.root);
    return this.talk;
  }

  /** restore puts back what was written, and sends what was not accepted. */
  private restore(): void {
    const { pending, draft } = this.outbox;
    this.stage().words(pending?.text ?? draft, pending !== undefined);
    if (pending) this.line.send({ type: "answer", ...pending });
    else if (draft) this.line.send({ type: "typing", on: true });
  }

  private send(text: string): void {
    const length = Array.from(text).length;
    if (length > this.limit) {
      return this.stage().say(`That is ${length - this.limit} characters more than one answer can hold. Send it in parts.`);
    }
    const pending = this.outbox.post(text);
    this.stage().words(pending.text, true);
    this.stage().say("");
    if (!this.line.send({ type: "answer", ...pending })) {
      this.announce("Connecting again. Your answer is kept, and goes out by itself.", 0);
      this.line.open();
      return;
    }
    this.announce("Sending…", SLOW_MS);
  }

  private draft(text: string): void {
    const wasEmpty = this.outbox.draft.trim() === "";
    this.outbox.draft = text;
    const isEmpty = text.trim() === "";
    if (wasEmpty !== isEmpty) this.line.send({ type: "typing", on: !isEmpty });
  }

  private press(what: "repeat" | "skip" | "pause" | "leave" | "continue"): void {
    switch (what) {
      case "repeat":
      case "skip":
        if (this.line.send({ type: what, turn: this.turn })) this.stage().away(true);
        return;
      case "pause":
        this.line.send({ type: "pause", on: true });
        this.asleep = true;
        return this.stage().paused(true);
      case "continue":
        if (!this.line.send({ type: "pause", on: false })) this.line.open();
        return;
      case "leave":
        this.leaving = true;
        if (!this.line.send({ type: "end" })) this.line.open();
    }
  }

  private failed(code: string, retryable: boolean, id?: string): void {
    if (code === "conflict") return location.reload();
    const full = FULL[code];
    if (full) {
      this.consent?.say(full);
      return this.consent?.again();
    }
    if (retryable) {
      this.announce("We could not store that just now. Trying again, nothing is lost.", 0);
      setTimeout(() => (this.talk ? this.restore() : this.state("consent")), RETRY_MS);
      return;
    }
    if (id && this.outbox.pending?.id === id) {
      this.outbox.recall();
      this.stage().words(this.outbox.draft, false);
      this.announce(code === "too_long" ? "That is more than one answer can hold. Send it in parts." : "This answer could not be taken. Change it a little and send it again.", 0);
    }
  }

  private lineState(state: LineState): void {
    const away = state !== "open";
    this.talk?.away(away);
    if (!away) return this.announce("", 0);
    if (state === "waiting") this.announce(RECONNECTING, 0);
    if (state === "refused") this.announce(REFUSED, 0);
    if (state === "connecting") this.announce(this.talk || this.accepted === undefined ? RECONNECTING : "Starting…", SLOW_MS);
    if (state === "closed" && this.talk) this.talk.paused(true); // the server went to sleep with us
  }

  private replaced(): void {
    this.announce("This interview is open in another window. Press Go on to continue here.", 0);
    this.talk?.paused(true);
  }

  /** announce tells how things are, once they have been so for a while. */
  private announce(text: string, afterMs: number): void {
    clearTimeout(this.announced);
    const say = (): void => (this.talk ? this.talk.say(text) : this.consent?.say(text));
    if (afterMs === 0) return say();
    this.announced = window.setTimeout(say, afterMs);
  }

  private end(reason: string): void {
    clearTimeout(this.announced);
    this.line.close();
    this.outbox.clear();
    const name = reason === "time" ? "complete" : reason;
    const template =
      document.querySelector<HTMLTemplateElement>(`template[data-ending="${CSS.escape(name)}"]`) ??
      document.querySelector<HTMLTemplateElement>('template[data-ending="stop"]')!;
    const part = template.content.cloneNode(true) as DocumentFragment;
    if (reason === "distress") part.querySelector(".last")!.textContent = this.last;
    this.root.querySelector(".part")!.replaceWith(part);
    this.talk = undefined;
    scrollTo(0, 0);
    this.root.querySelector<HTMLElement>("h1")!.focus();
  }
}

new Room();
