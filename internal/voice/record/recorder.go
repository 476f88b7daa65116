package record

import (
	"encoding/binary"
	"io"
	"sync/atomic"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
)

// format is that of every recording.
var format = pcm.Format{Rate: Rate, Channels: 2}

const (
	moment    = 4        // bytes of a sample of both tracks
	piece     = 4096     // moments that are written at once
	syncAfter = 5 * Rate // moments after which the disk is asked to keep what it got
)

// The tracks, by where they stand in a moment.
const (
	participant = 0
	moderator   = 2
)

// A File is what a recorder writes to.
type File interface {
	pcm.File
	io.ReaderAt
	io.Closer
	Sync() error
}

// A Recorder writes the recording of an interview that runs. Samples may come in any order and
// stand anywhere; where none came is silence, and of two for one place the last one stays. It
// writes at once, and every five seconds of sound it waits until the disk has it: give it a
// goroutine of its own, it is for one at a time.
//
// After an error every call returns that error, and [Recorder.Close] still leaves what was written
// before as a playable file.
type Recorder struct {
	file    File
	limit   int64 // in moments
	length  int64
	synced  int64
	err     error
	deleted atomic.Bool
	bytes   [piece * moment]byte
	release func()
}

// Participant writes samples of the participant that start at a sample of the recording.
func (r *Recorder) Participant(at int64, samples []int16) error {
	return r.track(participant, at, samples)
}

// Moderator writes samples of the moderator that were heard from a sample of the recording on.
func (r *Recorder) Moderator(at int64, samples []int16) error {
	return r.track(moderator, at, samples)
}

// Length is how long the recording is.
func (r *Recorder) Length() time.Duration { return Duration(r.length) }

func (r *Recorder) track(track int, at int64, samples []int16) error {
	if r.err == nil {
		r.err = r.check(at, int64(len(samples)))
	}
	for len(samples) > 0 && r.err == nil {
		n := min(len(samples), piece)
		r.err = r.put(track, at, samples[:n])
		at, samples = at+int64(n), samples[n:]
	}
	if r.err == nil && r.length-r.synced >= syncAfter {
		r.err = r.Sync()
	}
	return r.err
}

func (r *Recorder) check(at, n int64) error {
	if r.deleted.Load() {
		return errDeleted()
	}
	if at < 0 || n > r.limit || at > r.limit-n {
		return research.Errorf(research.TooLarge, "A recording of an interview lasts %s at most, and this would stand at %s. End the interview.", Duration(r.limit), Duration(at))
	}
	return nil
}

// put writes up to a piece. The other track's samples of that time are there already, or silent.
func (r *Recorder) put(track int, at int64, samples []int16) error {
	bytes := r.bytes[:len(samples)*moment]
	known := min(max(r.length-at, 0), int64(len(samples))) * moment
	if _, err := r.file.ReadAt(bytes[:known], offset(at)); err != nil {
		return unwritable(err)
	}
	clear(bytes[known:])
	for i, s := range samples {
		binary.LittleEndian.PutUint16(bytes[i*moment+track:], uint16(s))
	}
	if _, err := r.file.WriteAt(bytes, offset(at)); err != nil {
		return unwritable(err)
	}
	r.length = max(r.length, at+int64(len(samples)))
	return nil
}

func offset(at int64) int64 { return pcm.HeaderSize + at*moment }

// Sync writes into the file how long it is, and waits until the disk has all of it.
func (r *Recorder) Sync() error {
	if _, err := r.file.WriteAt(pcm.Header(format, r.length*moment), 0); err != nil {
		return unwritable(err)
	}
	if err := r.file.Sync(); err != nil {
		return unwritable(err)
	}
	r.synced = r.length
	return nil
}

// Close ends the recording, silent up to the time that the interview lasted if that is longer. The
// file is closed whatever happens; the error is the first that there was.
func (r *Recorder) Close(lasted time.Duration) error {
	if r.release == nil {
		return r.err
	}
	err := r.end(min(Samples(lasted), r.limit))
	if closing := r.file.Close(); err == nil && closing != nil {
		err = unwritable(closing)
	}
	r.release()
	r.release = nil
	if r.err == nil {
		r.err = err
	}
	return r.err
}

func (r *Recorder) end(lasted int64) error {
	if r.deleted.Load() {
		return errDeleted()
	}
	if r.err == nil {
		r.length = max(r.length, lasted)
	}
	// Also takes away what a write left behind that failed in its middle.
	if err := r.file.Truncate(offset(r.length)); err != nil {
		return unwritable(err)
	}
	return r.Sync()
}

func unwritable(err error) error {
	return &research.Error{Code: research.Unavailable, Message: "The recording could not be written. What was recorded until now is kept; look whether the disk is full.", Err: err}
}

func errDeleted() error {
	return research.Errorf(research.NotFound, "This recording was deleted, and nothing more is recorded.")
}
