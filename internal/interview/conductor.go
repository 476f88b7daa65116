package interview

import "github.com/usercall/usercall/internal/research"

// Setup is what the Conductor knows before the first word. It stays the same
// for the whole interview, also across restarts.
type Setup struct {
	ID           string            // public id of the interview; breaks ties, so that replays agree
	Guide        research.Guide    // what to find out
	Mode         string            // "text" or "voice"
	Offers       string            // what the study offers: "text", "voice" or "choice"
	Voice        string            // the name of the voice that speaks; "": the usual one
	Patience     string            // of a spoken interview: "quick", "normal" or "patient"
	Language     string            // of the lines said
	Product      string            // the customer's product, as configured
	LimitSeconds int               // hard end; 0: the guide's max_seconds
	Recorded     bool              // the sound is kept
	Buttons      bool              // consent was given by a button: disclose and ask the first question in one turn
	Slots        map[string]string // values for the guide's slots, already through the allow-list
}

// InputKind is what happened on the participant's side.
type InputKind string

const (
	Answer  InputKind = "answer"  // they said something; Text is "" where they stayed silent
	Silence InputKind = "silence" // nothing for a while
	Skip    InputKind = "skip"    // the button: next question
	Repeat  InputKind = "repeat"  // the button: say it again
	Leave   InputKind = "leave"   // the button: stop here
	Hangup  InputKind = "hangup"  // they are gone; nothing is said

	// What only happens where somebody speaks.
	NotHeard InputKind = "not_heard" // they spoke, and no words were understood
	ByTyping InputKind = "by_typing" // the third time in a row
	Cut      InputKind = "cut"       // they interrupted the line and said next to nothing
	TimeUp   InputKind = "time_up"   // the longest that a session may last
)

// Input is one thing that happened, and when. Times are in seconds.
type Input struct {
	Kind   InputKind
	Text   string  // of a button what had been said until then
	At     float64 // interview time at the end of the answer
	Think  float64 // silence before it
	Speech float64 // its length; 0 typed
}

// Output is what the moderator does next.
type Output struct {
	Say      string // exactly what is said; "" on hang-up
	Question string // the part of Say that asks; "" where nothing is asked
	Act      string // disclose, ask, probe, repair, redirect, comfort, close
	Rule     string // which rule chose it, for the transcript's small print
	Done     bool
	Reason   string // with Done: complete, time, stop, no_consent, distress, minor, abuse, silence
	// Heard is the answer as it may be stored: contact data masked. Equal to
	// the input's text in nearly every case.
	Heard string
	// Exclude says that the answer raised an interrupt: never quote or analyse it.
	Exclude bool
	// Forget says that everything said is to be deleted (a minor).
	Forget bool
}
