package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// edited is a study of two triggers: one for [hitEvent], and one that is edited
// while we watch. Who it asks is no part of what its runs depend on, so nothing
// stored is gone over again.
func edited(anyone bool) string {
	who := "who: { traits.never: 1 }, "
	if anyone {
		who = ""
	}
	return `usercall: 1
study: { key: edited, name: Edited, goal: To be changed, interviews: 100000 }
guide: cancellation
triggers:
  - { key: hit, on: { event: ` + hitEvent + ` } }
  - { key: edited, ` + who + `on: { event: ` + editEvent + ` } }
`
}

const editEvent = "Edit Seen"

// editing is how long an edit took to be in force, ms sorted, and what it cost the
// server, µs of CPU.
type editing struct {
	visible []float64
	cpu     float64
}

// editEvery is longer than a server takes to notice, so that it notices each.
const editEvery = 1100 * time.Millisecond

// edits applies changed files by the command, and watches a server that does
// nothing else.
func (l *lab) edits(ctx context.Context, s *subject) (e editing, err error) {
	if e.cpu, err = l.editCPU(ctx, s); err != nil {
		return e, err
	}
	for i := range l.scale.edits {
		took, err := s.editVisible(ctx, i)
		if err != nil {
			return e, err
		}
		e.visible = append(e.visible, milliseconds(took))
	}
	slices.Sort(e.visible)
	return e, nil
}

// editCPU is the server's CPU for an edit, beyond what it takes at rest for as long.
func (l *lab) editCPU(ctx context.Context, s *subject) (float64, error) {
	resting, took, err := s.whileCPU(func() error { return pause(ctx, time.Duration(l.scale.edits)*editEvery) })
	if err != nil {
		return 0, err
	}
	rate := float64(resting) / float64(took)
	busy, took, err := s.whileCPU(func() error {
		for i := range l.scale.edits {
			if err := s.apply(ctx, edited(i%2 == 0)); err != nil {
				return err
			}
			if err := pause(ctx, editEvery); err != nil {
				return err
			}
		}
		return nil
	})
	extra := float64(busy) - rate*float64(took)
	return max(0, extra) / float64(time.Microsecond) / float64(l.scale.edits), err
}

// whileCPU is the CPU of the server, without its database's, while work goes on.
func (s *subject) whileCPU(work func() error) (cpu, took time.Duration, err error) {
	began := time.Now()
	before, err := usageOf(s.server.cmd.Process.Pid)
	if err != nil {
		return 0, 0, err
	}
	if err := work(); err != nil {
		return 0, 0, err
	}
	after, err := usageOf(s.server.cmd.Process.Pid)
	return after.minus(before).cpu, time.Since(began), err
}

// editVisible is how long after the command has ended an event is decided by the edit.
func (s *subject) editVisible(ctx context.Context, number int) (time.Duration, error) {
	if err := s.apply(ctx, edited(false)); err != nil {
		return 0, err
	}
	if err := pause(ctx, 2*editEvery); err != nil {
		return 0, err
	}
	if err := s.apply(ctx, edited(true)); err != nil {
		return 0, err
	}
	applied := time.Now()
	for i := 0; time.Since(applied) < 30*time.Second; i++ {
		invited, err := s.probe(ctx, fmt.Sprintf("edit-%d-%d", number, i))
		if invited || err != nil {
			return time.Since(applied), err
		}
	}
	return 0, fmt.Errorf("%s: no event was decided by an edit of 30 seconds ago", s.name)
}

// probe sends an event of a new person, and tells whether the edited trigger invites
// them.
func (s *subject) probe(ctx context.Context, user string) (bool, error) {
	conn, err := dial(ctx, s.addr, s.key)
	if err != nil {
		return false, err
	}
	defer conn.close()
	event := fmt.Appendf(nil, `{"messageId":"%s-%d","type":"track","event":%q,"userId":%q,"properties":{}}`, user, time.Now().UnixNano(), editEvent, user)
	if err := conn.send(batches([][]byte{event}, 1, time.Now().UTC())[0]); err != nil {
		return false, err
	}
	if err := s.decidedAll(ctx); err != nil {
		return false, err
	}
	n, err := s.count(ctx, "SELECT count(*) FROM decisions WHERE outcome = 'invited' AND user_key = 'u:"+user+"'")
	return n > 0, err
}

// decidedAll waits until nothing waits to be decided.
func (s *subject) decidedAll(ctx context.Context) error {
	for {
		left, err := s.undecided(ctx)
		if err != nil || left == 0 {
			return err
		}
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
}
