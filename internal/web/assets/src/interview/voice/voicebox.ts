// The lines that are heard, by generation: what came of them, how far they are,
// and the reports about it that the server waits for.

import type { FromMouth, ToMouth } from "./mouth";
import type { Outlet } from "./loopback";

const AGENT = 2;
const LAST = 1;
const HEADER = 8;
const REPORT_MS = 250;

export interface VoiceboxEvents {
  played(gen: number, ms: number): void;
  done(gen: number): void;
  level(level: number): void;
}

export class Voicebox {
  private readonly node: AudioWorkletNode;
  private gen = 0;
  private shut = true; // what still comes of this line is not wanted
  private reported = 0;
  private delay = 0;
  private active = false;

  constructor(
    context: AudioContext,
    rate: number,
    private readonly outlet: Outlet,
    private readonly on: VoiceboxEvents,
  ) {
    this.node = new AudioWorkletNode(context, "mouth", { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { rate } });
    this.node.port.onmessage = (e: MessageEvent<FromMouth>) => void this.report(e.data);
    this.node.connect(outlet.node);
  }

  /** speaking tells whether a line is heard, or about to be. */
  get speaking(): boolean {
    return this.active;
  }

  /** begin makes room for a line, from a place in it. */
  begin(gen: number, fromMS = 0): void {
    this.gen = gen;
    this.shut = false;
    this.active = true;
    this.reported = performance.now();
    this.tell({ do: "begin", gen, fromMS });
  }

  /** sound takes a binary frame of the socket. */
  sound(frame: ArrayBuffer): void {
    if (frame.byteLength < HEADER || frame.byteLength % 2 !== 0) return;
    const head = new DataView(frame);
    if (head.getUint8(0) !== AGENT || this.shut || head.getUint16(2, true) !== (this.gen & 0xffff)) return;
    this.tell({ do: "sound", pcm: new Int16Array(frame.slice(HEADER)), last: (head.getUint8(1) & LAST) !== 0 });
  }

  duck(on: boolean): void {
    this.tell({ do: "duck", on });
  }

  /** flush is silent at once, and stays so until a line begins. */
  flush(gen = this.gen): void {
    if (gen !== this.gen || this.shut) return;
    this.shut = true;
    this.active = false;
    this.outlet.hush();
    this.tell({ do: "stop" });
  }

  close(): void {
    this.flush();
    this.node.disconnect();
    this.outlet.close();
  }

  private tell(m: ToMouth): void {
    this.node.port.postMessage(m);
  }

  private async report({ gen, playedMS, level, done }: FromMouth): Promise<void> {
    this.on.level(level);
    if (gen !== this.gen || this.shut) return;
    if (done) return this.finish(gen, playedMS);
    const now = performance.now();
    if (now - this.reported < REPORT_MS) return;
    this.reported = now;
    this.on.played(gen, Math.max(0, Math.round(playedMS - this.delay)));
    this.delay = await this.outlet.delayMS();
  }

  /** finish says that it is over once the last of it has reached the ear. */
  private async finish(gen: number, playedMS: number): Promise<void> {
    this.delay = await this.outlet.delayMS();
    setTimeout(() => {
      if (gen !== this.gen || this.shut) return;
      this.shut = true;
      this.active = false;
      this.on.played(gen, playedMS);
      this.on.done(gen);
    }, this.delay);
  }
}
