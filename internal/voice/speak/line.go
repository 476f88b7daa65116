package speak

import "time"

const (
	// Ahead is how much sound may be on its way beyond what is heard. It covers
	// the jitter of a network, and it is what an interruption wastes.
	Ahead = 1500 * time.Millisecond
	// Frame is the length of what is sent at once.
	Frame = 80 * time.Millisecond
	// blind is how long a page is believed to go on playing that reports nothing.
	blind = time.Second
	// longest bounds the sound of one line.
	longest = 60 * time.Second
)

// Line is the sound of one line: what has come of it, what was sent, and what
// was heard. It keeps all of it, so that an interruption that was none can be
// undone. A Line is used by one goroutine. Times of day are those of one clock.
type Line struct {
	rate   int
	pcm    []byte
	ended  bool
	sent   int           // bytes
	heard  time.Duration // as reported
	at     time.Time     // of the report, or of the first frame
	halted bool
}

// NewLine is a line without sound yet, at so many samples a second.
func NewLine(rate int) *Line { return &Line{rate: rate} }

// Add takes sound as it comes: signed 16 bits, mono, whole samples. What is
// beyond a minute is dropped; false where something was.
func (l *Line) Add(pcm []byte) bool {
	room := l.bytes(longest) - len(l.pcm)
	kept := min(len(pcm), max(room, 0)) &^ 1
	l.pcm = append(l.pcm, pcm[:kept]...)
	return kept == len(pcm)
}

// End says that nothing follows.
func (l *Line) End() { l.ended = true }

// Length is how much sound there is so far; all of it after End.
func (l *Line) Length() time.Duration { return l.duration(len(l.pcm)) }

// Next is the next frame to send now, which is not to be changed. Without one,
// wait says when to ask again: after so long, or where it is 0 only after Add,
// End, Played or Resume. Done says that all was sent.
func (l *Line) Next(now time.Time) (frame []byte, wait time.Duration, done bool) {
	switch {
	case l.ended && l.sent >= len(l.pcm):
		return nil, 0, true
	case l.halted, l.sent >= len(l.pcm), !l.ended && len(l.pcm)-l.sent < l.bytes(Frame):
		return nil, 0, false
	}
	if l.at.IsZero() {
		l.at = now
	}
	if ahead := l.duration(l.sent) + Frame - l.playing(now); ahead > Ahead {
		return nil, l.until(ahead-Ahead, now), false
	}
	end := min(l.sent+l.bytes(Frame), len(l.pcm))
	frame = l.pcm[l.sent:end:end]
	l.sent = end
	return frame, 0, false
}

// playing is where the page is now, as far as one can know: it goes on from its
// last report, for a while.
func (l *Line) playing(now time.Time) time.Duration {
	since := min(max(now.Sub(l.at), 0), blind)
	return min(l.heard+since, l.duration(l.sent))
}

// until is how long it takes until the page has played so much more; 0 where
// only a report can say.
func (l *Line) until(more time.Duration, now time.Time) time.Duration {
	if now.Sub(l.at)+more > blind {
		return max(blind-now.Sub(l.at), 0)
	}
	return more
}

// Played is a report of the page: so much of the line was heard. It never goes
// back, nor beyond what was sent.
func (l *Line) Played(heard time.Duration, now time.Time) {
	if heard = min(heard, l.duration(l.sent)); heard > l.heard && !l.halted {
		l.heard, l.at = heard, now
	}
}

// Stop stops sending: the page has dropped what it had not played.
func (l *Line) Stop() { l.halted = true }

// Resume sends again from a place in the line.
func (l *Line) Resume(from time.Duration, now time.Time) {
	from = min(max(from, 0), l.duration(len(l.pcm)))
	l.sent, l.heard, l.at, l.halted = l.bytes(from), from, now, false
}

func (l *Line) bytes(d time.Duration) int {
	return int(d*time.Duration(l.rate)/time.Second) * 2
}

func (l *Line) duration(bytes int) time.Duration {
	if l.rate <= 0 {
		return 0
	}
	return time.Duration(bytes/2) * time.Second / time.Duration(l.rate)
}
