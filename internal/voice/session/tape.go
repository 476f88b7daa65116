package session

import (
	"slices"
	"time"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/record"
)

const (
	// longestTape bounds what is remembered of a microphone: the longest answer and
	// a line that it was given over.
	longestTape = 4 * 60 * record.Rate
	// longestHole is what is left of a pause in the middle of an answer, in which
	// nothing was recorded: recognisers make words up for long silences.
	longestHole = record.Rate / 2
)

// tape remembers what the microphone heard for as long as somebody may ask for
// it, and where voice was in it. Places are samples of the recording.
type tape struct {
	pieces []piece
	voices []span
}

type piece struct {
	at      int64
	samples []int16
}

func (p piece) end() int64 { return p.at + int64(len(p.samples)) }

type span struct{ from, to int64 }

// add takes samples that stand at a place behind everything before.
func (t *tape) add(at int64, samples []int16) {
	t.pieces = append(t.pieces, piece{at, samples})
	t.drop(at + int64(len(samples)) - longestTape)
}

// voice notes that somebody speaks there.
func (t *tape) voice(from, to int64) {
	if n := len(t.voices); n > 0 && t.voices[n-1].to == from {
		t.voices[n-1].to = to
		return
	}
	t.voices = append(t.voices, span{from, to})
}

// drop forgets what is before a place.
func (t *tape) drop(before int64) {
	n := 0
	for n < len(t.pieces) && t.pieces[n].end() <= before {
		n++
	}
	t.pieces = slices.Delete(t.pieces, 0, n)
	n = 0
	for n < len(t.voices) && t.voices[n].to <= before {
		n++
	}
	t.voices = slices.Delete(t.voices, 0, n)
}

// cut is a stretch of the tape as bytes, and where a moment of it stands in the
// recording: a long hole is shortened.
func (t *tape) cut(from, to int64) (sound []byte, place func(time.Duration) time.Duration) {
	var starts []span // where a stretch of the recording begins, and where in the cut
	length, last := int64(0), from
	for _, p := range t.pieces {
		a, b := max(p.at, from), min(p.end(), to)
		if a >= b {
			continue
		}
		if hole := min(a-last, longestHole); hole > 0 && length > 0 {
			sound = append(sound, make([]byte, 2*hole)...)
			length += hole
		}
		if len(starts) == 0 || a != last {
			starts = append(starts, span{a, length})
		}
		sound = pcm.AppendBytes(sound, p.samples[a-p.at:b-p.at])
		length, last = length+b-a, b
	}
	return sound, func(d time.Duration) time.Duration {
		n := record.Samples(d)
		i := len(starts) - 1
		for i > 0 && starts[i].to > n {
			i--
		}
		if i < 0 {
			return record.Duration(from + n)
		}
		return record.Duration(starts[i].from + n - starts[i].to)
	}
}

// voiced is how much of a stretch is voice, and from where to where it goes; 0
// where there is none.
func (t *tape) voiced(from, to int64) (all time.Duration, first, last int64) {
	n := int64(0)
	for _, v := range t.voices {
		a, b := max(v.from, from), min(v.to, to)
		if a >= b {
			continue
		}
		if n == 0 {
			first = a
		}
		n, last = n+b-a, b
	}
	return record.Duration(n), first, last
}
