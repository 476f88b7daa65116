package trigger_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// oracle is triggers.md §3, §4, §5 and §8 written down as the page reads: a list
// of all events that is gone over again for every question, and no state that
// could be out of step with it. It shares the conditions with the evaluator, which
// have their own tests, and nothing else.
type oracle struct {
	rules    []*trigger.Rule
	cooldown time.Duration
	zone     *time.Location

	events  []*said // in the order of §3
	applied int     // how many of them
	reached []*reached
	matches []*match
	invites []*match
	ends    []end
	lines   []string
}

// said is an event.
type said struct {
	Type        string
	Event       string
	Name        string
	MessageID   string
	UserID      string
	AnonymousID string
	PreviousID  string
	GroupID     string
	Properties  json.RawMessage
	Traits      json.RawMessage
	Context     json.RawMessage
	Timestamp   string
	ReceivedAt  string
	Source      string

	pos       int   // in the order of §3
	time      int64 // Unix milliseconds
	received  time.Time
	owner     human // now
	satisfies map[*trigger.Step]bool
}

func (e *said) name() string { return e.Event + e.Name } // track has the one, page the other

func (e *said) signed() bool { return e.Source == "server" || e.Source == "webhook" }

// backtest is what the page says that comes of these lines, with --all.
func (o *oracle) backtest(t testing.TB, lines []string) []string {
	for _, l := range lines {
		o.events = append(o.events, read(t, l))
	}
	slices.SortStableFunc(o.events, func(a, b *said) int { return a.received.Compare(b.received) })
	o.events = once(o.events)
	slices.SortStableFunc(o.events, func(a, b *said) int { return cmp.Compare(a.time, b.time) })
	for i, e := range o.events {
		e.pos = i
	}
	for i, e := range o.events {
		o.apply(e)
		if o.applied = i + 1; o.applied == len(o.events) {
			o.decideBefore(e.time + 1)
			o.stillWaiting()
		} else {
			o.decideBefore(o.events[i+1].time)
		}
	}
	return o.lines
}

func read(t testing.TB, line string) *said {
	e := &said{}
	if err := json.Unmarshal([]byte(line), e); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	if e.ReceivedAt == "" {
		e.ReceivedAt = e.Timestamp
	}
	if e.Timestamp == "" {
		e.Timestamp = e.ReceivedAt
	}
	e.Source = cmp.Or(e.Source, "server")
	at, err := time.Parse(time.RFC3339Nano, e.Timestamp)
	if err == nil {
		e.received, err = time.Parse(time.RFC3339Nano, e.ReceivedAt)
	}
	if err != nil {
		t.Fatal(err)
	}
	e.time = min(at.UnixMilli(), e.received.UnixMilli())
	return e
}

// once leaves out what repeats a message that was received before.
func once(received []*said) (stand []*said) {
	for _, e := range received {
		if !slices.ContainsFunc(stand, func(first *said) bool { return suppresses(first, e) }) {
			stand = append(stand, e)
		}
	}
	return stand
}

func suppresses(first, e *said) bool {
	if e.MessageID == "" || first.MessageID != e.MessageID {
		return false
	}
	differs := first.Type != e.Type || first.name() != e.name() || first.UserID != e.UserID || first.AnonymousID != e.AnonymousID
	return first.signed() || !e.signed() || !differs
}

// known is the merged traits that some events said, in their order.
func (o *oracle) known(said func(*said) bool) research.Traits {
	out := research.Traits{}
	for _, e := range o.events[:o.applied] {
		var traits map[string]json.RawMessage
		if !said(e) || json.Unmarshal(e.Traits, &traits) != nil {
			continue
		}
		for name, v := range traits {
			if delete(out, name); string(v) != "null" {
				out[name] = research.Trait{Value: v}
			}
		}
	}
	return out
}

func (o *oracle) traits(of human) research.Traits {
	return o.known(func(e *said) bool { return e.Type == "identify" && e.owner == of })
}

func (o *oracle) group(of human) research.Traits {
	group := ""
	for _, e := range o.events[:o.applied] {
		if e.Type == "group" && e.owner == of && e.GroupID != "" {
			group = e.GroupID
		}
	}
	return o.known(func(e *said) bool { return e.Type == "group" && group != "" && e.GroupID == group })
}

// human is a person: a user or somebody anonymous.
type human struct{ kind, id string }

func user(id string) human   { return human{"u", id} }
func nobody(id string) human { return human{"a", id} }

func (h human) compare(other human) int {
	return cmp.Or(strings.Compare(h.id, other.id), strings.Compare(other.kind, h.kind)) // the user first
}
