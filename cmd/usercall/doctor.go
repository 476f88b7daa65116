package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/config"
)

type doctorCmd struct{}

// Run prints the settings and what works, and fails where something does not.
func (doctorCmd) Run(ctx context.Context, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range config.Variables {
		fmt.Fprintf(w, "%s\t%s\t%s\n", v.Name, current(v), v.Use)
	}
	fmt.Fprintln(w)
	sick := 0
	checks, err := diagnose(ctx)
	if err != nil {
		checks = append(checks, app.Check{Name: "start", Problem: err.Error()})
	}
	for _, c := range checks {
		mark, words := "good", c.Detail
		if c.Problem != "" {
			mark, words = "wrong", c.Problem
			sick++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Name, mark, words)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if sick > 0 {
		return fmt.Errorf("%d of %d checks found something wrong", sick, len(checks))
	}
	return nil
}

// current is a setting as doctor may show it.
func current(v config.Variable) string {
	value, set := os.LookupEnv(v.Name)
	_, file := os.LookupEnv(v.Name + "_FILE")
	switch {
	case file && !set:
		return "(from a file)"
	case !set || value == "":
		return v.Default
	case v.Secret:
		return "(set)"
	}
	return value
}

func diagnose(ctx context.Context) (checks []app.Check, err error) {
	err = opened(ctx, func(a *app.App) error {
		checks = a.Diagnose(ctx)
		return nil
	})
	var wrong usage
	if errors.As(err, &wrong) {
		err = wrong.error
	}
	return checks, err
}
