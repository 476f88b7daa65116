package trigger

import (
	"fmt"
	"strings"
	"time"
)

// Progress is how far somebody has come with a trigger, for whoever asks "why
// (not) me?".
type Progress struct {
	Words string    // "2 of 3 steps; until Thursday 10:04 finished must not happen"
	Until time.Time // when what is pending is decided, or by when the next step has to come; zero: no such time
}

// Progress tells how far a run has come by now. Times are told in the zone. The run
// may be nil: nothing is remembered of the person.
func (r *Rule) Progress(run *Run, now time.Time, zone *time.Location) Progress {
	if run == nil {
		run = &Run{}
	}
	run.grow(r)
	tell := teller{now.In(zone), zone}
	if n := len(run.Pending); n > 0 {
		return r.pending(&run.Pending[n-1], tell)
	}
	done := r.reached(run, now)
	if done == 0 {
		return Progress{Words: r.stepsDone(0) + r.beginning(run, tell)}
	}
	next := &r.Steps[done]
	must := next.named("has to happen") + next.sourceWords() + next.whereWords()
	if next.Within == 0 {
		return Progress{Words: r.stepsDone(done) + must}
	}
	until := time.UnixMilli(run.Last[done-1].At).Add(next.Within)
	return Progress{Words: r.stepsDone(done) + "by " + tell.at(until) + " " + must, Until: until}
}

// pending is a match whose decision is still to come.
func (r *Rule) pending(m *Match, tell teller) Progress {
	moment, due := r.Moment(m), time.UnixMilli(m.Due)
	if r.Absent == nil || !due.After(tell.now) {
		return Progress{Words: r.stepsDone(r.stages()) + "decided on " + tell.at(moment), Until: moment}
	}
	not := r.Absent.named("must not happen") + r.Absent.sourceWords() + r.Absent.whereWords()
	return Progress{Words: r.stepsDone(len(r.Steps)) + "until " + tell.at(due) + " " + not, Until: moment}
}

// stages is the steps, and the wait for what must not happen.
func (r *Rule) stages() int {
	if r.Absent != nil {
		return len(r.Steps) + 1
	}
	return len(r.Steps)
}

// stepsDone is "2 of 3 steps; ", or "" where there is one only.
func (r *Rule) stepsDone(n int) string {
	if r.stages() == 1 {
		return ""
	}
	return fmt.Sprintf("%d of %d steps; ", n, r.stages())
}

// reached is how many steps are completed and can still be followed by the next.
func (r *Rule) reached(run *Run, now time.Time) int {
	for i := len(r.Steps) - 1; i > 0; i-- {
		from, next := run.Last[i-1], &r.Steps[i]
		if from.Seq != 0 && (next.Within == 0 || now.UnixMilli()-from.At <= next.Within.Milliseconds()) {
			return i
		}
	}
	return 0
}

// beginning is what has to happen for the first step, and how much of it has.
func (r *Rule) beginning(run *Run, tell teller) string {
	on := &r.Steps[0]
	parts := []string{on.words("has to happen")}
	if on.Times > 1 {
		parts[0] += fmt.Sprintf(": %d so far", on.happenedBy(run.Marks[slotOn], tell.now))
	}
	for i := range r.Did {
		s := &r.Did[i]
		if n := s.happenedBy(run.Marks[slotDid+i], tell.now); n < max(1, s.Times) {
			parts = append(parts, fmt.Sprintf("before that %s: %d so far", s.words("has to happen"), n))
		}
	}
	for i := range r.DidNot {
		s, marks := &r.DidNot[i], run.Marks[slotDid+len(r.Did)+i]
		if s.happenedBy(marks, tell.now) > 0 {
			parts = append(parts, s.words("must not have happened")+", and did"+s.forgotten(marks, tell))
		}
	}
	return strings.Join(parts, "; ")
}

// happenedBy counts the marks in the window that ends now.
func (s *Step) happenedBy(marks []Point, now time.Time) int {
	return s.happened(marks, Point{now.UnixMilli() + 1, 0})
}

// forgotten is until when the last mark rules somebody out.
func (s *Step) forgotten(marks []Point, tell teller) string {
	if s.Within == 0 {
		return ""
	}
	return ", which counts until " + tell.at(time.UnixMilli(marks[len(marks)-1].At).Add(s.Within))
}

// teller tells times as one does who knows what day it is.
type teller struct {
	now  time.Time
	zone *time.Location
}

func (t teller) at(when time.Time) string {
	when = when.In(t.zone)
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	switch away := day(when).Sub(day(t.now)); {
	case away >= -6*24*time.Hour && away <= 6*24*time.Hour:
		return when.Format("Monday 15:04")
	case when.Year() == t.now.Year():
		return when.Format("2 January 15:04")
	}
	return when.Format("2 January 2006 15:04")
}
