// The talk on the screen: the question large, one box, and what was said before
// behind a quiet line. It shows what it is told to and asks nobody.

export interface TalkEvents {
  send(text: string): void;
  draft(text: string): void;
  press(what: "repeat" | "skip" | "pause" | "leave" | "continue"): void;
}

export class Talk {
  readonly root: HTMLElement;
  private readonly question: HTMLElement;
  private readonly lead: HTMLElement;
  private readonly box: HTMLTextAreaElement;
  private readonly form: HTMLFormElement;
  private readonly status: HTMLElement;
  private readonly before: HTMLDetailsElement;
  private shown: { speaker: string; text: string }[] = [];

  constructor(template: HTMLTemplateElement, private readonly on: TalkEvents) {
    this.root = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.question = this.find("[data-uc=question]");
    this.lead = this.find(".lead");
    this.box = this.find<HTMLTextAreaElement>("[data-uc=answer]");
    this.form = this.find<HTMLFormElement>("form");
    this.status = this.find("#status");
    this.before = this.find<HTMLDetailsElement>("details");
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
    if (this.box.value !== text) this.box.value = text;
    this.box.readOnly = locked; // not disabled: the keyboard of a phone stays up
    this.form.classList.toggle("sending", locked);
    this.fit();
    this.refresh();
  }

  say(text: string): void {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  paused(on: boolean): void {
    this.root.classList.toggle("is-paused", on);
    this.form.hidden = on;
    this.find(".paused").hidden = !on;
    if (on) this.find("[data-do=continue]").focus();
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
    this.box.focus({ preventScroll: true });
    this.question.scrollIntoView({ block: "nearest" });
  }

  private listen(): void {
    this.form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.submit();
    });
    this.box.addEventListener("keydown", (e) => {
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      this.submit();
    });
    this.box.addEventListener("input", () => {
      this.on.draft(this.box.value);
      this.fit();
      this.refresh();
    });
    for (const name of ["repeat", "skip", "pause", "leave"] as const) {
      this.button(name).addEventListener("click", () => this.on.press(name));
    }
    this.find("[data-do=continue]").addEventListener("click", () => this.on.press("continue"));
    visualViewport?.addEventListener("resize", () => document.activeElement === this.box && this.question.scrollIntoView({ block: "nearest" }));
  }

  private submit(): void {
    if (!this.box.readOnly && this.box.value.trim()) this.on.send(this.box.value);
  }

  private refresh(): void {
    this.button("send").disabled = this.box.readOnly || !this.box.value.trim();
  }

  private fit(): void {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
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
