package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// The spread of the rules: the event's name is one of 500, one of six
// properties equals one of 20 values, one of four numbers is above or below a
// bound.
var (
	properties = [6]string{"plan", "region", "role", "device", "feature", "team"}
	numbers    = [4]string{"seats", "amount", "duration", "items"}
)

const names, values, highest = 500, 20, 1000

// rule is one of the spread.
type rule struct {
	name            string
	property, value int
	number, bound   int
	above           bool
}

// event is the same event as it is stored and as encoding/json decodes it.
type event struct {
	stored  research.Event
	decoded map[string]any
}

func name(i int) string  { return fmt.Sprintf("feature_%03d_opened", i) }
func value(i int) string { return fmt.Sprintf("value-%02d", i) }

func makeRules(n int) []rule {
	r := rand.New(rand.NewPCG(1, 1))
	out := make([]rule, n)
	for i := range out {
		out[i] = rule{name(r.IntN(names)), r.IntN(len(properties)), r.IntN(values), r.IntN(len(numbers)), r.IntN(highest), r.IntN(2) == 0}
	}
	return out
}

// makeEvents makes events of which so many in a hundred bear a name that a rule
// asks for.
func makeEvents(rules []rule, hits int) []event {
	r := rand.New(rand.NewPCG(2, 2))
	out := make([]event, 20_000)
	for i := range out {
		called := fmt.Sprintf("somebody_did_%03d", r.IntN(500))
		if r.IntN(100) < hits {
			called = rules[r.IntN(len(rules))].name
		}
		out[i] = makeEvent(r, called)
	}
	return out
}

func makeEvent(r *rand.Rand, called string) event {
	e := event{decoded: map[string]any{}}
	var json []string
	for _, p := range properties {
		e.decoded[p] = value(r.IntN(values))
		json = append(json, fmt.Sprintf("%q:%q", p, e.decoded[p]))
	}
	for _, n := range numbers {
		e.decoded[n] = float64(r.IntN(highest))
		json = append(json, fmt.Sprintf("%q:%v", n, e.decoded[n]))
	}
	r.Shuffle(len(json), func(i, j int) { json[i], json[j] = json[j], json[i] })
	e.stored = research.Event{Type: research.Track, Name: called, Properties: []byte("{" + strings.Join(json, ",") + "}")}
	return e
}
