package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Importer reads files of messages into a store.
type Importer struct {
	Store Store
	Now   func() time.Time
	// Learn evaluates what was stored, so that people are known and no backlog
	// stands before the events of the present.
	Learn func(ctx context.Context) error
}

// Options is one run.
type Options struct {
	Project     research.ProjectID
	Paths       []string // files, folders, or Stdin
	Stdin       io.Reader
	DefaultType research.EventType // of messages that name none; "": they are left out
	DryRun      bool               // only decode and count
	Restart     bool               // read files again that were read before
	Progress    func(Progress)     // after every group
	BadLine     func(file string, line int64, why string)
}

// group bounds what one transaction writes, and so what is held in memory.
const (
	groupEvents = 500
	groupLines  = 20_000 // where few of them are messages
)

// errStopped says that ctx ended; what was read until then is stored.
var errStopped = errors.New("stopped")

// Run reads all files. It stops between two groups when ctx ends; the report
// says where. Its error is one that kept it from going on.
func (im *Importer) Run(ctx context.Context, o Options) (*Report, error) {
	files, err := find(o.Paths)
	if err != nil {
		return nil, err
	}
	r := &run{Importer: im, o: o, started: im.Now(), total: sizeOf(files),
		report: &Report{Files: len(files), LeftOut: map[string]int64{}}}
	for _, f := range files {
		if err = r.one(ctx, f); err != nil {
			break
		}
	}
	r.report.Took = im.Now().Sub(r.started)
	if errors.Is(err, errStopped) {
		err = nil
	}
	return r.report, err
}

// run is the state of one run.
type run struct {
	*Importer
	o       Options
	report  *Report
	started time.Time
	total   int64 // bytes of all files
	before  int64 // bytes of the files that are behind
	from    int64 // of all bytes, what an earlier run had read
	events  []research.Event
	lines   int // since the last group
}

// one reads one file. A file that is broken is reported and does not end the run.
func (r *run) one(ctx context.Context, f found) (err error) {
	src, err := openSource(f, r.o.Stdin)
	if err != nil {
		return r.broken(f, err)
	}
	defer func() { err = errors.Join(err, src.close()) }()
	mark, err := r.mark(ctx, src)
	if err != nil {
		return err
	}
	if mark.Done {
		r.report.Before++
		r.before, r.from = r.before+src.size, r.from+src.size
		return nil
	}
	if err := src.skip(mark.Bytes); err != nil {
		return r.broken(f, err)
	}
	r.from += src.raw.n
	err = r.read(ctx, src, mark)
	r.before += src.size
	return err
}

func (r *run) mark(ctx context.Context, src *source) (Mark, error) {
	if r.o.DryRun || r.o.Restart || !src.resumable() {
		return Mark{}, nil
	}
	return r.Store.Mark(ctx, r.o.Project, src.id)
}

func (r *run) broken(f found, err error) error {
	r.report.Broken = append(r.report.Broken, fmt.Sprintf("%s: %v", f.path, withoutPath(err)))
	return nil
}
