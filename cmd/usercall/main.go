// Command usercall is the whole program: the server, its demo, and the tools
// that an operator or a test program needs. A file a command; the work is done
// in package app and in the pure stages.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // for machines that have no time zones

	"github.com/alecthomas/kong"
)

// Exit statuses; contract.md §2.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 {
		fmt.Print(greeting)
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var commands cli
	parser, err := kong.New(&commands, options(ctx)...)
	if err != nil {
		return complain("usercall", err, exitFailed)
	}
	called, err := parser.Parse(args)
	if err != nil {
		return complain("usercall", fmt.Errorf("%w; see `usercall help`", err), exitUsage)
	}
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	if err := called.Run(); err != nil && !errors.Is(err, context.Canceled) {
		return complain("usercall "+called.Selected().Path(), err, statusOf(err))
	}
	return 0
}

// complain prints an error in the one shape that all commands share.
func complain(who string, err error, status int) int {
	fmt.Fprintf(os.Stderr, "%s: %v\n", who, err)
	return status
}
