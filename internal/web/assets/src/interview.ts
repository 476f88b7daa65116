// The participant's page: consent, then one question at a time, then thanks.
// Start at Room; the parts it is made of are in interview/. Speaking is a script
// of its own, see interview/speech.ts.

import { askConsent } from "./interview/consent";
import { showEnd, tellAround } from "./interview/ending";
import { Line, type LineState } from "./interview/line";
import { Outbox } from "./interview/outbox";
import { speak, welcome, type Voice } from "./interview/speech";
import { Talk, type Press } from "./interview/talk";
import type { Consent, FromServer, Hello } from "./interview/wire";
import * as words from "./interview/words";

const SLOW_MS = 400; // nothing is announced that is over sooner
const RETRY_MS = 3_000;
const TYPED: Consent = { accepted: true, mode: "text", record: false };

class Room {
  private readonly root = document.getElementById("room")!;
  private readonly path = location.pathname.replace(/\/+$/, "");
  private readonly outbox = new Outbox(this.path);
  private readonly line = new Line(this.path, () => ({ after: this.turn, ...this.hello() }), {
    frame: (f) => this.frame(f),
    sound: (data) => this.voice?.sound(data),
    state: (s) => this.lineState(s),
    over: () => location.reload(),
    replaced: () => this.replaced(),
  });
  private readonly consent?: ReturnType<typeof askConsent>;
  private readonly first = this.root.querySelector<HTMLElement>(".part")!; // what stood here when the page came
  private talk?: Talk;
  private known: FromServer[] = []; // ready and the last state, for a voice that comes later
  private voice?: Voice; // while somebody speaks
  private turn = 0; // the last one we have
  private readonly served = this.root.dataset["voice"] === "server"; // else nobody hears, and a browser may read aloud
  private choice?: Consent; // the consent button that was pressed
  private recorded = false;
  private fresh = true; // nothing came over this line yet
  private leaving = false;
  private asleep = false; // paused by the person, or for them
  private ended = false;
  private announced = 0;
  private limit = 10_000;
  private last = ""; // what the interviewer said last

  constructor() {
    if (this.root.dataset["standing"] === "open") {
      if (this.served ? this.root.dataset["mode"] === "voice" : this.outbox.aloud) void this.welcome();
      else this.line.open();
      return;
    }
    this.consent = askConsent(this.root, (choice) => void this.chosen(choice));
  }

  /** chosen takes the answer to the question of consent. */
  private async chosen(choice: Consent): Promise<void> {
    this.choice = choice;
    if (choice.mode === "voice" && !(await this.speak())) {
      if (!this.choice) return; // it could not be loaded, and the buttons are there again
      this.choice = TYPED;
    }
    if (!this.served) this.choice = choice.accepted ? TYPED : choice; // a browser may read aloud: what the server gets is typed
    if (!this.line.send({ type: "consent", ...this.choice })) this.line.open();
  }

  /** welcome goes on with a spoken interview: a page may make no sound before a button was pressed. */
  private async welcome(): Promise<void> {
    const context = this.served ? await welcome() : undefined;
    if (context || !this.served) return this.back(true, context);
    const choice = document.querySelector<HTMLElement>("#back")!;
    choice.hidden = false;
    for (const mode of ["voice", "type"]) {
      choice.querySelector(`[data-uc=${mode}]`)!.addEventListener("click", () => void this.back(mode === "voice"));
    }
  }

  private async back(spoken: boolean, context?: AudioContext): Promise<void> {
    if (spoken) await this.speak(context);
    this.line.open();
  }

  /** speak loads what speaks and listens; false where they type. */
  private async speak(context?: AudioContext): Promise<boolean> {
    try {
      this.voice = await speak(this.root, {
        send: (frame) => this.line.send(frame),
        sound: (frame) => this.line.sound(frame),
        halt: (why) => this.halt(why),
        box: (on) => this.stage().withBox(on),
        aloud: (on) => this.stage().aloud(on),
        type: () => this.type(),
        dictated: (text) => this.dictated(text),
        swap: (part) => this.swap(part),
      }, context);
    } catch {
      this.unloaded();
      return false;
    }
    this.outbox.aloud = this.voice !== undefined;
    if (this.voice && this.talk) this.join();
    return this.voice !== undefined;
  }

  private swap(part: HTMLElement): void {
    this.root.querySelector(".part")!.replaceWith(part);
    part.querySelector("h1")?.focus();
  }

  private unloaded(): void {
    this.choice = undefined;
    this.announce(words.UNLOADED, 0);
    this.consent?.again();
  }

  private hello(): Partial<Hello> {
    return this.voice?.hello() ?? (this.root.dataset["voice"] ? { voice: false } : {});
  }

  private frame(f: FromServer): void {
    if (f.type === "ready") this.known = [f];
    if (f.type === "state") this.known = [...this.known.slice(0, 1), f];
    this.voice?.frame(f);
    switch (f.type) {
      case "ready":
        this.limit = f.limits.answer_chars;
        this.recorded = f.recorded === true;
        return;
      case "state":
        return this.state(f.name);
      case "agent_turn":
        return this.asked(f.turn, f.text, f.question, f.progress);
      case "user_turn":
        this.outbox.settle(f.id);
        if (f.turn <= this.turn) return;
        this.turn = f.turn;
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
      this.line.send({ type: "consent", ...(this.choice ?? { accepted: false }) });
      return;
    }
    if (name === "ended") return;
    const talk = this.stage();
    const moved = this.asleep !== (name === "paused");
    if (this.voice && !this.fresh && !moved) return; // a spoken interview changes its state with every breath
    this.fresh = false;
    if (this.leaving) this.line.send({ type: "end" });
    this.sleep(name === "paused");
    this.restore();
    if (!this.asleep && !this.voice) talk.focus();
  }

  private sleep(on: boolean, why = ""): void {
    this.asleep = on;
    this.stage().paused(on, why);
    this.voice?.paused(on);
  }

  private asked(turn: number, text: string, question: string, progress: number): void {
    this.stage().away(false);
    if (turn <= this.turn) return;
    this.turn = turn;
    this.last = text;
    this.stage().ask(text, question, progress);
  }

  /** stage is the talk; the first call puts it in place of what stood there. */
  private stage(): Talk {
    if (this.talk) return this.talk;
    this.talk = new Talk(document.getElementById("talk") as HTMLTemplateElement, {
      send: (text) => this.send(text),
      draft: (text) => this.draft(text),
      press: (what) => this.press(what),
    });
    this.join();
    return this.talk;
  }

  /** join shows the talk, with what belongs to speech where somebody speaks. */
  private join(): void {
    this.root.querySelector(".part")!.replaceWith(this.talk!.root);
    this.talk!.speaking(this.voice !== undefined);
    this.voice?.attach(this.talk!.root);
    if (this.voice) this.talk!.root.focus({ preventScroll: true });
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
      this.announce(words.KEPT, 0);
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

  /** dictated puts what was understood behind what stood in the box. */
  private dictated(text: string): void {
    if (this.outbox.pending) return;
    this.stage().words(text, false);
    this.draft(text);
  }

  private press(what: Press): void {
    switch (what) {
      case "repeat":
      case "skip":
        if (this.line.send({ type: what, turn: this.turn })) this.stage().away(true);
        return;
      case "pause":
        this.line.send({ type: "pause", on: true });
        return this.sleep(true);
      case "continue":
        return void this.goOn();
      case "voice":
        return void this.talkAgain();
      case "leave":
        this.leaving = true;
        if (!this.line.send({ type: "end" })) this.line.open();
    }
  }

  private async goOn(): Promise<void> {
    const obstacle = await this.voice?.wake();
    if (obstacle) this.type(obstacle);
    if (!this.line.send({ type: "pause", on: false })) this.line.open();
  }

  /** halt is a pause that the device asked for. */
  private halt(why: string): void {
    if (this.ended || !this.talk) return;
    this.line.send({ type: "pause", on: true });
    this.sleep(true, why);
  }

  /** type goes over to typing, and gives the microphone back. */
  private type(why = ""): void {
    this.voice?.close();
    this.voice = undefined;
    this.line.send({ type: "voice", on: false });
    this.stage().speaking(false);
    this.stage().focus();
    this.announce(why, 0);
  }

  private async talkAgain(): Promise<void> {
    if (!(await this.speak())) {
      this.join();
      return;
    }
    if (this.served && !this.line.send({ type: "voice", on: true })) return this.line.open();
    for (const frame of this.known) this.voice?.frame(frame);
  }

  private failed(code: string, retryable: boolean, id?: string): void {
    if (code === "conflict") return location.reload();
    const full = words.FULL[code];
    if (full) return this.refused(full);
    if (!retryable && !this.talk && this.consent) return this.refused(words.UNSTARTED);
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

  /** refused goes back to the question of consent. */
  private refused(why: string): void {
    this.voice?.close();
    this.voice = undefined;
    this.root.querySelector(".part")!.replaceWith(this.first);
    this.announce(why, 0);
    this.consent?.again();
  }

  private lineState(state: LineState): void {
    const away = state !== "open";
    this.talk?.away(away);
    this.voice?.away(away);
    if (!away) this.fresh = true;
    if (!away) return this.announce("", 0);
    if (state === "waiting") this.announce(words.RECONNECTING, 0);
    if (state === "refused") this.announce(words.REFUSED, 0);
    if (state === "connecting") this.announce(this.talk || !this.choice ? words.RECONNECTING : "Starting…", SLOW_MS);
    if (state === "closed" && this.talk && !this.ended) this.sleep(true); // the server went to sleep with us
  }

  private replaced(): void {
    this.announce("This interview is open in another window. Press Go on to continue here.", 0);
    if (this.talk) this.sleep(true);
  }

  /** announce tells how things are, once they have been so for a while. */
  private announce(text: string, afterMs: number): void {
    clearTimeout(this.announced);
    const say = (): void => {
      const status = this.root.querySelector(".part .status");
      if (status && status.textContent !== text) status.textContent = text;
    };
    if (afterMs === 0) return say();
    this.announced = window.setTimeout(say, afterMs);
  }

  private end(reason: string): void {
    clearTimeout(this.announced);
    this.ended = true;
    this.line.close();
    this.outbox.clear();
    this.voice?.close();
    showEnd(this.root, reason, this.last, this.recorded && reason !== "minor");
    if (reason === "complete" || reason === "time") tellAround();
    this.talk = this.voice = undefined;
  }
}

new Room();
