// The voice of a server that has none: the browser reads the questions, and the
// answers are typed, or dictated where the device itself understands speech.

import type { Start, Voice, VoiceHost } from "../speech";
import type { FromServer, Hello } from "../wire";
import { Aloud } from "./aloud";
import { canDictate, Dictation } from "./dictate";

const READS = "Demo voice: your browser reads the questions aloud, on this device.";
const MUTE = "Demo voice: this browser has no voice of its own for this language, so the questions are there to read.";
const LOST = "The browser stopped listening. You can type, or try again.";

export class Demo implements Voice {
  private readonly host: VoiceHost;
  private readonly aloud: Aloud;
  private readonly language: string;
  private dictation?: Dictation;
  private root?: HTMLElement;
  private last = "";
  private reads = true;

  constructor(start: Start) {
    this.host = start.host;
    this.language = start.language;
    this.aloud = new Aloud(start.language);
  }

  hello(): Hello {
    return { voice: false };
  }

  attach(talk: HTMLElement): void {
    this.root = talk.querySelector<HTMLElement>(".demo")!;
    this.root.hidden = false;
    this.host.box(true);
    this.button("aloud").addEventListener("click", () => this.toggle());
    this.button("dictate").addEventListener("click", () => this.dictate());
    void this.prepare();
  }

  frame(f: FromServer): void {
    if (f.type === "agent_turn") this.read(f.text);
    if (f.type === "accepted") this.dictation?.stop();
  }

  sound(): void {}

  away(): void {}

  paused(on: boolean): void {
    if (on) this.hush();
  }

  async wake(): Promise<string> {
    return "";
  }

  close(): void {
    this.hush();
    if (this.root) this.root.hidden = true;
  }

  /** prepare finds out what this browser can do on the device, and offers no more. */
  private async prepare(): Promise<void> {
    const [reads, hears] = await Promise.all([this.aloud.ready(), canDictate(this.language)]);
    this.root!.querySelector(".words")!.textContent = reads ? READS : MUTE;
    this.button("aloud").hidden = !reads;
    this.button("dictate").hidden = !hears;
    this.reads = reads;
    this.host.aloud(reads);
    if (reads && this.last) this.aloud.say(this.last);
  }

  private read(text: string): void {
    this.last = text;
    this.dictation?.stop(); // it would hear the question
    if (this.reads) this.aloud.say(text);
  }

  private toggle(): void {
    this.reads = !this.reads;
    this.button("aloud").textContent = this.reads ? "Sound off" : "Sound on";
    this.host.aloud(this.reads);
    if (this.reads) this.aloud.say(this.last);
    else this.aloud.stop();
  }

  private dictate(): void {
    if (this.dictation) return this.dictation.stop();
    this.aloud.stop();
    try {
      this.dictation = new Dictation(this.language, { text: (t) => this.host.dictated(t), over: (trouble) => this.dictated(trouble) });
      this.dictation.start();
    } catch {
      return this.dictated("not-allowed");
    }
    this.button("dictate").textContent = "Stop listening";
  }

  private dictated(trouble: string): void {
    this.dictation = undefined;
    this.button("dictate").textContent = "Speak on this device";
    const shown = trouble !== "" && trouble !== "aborted" && trouble !== "no-speech";
    this.root!.querySelector(".words")!.textContent = shown ? LOST : READS;
  }

  private hush(): void {
    this.dictation?.stop();
    this.aloud.stop();
  }

  private button(name: string): HTMLButtonElement {
    return this.root!.querySelector<HTMLButtonElement>(`[data-do=${name}]`)!;
  }
}
