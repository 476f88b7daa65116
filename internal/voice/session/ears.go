package session

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/turn"
	"github.com/usercall/usercall/internal/voice/vad"
)

const (
	// likely is the least probability of a frame that counts as voice.
	likely = 0.35
	// still is after how long without a frame the microphone is taken to rest.
	still = time.Second / 2
	// transcribing is how long a transcript may take, whatever guards the service.
	transcribing = 12 * time.Second
)

// ears is what the session knows of the microphone.
type ears struct {
	clock    record.Clock
	tape     tape
	judged   int64         // sample up to which the detector has heard
	came     time.Duration // when the last frame came, by the session's clock
	spoke    time.Duration // when voice was heard last
	attempts map[int]*attempt
	stream   *stream // nil: no recogniser is running
	retry    time.Duration
}

// hear takes a frame of the microphone.
func (s *Session) hear(f frame) {
	if s.resting || s.pressed && s.shown == turn.Paused || s.page == nil {
		return
	}
	var d pcm.Decoder
	samples := d.Append(make([]int16, 0, len(f.pcm)/2), f.pcm)
	at, ok := s.clock.Place(f.seq, len(samples), s.c.Start+s.now())
	if !ok {
		return
	}
	s.came = s.now()
	s.tape.add(at, samples)
	if s.shown != turn.Paused {
		s.track.put(false, at, samples)
	}
	s.judge(at, samples)
	s.tape.drop(record.Samples(s.turn.Needs()))
}

// judge has the detector hear samples, and the conversation what it says. Over a
// gap it begins anew.
func (s *Session) judge(at int64, samples []int16) {
	if at != s.judged {
		s.c.Detector.Reset(at)
	}
	s.judged = at + int64(len(samples))
	s.write(samples)
	for len(samples) > 0 {
		var f vad.Frame
		var ok bool
		if samples, f, ok = s.c.Detector.Next(samples); !ok {
			return
		}
		end := f.Start + vad.FrameSize
		if f.Speech >= likely {
			s.tape.voice(f.Start, end)
			s.spoke = s.now() - record.Duration(max(s.judged-end, 0))
		}
		s.step(turn.Event{Kind: turn.Frame, Audio: record.Duration(end), P: float64(f.Speech)})
	}
}

// present is the sample of the recording that is now: by the microphone, whose
// frames are counted, and by the time where it rests.
func (s *Session) present() int64 {
	if s.clock.Next() > 0 && s.now()-s.came < still {
		return s.clock.Next()
	}
	return max(s.clock.Next(), record.Samples(s.c.Start+s.now()))
}

// hears tells whether answers can be spoken.
func (s *Session) hears() bool {
	return !s.quiet && !s.spent && (s.c.STT != nil || s.c.Listener != nil)
}

// listenOrNot tells the conversation of a microphone that rests, and of somebody
// who types. Whoever cannot speak is left the time to.
func (s *Session) listenOrNot() {
	rest, box := s.muted || !s.hears(), s.typing || !s.hears()
	if rest != s.resting {
		s.resting = rest
		s.clock.Again()
		s.step(turn.Event{Kind: turn.Mute, On: rest})
	}
	if box != s.boxed {
		s.boxed = box
		s.step(turn.Event{Kind: turn.Typing, On: box})
	}
}

// switched is voice that was switched on or off: a line that is heard is left to
// be read.
func (s *Session) switched() {
	if r := s.reply; r != nil && !s.speaks() && r.kept && !r.silent {
		s.flush(r.gen)
		s.readInstead(r)
	}
	if !s.hears() {
		s.hangUp()
	}
	s.listenOrNot()
}

// attempt is a stretch that is being written down.
type attempt struct {
	turn, n    int // n is 0 where the conversation does not wait for it
	from, to   time.Duration
	cancel     context.CancelFunc
	done       bool
	failed     bool
	text       string
	words      []Word
	sent, back time.Duration
	then       []func() // when it is done
}

// transcribe writes down what the turn holds so far.
func (s *Session) transcribe(a turn.Action) {
	t := &attempt{turn: a.Turn, n: a.Attempt, from: a.From, to: a.To, sent: s.now()}
	s.attempts[t.n] = t
	if s.stream != nil {
		s.finalize(t)
		return
	}
	s.writeDown(t)
}

// writeDown asks the recogniser.
func (s *Session) writeDown(t *attempt) {
	if s.c.STT == nil || !s.hears() {
		s.soon = append(s.soon, func() { s.written(t, provider.Transcript{}, nil, errDeaf) })
		return
	}
	from, to := record.Samples(t.from), record.Samples(t.to)
	sound, place := s.tape.cut(from, to)
	voiced, _, _ := s.tape.voiced(from, to)
	ctx, cancel := context.WithTimeout(s.root, transcribing)
	t.cancel = cancel
	r := provider.Recording{PCM: sound, Rate: record.Rate, Voiced: voiced, Language: s.c.Language, Partial: func(text string) {
		s.tell(ctx, func() { s.partial(t, text) })
	}}
	s.work.Go(func() {
		defer cancel()
		err := s.purse.take(ctx, r.Length())
		var heard provider.Transcript
		if err == nil {
			heard, err = s.c.STT.Transcribe(ctx, r)
		}
		s.tell(s.root, func() { s.written(t, heard, place, err) })
	})
}

var errDeaf = research.Errorf(research.Unavailable, "No recogniser works, so answers are typed.")

// discard drops an attempt that nobody waits for.
func (s *Session) discard(n int) {
	t := s.attempts[n]
	if t == nil || t.done || len(t.then) > 0 {
		return
	}
	delete(s.attempts, n)
	t.done, t.failed = true, true
	if t.cancel != nil {
		t.cancel()
	}
}

// written is what the recogniser made of an attempt.
func (s *Session) written(t *attempt, heard provider.Transcript, place func(time.Duration) time.Duration, err error) {
	if t.done {
		return
	}
	t.done, t.failed, t.back, t.text = true, err != nil, s.now(), heard.Text
	for _, w := range heard.Words {
		t.words = append(t.words, Word{Text: w.Text, Start: place(w.Start), End: place(w.End)})
	}
	if err != nil && !errors.Is(err, errDeaf) {
		s.broken("stt", err)
	} else if err == nil {
		s.mended(&s.noEars)
	}
	s.heard(t)
}

// heard tells the conversation of an attempt that is done, and then those who
// waited for its words.
func (s *Session) heard(t *attempt) {
	if t.n != 0 {
		if !t.failed {
			s.partial(t, t.text)
		}
		s.echo(t)
		s.queue = append(s.queue, turn.Event{Kind: turn.Heard, Turn: t.turn, Attempt: t.n, Text: t.text, Failed: t.failed})
	}
	s.soon = append(s.soon, t.then...)
	s.soon = append(s.soon, s.advance)
	s.drain()
}

// echo notes that the first line comes back through the microphone: from then on
// nobody is heard while a line is.
func (s *Session) echo(t *attempt) {
	if s.lines == 1 && s.shown == turn.Speaking && turn.Echoes(s.line(), t.text) && !s.c.Params.HalfDuplex {
		s.c.Params.HalfDuplex = true
		s.send(Notice{NoticeHalfDuplex})
		s.soon = append(s.soon, func() { s.step(turn.Event{Kind: turn.Echo}) })
	}
}

// partial shows what is understood so far of somebody who has the floor.
func (s *Session) partial(t *attempt, text string) {
	if t.turn != s.turn.Turn() || text == "" {
		return
	}
	switch s.shown {
	case turn.UserSpeaking, turn.Endpointing, turn.Thinking:
		s.send(Partial{text})
	}
}
