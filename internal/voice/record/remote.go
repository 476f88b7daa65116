package record

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Objects is an object store, in the few calls that recordings need. An object never changes.
type Objects interface {
	// Put writes an object, whole or not at all.
	Put(ctx context.Context, name string, size int64, from io.Reader) error
	// Get reads exactly so many bytes of an object. Stat and Get return fs.ErrNotExist where there
	// is none.
	Get(ctx context.Context, name string, from, length int64) ([]byte, error)
	Stat(ctx context.Context, name string) (Object, error)
	// Delete deletes an object. One that is not there is no error.
	Delete(ctx context.Context, name string) error
	// All goes through the objects whose names begin with prefix. An error ends it.
	All(ctx context.Context, prefix string) iter.Seq2[Object, error]
}

// Object says what is there of an object.
type Object struct {
	Name     string
	Bytes    int64
	Modified time.Time
}

// How long the object store may take. Nobody waits for an upload; for a look whether a recording is
// there an interview that wants to begin does.
const (
	uploadTime = 10 * time.Minute
	askTime    = 15 * time.Second
	glanceTime = 2 * time.Second
)

// Remote is a [Store] that keeps recordings in an object store. A recording is written to files
// while it runs and settled there; then it is uploaded, its length is compared, and only then the
// local file goes. While the object store does not work, recordings stay local, up to a bound, and
// can be heard; [Remote.Catch] brings them there when it does.
//
// Delete reaches the object store and the files of this machine. Whoever deletes a recording that
// another machine holds calls it there too, or again once that machine has settled it.
type Remote struct {
	files   *Files
	objects Objects
	spool   int64

	mu    sync.Mutex
	moves map[Key]*move
}

// A move is an upload or a deletion that is under way: one a key.
type move struct {
	stop context.CancelFunc
	done chan struct{}
}

// NewRemote keeps recordings in objects, and at most about spool bytes of them in files meanwhile.
func NewRemote(files *Files, objects Objects, spool int64) *Remote {
	return &Remote{files: files, objects: objects, spool: spool, moves: map[Key]*move{}}
}

// name is the object of a recording.
func (k Key) object() string { return objectPrefix + string(k) + objectEnd }

const (
	objectPrefix = "recordings/"
	objectEnd    = ".flac"
)

// Record implements [Store]. It is research.Unavailable where too much waits for the object store.
func (r *Remote) Record(key Key, limit time.Duration) (*Recorder, error) {
	if err := key.check(); err != nil {
		return nil, err
	}
	waiting, err := r.Waiting()
	if err != nil {
		return nil, err
	}
	if waiting >= r.spool {
		return nil, research.Errorf(research.Unavailable, "Recordings of %d MiB wait on this machine for the object store, and no more are begun until it takes them. Look at USERCALL_BLOB_URL with `usercall doctor`.", waiting>>20)
	}
	ctx, cancel := context.WithTimeout(context.Background(), glanceTime)
	defer cancel()
	// An object store that does not answer keeps nobody from being recorded.
	if _, err := r.objects.Stat(ctx, key.object()); err == nil {
		return nil, errEnded()
	}
	return r.files.Record(key, limit)
}

// Mend implements [Store]. What is in the object store was whole when it went there.
func (r *Remote) Mend(key Key) (time.Duration, error) { return r.files.Mend(key) }

// Waiting is how many bytes of recordings are on this machine.
func (r *Remote) Waiting() (n int64, err error) {
	for info, err := range r.files.All() {
		if err != nil {
			return n, err
		}
		n += info.Bytes
	}
	return n, nil
}

// Settle implements [Store]. It is research.Unavailable while the object store does not take the
// recording, which stays on this machine then.
func (r *Remote) Settle(ctx context.Context, key Key) error {
	err := r.files.Settle(ctx, key)
	if err == nil {
		err = r.upload(ctx, key)
	}
	if research.CodeOf(err) != research.NotFound || key.check() != nil {
		return err
	}
	_, err = r.stat(ctx, key) // it may have been uploaded before
	return err
}

// upload brings what is settled to the object store, and deletes it here when it is there whole.
func (r *Remote) upload(ctx context.Context, key Key) error {
	ctx, end, ok := r.begin(ctx, key)
	if !ok {
		return errBusy()
	}
	defer end()
	audio, err := r.files.Open(key)
	if err != nil {
		return err
	}
	defer audio.Close()
	if audio.Type != "audio/flac" {
		return nil // nothing was recorded
	}
	if err := r.bring(ctx, key, audio); err != nil {
		return err
	}
	if here, err := r.files.info(key); err == nil && here.Bytes == 0 { // somebody deleted it meanwhile
		return errors.Join(errDeleted(), r.deleteObject(key))
	}
	return r.files.Delete(key)
}

// bring uploads, unless that was done before and only the local file was left over.
func (r *Remote) bring(ctx context.Context, key Key, audio *Audio) error {
	object, err := r.stat(ctx, key)
	switch {
	case err == nil && object.Bytes == audio.Bytes:
		return nil
	case err == nil:
		return research.Errorf(research.Conflict, "Another recording of this interview is in the object store. Both are kept, this one on this machine.")
	case research.CodeOf(err) != research.NotFound:
		return err
	}
	if err := r.objects.Put(ctx, key.object(), audio.Bytes, audio); err != nil {
		return notStored(err)
	}
	if object, err = r.stat(ctx, key); err != nil {
		return notStored(err)
	}
	if object.Bytes != audio.Bytes {
		return errors.Join(notStored(errShort), r.deleteObject(key))
	}
	return nil
}

var errShort = errors.New("the object has another length than the file")

// begin takes the key for an upload, if nothing else moves it.
func (r *Remote) begin(ctx context.Context, key Key) (context.Context, func(), bool) {
	ctx, cancel := context.WithTimeout(ctx, uploadTime)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.moves[key] != nil {
		cancel()
		return ctx, nil, false
	}
	m := &move{cancel, make(chan struct{})}
	r.moves[key] = m
	return ctx, func() { cancel(); r.end(key, m) }, true
}

func (r *Remote) end(key Key, m *move) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.moves, key)
	close(m.done)
}

// Delete implements [Store]. An upload under way is ended first, so that it brings nothing back.
func (r *Remote) Delete(key Key) error {
	if err := key.check(); err != nil {
		return err
	}
	m := r.seize(key)
	defer r.end(key, m)
	return errors.Join(r.files.Delete(key), r.deleteObject(key))
}

// seize takes the key from whatever moves it.
func (r *Remote) seize(key Key) *move {
	mine := &move{func() {}, make(chan struct{})}
	for {
		r.mu.Lock()
		other := r.moves[key]
		if other == nil {
			r.moves[key] = mine
			r.mu.Unlock()
			return mine
		}
		r.mu.Unlock()
		other.stop()
		<-other.done
	}
}

func (r *Remote) deleteObject(key Key) error {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	if err := r.objects.Delete(ctx, key.object()); err != nil {
		return &research.Error{Code: research.Unavailable, Message: "The recording could not be deleted from the object store. It will be tried again; look at USERCALL_BLOB_URL with `usercall doctor`.", Err: err}
	}
	return nil
}

func (r *Remote) stat(ctx context.Context, key Key) (Object, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	o, err := r.objects.Stat(ctx, key.object())
	if err != nil {
		return o, unfetched(err)
	}
	return o, nil
}

func notStored(err error) error {
	return &research.Error{Code: research.Unavailable, Message: "The recording could not be brought to the object store, and stays on this machine. It will be tried again; look at USERCALL_BLOB_URL with `usercall doctor`.", Err: err}
}

func unfetched(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return notFound()
	}
	return &research.Error{Code: research.Unavailable, Message: "The object store with the recordings does not answer. Try again in a moment; look at USERCALL_BLOB_URL with `usercall doctor` if it goes on.", Err: err}
}

// Repair is that of the files: what is in the object store was whole when it came there.
func (r *Remote) Repair() error { return r.files.Repair() }

// Catch uploads every settled recording that is still on this machine. It stops at the first one
// that the object store does not take.
func (r *Remote) Catch(ctx context.Context) error {
	var all []error
	for info, err := range r.files.All() {
		if err != nil {
			return err
		}
		if !info.Settled {
			continue
		}
		err = r.upload(ctx, info.Key)
		switch research.CodeOf(err) {
		case "", research.NotFound: // done, or deleted meanwhile
		case research.Conflict:
			all = append(all, err)
		default:
			return errors.Join(append(all, err)...)
		}
	}
	return errors.Join(all...)
}

var _ Store = (*Remote)(nil)
