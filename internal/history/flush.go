package history

import (
	"context"
	"fmt"
)

// flush stores the group at hand and how far the file is, whatever became of ctx
// meanwhile: a group is all or nothing.
func (r *run) flush(ctx context.Context, src *source, mark Mark) error {
	ctx = context.WithoutCancel(ctx)
	stored, err := r.store(ctx, src, mark)
	if err != nil {
		return fmt.Errorf("store what was read until %s: %w", place(src.path, mark.Lines), err)
	}
	r.events, r.lines = r.events[:0], 0
	if r.count(stored) {
		if err := r.Learn(ctx); err != nil {
			return fmt.Errorf("learn from what was stored: %w", err)
		}
	}
	r.tell(src)
	return nil
}

// count adds up what became of a group and tells whether any of it was new.
func (r *run) count(stored []bool) (anyNew bool) {
	for _, fresh := range stored {
		if fresh {
			r.report.Stored++
		} else {
			r.report.Known++
		}
		anyNew = anyNew || fresh
	}
	return anyNew
}

func (r *run) store(ctx context.Context, src *source, mark Mark) ([]bool, error) {
	switch {
	case r.o.DryRun:
		r.report.Stored += int64(len(r.events))
		return nil, nil
	case src.resumable():
		return r.Store.AppendFrom(ctx, r.events, Position{Project: r.o.Project, File: src.id, Mark: mark, At: r.Now()})
	case len(r.events) == 0:
		return nil, nil
	}
	return r.Store.Append(ctx, r.events)
}

func (r *run) tell(src *source) {
	if r.o.Progress != nil {
		r.o.Progress(Progress{File: src.path, Bytes: r.before + src.raw.n, Total: r.total, From: r.from, Read: r.report.Read, Took: r.Now().Sub(r.started)})
	}
}

// place is a line of a file, as editors write it.
func place(file string, line int64) string { return fmt.Sprintf("%s:%d", file, line) }
