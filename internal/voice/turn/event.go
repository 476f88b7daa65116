package turn

import "time"

// Kind is what happened.
type Kind string

const (
	// Life of the session.
	Ready     Kind = "ready"     // somebody is connected; On: they have consented before
	Consented Kind = "consented" // On: yes
	Lost      Kind = "lost"      // the connection is gone
	Back      Kind = "back"      // and here again

	// What the microphone and the recogniser heard.
	Frame Kind = "frame" // P, Audio
	Heard Kind = "heard" // Turn, Attempt, Text; Failed
	Echo  Kind = "echo"  // the microphone hears us: from now on it rests while we speak

	// What became of a reply, by its generation.
	ReplyReady  Kind = "reply_ready"   // Gen, Text, Open, Last: its first sound is here, or it has none
	ReplyFailed Kind = "reply_failed"  // Gen
	Sent        Kind = "sent"          // Gen, Length: all of its sound is on the way
	Played      Kind = "played"        // Gen, Length: heard so far, as the page reports it
	PlayedAll   Kind = "playback_done" // Gen

	// Buttons.
	Done   Kind = "done"
	Mute   Kind = "mute" // On
	Repeat Kind = "repeat"
	Skip   Kind = "skip"
	Typing Kind = "type"  // On: the box holds text
	Typed  Kind = "typed" // a typed answer was sent
	Pause  Kind = "pause" // On
	Leave  Kind = "leave"

	// A deadline has come.
	Expired Kind = "expired" // Timer
)

// Event is one thing that happened. The fields that a Kind does not name are
// not read.
type Event struct {
	Kind Kind
	// At is the session's clock. It does not run backwards: an earlier time
	// counts as the latest seen.
	At time.Duration

	// Audio is where a frame ends on the clock of the samples. Whoever makes it
	// keeps that clock going over a lost connection.
	Audio time.Duration
	P     float64 // how likely the frame is speech, 0 to 1

	Turn    int    // whose words they are
	Attempt int    // the Transcribe that they answer; 0: of a running recogniser, everything so far
	Text    string // the words of the whole turn so far; of a reply: its line
	Failed  bool   // the recogniser could not say

	Gen    int
	Length time.Duration
	Open   bool // the line asks for more than yes or no
	Last   bool // nothing is to be said after it

	On    bool
	Timer Timer
}

// Timer names a deadline. Each has at most one.
type Timer int

const (
	TimerConnect  Timer = iota // hello, or the answer to the question of consent
	TimerIdle                  // nobody says anything
	TimerStall                 // somebody speaks, and no frame comes
	TimerReply                 // a reply has no sound yet
	TimerPlayback              // the page does not say that a line was heard
	TimerFalse                 // speech over a line, and no words
	TimerGrace                 // the connection is gone
	TimerPaused                // a pause is too long
	TimerLimit                 // the session is too long
	timers
)
