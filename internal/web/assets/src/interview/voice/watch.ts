// What takes the sound away from a page without asking it: another tab, a call,
// a plug that is pulled. Each is told once, in words; going on is the person's.

import type { Microphone } from "./microphone";

const HIDDEN = "Paused, because this page went into the background.";
const TAKEN = "Paused, because the device gave the sound to something else, such as a call.";
const GONE = "Paused, because the microphone went away.";
const PLUGGED = "Paused, because a headset or a microphone was plugged in or out. Going on uses what is there now.";

export class Watch {
  private devices = "";
  private closed = new AbortController();

  constructor(
    context: AudioContext,
    private readonly halt: (why: string) => void,
  ) {
    const { signal } = this.closed;
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.halt(HIDDEN), { signal });
    context.addEventListener("statechange", () => context.state !== "running" && this.halt(TAKEN), { signal });
    navigator.mediaDevices.addEventListener("devicechange", () => void this.changed(), { signal });
    void this.remember();
  }

  gone(): void {
    if (!this.closed.signal.aborted) this.halt(GONE);
  }

  /** remember takes what is plugged in now as what is wanted. */
  async remember(): Promise<void> {
    this.devices = await inventory();
  }

  close(): void {
    this.closed.abort();
  }

  /** changed looks what changed: browsers tell of devices also where none came or went. */
  private async changed(): Promise<void> {
    const now = await inventory();
    if (now === this.devices || this.closed.signal.aborted) return;
    this.devices = now;
    this.halt(PLUGGED);
  }
}

/** wake brings the sound back, as far as the browser lets it; it needs a press of a button. */
export async function wake(context: AudioContext, microphone: Microphone): Promise<void> {
  if (context.state !== "running") await context.resume();
  await microphone.open(); // anew: the old one may be one that nobody speaks into
}

async function inventory(): Promise<string> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((d) => d.kind.startsWith("audio"))
    .map((d) => d.kind + d.deviceId)
    .sort()
    .join();
}
