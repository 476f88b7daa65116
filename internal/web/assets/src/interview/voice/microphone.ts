// The microphone: what is heard as frames for the socket, and how loud it is.

import type { Heard } from "./ear";

const HEADER = 8;
const MIC = 1;
const FRAME_MS = 60;
const AUDIBLE = 1e-5; // -100 dB: a microphone that is off gives less, the quietest room more

export interface MicrophoneEvents {
  frame(frame: ArrayBuffer): void;
  level(level: number): void;
  /** The track is over: the device is gone, or was taken away. */
  ended(): void;
}

const WISHES: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } },
};

export class Microphone {
  private stream?: MediaStream;
  private source?: MediaStreamAudioSourceNode;
  private readonly node: AudioWorkletNode;
  // Numbers go on with the time of day, so that a page which was loaded again
  // goes on after the frames of the one before it.
  private seq = Math.floor(Date.now() / FRAME_MS) >>> 0;
  private gate = false; // frames may go out
  private asked = 0; // how often for the microphone
  /** When something was heard last, on the clock of performance.now; 0: never. */
  audible = 0;
  gen = 0; // the line that is heard, or was last

  /** The worklet has to be loaded into the context before. */
  constructor(private readonly context: AudioContext, private readonly on: MicrophoneEvents) {
    this.node = new AudioWorkletNode(context, "ear", { numberOfOutputs: 1 });
    this.node.port.onmessage = (e: MessageEvent<Heard>) => this.heard(e.data);
    this.node.connect(context.destination); // silent; a node that leads nowhere may be stopped
  }

  /** open asks for the microphone, again where it had been there before. */
  async open(): Promise<void> {
    this.release();
    const asked = this.asked;
    const stream = await navigator.mediaDevices.getUserMedia(WISHES);
    if (asked !== this.asked) { // nobody wants it any more
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.stream = stream;
    this.track!.onended = () => this.on.ended();
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.node);
  }

  /** live tells whether there is a device that can be listened to. */
  get live(): boolean {
    return this.track?.readyState === "live";
  }

  get device(): string | undefined {
    return this.track?.getSettings().deviceId;
  }

  /** cancels tells whether the browser takes our own sound out of what it hears. */
  get cancels(): boolean {
    return this.track?.getSettings().echoCancellation === true;
  }

  /** listen opens or shuts the gate. The device itself is off where deaf is true. */
  listen(on: boolean, deaf: boolean): void {
    this.gate = on;
    if (this.track) this.track.enabled = !deaf;
  }

  release(): void {
    this.asked++;
    this.gate = false;
    if (this.track) this.track.onended = null;
    this.source?.disconnect();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.source = undefined;
  }

  private get track(): MediaStreamTrack | undefined {
    return this.stream?.getAudioTracks()[0];
  }

  private heard({ pcm, level }: Heard): void {
    if (level > AUDIBLE) this.audible = performance.now();
    this.on.level(level);
    this.seq = (this.seq + 1) >>> 0; // also of what is not sent: a gap is a silence of that length
    if (!this.gate) return;
    const frame = new ArrayBuffer(HEADER + pcm.byteLength);
    const head = new DataView(frame);
    head.setUint8(0, MIC);
    head.setUint16(2, this.gen & 0xffff, true);
    head.setUint32(4, this.seq, true);
    new Int16Array(frame, HEADER).set(pcm); // little-endian, as every machine that has a browser
    this.on.frame(frame);
  }
}
