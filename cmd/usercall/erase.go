package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
)

type eraseCmd struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	User    string `required:"" help:"The userId, exactly as your events carry it." placeholder:"ID"`
	Yes     bool   `help:"Do not ask."`
}

const eraseQuestion = `Everything of this person goes for good: events, traits, decisions, invites, and
interviews with every quote of them. That they asked never to be invited stays.
Type yes to go on: `

// Run deletes what is stored of a user.
func (c eraseCmd) Run(ctx context.Context, out io.Writer) error {
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		if !c.Yes {
			fmt.Fprint(os.Stderr, eraseQuestion)
			said, _ := bufio.NewReader(os.Stdin).ReadString('\n') // the end of input is no yes
			if strings.TrimSpace(said) != "yes" {
				return errors.New("nothing was deleted")
			}
		}
		if err := a.EraseUser(ctx, p, research.UserID(c.User)); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "Nothing of this person is stored any more.")
		return err
	})
}
