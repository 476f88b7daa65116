// Ear and mouth of the participant's page, without a browser: the audio thread
// calls them with 128 samples at a time, and so does this.

import { same as equal, test } from "../../../../sdk/test/check";
import { choose } from "../src/interview/voice/aloud";
import { Ear, HEARD_FRAME, type Heard } from "../src/interview/voice/ear";
import { rises } from "../src/interview/voice/level";
import { Mouth, type FromMouth } from "../src/interview/voice/mouth";

const RATE = 48_000;

function must(what: boolean, words: string): void {
  if (!what) throw new Error(words);
}

function hear(rate: number, seconds: number, channels: (at: number) => number[]): Heard[] {
  const heard: Heard[] = [];
  const ear = new Ear(rate, (h) => heard.push(h));
  for (let at = 0; at + 128 <= rate * seconds; at += 128) {
    const samples = Array.from({ length: 128 }, (_, i) => channels((at + i) / rate));
    ear.hear(samples[0]!.map((_, c) => Float32Array.from(samples, (s) => s[c]!)));
  }
  return heard;
}

test("an ear makes a frame of 960 samples every 60 ms, at any rate", () => {
  for (const rate of [16_000, 44_100, 48_000, 96_000]) {
    const frames = hear(rate, 3, (t) => [0.5 * Math.sin(2 * Math.PI * 440 * t)]);
    must(frames.length >= 49 && frames.length <= 50, `${rate}: ${frames.length} frames in 3 s`);
    for (const f of frames.slice(1)) {
      equal(f.pcm.length, HEARD_FRAME);
      must(Math.abs(f.level - 0.5 / Math.SQRT2) < 0.01, `level ${f.level}`);
    }
  }
});

test("two channels are mixed, and one that is silent halves the sound", () => {
  const [, second] = hear(RATE, 0.2, (t) => [0.8 * Math.sin(2 * Math.PI * 300 * t), 0]);
  must(Math.abs(second!.level - 0.4 / Math.SQRT2) < 0.01, `level ${second!.level}`);
});

test("time goes on where no channel comes", () => {
  const heard = hear(RATE, 1, () => []);
  must(heard.length >= 16 && heard.every((h) => h.level === 0), `${heard.length} frames`);
});

test("loud sound is cut off and does not wrap around", () => {
  const frames = hear(16_000, 0.2, () => [3]);
  must(frames[1]!.pcm.every((s) => s === 32767), "it wraps");
});

class Stage {
  readonly reports: FromMouth[] = [];
  readonly mouth = new Mouth(24_000, RATE, (r) => this.reports.push(r));
  private readonly out = new Float32Array(128);

  /** play returns the sound of so many milliseconds. */
  play(ms: number): Float32Array {
    const all = new Float32Array(Math.ceil((ms * RATE) / 1000 / 128) * 128);
    for (let at = 0; at < all.length; at += 128) {
      this.mouth.speak(this.out);
      all.set(this.out, at);
    }
    return all;
  }

  sound(ms: number, last = false, value = 8192): void {
    this.mouth.take({ do: "sound", pcm: new Int16Array((ms * 24_000) / 1000).fill(value), last });
  }

  get last(): FromMouth {
    return this.reports[this.reports.length - 1]!;
  }
}

const loudest = (sound: Float32Array): number => sound.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

test("a mouth plays a line whole, counts it, and says when it is over", () => {
  const s = new Stage();
  s.mouth.take({ do: "begin", gen: 7, fromMS: 0 });
  s.sound(80);
  const first = s.play(40);
  must(Math.abs(first[1500]! - 0.25) < 0.001, `it plays ${first[1500]}`);
  s.sound(120, true);
  s.play(100);
  must(!s.last.done && s.last.gen === 7 && Math.abs(s.last.playedMS - 120) < 25, JSON.stringify(s.last));
  s.play(100);
  equal([s.last.done, s.last.playedMS, s.last.gen], [true, 200, 7]);
  const reports = s.reports.length;
  must(loudest(s.play(200)) === 0 && s.reports.length === reports, "it goes on after the end");
});

test("a line that runs dry waits for more, and its place waits too", () => {
  const s = new Stage();
  s.mouth.take({ do: "begin", gen: 1, fromMS: 0 });
  s.sound(80);
  s.play(500);
  must(Math.abs(s.last.playedMS - 80) < 5, JSON.stringify(s.last));
  s.sound(80);
  must(loudest(s.play(100).subarray(512)) === 0, "one frame is not enough to go on");
  s.sound(80);
  must(loudest(s.play(100)) > 0.2, "two are");
});

test("a stop is silent within 60 ms, without a click, and forgets the line", () => {
  const s = new Stage();
  s.mouth.take({ do: "begin", gen: 1, fromMS: 0 });
  s.sound(2000);
  s.play(200);
  s.mouth.take({ do: "stop" });
  const after = s.play(60);
  must(loudest(after.subarray(after.length / 2)) === 0, "it is still heard");
  for (let i = 1; i < after.length; i++) must(Math.abs(after[i]! - after[i - 1]!) < 0.01, "a click");
  s.mouth.take({ do: "begin", gen: 1, fromMS: 200 });
  must(loudest(s.play(100)) === 0, "the rest of it comes back");
  s.sound(80, true);
  s.play(200);
  equal([s.last.done, s.last.playedMS], [true, 280]);
});

test("a duck is low, not silent, and comes back", () => {
  const s = new Stage();
  s.mouth.take({ do: "begin", gen: 1, fromMS: 0 });
  s.sound(3000);
  s.play(200);
  s.mouth.take({ do: "duck", on: true });
  s.play(100);
  must(Math.abs(loudest(s.play(100)) - 0.05) < 0.002, "low");
  s.mouth.take({ do: "duck", on: false });
  s.play(100);
  must(Math.abs(loudest(s.play(100)) - 0.25) < 0.002, "back");
});

test("questions are read by voices of the device only", () => {
  const voice = (name: string, lang: string, localService: boolean, isDefault = false) => ({ name, lang, localService, default: isDefault }) as SpeechSynthesisVoice;
  const voices = [voice("cloud", "en-US", false, true), voice("b", "en_GB", true), voice("a", "en-US", true), voice("d", "de-DE", true)];
  equal(choose(voices, "en-US")?.name, "a");
  equal(choose(voices, "en")?.name, "b");
  equal(choose(voices, "de")?.name, "d");
  equal(choose(voices, "fr"), undefined);
  equal(choose([voices[0]!], "en-US"), undefined);
});

test("the level line is still in silence and full at a loud voice", () => {
  equal([rises(0), rises(0.0005), rises(0.4)], [0, 0, 1]);
  must(rises(0.03) > 0.4 && rises(0.03) < 0.7, String(rises(0.03)));
});
