// The way into the spoken interview. What speaks and listens is a script of its
// own, fetched when somebody chooses to speak and not before; the sound itself
// has to be started here, while the press of the button counts as one.

import type { FromServer, Hello, ToServer } from "./wire";

/** Voice is the spoken part of an interview, whoever speaks. */
export interface Voice {
  /** hello is what the server is told with the first frame. */
  hello(): Hello;
  /** attach puts the controls into the talk. */
  attach(talk: HTMLElement): void;
  frame(f: FromServer): void;
  /** sound takes a binary frame. */
  sound(data: ArrayBuffer): void;
  away(on: boolean): void;
  paused(on: boolean): void;
  /** wake brings sound and microphone back after a pause; it returns what is in the way, or "". */
  wake(): Promise<string>;
  close(): void;
}

/** VoiceHost is what the spoken part asks of the page. */
export interface VoiceHost {
  send(frame: ToServer): boolean;
  sound(frame: ArrayBuffer): void;
  /** halt pauses the interview, and says why. */
  halt(why: string): void;
  /** box shows the box for typing, also while speech goes on. */
  box(on: boolean): void;
  /** aloud tells whether the next question is heard, so that nothing else reads it out. */
  aloud(on: boolean): void;
  /** type is the press of "type instead". */
  type(): void;
  /** dictated puts words into the box, to be looked at and sent. */
  dictated(text: string): void;
  /** swap puts a part in place of what stands on the page. */
  swap(part: HTMLElement): void;
}

export interface Start {
  kind: "server" | "browser";
  language: string;
  worklet: string;
  context?: AudioContext;
  check: HTMLTemplateElement;
  host: VoiceHost;
}

/** speak is the person's wish to speak; undefined where they changed it to typing. */
export async function speak(root: HTMLElement, host: VoiceHost, context?: AudioContext): Promise<Voice | undefined> {
  const { voice, voiceScript, worklet, language } = root.dataset;
  const kind = voice === "server" ? "server" : "browser";
  if (kind === "server") void (context ??= sound())?.resume();
  const script = (await import(voiceScript!)) as typeof import("../voice");
  const check = document.getElementById("check") as HTMLTemplateElement;
  return script.join({ kind, language: language || "en", worklet: worklet!, context, check, host });
}

const AWAKE_MS = 300;

/** welcome is a context that runs without a press of a button, where the browser lets it. */
export async function welcome(): Promise<AudioContext | undefined> {
  try {
    const asked = await navigator.permissions.query({ name: "microphone" as PermissionName });
    if (asked.state !== "granted") return undefined;
    const context = new AudioContext();
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, AWAKE_MS))]);
    if (context.state === "running") return context;
    await context.close();
  } catch {
    // not to be known here: then a button asks
  }
  return undefined;
}

/** sound is undefined where there is no way to make any; the check says so. */
function sound(): AudioContext | undefined {
  try {
    return new AudioContext();
  } catch {
    return undefined;
  }
}
