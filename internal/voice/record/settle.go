package record

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Settle implements [Store]: it makes FLAC of the WAV, which takes half the space, reads it back
// and compares every sample, and then deletes the WAV. A recording without sound stays a WAV.
func (f *Files) Settle(ctx context.Context, key Key) error {
	if err := key.check(); err != nil {
		return err
	}
	if !f.take(key) {
		return errBusy()
	}
	defer f.free(key, nil)
	wav, err := f.root.OpenFile(f.name(key, running), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return f.settledBefore(key)
	}
	if err != nil {
		return unreadable(err)
	}
	err = f.settle(ctx, key, wav)
	return cmp.Or(err, wav.Close())
}

// take takes the key for settling, if nobody has it.
func (f *Files) take(key Key) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, busy := f.busy[key]
	if !busy {
		f.busy[key] = nil
	}
	return !busy
}

func (f *Files) settledBefore(key Key) error {
	if _, err := f.root.Stat(f.name(key, settled)); err != nil {
		return notFound()
	}
	return nil
}

func (f *Files) settle(ctx context.Context, key Key, wav *os.File) error {
	length, err := repair(wav)
	if err != nil {
		return unwritable(err)
	}
	if length == 0 {
		return nil
	}
	// A name of its own for each try: a job may be started twice, by two processes.
	made := f.name(key, rand.Text()+unready)
	if err := f.convert(ctx, made, wav, length); err != nil {
		return errors.Join(err, f.discard(made))
	}
	// The new one first, so that there is always one.
	if err := cmp.Or(f.root.Rename(made, f.name(key, settled)), f.sync(string(key))); err != nil {
		return unsettled(err)
	}
	return f.discard(f.name(key, running))
}

// convert makes a FLAC file that holds what the WAV holds, and is on the disk.
func (f *Files) convert(ctx context.Context, name string, wav *os.File, length int64) error {
	flac, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unsettled(err)
	}
	err = encode(ctx, flac, wav)
	if err == nil {
		err = verify(ctx, flac, wav, length)
	}
	if closing := cmp.Or(flac.Sync(), flac.Close()); err == nil && closing != nil {
		err = unsettled(closing)
	}
	return err
}

// discard removes a file, which may be gone already.
func (f *Files) discard(name string) error {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unsettled(err)
	}
	return nil
}

// unsettled is what is said of an error. If a folder or a file is missing that was there, the
// recording was deleted in the meantime.
func unsettled(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return notFound()
	}
	return &research.Error{Code: research.Unavailable, Message: "The recording could not be brought into its final form, and stays as it is. It will be tried again.", Err: err}
}

// Repair makes everything usable again that a crash left: recordings that ran end where they were
// cut off, what was half made or half deleted is removed. Call it when a server starts, before it
// records. It goes on after an error and returns all of them.
func (f *Files) Repair() error {
	names, err := f.folders()
	if err != nil {
		return err
	}
	var all []error
	for _, name := range names {
		if strings.HasPrefix(name, gone) {
			all = append(all, f.root.RemoveAll(name))
		} else if Key(name).check() == nil {
			all = append(all, f.repair(Key(name)))
		}
	}
	return errors.Join(all...)
}

func (f *Files) repair(key Key) error {
	if !f.take(key) {
		return nil
	}
	defer f.free(key, nil)
	half, err := fs.Glob(f.root.FS(), f.name(key, "*"+unready))
	for _, name := range half {
		err = errors.Join(err, f.discard(name))
	}
	if _, mending := f.mend(key); research.CodeOf(mending) != research.NotFound {
		err = errors.Join(err, mending)
	}
	return err
}

// Mend implements [Store].
func (f *Files) Mend(key Key) (time.Duration, error) {
	if err := key.check(); err != nil {
		return 0, err
	}
	if !f.take(key) {
		return 0, errBusy()
	}
	defer f.free(key, nil)
	moments, err := f.mend(key)
	return Duration(moments), err
}

func (f *Files) mend(key Key) (moments int64, err error) {
	wav, err := f.root.OpenFile(f.name(key, running), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, notFound()
	}
	if err != nil {
		return 0, unreadable(err)
	}
	moments, err = repair(wav)
	if err = errors.Join(err, wav.Sync(), wav.Close()); err != nil {
		return 0, unwritable(err)
	}
	return moments, nil
}
