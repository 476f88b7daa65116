package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/record"
)

// ledger is rows of recordings as the store has them, for the order of what is done.
type ledger struct {
	rows   map[string]*research.Recording
	broken error
}

func (s *ledger) RecordingNamed(_ context.Context, name string) (research.Recording, error) {
	if r, ok := s.rows[name]; ok {
		return *r, nil
	}
	return research.Recording{}, research.Errorf(research.NotFound, "no such recording")
}

func (s *ledger) set(name string, state research.RecordingState) error {
	if s.broken == nil {
		s.rows[name].State = state
	}
	return s.broken
}

func (s *ledger) SettledRecording(_ context.Context, name string) error {
	return s.set(name, research.RecordingSettled)
}
func (s *ledger) DeletedRecording(_ context.Context, name string) error {
	return s.set(name, research.RecordingDeleted)
}

func (s *ledger) where(is func(research.Recording) bool) (found []research.Recording) {
	for _, r := range s.rows {
		if is(*r) {
			found = append(found, *r)
		}
	}
	return found
}

func (s *ledger) LeftRecordings(context.Context, time.Time) ([]research.Recording, error) {
	return s.where(func(r research.Recording) bool { return r.State == research.RecordingRuns }), nil
}

func (s *ledger) EndRecording(_ context.Context, key interview.Key, length time.Duration, _ time.Time) error {
	for name, r := range s.rows {
		if r.Interview == key.ID {
			r.Length = length
			return s.set(name, research.RecordingEnded)
		}
	}
	return errors.New("no such interview")
}

func (s *ledger) DueRecordings(_ context.Context, now time.Time) ([]research.Recording, error) {
	return s.where(func(r research.Recording) bool {
		return r.State != research.RecordingDeleted && !r.DeleteAt.IsZero() && !r.DeleteAt.After(now)
	}), nil
}

// TestARecordingThroughCrashes: it is cut off, found, settled and deleted over real
// files, and what failed half way is done when it is tried again.
func TestARecordingThroughCrashes(t *testing.T) {
	files, err := record.OpenFiles(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, files.Close()) })
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	row := &research.Recording{Interview: 7, Key: "itv_1", State: research.RecordingRuns}
	rows := &ledger{rows: map[string]*research.Recording{"itv_1": row}}
	unheard := errors.New("the turns could not be read")
	hear := func(context.Context, research.Recording) error { return unheard }
	a := &archive{rows: rows, files: files, hear: func(ctx context.Context, r research.Recording) error { return hear(ctx, r) }, now: func() time.Time { return now }}

	sound, err := files.Record("itv_1", time.Minute)
	must(t, err)
	must(t, sound.Participant(0, make([]int16, record.Rate)))
	must(t, sound.Close(2*time.Second))
	if n, err := a.endLeft(t.Context()); n != 1 || err != nil || row.State != research.RecordingEnded || row.Length != 2*time.Second {
		t.Fatalf("%d were ended, %v: %+v", n, err, row)
	}

	if err := a.settle(t.Context(), "itv_1"); !errors.Is(err, unheard) || row.State != research.RecordingEnded {
		t.Errorf("settled before it was heard once more: %v, row %s", err, row.State)
	}
	hear = func(context.Context, research.Recording) error { return nil }
	rows.broken = errors.New("the database is away")
	if err := a.settle(t.Context(), "itv_1"); !errors.Is(err, rows.broken) {
		t.Errorf("settled without its row: %v", err)
	}
	rows.broken = nil
	must(t, a.settle(t.Context(), "itv_1"))
	must(t, a.settle(t.Context(), "itv_1"))
	if heard, err := files.Open("itv_1"); err != nil || heard.Type != "audio/flac" || row.State != research.RecordingSettled {
		t.Fatalf("settled as %+v, %v, row %s", heard, err, row.State)
	} else {
		must(t, heard.Close())
	}

	row.DeleteAt = now.Add(time.Hour)
	if n, err := a.deleteDue(t.Context()); n != 0 || err != nil {
		t.Errorf("%d went before their time, %v", n, err)
	}
	now = row.DeleteAt
	rows.broken = errors.New("the database is away")
	if n, err := a.deleteDue(t.Context()); n != 0 || !errors.Is(err, rows.broken) || row.State == research.RecordingDeleted {
		t.Errorf("%d went without their row, %v", n, err)
	}
	rows.broken = nil
	if n, err := a.deleteDue(t.Context()); n != 1 || err != nil || row.State != research.RecordingDeleted {
		t.Errorf("%d went, %v, row %s", n, err, row.State)
	}
	if _, err := files.Open("itv_1"); research.CodeOf(err) != research.NotFound {
		t.Errorf("it can still be opened: %v", err)
	}
	must(t, a.settle(t.Context(), "itv_1"))  // a late job
	must(t, a.settle(t.Context(), "itv_99")) // of an interview that was erased
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
