// The line that is heard: frames in, samples out, and how far it is. It runs on
// the audio thread and knows nothing of it.

import { Resampler } from "./resample";

export type ToMouth =
  | { do: "begin"; gen: number; fromMS: number } // whatever was heard before is dropped
  | { do: "sound"; pcm: Int16Array; last: boolean }
  | { do: "duck"; on: boolean }
  | { do: "stop" };

export interface FromMouth {
  gen: number;
  playedMS: number;
  level: number; // root mean square of what was heard since the last report
  done: boolean; // to its last sample
}

const PIECE = 64; // samples of the line that are worked on at once
const DUCKED = 0.2;
const DUCK_S = 0.08; // from loud to low
const STOP_S = 0.01; // to silence: shorter would click
const REPORT_S = 0.06;
const SPARE_MS = 160; // that have to be here after the line ran dry

export class Mouth {
  private readonly up: Resampler;
  private readonly piece = new Float32Array(PIECE);
  private readonly ready: Float32Array;
  private from = 0; // what of ready is next
  private to = 0;
  private queue: Int16Array[] = [];
  private at = 0; // in the first of the queue
  private gen = 0;
  private taken = 0; // samples of the line
  private tail = 0; // samples of silence that bring out the end of it
  private last = false; // all of it is here
  private active = false;
  private begun = false; // something of it was heard
  private dry = false; // it ran out of sound
  private gain = 1;
  private ducked = false;
  private stopping = false;
  private since = 0;
  private energy = 0;

  constructor(
    private readonly lineRate: number,
    private readonly rate: number,
    private readonly report: (r: FromMouth) => void,
  ) {
    this.up = new Resampler(lineRate, rate);
    this.ready = new Float32Array(Math.ceil((PIECE * rate) / lineRate) + 2);
  }

  take(m: ToMouth): void {
    switch (m.do) {
      case "begin":
        this.drop();
        this.gen = m.gen;
        this.taken = Math.round((m.fromMS * this.lineRate) / 1000);
        this.active = true;
        return;
      case "sound":
        this.queue.push(m.pcm);
        this.last ||= m.last;
        return;
      case "duck":
        this.ducked = m.on;
        return;
      case "stop":
        this.stopping = this.active;
    }
  }

  /** speak fills what is to be heard next. */
  speak(out: Float32Array): void {
    for (let i = 0; i < out.length; i++) {
      this.fade();
      out[i] = this.next() * this.gain;
      this.energy += out[i]! * out[i]!;
    }
    this.since += out.length;
    if (this.active && this.since >= REPORT_S * this.rate) this.tell(false);
  }

  private next(): number {
    while (this.from === this.to) {
      if (!this.fetch()) return 0;
    }
    return this.ready[this.from++]!;
  }

  /** fetch resamples the next piece of the line; false where there is none. */
  private fetch(): boolean {
    if (!this.active) return false;
    const queued = this.queue.reduce((n, pcm) => n + pcm.length, -this.at);
    if (queued <= 0 && this.last) return this.finish();
    this.dry = this.begun && (queued <= 0 || (this.dry && !this.last && queued < (SPARE_MS * this.lineRate) / 1000));
    if (this.dry || queued <= 0) return false;
    this.begun = true;
    const n = this.read();
    this.taken += n;
    this.from = 0;
    this.to = this.up.push(this.piece.subarray(0, n), this.ready);
    return true;
  }

  private read(): number {
    let n = 0;
    for (; n < PIECE; n++) {
      const first = this.queue[0];
      if (!first) break;
      this.piece[n] = (first[this.at++] ?? 0) / 32768;
      if (this.at >= first.length) {
        this.queue.shift();
        this.at = 0;
      }
    }
    return n;
  }

  /** finish brings out what is still in the filter, then says that it is done. */
  private finish(): boolean {
    if (this.tail < this.up.taps / 2) {
      this.tail += PIECE;
      this.from = 0;
      this.to = this.up.push(this.piece.fill(0), this.ready);
      return true;
    }
    this.tell(true);
    this.active = false;
    return false;
  }

  private fade(): void {
    const target = this.stopping ? 0 : this.ducked ? DUCKED : 1;
    const step = 1 / ((this.stopping ? STOP_S : DUCK_S) * this.rate);
    this.gain += Math.max(-step, Math.min(step, target - this.gain));
    if (!this.stopping || this.gain > 0) return;
    this.tell(false);
    this.drop();
    this.active = false;
  }

  private drop(): void {
    this.queue = [];
    this.at = this.from = this.to = this.tail = 0;
    this.last = this.begun = this.dry = this.stopping = this.ducked = false;
    this.gain = 1;
    this.up.push(new Float32Array(this.up.taps), new Float32Array(this.ready.length * Math.ceil(this.up.taps / PIECE))); // nothing of the old line stays in the filter
  }

  private tell(done: boolean): void {
    const waiting = ((this.to - this.from) * this.lineRate) / this.rate;
    const playedMS = ((this.taken - (done ? 0 : waiting)) * 1000) / this.lineRate;
    this.report({ gen: this.gen, playedMS: Math.max(0, Math.round(playedMS)), level: Math.sqrt(this.energy / Math.max(1, this.since)), done });
    this.since = this.energy = 0;
  }
}
