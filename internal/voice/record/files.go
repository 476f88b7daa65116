package record

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
)

// The files of a recording, in a folder named by its key.
const (
	running = "audio.wav"
	settled = "audio.flac"
	unready = ".tmp" // the end of the name of a file that is being made
	// gone begins the name of a folder that is being deleted; no key has a dot.
	gone = "deleted."
)

// Files is a [Store] in a folder. Nobody but its owner may read there, and no name leads out of it,
// not even through a link.
type Files struct {
	root *os.Root
	mu   sync.Mutex
	busy map[Key]*Recorder // being written; nil while being settled
}

// OpenFiles opens the folder, and makes it if it is missing.
func OpenFiles(folder string) (*Files, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	return &Files{root: root, busy: map[Key]*Recorder{}}, nil
}

// Close gives the folder back. Recordings that run go on.
func (f *Files) Close() error { return f.root.Close() }

// Record implements [Store].
func (f *Files) Record(key Key, limit time.Duration) (*Recorder, error) {
	if err := key.check(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, busy := f.busy[key]; busy {
		return nil, errBusy()
	}
	file, length, err := f.begin(key)
	if err != nil {
		return nil, err
	}
	r := &Recorder{file: file, limit: Samples(limit), length: length, synced: length}
	r.release = func() { f.free(key, r) }
	f.busy[key] = r
	return r, nil
}

func errBusy() error {
	return research.Errorf(research.Conflict, "The recording of this interview is being written by somebody else. Try again when that has ended.")
}

func errEnded() error {
	return research.Errorf(research.Conflict, "The recording of this interview has ended. Nothing can be added to it.")
}

// free lets others have the key, unless they have it already since it was deleted.
func (f *Files) free(key Key, r *Recorder) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[key] == r {
		delete(f.busy, key)
	}
}

// begin opens the file of a recording that is to be written, with a valid header.
func (f *Files) begin(key Key) (*os.File, int64, error) {
	if err := f.root.Mkdir(string(key), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, 0, unwritable(err)
	}
	if _, err := f.root.Stat(f.name(key, settled)); err == nil {
		return nil, 0, errEnded()
	}
	file, err := f.root.OpenFile(f.name(key, running), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, unwritable(err)
	}
	length, err := repair(file)
	if err := cmp.Or(err, file.Sync(), f.sync(string(key)), f.sync(".")); err != nil {
		return nil, 0, unwritable(errors.Join(err, file.Close()))
	}
	return file, length, nil
}

func repair(file *os.File) (moments int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return pcm.Repair(file, info.Size(), format)
}

func (f *Files) name(key Key, file string) string { return path.Join(string(key), file) }

// sync makes the names in a folder survive a loss of power.
func (f *Files) sync(folder string) error {
	dir, err := f.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Open implements [Store].
func (f *Files) Open(key Key) (*Audio, error) {
	if err := key.check(); err != nil {
		return nil, err
	}
	// Settled twice: it may become so between the first look and the second.
	for _, name := range []string{settled, running, settled} {
		file, err := f.root.Open(f.name(key, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, unreadable(err)
		}
		return audio(file, name)
	}
	return nil, notFound()
}

func audio(file *os.File, name string) (*Audio, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, unreadable(errors.Join(err, file.Close()))
	}
	kind := "audio/" + strings.TrimPrefix(path.Ext(name), ".")
	return &Audio{ReadSeekCloser: file, Type: kind, Bytes: info.Size(), Modified: info.ModTime()}, nil
}

func unreadable(err error) error {
	return &research.Error{Code: research.Unavailable, Message: "The recording could not be read. Look at the disk it is on.", Err: err}
}

// Delete implements [Store]. The folder first takes another name, in one step: whoever is about to
// put a file into it finds it no more.
func (f *Files) Delete(key Key) error {
	if err := key.check(); err != nil {
		return err
	}
	f.mu.Lock()
	if r := f.busy[key]; r != nil {
		r.deleted.Store(true)
		delete(f.busy, key)
	}
	err := f.remove(key)
	f.mu.Unlock()
	if err != nil {
		return &research.Error{Code: research.Unavailable, Message: "The recording could not be deleted. It will be tried again; look at the disk it is on.", Err: err}
	}
	return nil
}

// remove also deletes what an earlier try left behind.
func (f *Files) remove(key Key) error {
	away := gone + string(key)
	if err := f.root.RemoveAll(away); err != nil {
		return err
	}
	if err := f.root.Rename(string(key), away); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	err := f.root.RemoveAll(away)
	for range 3 { // somebody may have had the folder open, and put one more file into it
		if err == nil {
			break
		}
		err = f.root.RemoveAll(away)
	}
	return cmp.Or(err, f.sync("."))
}

var _ Store = (*Files)(nil)
