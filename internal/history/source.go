package history

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/usercall/usercall/internal/ingest"
)

// File tells one file from others, and from itself once it was changed.
type File struct {
	Path string   // absolute
	Size int64    // bytes on disk
	Head [32]byte // SHA-256 of its first 4 KiB
}

// headSize is how much of a file goes into File.Head, in bytes.
const headSize = 4 << 10

// source is an open file.
type source struct {
	found
	file *os.File
	id   File // zero where the file cannot be read a second time
	raw  *counter
	in   io.Reader // its text
}

// counter counts what is read through it.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func openSource(f found, stdin io.Reader) (*source, error) {
	s := &source{found: f, raw: &counter{Reader: stdin}}
	if f.path != Stdin {
		var err error
		if s.file, err = os.Open(f.path); err != nil {
			return nil, err
		}
		s.raw.Reader = s.file
	}
	if err := errors.Join(s.identify(), s.unpack()); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *source) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// resumable tells whether a later run can find what this one has read.
func (s *source) resumable() bool { return s.id.Path != "" }

// identify fills in id for what can be read again.
func (s *source) identify() error {
	if s.file == nil {
		return nil
	}
	info, err := s.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	path, err := filepath.Abs(s.path)
	if err != nil {
		return err
	}
	head, err := io.ReadAll(io.NewSectionReader(s.file, 0, headSize))
	s.size = info.Size()
	s.id = File{Path: strings.ToValidUTF8(path, "\uFFFD"), Size: s.size, Head: sha256.Sum256(head)}
	return err
}

// unpack sets in.
func (s *source) unpack() (err error) {
	s.in, err = ingest.Unpack(bufio.NewReaderSize(s.raw, 64<<10))
	return err
}

// skip passes over n bytes of text.
func (s *source) skip(n int64) error {
	if n == 0 { // and a pipe cannot do more
		return nil
	}
	if _, packed := s.in.(*gzip.Reader); packed {
		_, err := io.CopyN(io.Discard, s.in, n)
		return err
	}
	at, err := s.file.Seek(n, io.SeekStart)
	s.raw.n, s.in = at, s.raw
	return err
}
