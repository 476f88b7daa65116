// The questions read by the browser itself. Only by voices that live on the
// device: the others send what they read to the browser's maker.

const LOADING_MS = 1_000; // some browsers have their voices late

export class Aloud {
  private voice?: SpeechSynthesisVoice;

  constructor(private readonly language: string) {}

  /** ready tells whether there is a voice for the language. */
  async ready(): Promise<boolean> {
    if (!("speechSynthesis" in window)) return false;
    this.voice = choose(speechSynthesis.getVoices(), this.language);
    if (this.voice) return true;
    await new Promise<void>((resolve) => {
      speechSynthesis.addEventListener("voiceschanged", () => resolve(), { once: true });
      setTimeout(resolve, LOADING_MS);
    });
    this.voice = choose(speechSynthesis.getVoices(), this.language);
    return this.voice !== undefined;
  }

  /** say reads a line, and leaves the one before where it is. */
  say(text: string): void {
    if (!this.voice) return;
    speechSynthesis.cancel();
    const line = new SpeechSynthesisUtterance(text);
    line.voice = this.voice;
    line.lang = this.voice.lang;
    speechSynthesis.speak(line);
  }

  stop(): void {
    if (this.voice) speechSynthesis.cancel();
  }
}

/** choose prefers the whole language tag, then what the system has as its own. */
export function choose(voices: SpeechSynthesisVoice[], language: string): SpeechSynthesisVoice | undefined {
  const wanted = language.toLowerCase();
  const base = wanted.split("-")[0]!;
  const tag = (v: SpeechSynthesisVoice): string => v.lang.replace("_", "-").toLowerCase();
  const rank = (v: SpeechSynthesisVoice): number => (tag(v) === wanted ? 2 : 0) + (v.default ? 1 : 0);
  const fit = voices.filter((v) => v.localService && tag(v).split("-")[0] === base);
  return fit.sort((a, b) => rank(b) - rank(a))[0];
}
