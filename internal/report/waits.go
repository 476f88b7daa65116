package report

import (
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Step is a part of the time that somebody waits for a reply.
type Step int

// The steps, in the order in which they are passed.
const (
	StepEnd     Step = iota // until it was clear that they had finished
	StepHear                // until what they said was written down
	StepDecide              // until it was clear what to say
	StepSpeak               // until the first sound of the voice
	StepBetween             // all that is not a service's: ours
	StepNetwork             // until the sound was heard
	stepCount
)

// Steps is all of them.
var Steps = []Step{StepEnd, StepHear, StepDecide, StepSpeak, StepBetween, StepNetwork}

// Wait is how long somebody waited for one line of the interviewer, from the
// end of what they said until they heard it.
type Wait struct {
	Turn  int
	What  string // why it was said, as [research.Exchange] has it
	Cut   bool   // they interrupted it
	Quiet bool   // it was never heard
	Steps [stepCount]time.Duration
}

// Total is all steps together.
func (w Wait) Total() (d time.Duration) {
	for _, s := range w.Steps {
		d += s
	}
	return d
}

// Waits tells of each exchange in which somebody said something how long they
// waited. Where steps overlap, the time counts to the one that was done first, so
// that the steps add up to the whole.
func Waits(all []research.Exchange) (waits []Wait) {
	for _, e := range all {
		if e.LastSpeech < 0 {
			continue // nobody was waiting: it was the first line, or a silence
		}
		waits = append(waits, waitOf(e))
	}
	return waits
}

func waitOf(e research.Exchange) Wait {
	w := Wait{Turn: e.Turn, What: e.What, Cut: e.Cut, Quiet: e.FirstWrite < 0}
	at := e.LastSpeech
	until := func(step Step, from, to int64) {
		if from < 0 || to < from || to <= at {
			return // not done, or done while something else went on
		}
		begun := max(at, from)
		w.Steps[StepBetween] += inMS(begun - at)
		w.Steps[step] += inMS(to - begun)
		at = to
	}
	until(StepEnd, e.LastSpeech, e.Endpoint)
	until(StepHear, e.STTSent, e.STTDone)
	until(StepDecide, e.ReplyAsked, e.ReplyDone)
	until(StepSpeak, e.TTSSent, e.TTSFirst)
	until(StepBetween, at, e.FirstWrite)
	until(StepNetwork, at, e.FirstHeard)
	return w
}

func inMS(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// Spread is the middle and the slow end of some times.
type Spread struct {
	N           int
	Median, P95 time.Duration
}

// SpreadOf is the spread of times: the smallest that half of them, or 95 of 100,
// do not exceed.
func SpreadOf(times []time.Duration) Spread {
	if len(times) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(times))
	rank := func(percent int) time.Duration { return sorted[(percent*len(sorted)+99)/100-1] }
	return Spread{N: len(sorted), Median: rank(50), P95: rank(95)}
}

// SpreadOfStep is that of one step of the waits that ended with a sound.
func SpreadOfStep(waits []Wait, s Step) Spread {
	return spreadBy(waits, func(w Wait) time.Duration { return w.Steps[s] })
}

// SpreadOfWaits is that of the whole waits that ended with a sound.
func SpreadOfWaits(waits []Wait) Spread { return spreadBy(waits, Wait.Total) }

func spreadBy(waits []Wait, of func(Wait) time.Duration) Spread {
	var times []time.Duration
	for _, w := range waits {
		if !w.Quiet {
			times = append(times, of(w))
		}
	}
	return SpreadOf(times)
}
