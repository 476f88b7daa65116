package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// waiting is a study with waits that last a month, and with some of an hour: those
// are sent an hour late, so that they end while we watch.
const waiting = `usercall: 1
study: { key: waits, name: Waits, goal: To wait, interviews: 100000 }
interview: { mode: text, minutes: 3, languages: [en] }
guide: cancellation
triggers:
  - { key: month, on: { event: Month Begun }, absent: { event: Month Ended, for: 30d } }
  - { key: hour, on: { event: Hour Begun }, absent: { event: Hour Ended, for: 1h } }
`

// grace is what a project lets late events have, unless it is set otherwise: a wait
// fires that long after it is due.
const grace = time.Minute

// punctual is how many waits end one by one, and betweenThem how far apart.
const (
	punctual    = 200
	betweenThem = 100 * time.Millisecond
)

// waited is what waits cost on one server, or in a bare table beside it.
type waited struct {
	name                  string
	arm, armCPU           float64 // waits a second; µs of CPU a wait
	cancel, miss          float64 // a second: waits that are cancelled, events that find none
	fire                  float64 // waits a second of those that end at once
	late                  []float64
	idleBefore, idleAfter string  // memory and CPU
	pollBefore, pollAfter float64 // µs to ask what is due, with no wait and with all
	kept                  float64 // bytes a wait
}

// waits measures what a million pending waits cost, and whether they end in time.
func waits(ctx context.Context, l *lab) (string, error) {
	var all []waited
	for _, open := range []func(context.Context, ...string) (*subject, error){l.sqlite, l.postgres} {
		s, err := open(ctx, waiting)
		if err != nil {
			return "", err
		}
		w, err := l.wait(ctx, s)
		s.down()
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.name, err)
		}
		bare, err := l.bareWaits(ctx, s)
		if err != nil {
			return "", fmt.Errorf("a bare table beside %s: %w", s.name, err)
		}
		all = append(all, w, bare)
	}
	return waitsTable(l, all), nil
}

func (l *lab) wait(ctx context.Context, s *subject) (w waited, err error) {
	if _, err := s.up(ctx); err != nil {
		return w, err
	}
	if _, _, err := l.settle(ctx, s); err != nil {
		return w, err
	}
	w.name = s.name
	steps := []func(context.Context, *subject, *waited) error{l.idleWithout, l.arm, l.idleWith, l.cancelSome, l.fireMany, l.firePunctually}
	for _, step := range steps {
		if err := step(ctx, s, &w); err != nil {
			return w, err
		}
		l.say("  waits  %+v", w)
	}
	return w, nil
}

func (l *lab) idleWithout(ctx context.Context, s *subject, w *waited) (err error) {
	if w.pollBefore, err = pollTime(ctx, s); err != nil {
		return err
	}
	w.idleBefore, err = l.rest(ctx, s)
	return err
}

func (l *lab) idleWith(ctx context.Context, s *subject, w *waited) (err error) {
	if _, _, err := l.settle(ctx, s); err != nil {
		return err
	}
	if w.pollAfter, err = pollTime(ctx, s); err != nil {
		return err
	}
	w.idleAfter, err = l.rest(ctx, s)
	return err
}

// asked is what a server asks of its waits while nothing is due.
const asked = `SELECT count(*) FROM trigger_runs WHERE next_at <= $1 AND (SELECT min(next_at) FROM trigger_runs WHERE next_at IS NOT NULL) <= $1`

// pollTime is how long the database takes to say that nothing is due, in µs: the
// median of some times, over a connection that is open.
func pollTime(ctx context.Context, s *subject) (float64, error) {
	db, err := s.sql()
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var took []float64
	for range 201 {
		began := time.Now()
		var due int
		if err := db.QueryRowContext(ctx, asked, time.Now().UnixMilli()).Scan(&due); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(began).Microseconds()))
	}
	return median(took...), nil
}

// arm begins all waits, each of a person of its own.
func (l *lab) arm(ctx context.Context, s *subject, w *waited) error {
	keptBefore, err := s.size(ctx)
	if err != nil {
		return err
	}
	before, err := s.usage()
	if err != nil {
		return err
	}
	n := l.scale.waits
	if w.arm, err = l.sendOf(ctx, s, "Month Begun", 0, n, func(int) time.Time { return time.Now() }); err != nil {
		return err
	}
	after, errUsage := s.usage()
	keptAfter, errKept := s.size(ctx)
	w.armCPU, w.kept = float64(after.minus(before).cpu.Microseconds())/float64(n), float64(keptAfter-keptBefore)/float64(n)
	return errors.Join(errUsage, errKept, s.expect(ctx, n, pendingWaits))
}

const (
	pendingWaits = "SELECT count(*) FROM trigger_runs WHERE next_at IS NOT NULL"
	pendingHours = "SELECT count(*) FROM trigger_runs WHERE next_at IS NOT NULL AND trigger_id = (SELECT id FROM triggers WHERE key = 'hour')"
)

// cancelSome ends waits by events, and sends as many that find none.
func (l *lab) cancelSome(ctx context.Context, s *subject, w *waited) (err error) {
	n := l.scale.waitsEnded
	now := func(int) time.Time { return time.Now() }
	if w.cancel, err = l.sendOf(ctx, s, "Month Ended", 0, n, now); err != nil {
		return err
	}
	if w.miss, err = l.sendOf(ctx, s, "Month Ended", l.scale.waits, n, now); err != nil {
		return err
	}
	return s.expect(ctx, l.scale.waits-n, pendingWaits)
}

// fireMany lets waits end all at once, and tells how many a second become decisions.
func (l *lab) fireMany(ctx context.Context, s *subject, w *waited) error {
	n := l.scale.waitsEnded
	due := time.Now().Add(time.Duration(l.scale.waitsFor) * time.Second)
	if _, err := l.sendOf(ctx, s, "Hour Begun", 2*l.scale.waits, n, func(int) time.Time { return due.Add(-time.Hour) }); err != nil {
		return err
	}
	if err := s.expect(ctx, n, pendingHours); err != nil {
		return fmt.Errorf("they were begun too slowly to watch them end: %w", err)
	}
	fires := due.Add(grace)
	if err := pause(ctx, time.Until(fires)); err != nil {
		return err
	}
	// Counting them would take the time of the server that is watched. Their times were
	// corrected by the way that their events took; the others end in a month.
	someLeft := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM trigger_runs WHERE next_at <= %d LIMIT 1) AS due", fires.Add(24*time.Hour).UnixMilli())
	for {
		left, err := s.count(ctx, someLeft)
		if err != nil {
			return err
		}
		if left == 0 {
			w.fire = float64(n) / time.Since(fires).Seconds()
			return s.expect(ctx, n, "SELECT count(*) FROM invitations")
		}
		if time.Since(fires) > 10*time.Minute {
			return errors.New("not all waits have ended ten minutes after they should have")
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// firePunctually lets waits end one after the other, with all others pending, and
// tells how late their invites are.
func (l *lab) firePunctually(ctx context.Context, s *subject, w *waited) error {
	first := time.Now().Add(15 * time.Second).Truncate(time.Second)
	_, err := l.sendOf(ctx, s, "Hour Begun", 3*l.scale.waits, punctual, func(i int) time.Time { return first.Add(time.Duration(i)*betweenThem - time.Hour) })
	if err != nil {
		return err
	}
	if err := pause(ctx, time.Until(first.Add(grace+punctual*betweenThem+5*time.Second))); err != nil {
		return err
	}
	db, err := s.sql()
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT i.reserved_at - d.at FROM invitations i JOIN decisions d ON d.invite_id = i.id
		WHERE i.user_key >= $1 AND i.user_key <= $2`, "u:"+userID(3*l.scale.waits), "u:"+userID(3*l.scale.waits+punctual-1))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var after int64
		if err := rows.Scan(&after); err != nil {
			return err
		}
		w.late = append(w.late, float64(after-grace.Milliseconds()))
	}
	if len(w.late) != punctual {
		return fmt.Errorf("%d of %d waits have fired", len(w.late), punctual)
	}
	slices.Sort(w.late)
	return rows.Err()
}

// sendOf sends an event of each of n persons and returns how many a second were
// evaluated.
func (l *lab) sendOf(ctx context.Context, s *subject, name string, first, n int, at func(i int) time.Time) (float64, error) {
	began, run := time.Now(), fmt.Sprintf("%x", time.Now().UnixNano())
	for sent := 0; sent < n; sent += chunk {
		all := make([][]byte, min(chunk, n-sent))
		for i := range all {
			user := userID(first + sent + i)
			all[i] = fmt.Appendf(nil, `{"messageId":%q,"type":"track","event":%q,"userId":%q,"timestamp":%q,"properties":{}}`,
				messageID(run, sent+i), name, user, at(sent+i).UTC().Format("2006-01-02T15:04:05.000Z07:00"))
		}
		if _, err := drive(ctx, s, batches(all, 100, time.Now().UTC()), 16, nil); err != nil {
			return 0, err
		}
	}
	for {
		left, err := s.undecided(ctx)
		if err != nil {
			return 0, err
		}
		if left == 0 {
			return float64(n) / time.Since(began).Seconds(), nil
		}
		if time.Since(began) > 30*time.Minute {
			return 0, fmt.Errorf("%d events wait after half an hour", left)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// sql opens the server's database.
func (s *subject) sql() (*sql.DB, error) { return sql.Open(s.driver, s.source) }

func (s *subject) count(ctx context.Context, text string) (n int, err error) {
	err = query(ctx, s.driver, s.source, &n, text)
	return n, err
}

// expect fails unless a query counts so many.
func (s *subject) expect(ctx context.Context, want int, text string) error {
	n, err := s.count(ctx, text)
	if err == nil && n != want {
		err = fmt.Errorf("%d where %d should be: %s", n, want, text)
	}
	return err
}

func waitsTable(l *lab, all []waited) string {
	var out strings.Builder
	n := figure(float64(l.scale.waits))
	out.WriteString("| | begun/s | CPU µs each | kept B each | cancelled/s | events/s that cancel nothing | fired/s, all due at once | ms late, p50 / p99 / largest |\n")
	out.WriteString("| --- |" + strings.Repeat(" ---: |", 7) + "\n")
	for _, w := range all {
		late := "-"
		if len(w.late) > 0 {
			late = spread(w.late) + " / " + figure(quantile(w.late, 1))
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", w.name, figure(w.arm), dash(w.armCPU), figure(w.kept), figure(w.cancel), figure(w.miss), figure(w.fire), late)
	}
	fmt.Fprintf(&out, "\n%s waits are pending; %s are cancelled, as many events cancel nothing, and as many fire at once, the others pending. What nobody waits for costs:\n\n", n, figure(float64(l.scale.waitsEnded)))
	fmt.Fprintf(&out, "| | µs to ask what is due, no wait pending | %s pending | memory MiB, idle CPU ms/s, no wait pending | %s pending |\n| --- | ---: | ---: | ---: | ---: |\n", n, n)
	for _, w := range all {
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", w.name, figure(w.pollBefore), figure(w.pollAfter), pair(w.idleBefore), pair(w.idleAfter))
	}
	return out.String()
}

func dash(f float64) string {
	if f == 0 {
		return "-"
	}
	return figure(f)
}

// pair is what two cells say in one.
func pair(cells string) string {
	if cells == "" {
		return "-"
	}
	return strings.ReplaceAll(cells, " | ", ", ")
}
