package trigger

import (
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func TestACardSpeaksOneLanguage(t *testing.T) {
	const german = "Eine KI stellt die Fragen auf Englisch, Sie antworten. Etwa 1 Minute. An dem, was Sie gerade getan haben, ändert das nichts."
	for _, c := range []struct {
		name              string
		languages         []string
		invite            InviteSpec
		page              string
		lang, title, body string // body "": not looked at
	}{
		{"default", []string{"en"}, InviteSpec{}, "en-US", "en", "Could you tell us how that went?", "An AI interviewer asks, you answer. About 1 minute. It changes nothing about what you just did."},
		{"an interview that is not in the page's language", []string{"en"}, InviteSpec{}, "de-AT", "en", "Could you tell us how that went?", ""},
		{"default in the page's language", []string{"en", "de"}, InviteSpec{}, "de-AT", "de", "Erzählen Sie uns, wie das war?", german},
		{"a study without English", []string{"de"}, InviteSpec{}, "pt", "de", "Erzählen Sie uns, wie das war?", german},
		{"a language that has no default", []string{"nl"}, InviteSpec{}, "nl", "nl", "Could you tell us how that went?", ""},
		{"own title in two languages", []string{"en"}, InviteSpec{Title: research.Text{"en": "Why?", "de": "Warum?"}}, "de", "de", "Warum?", german},
		{"own title lacks the page's", []string{"en", "de"}, InviteSpec{Title: research.Text{"en": "Why?", "fr": "Pourquoi ?"}}, "de", "en", "Why?", ""},
		{"own title in one language", []string{"en", "de"}, InviteSpec{Title: research.Text{"": "Why?"}}, "de", "en", "Why?", ""},
		{"with a region of its own", []string{"en"}, InviteSpec{Title: research.Text{"en": "Why?", "en-GB": "Why then?"}, Body: research.Text{"en": "b", "en-GB": "b"}}, "en-GB", "en", "Why?", "b"},
		{"no language", []string{"en"}, InviteSpec{}, "", "en", "Could you tell us how that went?", ""},
		{"a stranger's language", []string{"en"}, InviteSpec{}, "\x00-\"", "en", "Could you tell us how that went?", ""},
	} {
		var r Rule
		r.setTexts(&c.invite, InterviewSpec{Languages: c.languages, Minutes: 1})
		card := r.Say(c.page)
		if card.Language != c.lang || card.Title != c.title || c.body != "" && card.Body != c.body || card.Accept == "" || card.Decline == "" {
			t.Errorf("%s: %q", c.name, card)
		}
	}
}
