// Command voice measures what our part of a spoken exchange costs: sessions as
// the program runs them, with the real voice detector, hear real time speech and
// ask services of fixed speed over HTTP; beside them, turn by turn in the same
// process, the same three calls are made with nothing around them.
//
//	go run ./bench/voice         everything, as Markdown; about six minutes
//	go run ./bench/voice -quick  a smoke test: its figures mean nothing
//	go run ./bench/voice -write  also into docs/benchmarks.md
//
// It owns how a spoken interview is measured; what the figures mean is written in
// that file, by hand. Nothing leaves this machine. The socket and the page are
// not in it: a page stands in for them, in the same process.
//
// Start at [run]. reply.go is the time to a reply, barge.go interruptions, crowd.go
// many sessions at once; caller.go is who speaks with them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// amount is how much is measured.
type amount struct {
	sessions []int // at once, for the time to a reply
	turns    int   // of each
	barges   int   // interruptions
	crowd    int   // sessions at once, for what they cost
	lasts    time.Duration
}

var (
	full  = amount{sessions: []int{1, 20, 100}, turns: 6, barges: 40, crowd: 100, lasts: time.Minute}
	quick = amount{sessions: []int{2}, turns: 1, barges: 1, crowd: 3, lasts: 2 * time.Second}
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench/voice:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("voice", flag.ContinueOnError)
	small := flags.Bool("quick", false, "little of everything, to see whether it works")
	keep := flags.Bool("write", false, "also write "+document)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *small && *keep {
		return errors.New("-quick and -write: figures of a smoke test are not kept")
	}
	how := full
	if *small {
		how = quick
	}
	text, err := measure(ctx, how)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, text); err != nil || !*keep {
		return err
	}
	return write(text)
}

// measure is the section as Markdown.
func measure(ctx context.Context, how amount) (string, error) {
	w, err := newWorld()
	if err != nil {
		return "", err
	}
	defer w.close()
	before := load()
	text := ""
	for _, part := range []func(context.Context, *world, amount) (string, error){replies, barges, crowd} {
		table, err := part(ctx, w, how)
		if err != nil {
			return "", err
		}
		text += table + "\n"
	}
	return text + "Measured on " + time.Now().Format("2 January 2006") + " at commit " + commit() + "; load average " + before + " before, " + load() + " after.\n", nil
}
