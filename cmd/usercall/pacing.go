package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/pacing"
	"github.com/usercall/usercall/internal/research"
)

type projectSettings struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Format  string `enum:"table,json,jsonl,csv" default:"table" help:"table, json, jsonl or csv."`
}

// Run lists what can be set of a project, and how it is set.
func (c projectSettings) Run(ctx context.Context, out io.Writer) error {
	return onProject(ctx, c.Project, func(_ *app.App, p *research.Project) error {
		return listSettings(out, c.Format, p.Settings)
	})
}

func listSettings(out io.Writer, format string, of research.Settings) error {
	l := newListing(out, format)
	for _, s := range pacing.All {
		if err := l.row(settingRow{s.Name, s.Get(of), s.Default(of), s.Write}); err != nil {
			return err
		}
	}
	return l.end("There is nothing to set.")
}

type settingRow struct {
	Setting string `json:"setting"`
	Value   string `json:"value"`
	Default bool   `json:"default"`
	Write   string `json:"write"` // how a value is written
}

type projectSet struct {
	Project string   `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Values  []string `arg:"" name:"name=value" help:"What to set, like cooldown=14d quiet_hours=21:00-08:30; NAME=default brings the default back. usercall project settings lists the names."`
}

// Run changes settings, all or none.
func (c projectSet) Run(ctx context.Context, out io.Writer) error {
	values, err := pairs(c.Values)
	if err != nil {
		return usage{err}
	}
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		if err := a.SetPacing(ctx, p, values); err != nil {
			return err
		}
		changed, err := a.Project(ctx, p.Key)
		if err != nil {
			return err
		}
		for _, s := range pacing.All {
			if _, was := values[s.Name]; !was {
				continue
			}
			if _, err := fmt.Fprintf(out, "%s = %s\n", s.Name, s.Get(changed.Settings)); err != nil {
				return err
			}
		}
		return nil
	})
}

// pairs reads NAME=VALUE, each name once.
func pairs(words []string) (map[string]string, error) {
	values := map[string]string{}
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no NAME=VALUE, like cooldown=14d", w)
		}
		if _, twice := values[name]; twice {
			return nil, errors.New(name + " is set twice")
		}
		values[name] = value
	}
	return values, nil
}

type projectPause struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
}

// fromHere is who pauses and resumes with a command: whoever may run one.
const fromHere = "the command line"

// Run pauses everything of a project.
func (c projectPause) Run(ctx context.Context, out io.Writer) error {
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		if err := a.Pause(ctx, p, true, fromHere); err != nil {
			return err
		}
		changed, err := a.Project(ctx, p.Key)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Everything of %s is paused since %s: nobody is invited, nothing is shown or sent. Interviews that run go on.\nusercall project resume --project %s ends it.\n",
			changed.Name, changed.Paused.UTC().Format(time.RFC3339), p.Key)
		return err
	})
}

type projectResume struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
}

// Run ends a pause.
func (c projectResume) Run(ctx context.Context, out io.Writer) error {
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		if err := a.Pause(ctx, p, false, fromHere); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "%s is not paused: its active triggers invite, and what was held is shown.\n", p.Name)
		return err
	})
}
