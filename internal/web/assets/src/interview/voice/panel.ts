// The spoken part of the talk: what is going on, how loud it is, what was
// understood. It shows what it is told to.

import { rises } from "./level";

export type Shown = "connecting" | "speaking" | "listening" | "hearing" | "thinking" | "muted" | "away" | "closing";

const WORDS: Record<Shown, string> = {
  connecting: "Starting…",
  speaking: "The interviewer speaks.",
  listening: "Listening. Take your time.",
  hearing: "Listening to you.",
  thinking: "Thinking about what you said.",
  muted: "Your microphone is off.",
  away: "Connecting again. What you say now is not heard.",
  closing: "The interviewer says goodbye.",
};

export interface PanelEvents {
  done(): void;
  mute(): void;
  type(): void;
}

export class Panel {
  private readonly root: HTMLElement;
  private readonly line: HTMLElement;

  constructor(talk: HTMLElement, on: PanelEvents) {
    this.root = talk.querySelector<HTMLElement>(".voice")!;
    this.line = this.root.querySelector<HTMLElement>(".level span")!;
    const { signal } = this.closed;
    this.button("done").addEventListener("click", () => on.done(), { signal });
    this.button("mute").addEventListener("click", () => on.mute(), { signal });
    this.button("type").addEventListener("click", () => on.type(), { signal });
    this.root.hidden = false;
  }

  private readonly closed = new AbortController();

  /** show is not announced: whoever listens hears it, and a screen reader would talk into the microphone. */
  show(state: Shown): void {
    if (this.root.dataset["state"] === state) return;
    this.root.dataset["state"] = state;
    this.root.querySelector(".now")!.textContent = WORDS[state];
    this.button("done").disabled = state !== "listening" && state !== "hearing";
    this.level(0);
  }

  /** note says what is not as it should be. */
  note(text: string): void {
    const note = this.root.querySelector(".note")!;
    if (note.textContent !== text) note.textContent = text;
  }

  heard(text: string): void {
    this.root.querySelector(".heard")!.textContent = text;
  }

  level(level: number): void {
    this.line.style.transform = `scaleX(${rises(level)})`;
  }

  muted(on: boolean): void {
    this.button("mute").textContent = on ? "Unmute" : "Mute";
  }

  close(): void {
    this.closed.abort();
    this.note("");
    this.heard("");
    this.root.hidden = true;
  }

  private button(name: string): HTMLButtonElement {
    return this.root.querySelector<HTMLButtonElement>(`[data-uc=${name}]`)!;
  }
}
