// usercall.on. A listener that throws harms neither us nor the other listeners.

type Listener = (detail: unknown) => void;

export class Listeners {
  readonly #byEvent = new Map<string, Listener[]>();

  add(event: unknown, listener: unknown): void {
    if (typeof event != "string" || typeof listener != "function") return;
    this.#byEvent.set(event, [...(this.#byEvent.get(event) ?? []), listener as Listener]);
  }

  emit(event: string, detail: unknown): void {
    for (const listener of this.#byEvent.get(event) ?? []) {
      try {
        listener(detail);
      } catch {}
    }
  }
}
