package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/trigger"
)

// read takes up the events. A line that is no message ends it.
func (c backtestCmd) read(ctx context.Context, into *trigger.Recording, n *counter) error {
	defer n.clear()
	in, err := openLines(c.Events)
	if err != nil {
		return err
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<18), maxLine)
	at, recorded := 0, ingest.NewRecorded(1)
	for lines.Scan() {
		at++
		line := lines.Bytes()
		if at == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		e, err := recorded.Decode(line)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", c.Events, at, err)
		}
		into.Add(e)
		if n.show(at); ctx.Err() != nil {
			return errStopped
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("%s:%d: the line is longer than %d MiB", c.Events, at+1, maxLine>>20)
	}
	if lines.Err() != nil {
		return fmt.Errorf("read %s: %w", c.Events, lines.Err())
	}
	return nil
}

// errStopped is not the context's own error, which is no failure elsewhere: what
// is not printed must not look as if there was nothing to print.
var errStopped = errors.New("stopped before anything was decided")

// openLines opens a file, which gzip may have packed; - is standard input.
func openLines(path string) (io.ReadCloser, error) {
	f := os.Stdin
	if path != "-" {
		var err error
		if f, err = os.Open(path); err != nil {
			return nil, err
		}
	}
	in, err := ingest.Unpack(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", path, err), f.Close())
	}
	return readCloser{in, f}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// maxLine bounds a line of recorded events, in bytes.
const maxLine = 16 << 20
