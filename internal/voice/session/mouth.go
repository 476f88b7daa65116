package session

import (
	"context"
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/speak"
	"github.com/usercall/usercall/internal/voice/turn"
)

const (
	// chunk is how much sound is taken from a voice at once, in bytes.
	chunk = 8 << 10
	// spokenLetter is how long a letter is spoken, about; and readLetter how long
	// it is read, of which the turn machine adds two seconds by itself.
	spokenLetter = 65 * time.Millisecond
	readLetter   = 40 * time.Millisecond
	longestRead  = 6 * time.Second
)

// speaks tells whether lines are to be heard.
func (s *Session) speaks() bool { return s.c.TTS != nil && !s.quiet && !s.spent }

// voice makes the sound of a reply, sentence by sentence, the next one while one
// comes. It is not the actor's; what it is told ends with the reply's context.
func (s *Session) voice(r *reply, got *Reply) {
	text := got.Aloud
	if text == "" {
		text = got.Text
	}
	sentences := speak.Sentences(text)
	if !r.spoken || len(sentences) == 0 {
		s.tell(r.ctx, func() { s.mute(r, nil) })
		return
	}
	s.tell(r.ctx, func() { r.ex.TTSSent = s.now() })
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	next := make(chan opened)
	s.work.Go(func() { s.open(ctx, sentences, next) })
	m := mixer{s: s, r: r}
	for o := range next {
		if o.err == nil {
			o.err = m.take(o.speech)
		}
		if o.err != nil {
			s.tell(r.ctx, func() { s.mute(r, o.err) })
			break
		}
	}
	m.end()
}

// opened is a sentence whose first sound is here.
type opened struct {
	speech *provider.Speech
	err    error
}

// open asks for one sentence after the other, at most one ahead of what is read.
func (s *Session) open(ctx context.Context, sentences []string, next chan<- opened) {
	defer close(next)
	for _, text := range sentences {
		var o opened
		if o.err = s.purse.take(ctx, time.Duration(utf8.RuneCountInString(text))*spokenLetter); o.err == nil {
			o.speech, o.err = s.c.TTS.Speak(ctx, provider.Line{Text: text, Language: s.c.Language, Voice: s.c.Voice})
		}
		select {
		case next <- o:
		case <-ctx.Done():
			if o.err == nil {
				_ = o.speech.Close() // nobody hears it any more
			}
			return
		}
		if o.err != nil {
			return
		}
	}
}

// mixer brings the sound of a reply to the rates of the page and the recording.
type mixer struct {
	s        *Session
	r        *reply
	rate     int
	out, rec *pcm.Resampler
}

// take reads a sentence to its end.
func (m *mixer) take(speech *provider.Speech) error {
	defer speech.Close()
	if err := m.at(speech.Rate); err != nil {
		return err
	}
	var d pcm.Decoder
	buffer := make([]byte, chunk)
	for {
		n, err := speech.Read(buffer)
		if n > 0 {
			samples := d.Append(nil, buffer[:n])
			m.give(m.out.Append(nil, samples), m.recorded(samples))
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case m.r.ctx.Err() != nil:
			return m.r.ctx.Err()
		}
	}
}

func (m *mixer) recorded(samples []int16) []int16 {
	if m.s.c.Record == nil {
		return nil
	}
	return m.rec.Append(nil, samples)
}

// at changes the rate of what comes.
func (m *mixer) at(rate int) (err error) {
	if rate == m.rate {
		return nil
	}
	m.flush()
	if m.out, err = pcm.NewResampler(rate, m.s.c.OutRate); err == nil {
		m.rec, err = pcm.NewResampler(rate, record.Rate)
	}
	if err == nil {
		m.rate = rate
	}
	return err
}

func (m *mixer) flush() {
	if m.rate != 0 {
		m.give(m.out.Flush(nil), m.rec.Flush(nil))
	}
}

func (m *mixer) give(out, rec []int16) {
	m.s.tell(m.r.ctx, func() { m.s.sound(m.r, out, rec) })
}

// end says that nothing follows.
func (m *mixer) end() {
	m.flush()
	m.s.tell(m.r.ctx, func() {
		if m.r.line.End(); m.r.line.Length() == 0 && !m.r.silent {
			m.s.mute(m.r, nil)
		}
	})
}

// sound is more sound of a line.
func (s *Session) sound(r *reply, out, rec []int16) {
	if r.dropped {
		return
	}
	r.line.Add(pcm.AppendBytes(nil, out))
	if s.track != nil && len(rec) > 0 {
		if err := s.play.Send(uint16(r.gen), rec); err != nil {
			s.c.Watcher.Failed("record", err)
		}
	}
	if r.ex.TTSFirst == 0 && len(out) > 0 {
		r.ex.TTSFirst = s.now()
		s.mended(&s.noVoice)
		s.ready(r)
	}
}

// mute is a line, or the rest of one, without sound.
func (s *Session) mute(r *reply, err error) {
	if r.dropped {
		return
	}
	if err != nil {
		s.broken("tts", err)
	}
	if r.line.Length() > 0 {
		return // what there is is heard
	}
	r.silent = true
	s.ready(r)
	if r.kept {
		s.readInstead(r)
	}
}

// readInstead gives somebody the time to read a line.
func (s *Session) readInstead(r *reply) {
	r.silent = true
	d := min(time.Duration(utf8.RuneCountInString(r.aloud()))*readLetter, longestRead)
	s.step(turn.Event{Kind: turn.Sent, Gen: r.gen, Length: max(d-2*time.Second, 1)})
}

// pump sends what may be sent of the line that has the floor, and says after how
// long there is more; 0: when something happens.
func (s *Session) pump() time.Duration {
	r := s.reply
	if r == nil || !r.kept || r.silent || s.page == nil {
		return 0
	}
	for {
		frame, wait, done := r.line.Next(time.Now())
		if frame == nil {
			if done && !r.marked {
				s.mark(r)
			}
			return wait
		}
		if r.ex.FirstWrite == 0 {
			r.ex.FirstWrite = s.now()
		}
		s.page.Sound(r.gen, r.seq, frame)
		r.seq++
		r.sent += time.Duration(len(frame)/2) * time.Second / time.Duration(s.c.OutRate)
	}
}

// mark tells the page and the conversation that a line is on its way as a whole.
func (s *Session) mark(r *reply) {
	r.marked = true
	s.page.Sound(r.gen, r.seq, nil)
	r.seq++
	s.step(turn.Event{Kind: turn.Sent, Gen: r.gen, Length: r.line.Length()})
}

// flush has the page drop what it has not played.
func (s *Session) flush(gen int) {
	if r := s.reply; r != nil && r.gen == gen && !r.silent {
		r.line.Stop()
		s.send(Flush{gen})
	}
}

// resume goes on with a line.
func (s *Session) resume(gen int, from time.Duration) {
	if r := s.reply; r != nil && r.gen == gen && !r.silent {
		s.send(Resume{gen, from})
		r.line.Resume(from, time.Now())
		r.marked, r.sent = false, from
	}
}

// playback is what the page says of a line. The report of one that was just
// dropped still says what of it was heard.
func (s *Session) playback(c Command) {
	r := s.reply
	if r == nil || r.gen != c.Gen {
		r = s.before
	}
	if r == nil || r.gen != c.Gen || r.silent {
		return
	}
	heard := min(max(c.Played, 0), r.sent)
	if c.Do == PlaybackDone {
		heard = r.sent
	}
	if r.ex.FirstHeard == 0 && heard > 0 {
		r.ex.FirstHeard = s.now()
	}
	r.ex.Heard = max(r.ex.Heard, heard)
	r.line.Played(heard, time.Now())
	at, samples := s.play.Heard(uint16(r.gen), record.Samples(heard), s.present())
	s.track.put(true, at, samples)
	if r.dropped {
		return
	}
	s.step(turn.Event{Kind: turn.Played, Gen: r.gen, Length: heard})
	if c.Do == PlaybackDone && s.reply == r {
		s.step(turn.Event{Kind: turn.PlayedAll, Gen: r.gen})
	}
}
