package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestDecisionsInWords(t *testing.T) {
	for _, c := range []struct {
		d    research.Decision
		want string
	}{
		{research.Decision{Outcome: research.Invited}, "invited"},
		{research.Decision{Outcome: research.Skipped, Gate: research.GateCooldown, Detail: "invited 4 days ago, 26 to go"}, "not invited: invited 4 days ago, 26 to go"},
		{research.Decision{Outcome: research.Skipped, Gate: research.GateCooldown, Detail: "cooldown: invited 4 days ago"}, "not invited: invited 4 days ago"},
		{research.Decision{Outcome: research.Skipped, Gate: research.GateSample}, "not invited: not drawn in the sample"},
		{research.Decision{Outcome: research.Waiting, Detail: "until 14:00"}, "waiting: until 14:00"},
	} {
		if got := (Decision{Decision: c.d}).Words(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.d, got, c.want)
		}
	}
	for _, g := range research.Gates {
		if GateWords(g) == string(g) {
			t.Errorf("gate %s has no words", g)
		}
	}
}

func TestNeeds(t *testing.T) {
	made := noon.Add(-30 * 24 * time.Hour)
	p := &research.Project{Origins: []string{"https://a.example"}}
	for _, c := range []struct {
		name    string
		project *research.Project
		studies []StudyLine
		firing  []Firing
		want    []string
	}{
		{"nothing", p, nil, nil, nil},
		{"no origins", &research.Project{}, nil, nil, []string{"list of origins is empty"}},
		{"open to all origins", &research.Project{Open: true}, nil, nil, nil},
		{"fired an hour ago", p, nil, []Firing{{TriggerName: "T", Active: true, Since: made, Last: noon.Add(-time.Hour)}}, nil},
		{"silent", p, nil, []Firing{{TriggerName: "T", Active: true, Since: made, Last: noon.Add(-6 * 24 * time.Hour)}}, []string{"“T” has not fired in 6 days"}},
		{"silent but paused", p, nil, []Firing{{TriggerName: "T", Since: made}}, nil},
		{"never", p, nil, []Firing{{TriggerName: "T", Active: true, Since: made}}, []string{"has never fired"}},
		{"new", p, nil, []Firing{{TriggerName: "T", Active: true, Since: noon.Add(-time.Hour)}}, nil},
		{"paused", p, []StudyLine{{Name: "S", State: research.StudyOpen, Triggers: 2}}, nil, []string{"asks nobody"}},
		{"done", p, []StudyLine{{Name: "S", State: research.StudyClosed, Target: 30, Completed: 30}}, nil, []string{"has its 30 interviews"}},
		{"closed early", p, []StudyLine{{Name: "S", State: research.StudyClosed, Target: 30, Completed: 3, Triggers: 1}}, nil, nil},
	} {
		got := Needs(c.project, c.studies, c.firing, noon)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i].Words, c.want[i]) {
				t.Errorf("%s: %q does not say %q", c.name, got[i].Words, c.want[i])
			}
		}
	}
}

func TestNeedsStayReadable(t *testing.T) {
	if n := len(Needs(&research.Project{}, make([]StudyLine, 0), silentOnes(40), noon)); n != maxNeeds {
		t.Errorf("%d needs", n)
	}
}

func silentOnes(n int) (all []Firing) {
	for range n {
		all = append(all, Firing{Active: true, Since: noon.Add(-100 * time.Hour)})
	}
	return all
}

func TestCursors(t *testing.T) {
	for _, c := range []Cursor{{}, {noon, 7}, {noon.Add(123 * time.Millisecond), 1 << 40}} {
		if got, err := ParseCursor(c.String()); err != nil || !got.At.Equal(c.At) || got.ID != c.ID {
			t.Errorf("%v: %v %v", c, got, err)
		}
	}
	for _, s := range []string{"x", "1", "!.!", "1.", strings.Repeat("z", 40) + ".1"} {
		if _, err := ParseCursor(s); research.CodeOf(err) != research.Invalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestEntriesLeaveNoHoles walks a history whose kinds have very different
// numbers: whatever the limit, every row is shown once and in order.
func TestEntriesLeaveNoHoles(t *testing.T) {
	whole := Timeline{}
	for i := range 40 {
		at := noon.Add(-time.Duration(i) * time.Minute)
		whole.Events = append(whole.Events, Event{Event: research.Event{Timestamp: at, Seq: int64(i)}})
		if i%7 == 0 {
			whole.Decisions = append(whole.Decisions, Decision{Decision: research.Decision{At: at}, ID: int64(i)})
			whole.Invites = append(whole.Invites, Invite{Invite: research.Invite{ReservedAt: at, ID: int64(i)}})
			whole.Interviews = append(whole.Interviews, InterviewLine{Started: at, ID: fmt.Sprint(i)})
		}
	}
	for _, limit := range []int{2, 3, 5, 50} {
		before, n := noon.Add(time.Hour), 0
		var last Entry
		for range 100 {
			entries, next := part(whole, before, limit).Entries(limit)
			for _, e := range entries {
				if n > 0 && (e.At.After(last.At) || e.At.Equal(last.At) && rank[e.Kind] < rank[last.Kind]) {
					t.Errorf("limit %d: %v follows %v", limit, e.At, last.At)
				}
				last, n = e, n+1
			}
			if before = next; next.IsZero() {
				break
			}
		}
		if n != 58 {
			t.Errorf("limit %d: %d entries, want 58", limit, n)
		}
	}
}

// part is what a store gives: up to limit of each kind before a time.
func part(t Timeline, before time.Time, limit int) (p Timeline) {
	for _, e := range t.Events {
		if e.Timestamp.Before(before) && len(p.Events) < limit {
			p.Events = append(p.Events, e)
		}
	}
	for i := range t.Decisions {
		if t.Decisions[i].At.Before(before) && len(p.Decisions) < limit {
			p.Decisions = append(p.Decisions, t.Decisions[i])
			p.Invites = append(p.Invites, t.Invites[i])
			p.Interviews = append(p.Interviews, t.Interviews[i])
		}
	}
	return p
}
