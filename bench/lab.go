package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// lab is the place where a measurement happens: the programs, built from this
// tree, a temporary folder for everything they write, and how much is done.
type lab struct {
	root  string // of the module
	built string // the commit that the programs are of
	dir   string
	scale scale
	out   io.Writer // progress

	shared *postgres
	places int
}

// scale is how much is measured. Counts bound the time: on the slowest machine
// that we know a full run takes half an hour.
type scale struct {
	runs      int // interleaved, of which the median is taken
	events    map[int]int
	openLoop  int // events of the open loop, at openRate a second
	halfFor   int // seconds of the open loop at half load
	persons   int // that see a card
	starts    int
	history   int // events that are stored before a start
	growRun   int // events of a run before and after growth
	growTo    int // events that are stored in between
	browsed   int // times that events are read
	idleFor   int // seconds
	warmUp    int // events that are sent first and not counted
	settleFor int // seconds, at most
	backtest  int // events

	waits      int // that are pending
	waitsEnded int // of those that are cancelled, and besides, that fire at once
	waitsFor   int // seconds that it may take to begin those

	triggers int // active ones, where there are many
	edits    int // of a study beside them
}

var (
	full = scale{runs: 3, events: map[int]int{1: 20_000, 20: 100_000, 100: 150_000}, openLoop: 5_000, halfFor: 15,
		persons: 200, starts: 5, history: 100_000, growRun: 70_000, growTo: 10_000_000, browsed: 200, idleFor: 10, warmUp: 2_000, settleFor: 15, backtest: 5_000_000, waits: 1_000_000, waitsEnded: 100_000, waitsFor: 180, triggers: 100_000, edits: 10}
	quick = scale{runs: 1, events: map[int]int{1: 500, 20: 2_000, 100: 3_000}, openLoop: 500, halfFor: 2,
		persons: 3, starts: 2, history: 3_000, growRun: 2_000, growTo: 30_000, browsed: 10, idleFor: 2, warmUp: 200, settleFor: 15, backtest: 20_000, waits: 5_000, waitsEnded: 1_000, waitsFor: 8, triggers: 1_000, edits: 2}
)

// newLab builds the programs into a new folder below parent.
func newLab(ctx context.Context, parent string, s scale, out io.Writer) (_ *lab, err error) {
	l := &lab{scale: s, out: out}
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("ask where the module is: %w", err)
	}
	l.root = filepath.Dir(strings.TrimSpace(string(mod)))
	if l.dir, err = os.MkdirTemp(parent, "usercall-bench-"); err != nil {
		return nil, err
	}
	l.built = l.version(ctx) // now: the tree may change while we measure
	// PostgreSQL may run as another user, and has a folder of its own in here.
	err = os.Chmod(l.dir, 0o711)
	for _, p := range []string{"./cmd/usercall", "./bench/floor"} {
		if err == nil {
			err = l.build(ctx, p)
		}
	}
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

func (l *lab) build(ctx context.Context, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", l.program(filepath.Base(pkg)), pkg)
	cmd.Dir = l.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return nil
}

func (l *lab) program(name string) string { return filepath.Join(l.dir, name) }

// close stops what still runs and removes the folder.
func (l *lab) close() error {
	if l.shared != nil {
		l.shared.stop()
	}
	return os.RemoveAll(l.dir)
}

// database is the lab's PostgreSQL server, started when first asked for.
func (l *lab) database(ctx context.Context) (*postgres, error) {
	if l.shared != nil {
		return l.shared, nil
	}
	s, err := startPostgres(ctx, filepath.Join(l.dir, "postgres"))
	if err == nil {
		l.shared = s
	}
	return s, err
}

// place is an empty folder and a free address.
func (l *lab) place(name string) (dir, addr string, err error) {
	l.places++
	dir = filepath.Join(l.dir, fmt.Sprintf("%s-%d", name, l.places))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", "", err
	}
	addr, err = freeAddr()
	return dir, addr, err
}

func (l *lab) say(format string, args ...any) {
	fmt.Fprintf(l.out, format+"\n", args...)
}
