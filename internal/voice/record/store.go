package record

import (
	"context"
	"io"
	"iter"
	"regexp"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// A Key names a recording: the id of its interview. It is made by us and never by a request.
type Key string

// keys are those that can be names of files on any system, where "A" and "a" may be the same.
var keys = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// check says whether the key can name anything. What cannot be there is not there.
func (k Key) check() error {
	if !keys.MatchString(string(k)) {
		return notFound()
	}
	return nil
}

func notFound() error {
	return research.Errorf(research.NotFound, "There is no such recording. It may have been deleted.")
}

// A Store keeps recordings. Each method may be called again after it failed, and by many at once;
// an unknown or impossible key is research.NotFound.
type Store interface {
	// Record begins a recording, or goes on with one that was interrupted, of at most limit. It is
	// research.Conflict while another has the key, and for a recording that was settled.
	Record(key Key, limit time.Duration) (*Recorder, error)
	// Mend makes a recording playable that was cut off, and says how long it is. It is
	// research.Conflict while another has the key, and research.NotFound where what runs
	// of it is not here.
	Mend(key Key) (time.Duration, error)
	// Settle brings a recording that has ended into the form in which it stays. It takes seconds,
	// and changes nothing that is heard. It is research.Conflict while another has the key.
	Settle(ctx context.Context, key Key) error
	// Open opens a recording for reading. One that runs can be read up to its last five seconds.
	Open(key Key) (*Audio, error)
	// Delete deletes a recording in every form, and ends it if it runs. One that is not there is
	// no error.
	Delete(key Key) error
	// All goes through what there is, in no order that matters. An error ends it.
	All() iter.Seq2[Info, error]
}

// Info says what is there of a recording.
type Info struct {
	Key      Key
	Bytes    int64
	Modified time.Time
	Settled  bool
}

// Audio is a recording to read, as http.ServeContent takes it.
type Audio struct {
	io.ReadSeekCloser
	// Type is the media type: audio/flac, or audio/wav until it is settled.
	Type     string
	Bytes    int64
	Modified time.Time
}
