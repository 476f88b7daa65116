package interview

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
)

const (
	// LongestAnswer is how many characters one answer may have.
	LongestAnswer = 10_000

	longestAnswerID = 64
	// tries is how often a step is computed again because another socket was
	// faster. Each try sees the other's turn, so two are nearly always enough.
	tries = 5
)

// Answer takes what the participant said, under the id that their page gave it,
// and returns the number of its turn once both that and the moderator's reply
// are stored. The same id again changes nothing and returns the same number,
// whatever the text. Errors: invalid, too_large, conflict where the interview is
// over.
func (r *Room) Answer(ctx context.Context, key Key, id, text string) (int, *Record, error) {
	if err := checkAnswer(id, text); err != nil {
		return 0, nil, err
	}
	said := 0
	rec, err := r.retry(ctx, key, func(rec *Record) (*Move, error) {
		if said = rec.turnOf(id); said > 0 {
			return nil, nil
		}
		said = rec.LastTurn() + 1
		return r.step(rec, Input{Kind: Answer, Text: storable(text)}, id)
	})
	return said, rec, err
}

// Press takes a button, or a silence. After is the turn that the person was
// looking at: where the interview is past it already, as after a double click,
// nothing happens; 0 stands for any.
func (r *Room) Press(ctx context.Context, key Key, kind InputKind, after int) (*Record, error) {
	return r.retry(ctx, key, func(rec *Record) (*Move, error) {
		if rec.State.Final() || after > 0 && after != rec.LastTurn() {
			return nil, nil
		}
		return r.step(rec, Input{Kind: kind}, "")
	})
}

func checkAnswer(id, text string) error {
	switch {
	case id == "" || len(id) > longestAnswerID:
		return research.Errorf(research.Invalid, "An answer needs an id of 1 to %d bytes.", longestAnswerID)
	case strings.TrimSpace(text) == "":
		return research.Errorf(research.Invalid, "The answer is empty.")
	case utf8.RuneCountInString(text) > LongestAnswer:
		return research.Errorf(research.TooLarge, "An answer may have up to %d characters.", LongestAnswer)
	}
	return nil
}

// storable replaces what a database cannot hold, and nothing else: answers
// stand as they were given.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// turnOf is the number of the turn that holds the answer with that id; 0: none.
func (r *Record) turnOf(answer string) int {
	for _, t := range r.Turns {
		if t.Answer == answer {
			return t.N
		}
	}
	return 0
}

// retry loads the interview, lets next compute a move and stores it; from the
// start again where another socket moved first. A nil move stores nothing.
func (r *Room) retry(ctx context.Context, key Key, next func(*Record) (*Move, error)) (*Record, error) {
	for try := 1; ; try++ {
		rec, err := r.Store.LoadInterview(ctx, key)
		if err != nil {
			return nil, err
		}
		m, err := next(rec)
		if m == nil || err != nil {
			return rec, err
		}
		if err = r.Store.MoveInterview(ctx, *m); err == nil {
			rec.apply(m)
			r.note(rec)
			return rec, nil
		}
		if research.CodeOf(err) != research.Conflict || try == tries {
			return nil, fmt.Errorf("store a turn: %w", err)
		}
	}
}

// step asks the Conductor what follows an input.
func (r *Room) step(rec *Record, in Input, answerID string) (*Move, error) {
	if rec.State.Final() {
		return nil, errOver
	}
	p, err := rec.progress()
	if err != nil {
		return nil, fmt.Errorf("read where an interview stands: %w", err)
	}
	now := r.Now()
	p.Clock.tick(now)
	in.At = p.Clock.seconds(rec.limit())
	var out Output
	p.Conductor, out = Step(rec.Setup, p.Conductor, in)
	m := &Move{Key: rec.Key(), After: rec.LastTurn(), At: now, State: research.Running,
		Turns: turns(rec.LastTurn(), in, out, answerID, now)}
	if out.Done {
		m.end(out)
	}
	m.Progress, err = p.encode()
	return m, err
}

// end makes the move the last one.
func (m *Move) end(out Output) {
	m.State, m.Reason = research.Stopped, out.Reason
	switch out.Reason {
	case "complete", "time":
		m.State = research.Completed
	case "no_consent":
		m.State = research.Declined
	}
	m.Forget = out.Forget || m.State == research.Declined
	m.Exclude = out.Reason == "distress"
}

// turns are the answer, if the input is one, and the moderator's reply, if it
// has one.
func turns(last int, in Input, out Output, answerID string, now time.Time) (both []research.Turn) {
	if in.Kind == Answer || answerID != "" && !wordless(in.Text) {
		last++
		both = append(both, research.Turn{N: last, Speaker: research.Participant, Text: out.Heard, At: now,
			Answer: answerID, Excluded: out.Exclude})
	}
	if out.Say != "" {
		both = append(both, said(last+1, out, now))
	}
	return both
}

// said is the moderator's turn. Where a line offers a choice instead of asking,
// that offer is what the person is to answer; only a word of patience leaves the
// question before it standing.
func said(n int, out Output, now time.Time) research.Turn {
	question := out.Question
	if question == "" && !out.Done && out.Rule != "silence" {
		question = out.Say
	}
	return research.Turn{N: n, Speaker: research.Interviewer, Text: out.Say, At: now, Rule: out.Rule, Question: question}
}

// apply does to the record what the store did to the rows. Of a forgotten
// interview only the last line is left, for whoever is still looking at it.
func (r *Record) apply(m *Move) {
	r.State, r.Reason, r.Progress, r.LastContact = m.State, m.Reason, m.Progress, m.At
	if m.State.Final() {
		r.EndedAt = m.At
	}
	r.Turns = append(r.Turns, m.Turns...)
	if m.Forget && len(m.Turns) > 0 {
		r.Turns = m.Turns[len(m.Turns)-1:]
	}
}

// note tells the operator of an end that somebody may have to act on.
func (r *Room) note(rec *Record) {
	if rec.Reason == "distress" {
		r.Log.Warn("interview stopped for safety", "interview", rec.PublicID, "project", rec.Project)
	}
}
