package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/usercall/usercall/internal/app"
)

type serveCmd struct{}

// Run serves until it is told to stop.
func (serveCmd) Run(ctx context.Context, out io.Writer) error {
	return opened(ctx, func(a *app.App) error {
		return a.Serve(ctx, func(r app.Ready) {
			fmt.Fprintf(out, "usercall %s\n", version)
			fmt.Fprintf(out, "  data       %s\n", a.Describe())
			fmt.Fprintf(out, "  dashboard  %s\n", r.URL)
			fmt.Fprintf(out, "  connected  typed interviews, built-in moderator and analysis\n")
			fmt.Fprintf(out, "  missing    %s\n", missing(r))
		})
	})
}

// missing is what a new server needs next, and how to get it.
func missing(r app.Ready) string {
	if r.Empty {
		return "a project: `usercall project create --name NAME`, and a way in: `usercall user add EMAIL`"
	}
	return "nothing"
}

type demoCmd struct {
	People  int    `help:"First let this many scripted people walk through, in a project of their own." placeholder:"N"`
	Product string `help:"Where the sample product listens." default:"localhost:8081"`
}

// Run serves with the sample product beside it.
func (c demoCmd) Run(ctx context.Context, out io.Writer) error {
	return opened(ctx, func(a *app.App) error {
		return a.Demo(ctx, app.Demo{People: c.People, Addr: c.Product, Out: out, Progress: progress(out)})
	})
}

// progress writes how far the scripted people are: in place on a terminal, and
// only the end of it anywhere else.
func progress(out io.Writer) func(done, of int) {
	file, ok := out.(*os.File)
	terminal := ok && isTerminal(file)
	return func(done, of int) {
		switch {
		case terminal:
			fmt.Fprintf(out, "\r  %d of %d scripted people have walked through", done, of)
			if done == of {
				fmt.Fprintln(out)
			}
		case done == of:
			fmt.Fprintf(out, "  %d scripted people have walked through\n", of)
		}
	}
}
