package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

type applyCmd struct {
	File     string `arg:"" help:"The study file, YAML or JSON; - is standard input."`
	Project  string `help:"The project's key, prj_…" placeholder:"KEY"`
	Check    bool   `help:"Only say what is wrong with the file."`
	Activate bool   `xor:"life" help:"Activate every trigger of the file."`
	Test     bool   `xor:"life" help:"Put every trigger of the file into test mode: they invite the project's test people only."`
}

// maxStudy bounds a study file, in bytes.
const maxStudy = 1 << 20

// Run checks a study file and, unless told only to check, applies it.
func (c applyCmd) Run(ctx context.Context, out io.Writer) error {
	src, err := c.read()
	if err != nil {
		return err
	}
	f, err := app.CheckStudy(src)
	if err != nil {
		return explain(c.File, err)
	}
	if c.Check {
		_, err := fmt.Fprintf(out, "%s: study %s is good: %d trigger(s)\n", c.File, f.Study.Key, len(f.Triggers))
		return err
	}
	if c.Project == "" {
		return usage{errors.New("--project is missing: the key of the project that the study belongs to")}
	}
	return opened(ctx, func(a *app.App) error {
		p, err := a.Project(ctx, c.Project)
		if err != nil {
			return err
		}
		return errors.Join(c.apply(ctx, a, p, out, src), c.warn(ctx, a, p, os.Stderr, f))
	})
}

func (c applyCmd) read() ([]byte, error) {
	in := os.Stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	src, err := io.ReadAll(io.LimitReader(in, maxStudy+1))
	if err == nil && len(src) > maxStudy {
		err = fmt.Errorf("%s has more than %d bytes", c.File, maxStudy)
	}
	return src, err
}

// explain names the file in front of each thing that is wrong with it.
func explain(file string, err error) error {
	var bad *trigger.FileError
	if errors.As(err, &bad) {
		return errors.New(bad.Format(file))
	}
	return fmt.Errorf("%s: %w", file, err)
}

// warn says what of the file was never seen: most often it is misspelt.
func (c applyCmd) warn(ctx context.Context, a *app.App, p *research.Project, to io.Writer, f *trigger.File) error {
	words, err := a.Unseen(ctx, p, f)
	words = append(words, a.Undeliverable(f)...)
	for _, w := range words {
		fmt.Fprintf(to, "usercall apply: %s: warning: %s\n", c.File, w)
	}
	return err
}

func (c applyCmd) apply(ctx context.Context, a *app.App, p *research.Project, out io.Writer, src []byte) error {
	s, err := a.ApplyStudy(ctx, p, src, c.Activate)
	if err != nil {
		return err
	}
	if c.Test {
		if err := a.TestStudy(ctx, s); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s  %s\n", s.Key, s.Name)
	for _, t := range s.Triggers {
		state := "paused"
		switch {
		case t.Active:
			state = "active"
		case t.Testing:
			state = "in test mode"
		}
		if _, err := fmt.Fprintf(out, "  %-32s %s, version %d\n", t.Key, state, t.Version); err != nil {
			return err
		}
	}
	return nil
}
