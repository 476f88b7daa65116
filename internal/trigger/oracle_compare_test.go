package trigger_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/trigger"
)

var streams = flag.Int("streams", 1000, "how many random streams the backtest is compared with the oracle on")

// TestBacktestIsWhatThePageSays compares every line of random backtests. More of
// them: go test ./internal/trigger -run ThePageSays -streams 100000
func TestBacktestIsWhatThePageSays(t *testing.T) {
	for seed := range *streams {
		compare(t, uint64(seed), 1)
		if t.Failed() {
			return
		}
	}
}

func FuzzBacktestIsWhatThePageSays(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) { compare(t, a, b) })
}

func compare(t *testing.T, a, b uint64) {
	t.Helper()
	d := dice{rand.New(rand.NewPCG(a, b))}
	study, place := d.study(), one(d, zones...)
	cooldown := one(d, 0, 0, time.Second, 4*time.Second)
	lines := d.stream(3+d.IntN(60), place.midnight)
	want, got := wanted(t, study, place.name, cooldown, lines), decided(t, study, place.name, cooldown, lines)
	if !slices.Equal(want, got) {
		t.Errorf("seed %d, %d: %s, project cooldown %v\n%s\n%s\n\nthe page says\n%s\n\nthe backtest says\n%s", a, b, place.name, cooldown, study,
			strings.Join(lines, "\n"), strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
}

func load(t testing.TB, study, zone string) []*trigger.Rule {
	t.Helper()
	s, err := trigger.Load([]byte(study))
	if err != nil {
		t.Fatalf("%v in\n%s", err, study)
	}
	for _, r := range s.Rules {
		r.Active, r.Timezone = true, zone
	}
	return s.Rules
}

func wanted(t testing.TB, study, zone string, cooldown time.Duration, lines []string) []string {
	where, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	o := oracle{rules: load(t, study, zone), cooldown: cooldown, zone: where}
	return o.backtest(t, lines)
}

// decided is what the backtest makes of the lines, as the oracle prints it.
func decided(t testing.TB, study, zone string, cooldown time.Duration, lines []string) (out []string) {
	test := trigger.NewBacktest(load(t, study, zone), cooldown, func(l trigger.Line) error {
		out = append(out, fmt.Sprintf("%s %s %s %q %s %s", l.At.Format("01-02T15:04:05.000"), l.Rule.Key, l.Person, l.MessageID, l.Outcome, l.Gate))
		return nil
	})
	events := trigger.NewRecording(test.Keep)
	decoder := ingest.NewRecorded(1)
	for _, l := range lines {
		e, err := decoder.Decode([]byte(l))
		if err != nil {
			t.Fatalf("%v in %s", err, l)
		}
		events.Add(e)
	}
	last, err := events.Play(test.Apply)
	if err == nil {
		err = test.End(last)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}
