package trigger_test

import (
	"net/url"
	"testing"

	"github.com/usercall/usercall/internal/trigger"
	"github.com/usercall/usercall/internal/web/builder"
)

// Any trigger that a file can have becomes a form, travels as a browser sends it,
// and comes back as it was. The generator is this package's, so the test is too.
func TestAnyTriggerSurvivesTheForm(t *testing.T) {
	n := 0
	for seed := range uint64(300) {
		file := trigger.RandomFile(seed)
		want := file.Marshal()
		for i := range file.Triggers {
			sent, err := url.ParseQuery(builder.Of(&file.Triggers[i]).Values().Encode())
			if err != nil {
				t.Fatal(err)
			}
			form, err := builder.Read(sent)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			form.Pad() // as a page shows it
			checked := form.Check()
			if checked.Spec == nil {
				t.Fatalf("seed %d: refused: %q\n%s", seed, checked.Wrong, want)
			}
			file.Triggers[i] = *checked.Spec
			n++
		}
		if got := file.Marshal(); string(got) != string(want) {
			t.Fatalf("seed %d: the form lost something\n%s\n%s", seed, want, got)
		}
	}
	if n < 250 {
		t.Errorf("only %d triggers were tried", n)
	}
}
