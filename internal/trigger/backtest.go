package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Backtest decides what recorded events would have led to, had the rules been
// active: triggers.md §8. Every invite counts as shown at its moment and is open
// for that instant only.
type Backtest struct {
	replay   *Replay
	cooldown time.Duration     // of the project
	since    int64             // what is due before is passed over, Unix milliseconds
	project  *research.Project // whose list and whose demand for proof count; nil: nobody's
	caps     map[capKey]int
	yield    func(Line) error
}

// Line is one decision of a backtest.
type Line struct {
	At        time.Time
	Rule      *Rule
	Person    research.PersonKey
	MessageID string
	Outcome   research.Outcome
	Gate      research.Gate // of a skip
	Detail    string
}

type capKey struct {
	rule *Rule
	day  string // "": ever
}

// NewBacktest makes a backtest of rules, which count as active. yield is given
// every decision, in the order of triggers.md §8.
func NewBacktest(rules []*Rule, projectCooldown time.Duration, yield func(Line) error) *Backtest {
	b := &Backtest{replay: NewReplay(rules), cooldown: projectCooldown, caps: map[capKey]int{}, yield: yield}
	b.replay.take = b.decide
	return b
}

// From makes it pass over what is due before a time. What was then is looked back
// at all the same.
func (b *Backtest) From(t time.Time) { b.since = t.UnixMilli() }

// Keep tells whether more of an event than its ids can matter, and leaves in it
// what can.
func (b *Backtest) Keep(e *research.Event) bool { return b.replay.Keep(e) }

// Apply takes the next event in the order of triggers.md §3.
func (b *Backtest) Apply(e *research.Event) error { return b.replay.Apply(e) }

// End decides what is due by the time of the last event, and gives what is due
// later as waiting.
func (b *Backtest) End(last time.Time) error {
	if err := b.replay.End(last); err != nil {
		return err
	}
	b.replay.take = func(_ *actor, d *due) error { return b.yield(lineOf(d, research.Waiting)) }
	return b.replay.pass(never.UnixMilli())
}

func lineOf(d *due, outcome research.Outcome) Line {
	return Line{At: time.UnixMilli(d.at).UTC(), Rule: d.rule, Person: d.who, MessageID: d.MessageID, Outcome: outcome}
}

func (b *Backtest) decide(who *actor, d *due) error {
	if d.at < b.since {
		return nil
	}
	if d.cancelled {
		return b.yield(lineOf(d, research.Cancelled))
	}
	at := time.UnixMilli(d.at).UTC()
	verdict := Decide(d.rule, b.facts(who, d, at), at)
	if verdict.Outcome == research.Invited {
		b.invite(who, d)
	}
	line := lineOf(d, verdict.Outcome)
	line.Gate, line.Detail = verdict.Gate, verdict.Detail
	return b.yield(line)
}

func (b *Backtest) facts(who *actor, d *due, at time.Time) Facts {
	f := Facts{Person: who.Person, GroupTraits: b.replay.groups[who.Group], ProjectCooldown: b.cooldown,
		OpenInvite: who.invited.byAny == d.at, LastByAny: fromMilli(who.invited.byAny), LastByTrigger: fromMilli(who.invited.by[d.rule]),
		Today: b.caps[today(d.rule, at)], Ever: b.caps[capKey{rule: d.rule}]}
	if b.project != nil {
		f.SetProject(b.project)
		f.Unproved = b.project.Settings.Identity == research.IdentityRequired && !d.Proved
	}
	return f
}

// today is what counts the invites of a day, for a rule that has to know.
func today(r *Rule, at time.Time) capKey {
	if r.PerDay == 0 {
		return capKey{rule: r, day: "any"}
	}
	return capKey{r, DayKey(at, r.Timezone)}
}

func fromMilli(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (b *Backtest) invite(who *actor, d *due) {
	who.invited.byAny = d.at
	who.invited.set(d.rule, d.at)
	b.caps[today(d.rule, time.UnixMilli(d.at))]++
	b.caps[capKey{rule: d.rule}]++
}
