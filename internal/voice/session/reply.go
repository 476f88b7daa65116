package session

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/speak"
	"github.com/usercall/usercall/internal/voice/turn"
)

// plainly is how long the rules alone may take.
const plainWithin = 3 * time.Second

// reply is one reply: looked for, ready, stored, heard.
type reply struct {
	gen     int
	id      string // under which what it answers is stored
	ask     Ask
	try     int
	heardBy *attempt // whose words it answers
	ctx     context.Context
	cancel  context.CancelFunc

	got     *Reply
	line    *speak.Line
	spoken  bool // it is to have sound
	silent  bool // it has none
	playing bool // it has the floor
	kept    bool // and is stored
	dropped bool // and is not wanted any more
	cut     bool // in its middle

	seq      uint32
	marked   bool // the page knows that nothing follows
	sent     time.Duration
	reported bool
	ex       Exchange
}

// aloud is what is spoken.
func (r *reply) aloud() string {
	switch {
	case r.got == nil:
		return ""
	case r.got.Aloud != "":
		return r.got.Aloud
	}
	return r.got.Text
}

// line is the text of the line that is heard.
func (s *Session) line() string {
	if s.reply == nil || !s.reply.playing {
		return ""
	}
	return s.reply.aloud()
}

// commit looks for a reply. Words that are on their way are waited for, and so
// is what is being stored: the reply follows from it.
func (s *Session) commit(a turn.Action) {
	r := s.newReply(a)
	if a.What == turn.ByTyping {
		s.send(Notice{NoticeNotHeard})
	}
	t := s.attempts[a.Attempt]
	r.heardBy = t
	if a.Known || t == nil || t.done {
		s.soon = append(s.soon, func() { s.think(r, a.Text) })
		return
	}
	t.then = append(t.then, func() {
		text := a.Text
		if !t.failed {
			text = t.text
		}
		s.think(r, text)
	})
}

func (s *Session) newReply(a turn.Action) *reply {
	r := &reply{gen: a.Gen, try: a.Try, id: firstID(s.parts), ask: Ask{What: a.What, Resumed: a.What == turn.Begin && s.c.Resumed}}
	if r.id == "" {
		r.id = rand.Text()
	}
	r.ctx, r.cancel = context.WithCancel(s.root)
	r.line = speak.NewLine(s.c.OutRate)
	r.ex = Exchange{What: a.What, Endpoint: s.now()}
	if a.What == turn.Answer || a.What == turn.Cut {
		r.ex.LastSpeech = s.spoke
	}
	s.reply = r
	return r
}

// think asks the mind, once everything before is stored.
func (s *Session) think(r *reply, text string) {
	if r.dropped {
		return
	}
	if len(s.keeps) > 0 {
		s.after = append(s.after, func() { s.think(r, text) })
		return
	}
	if t := r.heardBy; t != nil {
		r.ex.STTSent, r.ex.STTDone = t.sent, t.back
	}
	r.ask.Text = joined(s.parts, text)
	if r.ask.Text != "" {
		r.ask.ID = r.id
	}
	r.ex.ReplyAsked = s.now()
	r.spoken = s.speaks()
	s.work.Go(func() { s.find(r) })
}

// find is a reply from the mind to its last sound. It is not the actor's.
func (s *Session) find(r *reply) {
	got, err := s.c.Mind.Reply(r.ctx, r.ask)
	s.tell(r.ctx, func() { s.found(r, got, err) })
	if err == nil {
		s.voice(r, got)
	}
}

func (s *Session) found(r *reply, got *Reply, err error) {
	r.ex.ReplyDone = s.now()
	switch {
	case r.dropped:
	case err == nil:
		r.got = got
	case research.CodeOf(err) == research.Conflict:
		s.fail(err)
	default:
		s.c.Watcher.Failed("mind", err)
		s.step(turn.Event{Kind: turn.ReplyFailed, Gen: r.gen})
	}
}

// ready is a reply whose first sound is here, or that has none.
func (s *Session) ready(r *reply) {
	if !r.dropped {
		s.step(turn.Event{Kind: turn.ReplyReady, Gen: r.gen, Text: r.aloud(), Open: r.got.Open, Last: r.got.Last})
	}
}

// apologise stands for a reply that did not come: what the rules say by
// themselves is stored, and said.
func (s *Session) apologise(a turn.Action) {
	k := s.keeps[len(s.keeps)-1] // the store before it
	r := s.newReply(turn.Action{Gen: a.Gen, What: k.act.What, Try: 3})
	r.playing, r.id = true, k.said.ID
	if r.id == "" {
		r.id = rand.Text()
	}
	k.plain, k.reply = true, r
}

// drop is a reply that is not wanted any more.
func (s *Session) drop(gen int) {
	r := s.reply
	if r == nil || r.gen != gen {
		return
	}
	r.cut = r.playing
	s.leave(r)
}

// lineOver takes note of a line that was heard to its end.
func (s *Session) lineOver() {
	if r := s.reply; r != nil && s.turn.Live() != r.gen {
		s.leave(r)
		if s.reason != "" { // it was the last, though nobody had said so
			s.end(turn.Completed)
		}
	}
}

func (s *Session) leave(r *reply) {
	r.dropped = true
	r.cancel()
	s.reply = nil
	if r.playing {
		s.before = r
	}
	s.report(r)
}

// report tells of an exchange that is over, once.
func (s *Session) report(r *reply) {
	if r.dropped && r.kept && !r.reported {
		r.reported, r.ex.Cut = true, r.cut
		s.c.Watcher.Exchanged(r.ex)
	}
}

// joined is what was said and typed: what is left of a turn before, what is said
// in this one, and what was typed.
func joined(parts []part, text string) string {
	var before, typed []string
	for _, p := range parts {
		if p.early {
			before = append(before, p.text)
		} else {
			typed = append(typed, p.text)
		}
	}
	return strings.TrimSpace(strings.Join(append(append(before, text), typed...), " "))
}
