package participant

import (
	"context"
	"regexp"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// mind is what a spoken interview thinks with, a [session.Mind]: the Room, which
// decides and stores, in the words of a session. It knows nothing by itself but
// how the interview was stored last.
type mind struct {
	room *interview.Room
	key  interview.Key

	mu  sync.Mutex
	rec *interview.Record
}

func newMind(room *interview.Room, rec *interview.Record) *mind {
	return &mind{room: room, key: rec.Key(), rec: rec}
}

// record is the interview as it was stored last.
func (m *mind) record() *interview.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rec
}

func (m *mind) stored(rec *interview.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rec = rec
}

// inputs is what the moderator calls that for which a session wants a reply.
var inputs = map[turn.What]interview.InputKind{
	turn.Answer: interview.Answer, turn.ByHand: interview.Answer, turn.Silence: interview.Silence,
	turn.NotHeard: interview.NotHeard, turn.ByTyping: interview.ByTyping, turn.Cut: interview.Cut,
	turn.Again: interview.Repeat, turn.Next: interview.Skip, turn.Goodbye: interview.Leave,
}

// proposed is a reply and the id under which the answer to it will be stored.
type proposed struct {
	*interview.Proposal
	answer string
}

// Reply implements [session.Mind].
func (m *mind) Reply(ctx context.Context, a session.Ask) (*session.Reply, error) {
	if a.What == turn.Begin {
		return m.begin(a.Resumed)
	}
	p, err := m.room.Propose(ctx, m.key, interview.Input{Kind: inputs[a.What], Text: a.Text}, a.ID)
	if err != nil {
		return nil, err
	}
	return &session.Reply{Text: p.Say, Question: p.Question, Open: asksForMore(p.Question), Last: p.Last, Move: proposed{p, a.ID}}, nil
}

// begin is the line that stands open: the first one, or for somebody who comes
// back the one that they were at, which is stored already.
func (m *mind) begin(again bool) (*session.Reply, error) {
	t, ok := openTurn(m.record())
	if !ok {
		return nil, research.Errorf(research.Conflict, "This interview is over.")
	}
	r := &session.Reply{Text: t.Text, Question: t.Question, Open: asksForMore(t.Question), Move: t}
	if again {
		r.Aloud = interview.WelcomeBack(t.Question)
	}
	return r, nil
}

// openTurn is the interviewer's turn that waits for an answer.
func openTurn(rec *interview.Record) (research.Turn, bool) {
	for n := len(rec.Turns) - 1; n >= 0 && !rec.State.Final(); n-- {
		if t := rec.Turns[n]; t.Speaker == research.Interviewer && t.Question != "" {
			return t, true
		}
	}
	return research.Turn{}, false
}

// Store implements [session.Mind].
func (m *mind) Store(ctx context.Context, s session.Said, r *session.Reply) (session.Kept, error) {
	if r == nil {
		return m.storeAnswer(ctx, s)
	}
	if t, ok := r.Move.(research.Turn); ok { // it was stored before
		return session.Kept{Says: storedTurn(t), Question: t.Question, Progress: m.record().Share()}, nil
	}
	p := r.Move.(proposed)
	before := m.record().LastTurn()
	rec, err := m.room.Keep(ctx, p.Proposal, saidAt(s))
	if err != nil {
		return session.Kept{}, err
	}
	return m.kept(rec, p.answer, before), nil
}

func (m *mind) storeAnswer(ctx context.Context, s session.Said) (session.Kept, error) {
	before := m.record()
	if s.Text == "" {
		return m.kept(before, "", before.LastTurn()), nil
	}
	rec, err := m.room.KeepAnswer(ctx, m.key, s.ID, s.Text, saidAt(s))
	if err != nil {
		return session.Kept{}, err
	}
	return m.kept(rec, s.ID, before.LastTurn()), nil
}

// kept is what of a record was stored since the turn before.
func (m *mind) kept(rec *interview.Record, answer string, before int) session.Kept {
	m.stored(rec)
	k := session.Kept{Progress: rec.Share()}
	if rec.State.Final() {
		k.Reason = rec.Reason
	}
	for _, t := range rec.Turns {
		switch {
		case t.Speaker == research.Participant && answer != "" && t.Answer == answer:
			k.Heard, before = storedTurn(t), t.N
		case t.Speaker == research.Interviewer && t.N > before:
			k.Says, k.Question = storedTurn(t), t.Question
		}
	}
	return k
}

// storedTurn is a turn as a session tells it.
func storedTurn(t research.Turn) *session.Stored {
	s := &session.Stored{Turn: t.N, ID: t.Answer, Text: t.Text}
	if t.StartMS != nil && t.EndMS != nil {
		s.Start, s.End = time.Duration(*t.StartMS)*time.Millisecond, time.Duration(*t.EndMS)*time.Millisecond
	}
	return s
}

// saidAt is when something was said; nothing of what was typed.
func saidAt(s session.Said) (sp interview.Spoken) {
	if s.To <= s.From {
		return sp
	}
	start, end := s.From.Milliseconds(), s.To.Milliseconds()
	sp.StartMS, sp.EndMS = &start, &end
	for _, w := range s.Words {
		sp.Words = append(sp.Words, research.Word{Text: w.Text, Start: w.Start.Milliseconds(), End: w.End.Milliseconds()})
	}
	return sp
}

// Over implements [session.Mind]. Whoever is only gone may come back: their clock
// is stopped, and the link leads to the same question.
func (m *mind) Over(ctx context.Context, why turn.Reason) (session.Kept, error) {
	rec, err := m.over(ctx, why)
	if err != nil {
		return session.Kept{}, err
	}
	return m.kept(rec, "", m.record().LastTurn()), nil
}

func (m *mind) over(ctx context.Context, why turn.Reason) (*interview.Record, error) {
	switch why {
	case turn.Stopped:
		return m.room.Press(ctx, m.key, interview.Leave, 0)
	case turn.TooLong:
		return m.room.Press(ctx, m.key, interview.TimeUp, 0)
	}
	return m.room.Pause(ctx, m.key)
}

// yesOrNo is how a question begins that may be answered with one word.
var yesOrNo = regexp.MustCompile(`(?i)^(?:and |so |but )?(?:is|are|was|were|do|does|did|have|has|had|can|could|would|will|should|may|shall)\b`)

// asksForMore tells whether a question wants more than yes or no.
func asksForMore(question string) bool {
	return question != "" && !yesOrNo.MatchString(question)
}

var _ session.Mind = (*mind)(nil)
