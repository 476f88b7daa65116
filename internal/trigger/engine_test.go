package trigger

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// poisoned is a shard of three events, the second of which makes us panic.
type poisoned struct {
	Shard
	done []Pending
}

func (s *poisoned) Inbox(context.Context, int) ([]Pending, error) {
	return []Pending{{Event: research.Event{Seq: 1}}, {Event: research.Event{Seq: 2, Name: "canary"}}, {Event: research.Event{Seq: 3}}}, nil
}

func (s *poisoned) Identify(_ context.Context, p *Pending) (Identity, error) {
	if p.Seq == 2 {
		var none *research.Person
		return Identity{Elsewhere: len(none.Key)}, nil
	}
	return Identity{Person: &research.Person{}, Elsewhere: -1}, nil
}

func (s *poisoned) Due(context.Context, time.Time, int) ([]PersonRef, error) { return nil, nil }

func (s *poisoned) Done(_ context.Context, done []Pending) error {
	s.done = done
	return nil
}

func TestOneEventThatCannotBeEvaluatedStopsNoOther(t *testing.T) {
	var log bytes.Buffer
	p := pass{rules: &Rules{}, now: time.Now(), log: slog.New(slog.NewTextHandler(&log, nil))}
	s := &poisoned{}
	if err := p.run(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if len(s.done) != 3 {
		t.Errorf("done are %v, want all three", s.done)
	}
	if !strings.Contains(log.String(), "set aside") || strings.Contains(log.String(), "canary") {
		t.Errorf("logged %s", log.String())
	}
}
