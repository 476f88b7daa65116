package record

import (
	"errors"
	"iter"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// All implements [Store].
func (f *Files) All() iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		names, err := f.folders()
		if err != nil {
			yield(Info{}, err)
			return
		}
		for _, name := range names {
			if Key(name).check() != nil {
				continue
			}
			info, err := f.info(Key(name))
			if err == nil && info.Bytes == 0 {
				continue // deleted in the meantime, or begun by a process that did not get further
			}
			if !yield(info, err) || err != nil {
				return
			}
		}
	}
}

func (f *Files) info(key Key) (Info, error) {
	audio, err := f.Open(key)
	if research.CodeOf(err) == research.NotFound {
		return Info{}, nil
	}
	if err != nil {
		return Info{}, err
	}
	info := Info{Key: key, Bytes: audio.Bytes, Modified: audio.Modified, Settled: audio.Type == "audio/flac"}
	return info, audio.Close()
}

func (f *Files) folders() ([]string, error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, unreadable(err)
	}
	names, err := dir.Readdirnames(-1)
	if err := errors.Join(err, dir.Close()); err != nil {
		return nil, unreadable(err)
	}
	slices.Sort(names)
	return names, nil
}
