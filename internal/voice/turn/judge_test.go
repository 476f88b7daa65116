package turn_test

import (
	"testing"

	"github.com/usercall/usercall/internal/voice/turn"
)

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		language, text string
		want           turn.Look
	}{
		{"en", "We moved everything to the other tool last week.", turn.Complete},
		{"en", "I wanted to invite my team and", turn.Open},
		{"en", "I left because.", turn.Open}, // a recogniser's full stop says nothing
		{"en", "it was slow, so", turn.Open},
		{"en", "and then I clicked on the", turn.Open},
		{"en", "I tried it, um", turn.Open},
		{"en", "we used it for reports, you know", turn.Open},
		{"en", "the first thing was...", turn.Open},
		{"en", "The price.", turn.Open}, // two words to an open question
		{"en", "that is hard to say, let me think", turn.Asking},
		{"en", "Hang on.", turn.Asking},
		{"en", "the number is four one five", turn.Open},
		{"en", "the number is 415", turn.Open},
		{"en", "write to jane dot", turn.Open},
		{"en", "the code was A B", turn.Open},
		{"en", "that was plan B", turn.Complete},
		{"de", "Wir haben gekündigt, weil", turn.Open},
		{"de", "Es war uns einfach zu teuer geworden.", turn.Complete},
		{"de", "Das war nicht so einfach, ähm", turn.Open},
		{"de", "Moment, lass mich überlegen.", turn.Asking},
		{"de", "die Nummer ist null sieben", turn.Open},
		{"es", "Lo dejamos porque", turn.Open},
		{"es", "Era demasiado caro para nosotros.", turn.Complete},
		{"es", "pues, déjame pensar", turn.Asking},
		{"es", "fue muy lento y", turn.Open},
		{"fr", "On a arrêté parce que", turn.Open},
		{"fr", "C'était trop cher pour nous.", turn.Complete},
		{"fr", "laissez-moi réfléchir", turn.Asking},
		{"fr", "c'était lent et", turn.Open},
		{"pl", "Zrezygnowaliśmy z tego ponieważ", turn.Complete}, // not known: it cannot be told
		{"pl", "Zrezygnowaliśmy z tego,", turn.Open},
		{"en", "", turn.Complete},
	} {
		if got := turn.Judge(c.language, c.text, true); got != c.want {
			t.Errorf("%s %q: %v, want %v", c.language, c.text, got, c.want)
		}
	}
	if turn.Judge("en", "Yes.", false) != turn.Complete {
		t.Error("yes is all that a closed question asks for")
	}
}

func TestBackchannel(t *testing.T) {
	for text, want := range map[string]bool{
		"Mm-hm.": true, "Okay, right.": true, "yeah": true, "Uh huh": true,
		"": false, "yeah but no": false, "okay okay okay okay okay": false, "stop": false, "No.": false,
	} {
		if got := turn.Backchannel("en", text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	for language, text := range map[string]string{"de": "Ja, genau.", "es": "Sí, claro.", "fr": "Oui, d'accord."} {
		if !turn.Backchannel(language, text) {
			t.Errorf("%s %q is somebody who listens", language, text)
		}
	}
	if turn.Backchannel("pl", "yeah") {
		t.Error("of an unknown language nothing is known")
	}
}
