package history

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// read takes a file from its mark to its end, a group at a time.
func (r *run) read(ctx context.Context, src *source, mark Mark) error {
	in := newLines(src.in)
	for {
		line, size, err := in.next()
		if err != nil {
			mark.Done = errors.Is(err, io.EOF)
			return r.end(ctx, src, mark, err)
		}
		mark.Bytes, mark.Lines = mark.Bytes+size, mark.Lines+1
		r.take(src.path, mark.Lines, line)
		if r.lines++; len(r.events) < groupEvents && r.lines < groupLines {
			continue
		}
		if err := r.flush(ctx, src, mark); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return r.stop(src, mark)
		}
	}
}

// end stores the last group of a file, of which cause was the end.
func (r *run) end(ctx context.Context, src *source, mark Mark, cause error) error {
	if err := r.flush(ctx, src, mark); err != nil {
		return err
	}
	if !mark.Done {
		return r.broken(src.found, cause)
	}
	if ctx.Err() != nil {
		return r.stop(src, mark)
	}
	return nil
}

func (r *run) stop(src *source, mark Mark) error {
	r.report.Stopped = place(src.path, mark.Lines)
	r.report.Again = src.resumable() && !r.o.DryRun
	return errStopped
}

// take makes an event of a line, or counts why it makes none.
func (r *run) take(file string, n int64, line []byte) {
	if n == 1 {
		line = bytes.TrimPrefix(line, []byte("\uFEFF"))
	}
	message := bytes.TrimSpace(line)
	if line != nil && len(message) == 0 {
		return
	}
	r.report.Read++
	if why := r.decode(message); why != "" {
		r.report.LeftOut[why]++
		if why != tooOld && r.o.BadLine != nil {
			r.o.BadLine(file, n, why)
		}
	}
}

// decode appends the event of a message, or tells why there is none.
func (r *run) decode(message []byte) string {
	switch {
	case len(message) == 0:
		return tooLong
	case message[0] == '[':
		return anArray
	}
	now := r.Now().UTC()
	req, err := ingest.DecodeLine(message, ingest.Origin{Project: r.o.Project, Source: research.FromServer, Signed: true,
		ReceivedAt: now, Final: true, DefaultType: r.o.DefaultType, NewID: func() string { return hashID(message) }})
	if err != nil {
		return reason(err)
	}
	for why := range req.Dropped {
		return inWords(why)
	}
	for _, e := range req.Events {
		if e.Timestamp.Before(now.Add(-research.EventRetention)) {
			return tooOld
		}
		e.Quiet, e.Verified = true, true
		r.events = append(r.events, e)
	}
	return ""
}

// hashID names a message that has no messageId by what it is, so that reading it
// again adds nothing.
func hashID(message []byte) string {
	sum := sha256.Sum256(message)
	return "hash-" + hex.EncodeToString(sum[:16])
}

// reason is what a line's error says, as a reason to leave it out.
func reason(err error) string {
	var e *research.Error
	if !errors.As(err, &e) {
		return inWords(ingest.NotObject)
	}
	why := strings.TrimPrefix(strings.TrimSuffix(e.Message, "."), "The line is ")
	return strings.ToLower(why[:1]) + why[1:]
}

// withoutPath is the cause of a file's error: whoever prints it names the file.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends in the middle; what came before is imported")
	}
	return err
}
