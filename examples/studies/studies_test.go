package studies

import (
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/trigger"
)

// Whoever picks a ready-made study gets one that works at once.
func TestReadyMadeStudiesCompile(t *testing.T) {
	all, err := All()
	if err != nil || len(all) != 4 {
		t.Fatalf("All() = %d studies, %v", len(all), err)
	}
	for _, r := range all {
		f, err := trigger.Parse(r.Source)
		if err != nil {
			t.Fatalf("%s: %v", r.Key, err)
		}
		s, err := trigger.Compile(f)
		if err != nil {
			t.Fatalf("%s: %v", r.Key, err)
		}
		if s.Key != r.Key || s.Name != r.Name || r.Description == "" || s.GuideID == "" || len(s.Rules) == 0 {
			t.Errorf("%s: %+v", r.Key, r)
		}
		for _, rule := range s.Rules {
			cardSaysWhatItMust(t, r.Key, rule)
		}
	}
}

// mustSay is what every card has to say, in the languages that ready-made studies
// speak: that an AI asks, how long it takes, that nothing
// depends on it, and in which language where the interviewer does not speak theirs.
var mustSay = map[string][]string{"en": {"AI", "3 minutes", "change"}, "de": {"KI", "auf Englisch", "3 Minuten", "ändert"},
	"es": {"IA", "en inglés", "3 minutos", "No cambia"}, "fr": {"IA", "en anglais", "3 minutes", "ne change rien"}}

func cardSaysWhatItMust(t *testing.T, key string, rule *trigger.Rule) {
	t.Helper()
	for language, words := range mustSay {
		card := rule.Say(language)
		if card.Language != language {
			t.Errorf("%s: its card speaks %s where the page speaks %s", key, card.Language, language)
		}
		for _, must := range words {
			if !strings.Contains(card.Body, must) {
				t.Errorf("%s: the card does not say %q: %s", key, must, card.Body)
			}
		}
	}
}

// The moments that a product has most often are there to be picked, with the rules
// that they need.
func TestTheFourMoments(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, r := range all {
		s, err := trigger.Load(r.Source)
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range s.Rules {
			said[r.Key+"/"+rule.Key] = rule.Sentence()
		}
	}
	for key, want := range map[string]string{
		"cancellation/cancelled":   "When subscription_cancelled happens, ask",
		"onboarding/abandoned":     "When onboarding_abandoned happens, ask",
		"onboarding/not-completed": "When onboarding_started happens, and for 1 day no onboarding_completed happens, ask",
		"feature/not-again":        "When feature_opened happens, and for 7 days no feature_opened happens, ask",
		"signup/signed-up":         "When signup_completed happens, 15 minutes later ask",
	} {
		if !strings.HasPrefix(said[key], want) {
			t.Errorf("%s: %q", key, said[key])
		}
	}
}
