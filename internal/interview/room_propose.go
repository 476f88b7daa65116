package interview

import (
	"context"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Proposal is a step of a spoken interview that is worked out and not stored: the
// person may still go on speaking, and then it never was.
type Proposal struct {
	Say, Question string
	Last          bool    // nothing follows
	Share         float64 // how far the interview is, from 0 to 1
	rec           *Record
	move          *Move // nil: it was stored before
}

// Spoken is when something was said, in the recording; the zero value is for what
// was typed.
type Spoken struct {
	StartMS, EndMS *int64
	Words          []research.Word // nil: not known
}

// Propose computes what follows an input, and stores nothing. ID names what was
// said: where it is stored already, the proposal is what followed it then.
// Conflict where the interview is over.
func (r *Room) Propose(ctx context.Context, key Key, in Input, id string) (*Proposal, error) {
	rec, err := r.Store.LoadInterview(ctx, key)
	if err != nil {
		return nil, err
	}
	if n := rec.turnOf(id); id != "" && n > 0 {
		return rec.followed(n), nil
	}
	in.Text = storable(in.Text)
	if in.Text != "" && id != "" {
		if err := checkAnswer(id, in.Text); err != nil {
			return nil, err
		}
	}
	m, err := r.step(rec, in, id)
	if err != nil {
		return nil, err
	}
	return rec.propose(m), nil
}

// followed is what was said after a turn that is stored.
func (r *Record) followed(n int) *Proposal {
	p := &Proposal{rec: r, Share: r.Share(), Last: r.State.Final()}
	for _, t := range r.Turns {
		if t.N > n && t.Speaker == research.Interviewer {
			p.Say, p.Question = t.Text, t.Question
			break
		}
	}
	return p
}

func (r *Record) propose(m *Move) *Proposal {
	p := &Proposal{rec: r, move: m, Last: m.State.Final()}
	after := *r
	after.Progress, after.State = m.Progress, m.State
	p.Share = after.Share()
	if n := len(m.Turns); n > 0 && m.Turns[n-1].Speaker == research.Interviewer {
		p.Say, p.Question = m.Turns[n-1].Text, m.Turns[n-1].Question
	}
	return p
}

// Keep stores a proposal: both sides or neither. Conflict where the interview went
// on elsewhere since it was made.
func (r *Room) Keep(ctx context.Context, p *Proposal, s Spoken) (*Record, error) {
	if p.move == nil {
		return p.rec, nil
	}
	m := *p.move
	m.Turns = timed(m.Turns, s)
	err := r.Store.MoveInterview(ctx, m)
	if research.CodeOf(err) == research.Conflict {
		return r.keptBefore(ctx, &m, err)
	}
	if err != nil {
		return nil, fmt.Errorf("store a turn: %w", err)
	}
	rec := *p.rec
	rec.apply(&m)
	r.note(&rec)
	return &rec, nil
}

// keptBefore is the record where what a move brings is stored already: the answer
// to the first try was lost.
func (r *Room) keptBefore(ctx context.Context, m *Move, conflict error) (*Record, error) {
	rec, err := r.Store.LoadInterview(ctx, m.Key)
	if err != nil {
		return nil, err
	}
	for _, t := range m.Turns {
		if t.Answer != "" && rec.turnOf(t.Answer) > 0 {
			return rec, nil
		}
	}
	return nil, conflict
}

// timed is turns with the time at which the participant's was said.
func timed(turns []research.Turn, s Spoken) []research.Turn {
	all := append([]research.Turn(nil), turns...)
	for i := range all {
		if all[i].Speaker == research.Participant {
			all[i].StartMS, all[i].EndMS, all[i].Words = s.StartMS, s.EndMS, all[i].Standing(s.Words)
		}
	}
	return all
}

// KeepAnswer stores what was said when nobody is there any more to hear a reply.
// The reply is stored as well: it is what whoever comes back is asked.
func (r *Room) KeepAnswer(ctx context.Context, key Key, id, text string, s Spoken) (*Record, error) {
	p, err := r.Propose(ctx, key, Input{Kind: Answer, Text: text}, id)
	if err != nil {
		return nil, err
	}
	return r.Keep(ctx, p, s)
}

// KeepHeard stores when the interviewer's turn was heard, in the recording.
func (r *Room) KeepHeard(ctx context.Context, key Key, turn int, start, end time.Duration) error {
	return r.Store.PutTurnTimes(ctx, key, turn, start.Milliseconds(), end.Milliseconds(), nil)
}

// Untimed is what was said of an interview and of which nobody knows when each word
// was, with its language: it can be heard once more. What is never quoted is left out.
func (r *Room) Untimed(ctx context.Context, key Key) (turns []research.Turn, language string, err error) {
	rec, err := r.Store.LoadInterview(ctx, key)
	if err != nil {
		return nil, "", err
	}
	for _, t := range rec.Turns {
		if t.Speaker == research.Participant && t.StartMS != nil && t.EndMS != nil && len(t.Words) == 0 && !t.Excluded {
			turns = append(turns, t)
		}
	}
	return turns, rec.Setup.Language, nil
}

// KeepWords stores the times of the words of a turn that was heard once more, as far
// as they stand in it. One that is gone by now is no error.
func (r *Room) KeepWords(ctx context.Context, key Key, t research.Turn, words []research.Word) error {
	words = t.Standing(words)
	if len(words) == 0 || t.StartMS == nil || t.EndMS == nil {
		return nil
	}
	err := r.Store.PutTurnTimes(ctx, key, t.N, *t.StartMS, *t.EndMS, words)
	if research.CodeOf(err) == research.NotFound {
		return nil
	}
	return err
}

// Talked is how long somebody was connected in this interview so far.
func (r *Record) Talked() time.Duration {
	p, err := r.progress()
	if err != nil {
		return 0
	}
	return p.Clock.Connected
}
