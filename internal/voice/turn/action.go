package turn

import "time"

// Do is what is to be done.
type Do string

const (
	Show   Do = "show"   // Phase
	Arm    Do = "arm"    // Timer, At
	Disarm Do = "disarm" // Timer

	Duck   Do = "duck"   // lower the line that is heard
	Unduck Do = "unduck" // and back
	Flush  Do = "flush"  // Gen: drop what the page has not played; From: what it has
	Resume Do = "resume" // Gen: go on with the line, From what was heard of it

	// Transcribe the turn from From to To; the answer is a Heard with this
	// Attempt. It is a guess that the turn may end here.
	Transcribe Do = "transcribe"
	// Discard an attempt: its answer would be ignored.
	Discard Do = "discard"

	// Commit: the turn is over, or needs an answer. Find the reply under Gen;
	// nothing is stored yet. The answer is ReplyReady or ReplyFailed.
	Commit Do = "commit"
	// Cancel whatever works for Gen. Nothing of it may be said any more.
	Cancel Do = "cancel"
	// Store the turn together with the reply Gen; 0: without one, since it ends here.
	Store Do = "store"
	// Play sends the sound of the reply.
	Play Do = "play"
	// Apologise: no reply came. Show the line that the rules have as text, and
	// play the recorded apology under Gen.
	Apologise Do = "apologise"
	// End of the session; nothing follows.
	End Do = "end" // Reason
)

// What is the reason for which a reply is wanted.
type What string

const (
	Begin    What = "begin"   // the first line, or the open one for somebody who comes back
	Answer   What = "answer"  // they answered
	ByHand   What = "typed"   // they typed; Text is what they had said before
	Silence  What = "silence" // they say nothing
	NotHeard What = "unheard" // they spoke, and no words were heard: short form, once more
	ByTyping What = "typing"  // the third time: offer to type
	Cut      What = "cut"     // they cut the line off and said next to nothing: the short form, once, unless it is a request
	Again    What = "repeat"  // the button
	Next     What = "skip"    // the button
	Goodbye  What = "leave"   // the button
)

// Action is one thing to do. Actions are done in their order; the fields that
// a Do does not name are zero.
type Action struct {
	Do      Do
	Phase   Phase
	Timer   Timer
	At      time.Duration // session clock
	Turn    int
	Gen     int
	What    What
	Try     int           // of a Commit: the second is a repetition
	From    time.Duration // on the clock of the samples; of Flush and Resume within the line
	To      time.Duration
	Text    string // what was heard of the turn
	Known   bool   // Text is final; else a Heard with Attempt brings it
	Attempt int
	Reason  Reason
}

// Reason is why a session ended.
type Reason string

const (
	Completed Reason = "complete"
	Stopped   Reason = "stop"
	NoConsent Reason = "no_consent"
	TooQuiet  Reason = "silence"
	TooLong   Reason = "time"
	Gone      Reason = "lost"
	NoReply   Reason = "no_reply"
)
