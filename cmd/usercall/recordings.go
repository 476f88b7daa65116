package main

import (
	"context"
	"fmt"
	"io"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
)

type projectRecordings struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Days    *int   `help:"Keep recordings for so many days; 0 until somebody deletes them. Without it nothing is changed."`
}

// Run says how long recordings are kept, and changes it before where that is asked.
func (c projectRecordings) Run(ctx context.Context, out io.Writer) error {
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		if c.Days != nil {
			if err := a.SetRecordingDays(ctx, p, *c.Days); err != nil {
				return err
			}
		}
		days, err := a.RecordingDays(ctx, p)
		if err != nil {
			return err
		}
		words := fmt.Sprintf("Recordings are deleted after %d days.", days)
		if days == 0 {
			words = "Recordings are kept until somebody deletes them."
		}
		_, err = fmt.Fprintln(out, words)
		return err
	})
}
