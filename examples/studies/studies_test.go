package studies

import (
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/trigger"
)

// Whoever picks a ready-made study gets one that works at once.
func TestReadyMadeStudiesCompile(t *testing.T) {
	all, err := All()
	if err != nil || len(all) < 2 {
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

func cardSaysWhatItMust(t *testing.T, key string, rule *trigger.Rule) {
	t.Helper()
	body := rule.Body.In("en")
	for _, must := range []string{"AI", "minutes", "change"} {
		if !strings.Contains(body, must) {
			t.Errorf("%s: the card does not say %q: %s", key, must, body)
		}
	}
}
