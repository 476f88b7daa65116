// One spoken interview on this page: microphone, voice, controls, and which of
// them may do what in which state. The server decides what happens; the call
// makes it heard and seen.

import type { Start, Voice, VoiceHost } from "../speech";
import type { FromServer, Hello } from "../wire";
import type { Check } from "./check";
import type { Outlet } from "./loopback";
import { Microphone } from "./microphone";
import { Notes, TYPE_NOW } from "./notices";
import { Panel } from "./panel";
import { Standing } from "./standing";
import { troubleOf, WORDS } from "./trouble";
import { Voicebox } from "./voicebox";
import { wake, Watch } from "./watch";

const SPILL_MS = 250; // of our own voice in the room, where the microphone rests while we speak

export class Call implements Voice {
  private readonly host: VoiceHost;
  private readonly watch: Watch;
  private box?: Voicebox;
  private panel?: Panel;
  private readonly standing = new Standing();
  private readonly notes = new Notes();
  private readonly clock = setInterval(() => this.tick(), 500);

  constructor(
    private readonly context: AudioContext,
    private readonly microphone: Microphone,
    private readonly outlet: Outlet,
    private readonly check: Check,
    start: Start,
  ) {
    this.host = start.host;
    this.watch = new Watch(context, (why) => this.halt(why));
  }

  hello(): Hello {
    return { rate: this.context.sampleRate, aec: this.microphone.cancels, voice: true };
  }

  attach(talk: HTMLElement): void {
    this.panel = new Panel(talk, {
      done: () => this.host.send({ type: "commit" }),
      mute: () => this.muted(!this.standing.mute),
      type: () => this.host.type(),
    });
    this.settle();
  }

  frame(f: FromServer): void {
    switch (f.type) {
      case "ready":
        this.box ??= new Voicebox(this.context, f.out_rate ?? 24_000, this.outlet, {
          played: (gen, played_ms) => this.host.send({ type: "playback", gen, played_ms }),
          done: (gen) => this.played(gen),
          level: (level) => this.standing.state === "speaking" && this.panel?.level(level),
        });
        return;
      case "state":
        this.standing.state = f.name;
        return this.settle();
      case "agent_turn":
        this.host.aloud(f.spoken === true);
        if (f.spoken) this.begin(f.gen ?? 0);
        this.panel?.heard("");
        return this.forgive();
      case "user_turn":
        return this.panel?.heard(f.text);
      case "partial":
        return this.panel?.heard(f.text);
      case "duck":
        return this.box?.duck(f.on);
      case "flush":
        return this.box?.flush(f.gen);
      case "resume":
        return this.begin(f.gen, f.from_ms);
      case "notice":
        return this.notice(f.code);
    }
  }

  sound(data: ArrayBuffer): void {
    if (!this.standing.asleep) this.box?.sound(data);
  }

  away(on: boolean): void {
    if (on) {
      this.box?.flush(); // it comes again from where it was heard
      this.standing.state = "connecting"; // until the server says how things are
    }
    this.standing.lost = on;
    this.settle();
  }

  paused(on: boolean): void {
    if (on) this.box?.flush();
    this.standing.asleep = on;
    this.settle();
  }

  async wake(): Promise<string> {
    try {
      await wake(this.context, this.microphone);
    } catch (e) {
      return WORDS[troubleOf(e)];
    }
    await this.watch.remember();
    this.notes.listenAnew();
    return "";
  }

  close(): void {
    clearInterval(this.clock);
    this.watch.close();
    this.box?.close();
    this.microphone.release();
    this.panel?.close();
    void this.context.close();
  }

  /** heard is the level of the microphone, sixteen times a second. */
  heard(level: number): void {
    if (!this.panel) return this.check.level(level);
    if (this.standing.shows) this.panel.level(level);
  }

  gone(): void {
    this.watch.gone();
  }

  private begin(gen: number, fromMS = 0): void {
    this.microphone.gen = gen;
    this.box?.begin(gen, fromMS);
    this.settle();
  }

  private played(gen: number): void {
    this.host.send({ type: "playback_done", gen });
    if (this.standing.half) setTimeout(() => this.settle(), SPILL_MS);
  }

  private halt(why: string): void {
    if (this.standing.asleep) return;
    this.host.halt(why);
  }

  private muted(on: boolean): void {
    this.standing.mute = on;
    this.panel?.muted(on);
    this.host.send({ type: "mute", on });
    this.notes.listenAnew();
    this.settle();
  }

  /** settle brings the microphone and what is shown in line with how things are. */
  private settle(): void {
    this.microphone.listen(this.standing.open(this.box?.speaking === true), this.standing.deaf);
    this.panel?.show(this.standing.shown);
  }

  private notice(code: string): void {
    if (code === "half_duplex") this.standing.half = true;
    if (this.notes.take(code)) this.panel?.note(this.notes.text);
    if (code in TYPE_NOW) this.host.box(true);
    if (code === "voice_back") this.host.box(false);
    this.settle();
  }

  private forgive(): void {
    if (!this.notes.forgive()) return;
    this.panel?.note("");
    this.host.box(false);
  }

  /** tick looks whether the microphone gives anything at all. */
  private tick(): void {
    if (this.standing.deaf || this.standing.lost) this.notes.listenAnew();
    this.panel?.note(this.notes.now(this.microphone.audible));
  }
}
