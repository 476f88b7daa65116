// Before a spoken interview: the question for the microphone, what stands in its
// way in words, and whether anything is heard. Typing is always one press away.

import { rises } from "./level";
import type { Microphone } from "./microphone";
import { obstacle, SILENT, troubleOf, WORDS, type Trouble } from "./trouble";

const SILENT_MS = 3_000;
const ASKING = "Your browser asks whether this page may hear you. Allow it, and we begin.";
const HEARD = "We hear you. Starting…";

export class Check {
  readonly root: HTMLElement;
  private pressed: (what: "again" | "type") => void = () => undefined;

  constructor(template: HTMLTemplateElement) {
    this.root = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.find("[data-do=again]").addEventListener("click", () => this.pressed("again"));
    this.find("[data-uc=type]").addEventListener("click", () => this.pressed("type"));
    this.find<HTMLAnchorElement>("[data-do=tab]").href = location.href;
  }

  /** pass is true once there is a microphone, and false where they rather type. */
  async pass(open: () => Promise<Microphone>): Promise<boolean> {
    for (;;) {
      const choice = new Promise<"again" | "type">((resolve) => (this.pressed = resolve));
      this.say(ASKING);
      const found = await Promise.race([choice, obstacle() ?? open().catch(troubleOf)]);
      if (found === "type") return false;
      if (typeof found === "string") {
        if (found !== "again") this.trouble(found);
        if ((await choice) === "type") return false;
        continue;
      }
      if ((await Promise.race([choice, this.listen(found)])) === "type") return false;
      return true;
    }
  }

  level(level: number): void {
    this.find(".level span").style.transform = `scaleX(${rises(level)})`;
  }

  private trouble(why: Trouble): void {
    this.say(WORDS[why]);
    this.root.dataset["trouble"] = why;
    this.find("[data-do=again]").hidden = why === "insecure" || why === "unsupported" || why === "framed";
    this.find("[data-do=tab]").hidden = why !== "framed";
    this.find(this.find("[data-do=again]").hidden ? "[data-uc=type]" : "[data-do=again]").focus();
  }

  /**
   * listen waits until something is heard, but no longer than it takes to be sure
   * that nothing is: the interview begins with our own line anyway.
   */
  private async listen(microphone: Microphone): Promise<"heard"> {
    const until = performance.now() + SILENT_MS;
    while (microphone.audible === 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 60));
    this.say(microphone.audible ? HEARD : SILENT);
    return "heard";
  }

  private say(text: string): void {
    delete this.root.dataset["trouble"];
    this.find("[data-do=again]").hidden = this.find("[data-do=tab]").hidden = true;
    this.find(".words").textContent = text;
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.root.querySelector<T>(selector)!;
  }
}
