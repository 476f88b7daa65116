// The ticket: 128 random bits that make this browser the one whose events an invite answers. It
// is made with the first event that a trigger reads and kept until nothing is open for it.

import { randomHex } from "./message";
import { forget, loadJSON, save } from "./storage";

interface Stored {
  ticket: string;
  /** Whose events it stood for: the next person at this browser must not get their invite. */
  userId: string | undefined;
}

export class Ticket {
  #stored = loadJSON<Stored | undefined>("ticket", undefined);

  get current(): string | undefined {
    return this.#stored?.ticket;
  }

  get owner(): string | undefined {
    return this.#stored?.userId;
  }

  make(userId: string | undefined): string {
    const ticket = this.#stored?.ticket ?? randomHex(16);
    this.#stored = { ticket, userId: userId ?? this.owner };
    save("ticket", JSON.stringify(this.#stored));
    return ticket;
  }

  forget(): void {
    this.#stored = undefined;
    forget("ticket");
  }
}
