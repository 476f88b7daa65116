// A stream of one sample rate becomes the same sound at another: a Kaiser-windowed
// sinc in polyphase form. What the lower rate cannot carry is taken out before it
// could come back as another tone.

const PASS = 0.9; // of the lower rate's half goes through unharmed
const STOP_DB = 80;
const BETA = 0.1102 * (STOP_DB - 8.7); // Kaiser's formula for the window
const MOST_PHASES = 512; // rates that share little use the nearest of these
export const BLOCK = 1024; // samples that push takes at once

export class Resampler {
  /** Inputs around an output; half of them lie ahead of it. */
  readonly taps: number;
  private readonly up: number;
  private readonly down: number;
  private readonly phases: Float32Array[] = [];
  private readonly window: Float32Array;
  private held: number;
  private phase = 0;

  constructor(from: number, to: number) {
    const common = gcd(from, to);
    this.up = to / common;
    this.down = from / common;
    const half = Math.min(from, to) / 2;
    const band = (half * (1 - PASS)) / from; // transition, in cycles an input
    this.taps = from === to ? 2 : 2 * Math.ceil((STOP_DB - 8) / (2.285 * 4 * Math.PI * band));
    const count = Math.min(this.up, MOST_PHASES);
    for (let p = 0; p < count; p++) this.phases.push(kernel(this.taps, p / count, (half * (1 + PASS)) / from));
    this.window = new Float32Array(this.taps + Math.ceil(this.down / this.up) + BLOCK);
    this.held = this.taps / 2 - 1; // silence before the first sample
  }

  /** push takes up to BLOCK samples and writes what they make possible; it returns how many. */
  push(input: Float32Array, out: Float32Array): number {
    this.window.set(input, this.held);
    this.held += input.length;
    let next = 0;
    let n = 0;
    while (next + this.taps <= this.held) {
      out[n++] = this.sum(next);
      this.phase += this.down;
      next += Math.floor(this.phase / this.up);
      this.phase %= this.up;
    }
    this.window.copyWithin(0, next, this.held);
    this.held -= next;
    return n;
  }

  private sum(at: number): number {
    const kernel = this.phases[Math.floor((this.phase * this.phases.length) / this.up)]!;
    let sum = 0;
    for (let i = 0; i < kernel.length; i++) sum += kernel[i]! * this.window[at + i]!;
    return sum;
  }
}

/** kernel weighs the inputs around a point that lies a fraction after the middle one. */
function kernel(taps: number, fraction: number, cutoff: number): Float32Array {
  const weights = new Float32Array(taps);
  const middle = taps / 2 - 1;
  if (taps === 2) return weights.fill(1, 0, 1); // equal rates
  let total = 0;
  for (let i = 0; i < taps; i++) {
    const t = i - middle - fraction;
    const x = Math.PI * cutoff * t;
    const edge = t / (taps / 2);
    const w = (x === 0 ? 1 : Math.sin(x) / x) * bessel(BETA * Math.sqrt(Math.max(0, 1 - edge * edge)));
    weights[i] = w;
    total += w;
  }
  return weights.map((w) => w / total); // what stands still goes on standing still
}

/** bessel is the modified function of the first kind and order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-9; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
