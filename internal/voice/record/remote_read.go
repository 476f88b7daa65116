package record

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// Open implements [Store]. Of a recording in the object store it reads what is asked for and
// little more.
func (r *Remote) Open(key Key) (*Audio, error) {
	// The files first: a recording leaves them only when it is in the object store.
	audio, err := r.files.Open(key)
	if research.CodeOf(err) != research.NotFound || key.check() != nil {
		return audio, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	object, err := r.stat(ctx, key)
	if err != nil {
		cancel()
		return nil, err
	}
	parts := &parts{objects: r.objects, name: key.object(), size: object.Bytes, ctx: ctx, cancel: cancel}
	return &Audio{ReadSeekCloser: parts, Type: "audio/flac", Bytes: object.Bytes, Modified: object.Modified}, nil
}

// part is how much of an object is read at once: half a minute of two people. Nobody who
// listens slowly holds a connection to the object store open.
const part = 512 << 10

// parts reads an object from any place, a part at a time.
type parts struct {
	objects Objects
	name    string
	size    int64
	at      int64
	from    int64 // where in the object
	held    []byte
	ctx     context.Context
	cancel  context.CancelFunc
}

func (p *parts) Read(b []byte) (int, error) {
	if p.at >= p.size {
		return 0, io.EOF
	}
	if p.at < p.from || p.at >= p.from+int64(len(p.held)) {
		if err := p.fetch(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.held[p.at-p.from:])
	p.at += int64(n)
	return n, nil
}

func (p *parts) fetch() error {
	ctx, cancel := context.WithTimeout(p.ctx, askTime)
	defer cancel()
	held, err := p.objects.Get(ctx, p.name, p.at, min(part, p.size-p.at))
	if err != nil {
		return unfetched(err)
	}
	p.from, p.held = p.at, held
	return nil
}

func (p *parts) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.at
	case io.SeekEnd:
		offset += p.size
	}
	if offset < 0 {
		return p.at, errors.New("a place before the start of a recording")
	}
	p.at = offset
	return offset, nil
}

func (p *parts) Close() error {
	p.cancel()
	p.held = nil
	return nil
}

// All implements [Store]: what is on this machine, and then what is in the object store only.
func (r *Remote) All() iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		here := map[Key]bool{}
		for info, err := range r.files.All() {
			here[info.Key] = true
			if !yield(info, err) || err != nil {
				return
			}
		}
		for object, err := range r.objects.All(context.Background(), objectPrefix) {
			if err != nil {
				yield(Info{}, unfetched(err))
				return
			}
			key, ours := keyOf(object.Name)
			if ours && !here[key] && !yield(Info{Key: key, Bytes: object.Bytes, Modified: object.Modified, Settled: true}, nil) {
				return
			}
		}
	}
}

// keyOf is whose recording an object is; false where it is none of ours.
func keyOf(name string) (Key, bool) {
	name, begins := strings.CutPrefix(name, objectPrefix)
	name, ends := strings.CutSuffix(name, objectEnd)
	return Key(name), begins && ends && Key(name).check() == nil
}
