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
)

type userCmd struct {
	Add    userAdd    `cmd:"" help:"Let somebody sign in; prints a link that works once."`
	List   userList   `cmd:"" help:"List who may sign in."`
	Passwd userPasswd `cmd:"" help:"Set a password, read from standard input."`
}

type userAdd struct {
	Email string `arg:"" help:"Their e-mail address."`
}

// Run adds an account, or gives one that exists a new link.
func (c userAdd) Run(ctx context.Context, out io.Writer) error {
	return opened(ctx, func(a *app.App) error {
		link, err := a.SignInLink(ctx, c.Email)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s may sign in, once and within a day, at\n  %s\n", c.Email, link)
		return err
	})
}

type userList struct {
	Format string `enum:"table,json,jsonl,csv" default:"table" help:"table, json, jsonl or csv."`
}

// Run lists accounts.
func (c userList) Run(ctx context.Context, out io.Writer) error {
	return opened(ctx, func(a *app.App) error {
		l := newListing(out, c.Format)
		if err := a.Users(ctx, l.row); err != nil {
			return err
		}
		return l.end("Nobody may sign in yet: `usercall user add EMAIL`.")
	})
}

type userPasswd struct {
	Email string `arg:"" help:"Their e-mail address."`
}

// Run sets a password and ends the account's sessions.
func (c userPasswd) Run(ctx context.Context, out io.Writer) error {
	line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return errors.Join(usage{errors.New("no password on standard input")}, ignoreEOF(err))
	}
	return opened(ctx, func(a *app.App) error {
		if err := a.SetPassword(ctx, c.Email, password); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "The password of %s is set; its sessions have ended.\n", c.Email)
		return err
	})
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
