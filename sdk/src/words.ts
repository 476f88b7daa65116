// The card's own words; all others come with the invite, in the study's languages.

interface Words {
  later: string;
  never: string;
  close: string;
}

const WORDS: Record<string, Words> = {
  en: { later: "Not now", never: "Don't ask again", close: "Close" },
  de: { later: "Jetzt nicht", never: "Nicht mehr fragen", close: "Schließen" },
  es: { later: "Ahora no", never: "No volver a preguntar", close: "Cerrar" },
  fr: { later: "Pas maintenant", never: "Ne plus demander", close: "Fermer" },
};

/** Words in the invite's language; English where we have none. */
export function wordsIn(lang: string): Words {
  return WORDS[primary(lang)] ?? WORDS.en!;
}

export function direction(lang: string): "rtl" | "ltr" {
  return ["ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"].includes(primary(lang)) ? "rtl" : "ltr";
}

function primary(lang: string): string {
  return lang.toLowerCase().split(/[-_]/)[0]!;
}
