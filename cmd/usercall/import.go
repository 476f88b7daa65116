package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
)

type importCmd struct {
	Path        []string `arg:"" help:"Files of Segment messages, one a line, or folders of them; - is standard input."`
	Project     string   `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	TypeDefault string   `help:"The type of messages that name none: track, identify, page, screen, group or alias." placeholder:"TYPE"`
	DryRun      bool     `help:"Only read and count; nothing is stored."`
	Restart     bool     `help:"Read files again from their first line, though they were read before."`
}

// mostComplaints is how many lines are named that could not be imported; all of
// them are counted.
const mostComplaints = 10

// Run reads the files into the project.
func (c importCmd) Run(ctx context.Context, out io.Writer, all *cli) error {
	kind := research.EventType(c.TypeDefault)
	if kind != "" && !kind.Known() {
		return usage{fmt.Errorf("--type-default %q is no type of message; it is track, identify, page, screen, group or alias", c.TypeDefault)}
	}
	return opened(ctx, func(a *app.App) error {
		p, err := a.Project(ctx, c.Project)
		if err != nil {
			return err
		}
		bar := newBar(os.Stderr, all.Quiet)
		r, err := a.Import(ctx, app.Import{Project: p.ID, Paths: c.Path, Stdin: os.Stdin, DefaultType: kind,
			DryRun: c.DryRun, Restart: c.Restart, Progress: bar.show, BadLine: complaints(bar)})
		bar.clear()
		if r == nil {
			return err
		}
		return errors.Join(err, writeReport(out, r, c.DryRun), verdict(r))
	})
}

// complaints prints the first lines that could not be imported. It says where
// they are and why, and nothing of what they say.
func complaints(b *bar) func(file string, line int64, why string) {
	n := 0
	return func(file string, line int64, why string) {
		switch n++; {
		case n <= mostComplaints:
			b.note(fmt.Sprintf("%s:%d: %s", file, line, why))
		case n == mostComplaints+1:
			b.note("Further lines are counted and not named.")
		}
	}
}

// verdict is what a run failed with, nil where it did not.
func verdict(r *app.ImportReport) error {
	switch {
	case r.Stopped != "" && r.Again:
		return fmt.Errorf("stopped after %s; the same command goes on from there", printable(r.Stopped))
	case r.Stopped != "":
		return fmt.Errorf("stopped after %s", printable(r.Stopped))
	case len(r.Broken) > 0:
		return fmt.Errorf("%s could not be read to the end", count(int64(len(r.Broken)), "file", "files"))
	case r.Read > 0 && r.Stored+r.Known == 0:
		return errors.New("nothing could be imported")
	}
	return nil
}
