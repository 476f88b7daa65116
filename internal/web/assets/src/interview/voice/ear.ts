// What the microphone's stream becomes: mono, 16 kHz, 16 bits, in frames of 60 ms.
// It runs on the audio thread and knows nothing of it.

import { Resampler } from "./resample";

export const HEARD_RATE = 16_000;
export const HEARD_FRAME = 960;

export interface Heard {
  pcm: Int16Array<ArrayBuffer>;
  level: number; // root mean square, 0 to 1
}

export class Ear {
  private readonly down: Resampler;
  private readonly mono = new Float32Array(128);
  private readonly some = new Float32Array(256);
  private frame = new Int16Array(HEARD_FRAME);
  private at = 0;
  private energy = 0;

  constructor(rate: number, private readonly heard: (h: Heard) => void) {
    this.down = new Resampler(rate, HEARD_RATE);
  }

  /** hear takes 128 samples of each channel; none is silence, so that time goes on. */
  hear(channels: Float32Array[]): void {
    this.mono.fill(0);
    for (const channel of channels) {
      for (let i = 0; i < this.mono.length; i++) this.mono[i]! += (channel[i] ?? 0) / channels.length;
    }
    const n = this.down.push(this.mono, this.some);
    for (let i = 0; i < n; i++) this.put(this.some[i]!);
  }

  private put(sample: number): void {
    this.energy += sample * sample;
    this.frame[this.at++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
    if (this.at < HEARD_FRAME) return;
    this.heard({ pcm: this.frame, level: Math.sqrt(this.energy / HEARD_FRAME) });
    this.frame = new Int16Array(HEARD_FRAME); // the old one was given away
    this.at = this.energy = 0;
  }
}
