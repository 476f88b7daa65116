// The talk on the screen: the question large, one box, and what was said before
// behind a quiet line. It shows what it is told to and asks nobody.

export type Press = "repeat" | "skip" | "pause" | "leave" | "continue" | "voice";

export interface TalkEvents {
  send(text: string): void;
  draft(text: string): void;
  press(what: Press): void;
}

export class Talk {
  readonly root: HTMLElement;
  private readonly question: HTMLElement;
  private readonly lead: HTMLElement;
  private readonly area: HTMLTextAreaElement;
  private readonly form: HTMLFormElement;
  private readonly status: HTMLElement;
  private readonly before: HTMLDetailsElement;
  private readonly calm: string;
  private shown: { speaker: string; text: string }[] = [];
  private asleep = false;
  private spoken = false;
  private boxed = true;

  constructor(template: HTMLTemplateElement, private readonly on: TalkEvents) {
    this.root = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.question = this.find("[data-uc=question]");
    this.lead = this.find(".lead");
    this.area = this.find<HTMLTextAreaElement>("[data-uc=answer]");
    this.form = this.find<HTMLFormElement>("form");
    this.status = this.find("#status");
    this.before = this.find<HTMLDetailsElement>("details");
    this.calm = this.find(".paused p").textContent!;
    this.listen();
  }

  /** ask shows a question; what stood there goes to what was said before. */
  ask(text: string, question: string, progress: number): void {
    if (question) {
      const at = text.lastIndexOf(question);
      this.lead.textContent = (at < 0 ? text : text.slice(0, at) + text.slice(at + question.length)).trim();
      this.question.textContent = question;
    } else {
      this.lead.textContent = text; // a word in between: the question stays
    }
    this.remember("interviewer", text);
    this.advance(progress);
  }

  /** remember adds a line to what was said; the last question is not in it. */
  remember(speaker: "interviewer" | "participant", text: string): void {
    this.shown.push({ speaker, text });
    const list = this.before.querySelector("ol")!;
    list.replaceChildren(...this.shown.slice(0, -1).map(line));
    this.before.hidden = this.shown.length < 2;
  }

  /** words puts text into the box; locked: it is on its way. */
  words(text: string, locked: boolean): void {
    if (this.area.value !== text) this.area.value = text;
    this.area.readOnly = locked; // not disabled: the keyboard of a phone stays up
    this.form.classList.toggle("sending", locked);
    this.fit();
    this.refresh();
  }

  say(text: string): void {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  /** paused says why, where the page knows it better than the person. */
  paused(on: boolean, why = ""): void {
    if (why) this.find(".paused p").textContent = why;
    else if (!on) this.find(".paused p").textContent = this.calm;
    const was = this.asleep;
    this.asleep = on;
    this.settle();
    if (on && !was) this.find("[data-do=continue]").focus();
  }

  /** speaking shows what belongs to speech, and hides the box unless it is wanted too. */
  speaking(on: boolean): void {
    this.spoken = on;
    this.boxed = !on;
    this.aloud(false);
    this.settle();
  }

  withBox(on: boolean): void {
    this.boxed = on || !this.spoken || this.area.value !== ""; // never over somebody's words
    this.settle();
  }

  private settle(): void {
    this.root.classList.toggle("is-paused", this.asleep);
    this.root.classList.toggle("is-spoken", this.spoken);
    this.form.hidden = this.asleep || !this.boxed;
    this.find(".paused").hidden = !this.asleep;
  }

  /** aloud: what is heard is not read out as well, a screen reader would talk over it. */
  aloud(on: boolean): void {
    this.find(".asks").setAttribute("aria-live", on ? "off" : "polite");
  }

  /** away greys out what needs the line. Writing and stopping do not. */
  away(on: boolean): void {
    for (const name of ["repeat", "skip"]) this.button(name).disabled = on;
  }

  /** focus goes to the box, unless the person is reading somewhere. */
  focus(): void {
    const at = document.activeElement;
    if (this.form.hidden || (at && at !== document.body && !this.root.contains(at))) return;
    if (at instanceof HTMLElement && this.before.contains(at)) return;
    this.area.focus({ preventScroll: true });
    this.question.scrollIntoView({ block: "nearest" });
  }

  private listen(): void {
    this.form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.submit();
    });
    this.area.addEventListener("keydown", (e) => {
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      this.submit();
    });
    this.area.addEventListener("input", () => {
      this.on.draft(this.area.value);
      this.fit();
      this.refresh();
    });
    for (const name of ["repeat", "skip", "pause", "leave", "voice"] as const) {
      this.root.querySelector(`[data-uc=${name}]`)?.addEventListener("click", () => this.on.press(name));
    }
    this.find("[data-do=continue]").addEventListener("click", () => this.on.press("continue"));
    visualViewport?.addEventListener("resize", () => document.activeElement === this.area && this.question.scrollIntoView({ block: "nearest" }));
  }

  private submit(): void {
    if (!this.area.readOnly && this.area.value.trim()) this.on.send(this.area.value);
  }

  private refresh(): void {
    this.button("send").disabled = this.area.readOnly || !this.area.value.trim();
  }

  private fit(): void {
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight + 2}px`;
  }

  private advance(progress: number): void {
    const bar = this.find(".progress");
    const percent = Math.round(Math.min(1, Math.max(0, progress)) * 100);
    bar.setAttribute("aria-valuenow", String(percent));
    bar.querySelector("span")!.style.inlineSize = `${percent}%`;
  }

  private button(name: string): HTMLButtonElement {
    return this.find<HTMLButtonElement>(`[data-uc=${name}]`);
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.root.querySelector<T>(selector)!;
  }
}

function line(said: { speaker: string; text: string }): HTMLLIElement {
  const item = document.createElement("li");
  item.className = said.speaker;
  item.dir = "auto";
  const who = document.createElement("span");
  who.className = "speaker";
  who.textContent = said.speaker === "participant" ? "You: " : "Interviewer: ";
  item.append(who, said.text);
  return item;
}
