package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
)

type forecastCmd struct {
	Study   string `arg:"" help:"The study's key, or STUDY/TRIGGER for one trigger." placeholder:"STUDY[/TRIGGER]"`
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Format  string `help:"table or jsonl; a table in a terminal, else jsonl." enum:"auto,table,jsonl" default:"auto"`
}

// Run prints what triggers would have done over the stored events of 30 days.
func (c forecastCmd) Run(ctx context.Context, out io.Writer, all *cli) error {
	return opened(ctx, func(a *app.App) error {
		p, err := a.Project(ctx, c.Project)
		if err != nil {
			return err
		}
		key, only, _ := strings.Cut(c.Study, "/")
		s, err := a.Study(ctx, p, key)
		if err != nil {
			return err
		}
		found := false
		for _, t := range s.Triggers {
			if only != "" && t.Key != only {
				continue
			}
			found = true
			if err := c.one(ctx, out, a, p, s, t.Key, newBar(os.Stderr, all.Quiet)); err != nil {
				return err
			}
		}
		if !found {
			return fmt.Errorf("study %s has no trigger %q", s.Key, only)
		}
		return nil
	})
}

func (c forecastCmd) one(ctx context.Context, out io.Writer, a *app.App, p *research.Project, s *research.Study, key string, bar *bar) error {
	f, err := a.Forecast(ctx, p, s, key, nil, func(at app.ForecastStep) {
		if bar.terminal && !bar.quiet && at.Total > 0 {
			fmt.Fprintf(bar.out, "\r\x1b[2K%s: %s %s of %s events", key, at.Stage, thousands(int64(at.Done)), thousands(int64(at.Total)))
			bar.open = true
		}
	})
	bar.clear()
	if err != nil {
		return err
	}
	if c.Format == "jsonl" || c.Format == "auto" && !isTerminal(os.Stdout) {
		return json.NewEncoder(out).Encode(f.Row(s.Key, key))
	}
	return writeStored(out, key, f)
}

// writeStored prints a forecast for a reader.
func writeStored(out io.Writer, key string, f *app.Forecast) error {
	if f.Since.IsZero() {
		_, err := fmt.Fprintf(out, "%s\n  No events are stored yet.\n", key)
		return err
	}
	rows := [][3]string{
		{"  Matched", thousands(int64(f.Matched)), fmt.Sprintf("of %s in %d days", count(int64(f.People), "person", "people"), f.Observed())},
		{"  Invited", thousands(int64(f.Invited)), ""},
	}
	for _, g := range f.Gates {
		rows = append(rows, [3]string{"  Skipped", thousands(int64(g.N)), fmt.Sprintf("%-16s  %s", g.Gate, skippedBy[g.Gate])})
	}
	for _, c := range f.Collisions {
		rows = append(rows, [3]string{"  Collided", thousands(int64(c.N)), "with " + c.Key + ", which had invited the person"})
	}
	if f.Waiting > 0 {
		rows = append(rows, [3]string{"  Waiting", thousands(int64(f.Waiting)), "still undecided"})
	}
	if f.Cancelled > 0 {
		rows = append(rows, [3]string{"  Cancelled", thousands(int64(f.Cancelled)), "the wait ended early"})
	}
	if f.Pace.Missing() > 0 {
		rows = append(rows, [3]string{"  Missing", thousands(int64(f.Pace.Missing())), daysToTarget(f)})
	}
	fmt.Fprintln(out, key)
	return writeRows(out, rows)
}

func daysToTarget(f *app.Forecast) string {
	p := f.Pace
	switch {
	case p.Soonest == 0:
		return "to the target, not reached at this pace"
	case p.Latest == 0:
		return fmt.Sprintf("to the target, %d days at the soonest", p.Soonest)
	}
	rate := fmt.Sprintf("%.0f to %.0f of 100 invites becoming one", 100*p.Low, 100*p.High)
	if p.Assumed {
		rate += ", a guess"
	}
	return strconv.Itoa(p.Soonest) + " to " + count(int64(p.Latest), "day", "days") + " to the target, with " + rate
}
