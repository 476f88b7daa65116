package provider

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"time"
)

// Secret is a key. Nothing shows it but the header that it is sent in.
type Secret string

func (Secret) String() string       { return "(secret)" }
func (Secret) GoString() string     { return "(secret)" }
func (Secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// MarshalText keeps a key out of JSON and of everything else that is encoded.
func (Secret) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }

// STT writes down a recording.
type STT interface {
	// Transcribe returns what was said; "" where nothing was. Errors are
	// research.Error of code unavailable, or invalid where the settings are wrong.
	Transcribe(ctx context.Context, r Recording) (Transcript, error)
}

// Recording is sound to write down.
type Recording struct {
	PCM       []byte            // signed 16 bits, little-endian, mono
	Rate      int               // samples a second
	Voiced    time.Duration     // how much of it is voice; 0: not known
	Language  string            // two letters; "" lets the server guess
	Prompt    string            // names and words to expect
	WordTimes bool              // ask for the time of each word
	Partial   func(text string) // if set, is given the text so far, where the server streams
}

// Length is how long the recording is.
func (r Recording) Length() time.Duration {
	if r.Rate <= 0 {
		return 0
	}
	return time.Duration(len(r.PCM)/2) * time.Second / time.Duration(r.Rate)
}

// Transcript is what was said. Times are from the start of the recording; they
// are left out where the server's make no sense.
type Transcript struct {
	Text     string
	Language string
	Words    []Word
	Segments []Segment
	// NoSpeech is how likely it is that nobody spoke; below 0 where the server
	// does not say.
	NoSpeech float64
}

// Word is one word and its time.
type Word struct {
	Text       string
	Start, End time.Duration
}

// Segment is a stretch that the server kept together.
type Segment struct {
	Text       string
	Start, End time.Duration
	NoSpeech   float64 // below 0: not known
}

// TTS says a line.
type TTS interface {
	// Speak returns the sound as it comes; the first of it is there when Speak
	// returns. The caller closes it. Errors as those of [STT]; one that comes
	// later is returned by Read.
	Speak(ctx context.Context, l Line) (*Speech, error)
}

// Line is something to say, at most 4096 characters.
type Line struct {
	Text     string
	Language string // two letters
	Voice    string // as the service names it; "": the one that was set up
}

// Speech is the sound of a line: signed 16 bits, little-endian, mono. Read
// returns whole samples.
type Speech struct {
	Rate int // samples a second
	io.ReadCloser
}

// Chat words one JSON object.
type Chat interface {
	// Object returns the first object of the answer that Check accepts. Errors as
	// those of [STT]; an answer without such an object is unavailable too.
	Object(ctx context.Context, q Question) (json.RawMessage, error)
}

// Question is what a chat model is asked.
type Question struct {
	System      string
	Messages    []Message
	Name        string          // of the schema: letters, digits, _ and -
	Schema      json.RawMessage // of the answer, an object
	MaxTokens   int
	Temperature float64
	Check       func(json.RawMessage) error // nil: any object will do
}

// Message is one side's part.
type Message struct {
	Role    string `json:"role"` // user or assistant
	Content string `json:"content"`
}

// Listener writes down while somebody speaks.
type Listener interface {
	Listen(ctx context.Context, language string) (Session, error)
}

// Session is one stretch of listening. Write, Finalize and Close are called by
// one goroutine, and Results is read by another.
type Session interface {
	// Write sends sound: 16 kHz, signed 16 bits, little-endian, mono.
	Write(pcm []byte) error
	// Finalize asks for the words of everything that was written, now.
	Finalize() error
	// Results is closed when the session is over; Err then says why.
	Results() <-chan Heard
	Err() error
	// Close ends the session. It may be called twice.
	Close() error
}

// Heard is what a session understood since it began or was last finalized.
type Heard struct {
	Text  string
	Final bool // it answers Finalize: nothing of what was written is missing
}
