package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/config"
)

// version is set when a release is built.
var version = "dev"

const greeting = `usercall turns a moment in a product into a conversation.

  usercall demo            see it at work: a sample product, a first study, no key, no account
  usercall serve           run the server
  usercall project create  make a project and its keys

usercall help lists every command; usercall COMMAND --help explains one.
`

// cli is every command, in the order of help.
type cli struct {
	Quiet bool `short:"q" help:"Print results only."`

	Serve    serveCmd    `cmd:"" help:"Run the server."`
	Demo     demoCmd     `cmd:"" help:"Run the server with a sample product wired to it, and a first study."`
	Project  projectCmd  `cmd:"" help:"Create and list projects."`
	Apply    applyCmd    `cmd:"" help:"Create or update a study from a file."`
	Backtest backtestCmd `cmd:"" help:"Decide what recorded events would have led to; needs no server."`
	Forecast forecastCmd `cmd:"" help:"Say what triggers would have done over the stored events of 30 days."`
	Import   importCmd   `cmd:"" help:"Bring in a history of Segment messages; nobody is invited."`
	Export   exportCmd   `cmd:"" help:"Write out what a project holds."`
	Erase    eraseCmd    `cmd:"" help:"Delete everything of a person in a project."`
	Moderate moderateCmd `cmd:"" help:"Be the moderator of one interview, over JSON lines."`
	Themes   themesCmd   `cmd:"" help:"Find the themes in answers, over JSON lines."`
	User     userCmd     `cmd:"" help:"Manage who may sign in to the dashboard."`
	Doctor   doctorCmd   `cmd:"" help:"Check the configuration and say what to do."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
	Help     helpCmd     `cmd:"" help:"List the commands."`
}

func options(ctx context.Context) []kong.Option {
	return []kong.Option{
		kong.Name("usercall"),
		kong.Description("usercall turns a moment in a product into a conversation."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(io.Writer(os.Stdout), (*io.Writer)(nil)),
	}
}

// usage marks an error of the caller: exit status 2.
type usage struct{ error }

func statusOf(err error) int {
	if errors.As(err, &usage{}) {
		return exitUsage
	}
	return exitFailed
}

// opened is a command's access to the data: the store by the environment,
// whether or not a server runs beside it.
func opened(ctx context.Context, work func(*app.App) error) (err error) {
	cfg, err := config.FromEnv(os.LookupEnv)
	if err != nil {
		return usage{err}
	}
	a, err := app.Open(ctx, cfg, logger(cfg))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return work(a)
}

func logger(cfg config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogJSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

type versionCmd struct {
	Licences bool `help:"Also print the notices of works by others in the program."`
}

// Run prints the version.
func (c versionCmd) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, "usercall", version)
	if err == nil && c.Licences {
		_, err = fmt.Fprint(out, app.Licences())
	}
	return err
}

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command to explain."`
}

// Run prints help for the program or a command.
func (c helpCmd) Run(k *kong.Kong) error {
	called, err := kong.Trace(k, c.Command)
	if err != nil {
		return usage{err}
	}
	if called.Error != nil {
		return usage{called.Error}
	}
	return called.PrintUsage(false)
}
