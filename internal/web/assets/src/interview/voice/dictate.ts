// Speech to text by the browser, where it does it on the device. Without that
// promise a browser may send the sound to its maker, so it is not used then.

interface Recognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally: boolean;
  start(): void;
  stop(): void;
  onresult: ((e: { results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }> }) => void) | null;
  onerror: ((e: { error: string }) => void) | null;
  onend: (() => void) | null;
}

interface RecognitionClass {
  new (): Recognition;
  available?(options: { langs: string[]; processLocally: boolean }): Promise<string>;
}

function recogniser(): RecognitionClass | undefined {
  return (window as { SpeechRecognition?: RecognitionClass }).SpeechRecognition;
}

/** canDictate tells whether the device itself understands the language. */
export async function canDictate(language: string): Promise<boolean> {
  const found = recogniser();
  if (!found?.available || !("processLocally" in found.prototype)) return false;
  try {
    return (await found.available({ langs: [language], processLocally: true })) === "available";
  } catch {
    return false; // a page that may not: the policy of a frame around it
  }
}

export interface DictationEvents {
  /** All that was understood since it began. */
  text(text: string): void;
  over(trouble: string): void;
}

export class Dictation {
  private readonly recognition: Recognition;

  constructor(language: string, on: DictationEvents) {
    const r = (this.recognition = new (recogniser()!)());
    let trouble = "";
    r.lang = language;
    r.continuous = r.interimResults = true;
    r.processLocally = true;
    r.onresult = (e) => on.text(Array.from(e.results, (result) => result[0]!.transcript).join("").trim());
    r.onerror = (e) => (trouble = e.error);
    r.onend = () => on.over(trouble);
  }

  /** start begins, or throws where the browser takes back that it stays on the device. */
  start(): void {
    if (!this.recognition.processLocally) throw new Error("the browser would not keep the sound on the device");
    this.recognition.start();
  }

  stop(): void {
    this.recognition.stop();
  }
}
