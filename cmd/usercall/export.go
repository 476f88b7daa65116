package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
)

type exportCmd struct {
	What     string `arg:"" enum:"study,events,invites,decisions,interviews,themes,report,people,catalogue,why,deliveries" help:"study, events, invites, decisions, interviews, themes, report, people, catalogue, why or deliveries."`
	Key      string `arg:"" optional:"" help:"The key of the study to write out."`
	Project  string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Since    string `help:"Only what came after this time, like 2026-11-24T12:00:00Z or 24h." placeholder:"TIME"`
	Person   string `help:"Only this person's, by userId or anonymousId." placeholder:"ID"`
	OptedOut bool   `help:"Of people, only those who opted out."`
	Format   string `enum:"table,json,jsonl,csv" default:"table" help:"table, json, jsonl or csv."`
}

// Run writes out what a project holds.
func (c exportCmd) Run(ctx context.Context, out io.Writer) error {
	since, err := moment(c.Since, time.Now())
	if err != nil {
		return usage{err}
	}
	if c.OptedOut && c.What != "people" {
		return usage{errors.New("--opted-out is about people: `usercall export people --opted-out --project KEY`")}
	}
	return opened(ctx, func(a *app.App) error {
		p, err := a.Project(ctx, c.Project)
		if err != nil {
			return err
		}
		if c.What == "study" {
			return c.study(ctx, a, out, p)
		}
		buffered := bufio.NewWriter(out)
		l := newListing(buffered, c.Format)
		err = a.Export(ctx, c.What, p, app.Query{Since: since, Person: c.Person, Study: c.Key, OptedOut: c.OptedOut}, l.row)
		return errors.Join(err, l.end(c.empty()), buffered.Flush())
	})
}

func (c exportCmd) empty() string {
	if c.OptedOut {
		return "Nobody has opted out. Whoever did and was deleted since is not listed."
	}
	return "No " + c.What + " yet."
}

func (c exportCmd) study(ctx context.Context, a *app.App, out io.Writer, p *research.Project) error {
	if c.Key == "" {
		return usage{errors.New("which study? `usercall export study KEY --project KEY`")}
	}
	file, err := a.StudyFile(ctx, p, c.Key)
	if err != nil {
		return err
	}
	_, err = out.Write(file)
	return err
}

// moment reads a time, or how long ago it was.
func moment(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(s); err == nil {
		return now.Add(-ago), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since %q is no time; write 2026-11-24T12:00:00Z, 2026-11-24 or 24h", s)
}
