// What runs on the audio thread of a spoken interview: an ear and a mouth, each
// between its port and the sound. A file of its own, since a browser loads it
// beside the page.

import { Ear } from "./interview/voice/ear";
import { Mouth, type ToMouth } from "./interview/voice/mouth";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;

registerProcessor(
  "ear",
  class extends AudioWorkletProcessor {
    private readonly ear = new Ear(sampleRate, (heard) => this.port.postMessage(heard, [heard.pcm.buffer]));

    process(inputs: Float32Array[][]): boolean {
      this.ear.hear(inputs[0] ?? []);
      return true;
    }
  },
);

registerProcessor(
  "mouth",
  class extends AudioWorkletProcessor {
    private readonly mouth: Mouth;

    constructor(options: { processorOptions: { rate: number } }) {
      super();
      this.mouth = new Mouth(options.processorOptions.rate, sampleRate, (report) => this.port.postMessage(report));
      this.port.onmessage = (e: MessageEvent<ToMouth>) => this.mouth.take(e.data);
    }

    process(_: unknown, outputs: Float32Array[][]): boolean {
      const [first, ...others] = outputs[0] ?? [];
      if (!first) return true;
      this.mouth.speak(first);
      for (const other of others) other.set(first);
      return true;
    }
  },
);
