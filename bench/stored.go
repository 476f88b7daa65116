package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// tally counts the events of one run, by the number at the end of their id.
type tally struct {
	prefix []byte
	seen   []int
	others int // of this run, with a number that was never sent
}

func newTally(run string, sent int) *tally {
	return &tally{prefix: []byte("ajs-next-" + run + "-"), seen: make([]int, sent)}
}

// line counts every id of the run that a line of stored data holds.
func (t *tally) line(line []byte) {
	for {
		i := bytes.Index(line, t.prefix)
		if i < 0 {
			return
		}
		line = line[i+len(t.prefix):]
		n, err := strconv.Atoi(string(line[:min(8, len(line))]))
		if err != nil || n >= len(t.seen) {
			t.others++
			continue
		}
		t.seen[n]++
	}
}

// check fails unless everything is there once.
func (t *tally) check() error {
	missing, twice := 0, 0
	for _, n := range t.seen {
		switch {
		case n == 0:
			missing++
		case n > 1:
			twice++
		}
	}
	if missing+twice+t.others > 0 {
		return fmt.Errorf("of %d acknowledged events %d are not stored, %d are stored more than once, and %d are there that nobody sent",
			len(t.seen), missing, twice, t.others)
	}
	return nil
}

// storedOnce checks that a run's events are all stored, each once. A server that
// answers 200 and drops would win every other figure.
func storedOnce(ctx context.Context, s *subject, run string, sent int, since time.Time) error {
	t := newTally(run, sent)
	if err := s.read(ctx, since.Add(-time.Second), t.line); err != nil {
		return err
	}
	return t.check()
}

// eachLine reads lines of up to 4 MiB.
func eachLine(r io.Reader, each func([]byte)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), 4<<20)
	for lines.Scan() {
		each(lines.Bytes())
	}
	return lines.Err()
}

// undecided counts the acknowledged events that no trigger has looked at yet, and
// the triggers that are not ready to: no command tells, so it is read from the
// database. The connection stays: opening one twice a second is more than a server
// at rest does.
func undecided(driver, source string) func(context.Context) (int, error) {
	db, err := sql.Open(driver, source)
	return func(ctx context.Context) (n int, _ error) {
		if err != nil {
			return 0, err
		}
		return n, db.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM replays WHERE ready_at IS NULL)").Scan(&n)
	}
}

// query asks a database for one number, and leaves it.
func query(ctx context.Context, driver, source string, to any, text string) error {
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	err = db.QueryRowContext(ctx, text).Scan(to)
	return errors.Join(err, db.Close())
}
