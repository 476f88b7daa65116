// What the person wrote and the server has not stored yet: the words in the
// box, and the one answer that was sent and is not accepted. Both survive a
// reload of the tab.

import { newID } from "./wire";

export interface Pending {
  id: string;
  text: string;
}

interface Kept {
  draft: string;
  pending?: Pending;
  aloud?: boolean;
}

export class Outbox {
  private readonly key: string;
  private kept: Kept = { draft: "" };

  constructor(path: string) {
    this.key = `usercall:${path}`;
    try {
      const stored = JSON.parse(sessionStorage.getItem(this.key) ?? "null") as Kept | null;
      if (stored) this.kept = { draft: String(stored.draft ?? ""), pending: stored.pending, aloud: stored.aloud };
    } catch {
      // no storage, or not ours: memory has to do
    }
  }

  get draft(): string {
    return this.kept.draft;
  }

  set draft(text: string) {
    this.kept.draft = text;
    this.save();
  }

  /** aloud tells whether the browser was to read the questions, before this page was loaded again. */
  get aloud(): boolean {
    return this.kept.aloud === true;
  }

  set aloud(on: boolean) {
    this.kept.aloud = on;
    this.save();
  }

  get pending(): Pending | undefined {
    return this.kept.pending;
  }

  /** post makes the text the pending answer, unless one is under way already. */
  post(text: string): Pending {
    this.kept.pending ??= { id: newID(), text };
    this.save();
    return this.kept.pending;
  }

  /** settle forgets the pending answer with that id: it is stored. */
  settle(id: string): boolean {
    if (this.kept.pending?.id !== id) return false;
    this.kept = { draft: "", aloud: this.kept.aloud };
    this.save();
    return true;
  }

  /** recall makes the pending answer a draft again: it was refused. */
  recall(): void {
    this.kept = { draft: this.kept.pending?.text ?? this.kept.draft, aloud: this.kept.aloud };
    this.save();
  }

  clear(): void {
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // nothing was stored there
    }
  }

  private save(): void {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.kept));
    } catch {
      // full or forbidden: the text stays in the box
    }
  }
}
