package trigger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// cardTexts is what a card says where the file does not. Each body says what
// every card has to say: that an AI asks, how long it takes, that nothing depends on
// it, and in which language, while the interviewer does not speak the card's.
var cardTexts = map[string]struct{ title, body, minute, minutes, accept, decline string }{
	"en": {"Could you tell us how that went?", "An AI interviewer asks, you answer. About %d %s. It changes nothing about what you just did.",
		"minute", "minutes", "Tell us", "No thanks"},
	"de": {"Erzählen Sie uns, wie das war?", "Eine KI stellt die Fragen auf Englisch, Sie antworten. Etwa %d %s. An dem, was Sie gerade getan haben, ändert das nichts.",
		"Minute", "Minuten", "Erzählen", "Nein danke"},
	"es": {"¿Nos cuenta cómo le ha ido?", "Pregunta una IA, en inglés; usted responde. Unos %d %s. No cambia nada de lo que acaba de hacer.",
		"minuto", "minutos", "Contar", "No, gracias"},
	"fr": {"Pouvez-vous nous dire comment cela s’est passé ?", "Une IA pose les questions, en anglais ; vous répondez. Environ %d %s. Cela ne change rien à ce que vous venez de faire.",
		"minute", "minutes", "Raconter", "Non merci"},
}

func (i *InviteSpec) texts() []research.Text {
	return []research.Text{i.Title, i.Body, i.Accept, i.Decline}
}

// setTexts takes the texts of the file, and default ones where it has none: in
// the languages of the study, and in those of the file's other texts, so that a
// card speaks one language throughout.
func (r *Rule) setTexts(i *InviteSpec, how InterviewSpec) {
	languages := slices.Clone(how.Languages)
	for _, t := range i.texts() {
		languages = append(languages, sortedKeys(t)...)
	}
	r.Language = serving(i.texts(), languages)
	ours := defaultTexts(languages, r.Language, how.Minutes)
	for n, into := range []*research.Text{&r.Title, &r.Body, &r.Accept, &r.Decline} {
		*into = filled(i.texts()[n], ours[n], r.Language)
	}
}

// defaultTexts is title, body, accept and decline in these languages, and in the
// one that serves where a language is missing. Most rules ask for English alone,
// and share it.
func defaultTexts(languages []string, serving string, minutes int) [4]research.Text {
	if minutes <= maxMinutes && len(languages) == 1 && languages[0] == "en" {
		return inEnglish[minutes]
	}
	return makeTexts(languages, serving, minutes)
}

var inEnglish = func() (by [maxMinutes + 1][4]research.Text) {
	for minutes := range by {
		by[minutes] = makeTexts([]string{"en"}, "en", minutes)
	}
	return by
}()

func makeTexts(languages []string, serving string, minutes int) [4]research.Text {
	out := [4]research.Text{{}, {}, {}, {}}
	put := func(lang, spoken string) {
		w, known := cardTexts[spoken]
		if !known {
			return
		}
		unit := w.minutes
		if minutes == 1 {
			unit = w.minute
		}
		for n, said := range [4]string{w.title, fmt.Sprintf(w.body, minutes, unit), w.accept, w.decline} {
			out[n][lang] = said
		}
	}
	for _, lang := range languages {
		put(lang, lang)
	}
	put("", "en")
	put("", serving) // instead, where we speak it
	return out
}

// serving is the language of a card where it does not speak the page's: English,
// else the first of the study's, that all of the file's texts have.
func serving(texts []research.Text, languages []string) string {
	for _, lang := range append([]string{"en"}, languages...) {
		if lang == "" || lang == "en" && len(languages) > 0 && !slices.Contains(languages, "en") {
			continue
		}
		if !slices.ContainsFunc(texts, func(t research.Text) bool { _, serves := t[""]; return len(t) > 0 && !serves && t[lang] == "" }) {
			return lang
		}
	}
	return "en"
}

// filled is a text that has something to say in every language.
func filled(own, ours research.Text, language string) research.Text {
	if len(own) == 0 {
		return ours
	}
	out := research.Text{}
	for lang, s := range own {
		out[lang] = s
	}
	for _, lang := range append([]string{"", language, "en"}, sortedKeys(own)...) {
		if s, ok := own[lang]; ok {
			out[""] = s
			break
		}
	}
	return out
}

// CardText is what one card says.
type CardText struct{ Language, Title, Body, Accept, Decline string }

// Say is the card on a page of that language: in it, with or without its region,
// where all of the card's texts have it.
func (r *Rule) Say(page string) CardText {
	lang, in := r.Language, func(t research.Text) string { return t[""] }
	primary, _, _ := strings.Cut(page, "-")
	for _, l := range []string{primary, page} {
		if l != "" && r.Title[l] != "" && r.Body[l] != "" && r.Accept[l] != "" && r.Decline[l] != "" {
			lang, in = l, func(t research.Text) string { return t[l] }
		}
	}
	return CardText{lang, in(r.Title), in(r.Body), in(r.Accept), in(r.Decline)}
}
