package turn

import "time"

// Phase is where a conversation stands, by the names of the wire.
type Phase string

const (
	Connecting   Phase = "connecting"
	Consent      Phase = "consent"
	Speaking     Phase = "speaking"      // a line is heard
	Listening    Phase = "listening"     // nobody speaks
	UserSpeaking Phase = "user_speaking" // they do
	Endpointing  Phase = "endpointing"   // they did, and may have finished
	Thinking     Phase = "thinking"      // they have, and a reply is looked for
	Paused       Phase = "paused"
	Reconnecting Phase = "reconnecting"
	Closing      Phase = "closing" // the last line is heard
	Ended        Phase = "ended"
)

// State is one conversation. It is a value: a copy is a conversation of its
// own, and nothing but [New] and [Step] should make or change one.
type State struct {
	p     Params
	phase Phase // what it is beside a pause or a lost connection
	now   time.Duration
	due   [timers]time.Duration // 0: not armed

	ear    ear
	frame  time.Duration // session time of the last one
	muted  bool
	typing bool
	paused bool
	nobody bool // the pause came by itself: speech ends it
	lost   bool
	left   time.Duration // of the limit, while they pause; 0: they do not
	half   bool          // the microphone hears us

	turn     int // number of the exchange in the making, from 1
	answer   answer
	attempts int // to transcribe, ever

	gen     int // last given
	live    int // 0: no reply is in the making or heard
	what    What
	try     int
	ready   bool // the live reply could begin
	leaving bool
	line    line

	ducked, held bool          // speech over the line; held: the page has dropped its sound
	kept         time.Duration // samples: words over the line that did not end it; they belong to the next answer
	deaf         bool          // this run of voice was judged to be none of ours
	wary         bool          // voice without words was heard: from now on words count

	stage    int // idle stages passed
	since    time.Duration
	misheard int // in a row
	grown    int // times they went on when they were taken to have finished
	cut      int // the turn whose line was repeated after a cut; 0: none
}

// answer is what is known of the turn in the making.
type answer struct {
	begun   bool
	from    time.Duration // samples
	base    time.Duration // ear.total before it
	text    string
	known   bool          // text covers everything up to the last attempt
	attempt int           // the last one asked for
	pending bool          // and not answered
	asked   time.Duration // ear.total when it was
	streams bool          // text grows by itself
	probeAt time.Duration // ear.total when words were last looked for
	probed  int           // and how many were found
	over    bool          // it cut a line off
	early   bool          // it was taken to be over, and was not
}

// line is what is being said.
type line struct {
	text   string
	open   bool // it asks for more than yes or no
	last   bool
	began  time.Duration
	played time.Duration
	length time.Duration // 0: not known yet
}

// New is a conversation with somebody who is not there yet.
func New(p Params) State {
	s := State{p: p, phase: Connecting, turn: 1, half: p.HalfDuplex}
	s.due[TimerConnect] = connectWait
	return s
}

// Phase is what the page shows.
func (s State) Phase() Phase {
	switch {
	case s.phase == Ended:
		return Ended
	case s.lost:
		return Reconnecting
	case s.paused:
		return Paused
	}
	return s.phase
}

// Turn is the number of the exchange in the making, from 1.
func (s State) Turn() int { return s.turn }

// Live is the generation of the reply that is looked for or heard; 0: none.
func (s State) Live() int { return s.live }

// Next is the deadline that comes first; false where none is armed, which is
// only after the end.
func (s State) Next() (Timer, time.Duration, bool) {
	first := Timer(-1)
	for t, at := range s.due {
		if at != 0 && (first < 0 || at < s.due[first]) {
			first = Timer(t)
		}
	}
	if first < 0 {
		return 0, 0, false
	}
	return first, s.due[first], true
}

// Needs is from where on, on the clock of the samples, sound may still be asked
// for: what is before it can be forgotten.
func (s State) Needs() time.Duration {
	need := s.ear.now - s.ear.run - preRoll - quietVoice
	if s.answer.begun {
		need = min(need, s.answer.from)
	}
	if s.kept != 0 {
		need = min(need, s.kept)
	}
	return max(need, 0)
}

func (s State) away() bool { return s.paused || s.lost }

func (s State) voiced() time.Duration {
	if !s.answer.begun {
		return 0
	}
	return s.ear.total - s.answer.base
}
