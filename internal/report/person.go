package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// PeopleFilter is which people are meant.
type PeopleFilter struct {
	Text  string // that their userId or anonymousId begins with
	Never bool   // only who said that they never want to be asked
}

// PeopleStore is what the pages of people and events read.
type PeopleStore interface {
	// People finds people, those seen last first.
	People(ctx context.Context, p research.ProjectID, f PeopleFilter, limit int) ([]PersonLine, error)
	// Person is what is known of somebody; not_found where the project knows
	// nobody of that key.
	Person(ctx context.Context, p research.ProjectID, key research.PersonKey) (*Person, error)
	// Timeline is what somebody did and what we did about it: up to limit of
	// each kind before the cursor's time.
	Timeline(ctx context.Context, p research.ProjectID, key research.PersonKey, before time.Time, limit int) (Timeline, error)
	// Events lists the latest events, by the order of receipt.
	Events(ctx context.Context, p research.ProjectID, f EventFilter, w Window) (Listing[Event], error)
}

// EventFilter says which events are wanted; "" is any.
type EventFilter struct {
	Name string
	Type research.EventType
}

// Event is a line of the latest events.
type Event struct {
	research.Event
	Key research.PersonKey // whom it was sent under
}

// Title is the event's name, or its type where that has none.
func (e Event) Title() string {
	if e.Name != "" {
		return e.Name
	}
	return string(e.Type)
}

// EventName is the event's entry in the catalogue.
func (e Event) EventName() EventName { return EventName{e.Type, e.Name} }

// Place is where the event stands in the list.
func (e Event) Place() Cursor { return Cursor{e.ReceivedAt, e.Seq} }

// PersonLine is a person in a list.
type PersonLine struct {
	Key       research.PersonKey
	Email     string // their trait
	FirstSeen time.Time
	LastSeen  time.Time
}

// Row is the person as exports spell them.
func (l *PersonLine) Row(optedOut bool) PersonRow {
	kind := "anonymous"
	if l.Key.Identified() {
		kind = "user"
	}
	return PersonRow{Person: l.Key.ID(), Kind: kind, Email: l.Email, FirstSeen: Time{l.FirstSeen}, LastSeen: Time{l.LastSeen}, OptedOut: optedOut}
}

// Person is what is known of somebody.
type Person struct {
	PersonLine
	Traits     research.Traits
	Group      string
	Linked     []research.AnonymousID
	Never      bool // said "don't ask again"
	Dismissals int  // in a row
	LastShown  time.Time
}

// Timeline is what somebody did and what we did about it, each kind newest
// first.
type Timeline struct {
	Events     []Event
	Decisions  []Decision
	Invites    []Invite
	Interviews []InterviewLine
}

// Invite is an invite in words.
type Invite struct {
	research.Invite
	StudyID, StudyName string
	TriggerName        string
	Interview          string // public id; "": none
}

// Entry is one line of a person's history: exactly one of the pointers is set.
type Entry struct {
	At        time.Time
	Kind      string // "event", "decision", "invite" or "interview"
	Event     *Event
	Decision  *Decision
	Invite    *Invite
	Interview *InterviewLine
}

// rank orders what has the same time, newest first: an interview follows its
// invite, that its decision, that its event.
var rank = map[string]int{"interview": 0, "invite": 1, "decision": 2, "event": 3}

// Entries joins the kinds into one line, newest first. Where a kind was cut at
// limit, what is as old as its last row or older is left for the next page, so
// that nothing stands without what belongs between; next is the time before
// which that page begins.
func (t Timeline) Entries(limit int) (all []Entry, next time.Time) {
	for i := range t.Events {
		all = append(all, Entry{At: t.Events[i].Timestamp, Kind: "event", Event: &t.Events[i]})
	}
	for i := range t.Decisions {
		all = append(all, Entry{At: t.Decisions[i].At, Kind: "decision", Decision: &t.Decisions[i]})
	}
	for i := range t.Invites {
		all = append(all, Entry{At: t.Invites[i].ReservedAt, Kind: "invite", Invite: &t.Invites[i]})
	}
	for i := range t.Interviews {
		all = append(all, Entry{At: t.Interviews[i].Started, Kind: "interview", Interview: &t.Interviews[i]})
	}
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(rank[a.Kind], rank[b.Kind]))
	})
	cut := t.cut(limit)
	if cut.IsZero() {
		return all, cut
	}
	if n := slices.IndexFunc(all, func(e Entry) bool { return !e.At.After(cut) }); n > 0 {
		return all[:n], cut.Add(time.Millisecond)
	}
	// A page full of one millisecond: it is shown, and the next one goes on before it.
	return slices.DeleteFunc(all, func(e Entry) bool { return e.At.Before(cut) }), cut
}

// cut is the time before which some kind has rows that were not read.
func (t Timeline) cut(limit int) (at time.Time) {
	last := func(n int, when func() time.Time) {
		if n >= limit {
			if w := when(); w.After(at) {
				at = w
			}
		}
	}
	last(len(t.Events), func() time.Time { return t.Events[len(t.Events)-1].Timestamp })
	last(len(t.Decisions), func() time.Time { return t.Decisions[len(t.Decisions)-1].At })
	last(len(t.Invites), func() time.Time { return t.Invites[len(t.Invites)-1].ReservedAt })
	last(len(t.Interviews), func() time.Time { return t.Interviews[len(t.Interviews)-1].Started })
	return at
}
