// The resampler of the participant's page: what both rates carry goes through
// unharmed, nothing else comes out, and as much of it as the sound lasts.

import { test } from "../../../../sdk/test/check";
import { Resampler } from "../src/interview/voice/resample";

const PAIRS: [number, number][] = [
  [48000, 16000],
  [44100, 16000],
  [96000, 16000],
  [192000, 16000],
  [16000, 16000],
  [24000, 44100],
  [24000, 48000],
  [24000, 16000],
  [22050, 48000],
];

/** through pushes the sound in uneven pieces and brings out what waits. */
function through(from: number, to: number, sound: Float32Array): Float32Array {
  const r = new Resampler(from, to);
  const piece = new Float32Array(1024 * Math.ceil(to / from) + 8);
  const out: number[] = [];
  const push = (part: Float32Array): void => {
    const n = r.push(part, piece);
    for (let i = 0; i < n; i++) out.push(piece[i]!);
  };
  for (let at = 0, n = 1; at < sound.length; at += n, n = (n * 7 + 3) % 509) push(sound.subarray(at, at + (n ||= 1)));
  for (let left = r.taps / 2; left > 0; left -= 128) push(new Float32Array(Math.min(left, 128)));
  return Float32Array.from(out);
}

const tone = (rate: number, hz: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));

const decibel = (ratio: number): number => 20 * Math.log10(Math.max(ratio, 1e-9));

/** apart is the loudest difference between two sounds in their middle. */
function apart(a: Float32Array, b: Float32Array): number {
  let worst = 0;
  for (let i = Math.floor(a.length / 4); i < (3 * a.length) / 4; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}

function must(what: boolean, words: string): void {
  if (!what) throw new Error(words);
}

test("a tone that both rates carry comes out where it went in", () => {
  for (const [from, to] of PAIRS) {
    for (const share of [0.02, 0.3, 0.6, 0.89]) {
      const hz = (share * Math.min(from, to)) / 2;
      const off = decibel(apart(through(from, to, tone(from, hz)), tone(to, hz)) / 0.5);
      must(off < -50, `${from} -> ${to}, ${hz} Hz: off by ${off.toFixed(1)} dB`);
    }
  }
});

test("what the lower rate cannot carry does not come back as another tone", () => {
  for (const [from, to] of PAIRS.filter(([from, to]) => from > to)) {
    for (const hz of [to / 2 + 60, to * 0.6, to * 0.75, to - 440, Math.min(to * 1.3, from / 2 - 100)]) {
      const out = through(from, to, tone(from, hz));
      const alias = decibel(apart(out, new Float32Array(out.length)) / 0.5);
      must(alias < -65, `${from} -> ${to}: ${hz} Hz leaves ${alias.toFixed(1)} dB`);
    }
  }
});

test("there are as many samples as the sound lasts, however it is cut", () => {
  for (const [from, to] of [...PAIRS, [47999, 16000] as [number, number]]) {
    for (const n of [1, 2, 999, 12345]) {
      const want = Math.ceil((n * to) / from);
      const got = through(from, to, new Float32Array(n)).length;
      must(got === want, `${from} -> ${to}: ${n} samples became ${got}, not ${want}`);
    }
  }
});

test("what stands still goes on standing still", () => {
  for (const [from, to] of PAIRS) {
    const out = through(from, to, new Float32Array(4000).fill(0.25));
    must(apart(out, out.map(() => 0.25)) < 1e-5, `${from} -> ${to} moves`);
  }
});
