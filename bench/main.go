// Command bench measures usercall from outside, as those who run it meet it: the
// program that `go build` makes, over its own ports, with the database it would
// have, beside something that anybody can judge it by.
//
//	go run ./bench                  everything, as Markdown
//	go run ./bench -only card       one section
//	go run ./bench -quick           a smoke test: its figures mean nothing
//	go run ./bench -growth 2000000  other than ten million events to grow by
//	go run ./bench -write           also into docs/benchmarks.md
//
// It owns how things are measured; what the figures mean is written in that
// file, by hand. Nothing leaves this machine, everything it starts it ends, and
// all that it writes is in one temporary folder.
//
// Start at [sections]. A section is a file: ingest.go, half.go, growth.go
// (with fill.go and browse.go), waits.go (with bare.go), triggers.go (with
// spread.go and edit.go), card.go, cold.go, idle.go,
// backtest.go. Below them are the turns
// that servers take (round.go, table.go), the servers (subject.go, installation.go,
// postgres.go) and what they are told to wait for (study.go), the load (events.go,
// send.go, drive.go), the scales (measure.go, proc.go, size.go) and the check that
// nothing was lost (stored.go).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// sections in the order of the document.
var sections = []section{
	{"ingest", "What an event costs", ingest},
	{"half", "At half load", half},
	{"growth", "With much stored", growth},
	{"waits", "A million waits", waits},
	{"triggers", "Very many triggers", many},
	{"card", "From an event to the card", card},
	{"start", "Cold start", cold},
	{"idle", "At rest", idle},
	{"backtest", "A backtest", backtest},
}

type section struct {
	name, title string
	measure     func(context.Context, *lab) (string, error)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("interrupted, so everything was stopped and removed: %w", err)
	}
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// wishes is how the program was called.
type wishes struct {
	quick, write bool
	only, dir    string
	growth       int
}

// names is the sections' names, for whoever has to choose.
func names() string {
	var all []string
	for _, s := range sections {
		all = append(all, s.name)
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

func parse(args []string, out io.Writer) (w wishes, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.BoolVar(&w.quick, "quick", false, "few events, to see whether everything works")
	flags.BoolVar(&w.write, "write", false, "also write "+document)
	flags.StringVar(&w.only, "only", "", "one section: "+names())
	flags.IntVar(&w.growth, "growth", 0, "how many events the section growth stores; 0: as many as -quick or its absence says")
	flags.StringVar(&w.dir, "dir", os.TempDir(), "where data is written: a real disk, or syncing costs nothing")
	if err := flags.Parse(args); err != nil {
		return w, err
	}
	switch {
	case flags.NArg() > 0:
		return w, fmt.Errorf("%q is too much; there are flags only, see -help", flags.Arg(0))
	case w.quick && w.write:
		return w, errors.New("-quick and -write: figures of a smoke test are not kept")
	case w.only != "" && len(w.chosen()) == 0:
		return w, fmt.Errorf("-only %q: there is %s", w.only, names())
	case w.growth != 0 && (w.growth < 1000 || w.growth > maxGrowth):
		return w, fmt.Errorf("-growth %d: it takes between 1,000 and %d events", w.growth, maxGrowth)
	}
	return w, nil
}

func (w wishes) chosen() (some []section) {
	for _, s := range sections {
		if w.only == "" || w.only == s.name {
			some = append(some, s)
		}
	}
	return some
}

func run(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	w, err := parse(args, progress)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 6*time.Hour)
	defer cancel()
	amount := full
	if w.quick {
		amount = quick
	}
	if w.growth > 0 {
		amount.growTo = w.growth
	}
	l, err := newLab(ctx, w.dir, amount, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	measured, err := l.all(ctx, w.chosen(), out)
	if err != nil || !w.write {
		return err
	}
	return write(filepath.Join(l.root, document), measured)
}

// all measures sections and prints each as soon as it is there.
func (l *lab) all(ctx context.Context, chosen []section, out io.Writer) (map[string]string, error) {
	measured := map[string]string{"machine": l.machine(ctx)}
	fmt.Fprintf(out, "%s\n", measured["machine"])
	for _, s := range chosen {
		l.say("%s", s.name)
		before := loadAverage()
		table, err := s.measure(ctx, l)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		measured[s.name] = strings.TrimSpace(table) + "\n\n" + l.measuredAt(before)
		fmt.Fprintf(out, "## %s\n\n%s\n\n", s.title, measured[s.name])
	}
	return measured, nil
}
