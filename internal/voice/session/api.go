package session

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// Page is the other end of the socket. Its methods may be called by one
// goroutine, never block, and are done in their order, messages before sound. A
// page that does not take them in time is gone, which it reports by
// [Session.Detach].
type Page interface {
	Send(Message)
	// Sound is a frame of a line: 16 bits, little-endian, mono, at the rate of
	// [Config.OutRate]. It is not kept or changed afterwards. A frame without
	// samples says that nothing follows of this line.
	Sound(gen int, seq uint32, pcm []byte)
}

// Message is what the page is told, one of the types below.
type Message interface{ message() }

// What the page is told, as voice.md names it on the wire.
type (
	// Phase is where the conversation stands.
	Phase struct{ Name turn.Phase }
	// Duck lowers the line that is heard, or brings it back.
	Duck struct{ On bool }
	// Partial is what is understood so far of somebody who speaks.
	Partial struct{ Text string }
	// Heard is the participant's turn as it was stored.
	Heard struct{ Stored }
	// Says is the interviewer's turn as it was stored. Spoken says that sound
	// follows, or else that its text is all there is.
	Says struct {
		Gen int
		Stored
		Question string  // the part that is shown large
		Progress float64 // 0 to 1
		Spoken   bool
	}
	// Flush drops what was not played of a line.
	Flush struct{ Gen int }
	// Resume plays on: sound from there follows.
	Resume struct {
		Gen  int
		From time.Duration
	}
	// Notice says what is not as it should be, by one of the Notice… codes.
	Notice struct{ Code string }
	// Accepted acknowledges a typed answer, after it was stored.
	Accepted struct {
		ID   string
		Turn int
	}
	// Refused says why a typed answer, or anything else, was not taken.
	Refused struct {
		ID        string
		Code      string // of research.Code, or too_long
		Retryable bool
	}
	// Ended is the last message.
	Ended struct{ Reason string }
)

// Codes of Notice.
const (
	NoticeNoVoice    = "no_voice"     // captions instead of sound
	NoticeNoEars     = "no_ears"      // please type
	NoticeVoiceBack  = "voice_back"   // both work again
	NoticeNotHeard   = "not_heard"    // please type: three times nothing was understood
	NoticeNoRecord   = "no_recording" // the recording stopped; the interview goes on
	NoticeHalfDuplex = "half_duplex"  // the microphone rests while we speak
	NoticeBudget     = "budget"       // the time for voice is used up; please type
	NoticeNoReply    = "no_reply"     // nothing could be said to that; please go on
	NoticeRestarting = "restarting"
)

// Stored is a turn that was stored.
type Stored struct {
	Turn       int    // its number in the interview
	ID         string // of a participant's turn
	Text       string
	Start, End time.Duration // in the recording; both 0: typed
}

// Mind decides what is said, and keeps it.
type Mind interface {
	// Reply finds what follows, and stores nothing. It may take its time, and is
	// cancelled by ctx where nobody wants the answer any more.
	Reply(ctx context.Context, a Ask) (*Reply, error)
	// Store keeps what was said and the reply to it, whole or not at all; r is nil
	// where the interview ends without one. A conflict means that the interview
	// went on elsewhere: the session ends.
	Store(ctx context.Context, s Said, r *Reply) (Kept, error)
	// Over ends the interview from outside, by a reason of [turn.Reason]: nobody
	// is there, or the time is up. It only stops the clock where it can be resumed.
	Over(ctx context.Context, why turn.Reason) (Kept, error)
}

// Ask is why a reply is wanted.
type Ask struct {
	What turn.What
	Text string // what was said; of a button what had been said until then
	ID   string // under which Text will be stored; "": there is none
	// Resumed says of a Begin that the interview had begun before: its open
	// question is said again.
	Resumed bool
	// Plain wants what the rules say by themselves, at once: it has taken too long
	// to find more, or nobody is there any more.
	Plain bool
}

// Reply is what is to be said next.
type Reply struct {
	Text     string // what is shown and kept
	Aloud    string // what is spoken, where that differs ("we were at …"); "": Text
	Question string
	Open     bool // it asks for more than yes or no
	Last     bool // nothing follows
	Move     any  // the Mind's own: what is stored with it
}

// Said is what is stored of the participant, if they said anything.
type Said struct {
	What  turn.What
	ID    string // makes storing it twice harmless; never empty where Text is not
	Text  string
	From  time.Duration // in the recording
	To    time.Duration
	Words []Word // times in the recording; nil: not known
}

// Word is one word and when it was said.
type Word struct {
	Text       string
	Start, End time.Duration
}

// Kept is what was stored.
type Kept struct {
	Heard    *Stored // nil: nothing was said
	Says     *Stored // nil: no reply
	Question string
	Progress float64
	Reason   string // not "": the interview is over
}

// Exchange is when the steps of one exchange were done, by the session's clock;
// 0: not done. It is reported once the line was heard, or was ended.
type Exchange struct {
	Turn  int // of the interviewer's line
	What  turn.What
	Cut   bool          // they interrupted it
	Heard time.Duration // how much of the line was heard

	LastSpeech, Endpoint   time.Duration
	STTSent, STTDone       time.Duration
	ReplyAsked, ReplyDone  time.Duration
	TTSSent, TTSFirst      time.Duration
	FirstWrite, FirstHeard time.Duration
}

// Latency is from the end of speech to the first sound on its way.
func (e Exchange) Latency() time.Duration { return max(e.FirstWrite-e.LastSpeech, 0) }

// Overhead is our own part: what passed from the decision that they had
// finished to the first sound, without the services' time (voice.md §6).
func (e Exchange) Overhead() time.Duration {
	if e.FirstWrite == 0 || e.Endpoint == 0 {
		return 0
	}
	stt := max(e.STTDone-max(e.STTSent, e.Endpoint), 0)
	return max(e.FirstWrite-e.Endpoint-stt-(e.ReplyDone-e.ReplyAsked)-(e.TTSFirst-e.TTSSent), 0)
}

// Watcher is told what happened, for the store, metrics and traces. It never
// blocks, and may be told by several goroutines.
type Watcher interface {
	Exchanged(Exchange)
	// Failed is a service that could not be used: "stt", "tts", "record", "mind".
	Failed(service string, err error)
}

func (Phase) message()    {}
func (Duck) message()     {}
func (Partial) message()  {}
func (Heard) message()    {}
func (Says) message()     {}
func (Flush) message()    {}
func (Resume) message()   {}
func (Notice) message()   {}
func (Accepted) message() {}
func (Refused) message()  {}
func (Ended) message()    {}
