package session

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/turn"
)

// waits are those before storing is tried again.
var waits = []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}

const (
	// before and behind is what is kept around the voice of an answer.
	aroundVoice = 150 * time.Millisecond
	// covered is how much voice may follow a transcript that still counts as whole.
	covered = 200 * time.Millisecond
)

// keep is something to be stored. They are stored one after the other.
type keep struct {
	act   turn.Action
	said  Said
	parts []part
	words *attempt // whose words are waited for; nil: they are known
	reply *reply   // nil: it ends here
	plain bool     // the reply is to be found by the rules alone
	busy  bool
}

// store queues what the conversation wants to be stored.
func (s *Session) store(a turn.Action) {
	k := s.keepParts(a)
	if r := s.reply; r != nil && r.gen == a.Gen && a.Gen != 0 {
		k.reply = r
	}
	if !a.Known {
		k.words = s.wordsOf(a)
	} else if t := s.attempts[a.Attempt]; t != nil && t.done && !t.failed && t.text == a.Text {
		k.said.Words = t.words
	}
	s.keeps = append(s.keeps, k)
	for n, t := range s.attempts {
		if t != k.words {
			s.discard(n)
		}
	}
	clear(s.attempts)
	s.stream.nextTurn()
}

// keepParts is what is stored for a, with everything that was typed.
func (s *Session) keepParts(a turn.Action) *keep {
	k := &keep{act: a, parts: s.parts, said: Said{What: a.What, Text: a.Text}}
	s.parts = nil
	from, to := record.Samples(a.From), record.Samples(a.To)
	if _, first, last := s.tape.voiced(from, to); last > 0 && (a.Text != "" || !a.Known) {
		k.said.From = max(record.Duration(first)-aroundVoice, a.From)
		k.said.To = record.Duration(last) + aroundVoice
	}
	return k
}

// wordsOf is the attempt that brings the words of a turn: the last one, if it
// heard all of it, or another.
func (s *Session) wordsOf(a turn.Action) *attempt {
	t := s.attempts[a.Attempt]
	_, _, last := s.tape.voiced(record.Samples(a.From), record.Samples(a.To))
	if t != nil && !(t.done && t.failed) && record.Duration(last) <= t.to+covered {
		return t
	}
	if a.To <= a.From || last == 0 {
		return nil
	}
	t = &attempt{turn: a.Turn, from: a.From, to: a.To, sent: s.now()}
	s.writeDown(t)
	return t
}

// advance stores what is ready, and then does what waited for that.
func (s *Session) advance() {
	if len(s.keeps) > 0 {
		k := s.keeps[0]
		if k.busy || k.words != nil && !k.words.done {
			return
		}
		k.busy = true
		s.complete(k)
		s.work.Go(func() { s.put(k) })
		return
	}
	after := s.after
	s.after = nil
	s.soon = append(s.soon, after...)
	s.next()
	if s.ending && len(s.keeps) == 0 {
		s.finish()
	}
}

// complete puts everything together that was said.
func (s *Session) complete(k *keep) {
	if t := k.words; t != nil && !t.failed {
		k.said.Text, k.said.Words = t.text, t.words
	}
	if k.said.Text == "" {
		k.said.From, k.said.To, k.said.Words = 0, 0, nil
	}
	k.said.Text = joined(k.parts, k.said.Text)
	for _, p := range k.parts {
		if p.to > 0 {
			k.said.From, k.said.To = p.from, max(k.said.To, p.to)
		}
	}
	k.said.ID = firstID(k.parts)
	if k.said.ID == "" && k.reply != nil {
		k.said.ID = k.reply.id
	}
	if k.said.ID == "" {
		k.said.ID = rand.Text()
	}
}

// put stores, more than once where the store is away for a moment. It is not the
// actor's.
func (s *Session) put(k *keep) {
	var got *Reply
	var err error
	if k.plain {
		got, err = s.plainly(k)
	} else if k.reply != nil {
		got = k.reply.got
	}
	lost := err != nil && k.reply != nil
	var kept Kept
	if !lost {
		kept, err = s.tryStore(k.said, got)
	}
	s.tell(s.root, func() {
		s.keeps, s.answering = s.keeps[1:], false
		if lost {
			s.carry(k, err)
		} else {
			s.stored(k, got, kept, err)
		}
		s.advance()
		s.drain()
	})
}

// plainly is the reply of the rules alone.
func (s *Session) plainly(k *keep) (*Reply, error) {
	ctx, cancel := context.WithTimeout(s.root, plainWithin)
	defer cancel()
	a := Ask{What: k.act.What, Text: k.said.Text, Plain: true}
	if a.Text != "" {
		a.ID = k.said.ID
	}
	return s.c.Mind.Reply(ctx, a)
}

func (s *Session) tryStore(said Said, r *Reply) (kept Kept, err error) {
	for n := 0; ; n++ {
		kept, err = s.c.Mind.Store(s.root, said, r)
		if err == nil || research.CodeOf(err) == research.Conflict || n == len(waits) {
			return kept, err
		}
		again := time.NewTimer(waits[n])
		select {
		case <-again.C:
		case <-s.root.Done():
			again.Stop()
			return kept, err
		}
	}
}

// carry takes what could not be stored along to the next turn: without a reply
// to it the interview would be over.
func (s *Session) carry(k *keep, err error) {
	s.c.Watcher.Failed("mind", err)
	p := k.parts
	if len(p) == 0 && k.said.Text != "" {
		p = []part{{text: k.said.Text, from: k.said.From, to: k.said.To}}
	}
	for i := range p {
		p[i].early = true
	}
	s.parts = append(p, s.parts...)
	s.send(Notice{NoticeNoReply})
	k.reply.kept, k.reply.reported = true, true
	s.readInstead(k.reply)
}

// stored tells what was stored, and begins the line.
func (s *Session) stored(k *keep, got *Reply, kept Kept, err error) {
	if err != nil {
		s.fail(err)
		return
	}
	if kept.Reason != "" {
		s.reason = kept.Reason
	}
	s.acknowledge(k, kept)
	if kept.Heard != nil {
		s.send(Heard{*kept.Heard})
	}
	r := k.reply
	if r == nil {
		return
	}
	if k.plain {
		r.got, r.spoken = got, s.speaks()
		s.work.Go(func() { s.voice(r, got) })
	}
	s.begun(r, kept)
}

// acknowledge tells of typed answers that they are stored.
func (s *Session) acknowledge(k *keep, kept Kept) {
	for _, p := range k.parts {
		if p.id != "" && kept.Heard != nil {
			s.acked[p.id] = kept.Heard.Turn
			s.send(Accepted{p.id, kept.Heard.Turn})
		}
	}
}

// begun is a line that was stored: the page is told, and its sound may go.
func (s *Session) begun(r *reply, kept Kept) {
	r.kept = true
	if kept.Says != nil {
		r.ex.Turn = kept.Says.Turn
		s.send(Says{Gen: r.gen, Stored: *kept.Says, Question: kept.Question, Progress: kept.Progress, Spoken: !r.silent && !r.dropped && s.speaks()})
	}
	s.lines++
	s.lastLine = r.aloud()
	if r.silent && !r.dropped {
		s.readInstead(r)
	}
	s.report(r)
}
