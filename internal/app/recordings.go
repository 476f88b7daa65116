package app

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/voice/record"
)

// archive looks after recordings that have ended: it brings them into the form in
// which they stay, and deletes them when their time has come.
type archive struct {
	rows  recordingRows
	files record.Store
	hear  func(ctx context.Context, rec research.Recording) error // once more, before it is settled
	now   func() time.Time
}

type recordingRows interface {
	RecordingNamed(ctx context.Context, name string) (research.Recording, error)
	SettledRecording(ctx context.Context, name string) error
	LeftRecordings(ctx context.Context, before time.Time) ([]research.Recording, error)
	EndRecording(ctx context.Context, key interview.Key, length time.Duration, at time.Time) error
	DueRecordings(ctx context.Context, now time.Time) ([]research.Recording, error)
	DeletedRecording(ctx context.Context, name string) error
}

var _ recordingRows = (*store.DB)(nil)

// leftAfter is how long after the end of its interview nobody writes a recording any
// more, whatever happened to the node that did.
const leftAfter = 5 * time.Minute

// keepRecordings looks after the recordings in a place from now on. Call it before
// the queue runs.
func (a *App) keepRecordings(files record.Store) {
	again := &hindsight{room: a.room, files: files, stt: a.speech.Words, budget: a.budgetOf, watcher: watchers(a.voiceWatchers()), log: a.log}
	a.archive = &archive{rows: a.db, files: files, hear: again.hear, now: a.now}
	a.voices = jobs.NewQueue(a.db, jobs.Options{Queue: store.VoiceQueue, Now: a.now, Log: a.log, SkipRow: a.db.SkipRow(), Due: a.db.VoicesDue})
	a.voices.Handle(store.SettleJob, func(ctx context.Context, j jobs.Job) error { return a.archive.settle(ctx, j.Payload) })
}

// tidyRecordings is a round of what is overdue, and says how many it looked after.
func (a *App) tidyRecordings(ctx context.Context) (int, error) {
	left, err := a.archive.endLeft(ctx)
	gone, failed := a.archive.deleteDue(ctx)
	return left + gone, errors.Join(err, failed)
}

// settle runs the job of a recording that has ended. One that was deleted
// meanwhile, or whose file is another node's or gone, is no failure of the job.
func (a *archive) settle(ctx context.Context, name string) error {
	rec, err := a.rows.RecordingNamed(ctx, name)
	if research.CodeOf(err) == research.NotFound || err == nil && rec.State != research.RecordingEnded {
		return nil
	}
	if err != nil {
		return err
	}
	if !rec.DeleteAt.IsZero() && !a.now().Before(rec.DeleteAt) {
		return nil // it is on its way out
	}
	if err := a.hear(ctx, rec); err != nil {
		return err
	}
	if err := a.files.Settle(ctx, record.Key(name)); err != nil {
		return err
	}
	if err := a.rows.SettledRecording(ctx, name); err != nil {
		return err
	}
	return a.goneMeanwhile(ctx, name)
}

// goneMeanwhile deletes once more what was deleted while another machine settled it.
func (a *archive) goneMeanwhile(ctx context.Context, name string) error {
	rec, err := a.rows.RecordingNamed(ctx, name)
	if research.CodeOf(err) == research.NotFound || err == nil && rec.State == research.RecordingDeleted {
		return a.files.Delete(record.Key(name))
	}
	return err
}

// deleteDue deletes some recordings that are to go, and says how many it did. The
// files go first: a row that says "deleted" is never wrong.
func (a *archive) deleteDue(ctx context.Context) (int, error) {
	due, err := a.rows.DueRecordings(ctx, a.now())
	done := 0
	for _, rec := range due {
		e := a.files.Delete(record.Key(rec.Key))
		if e == nil {
			e = a.rows.DeletedRecording(ctx, rec.Key)
		}
		if e == nil {
			done++
		}
		err = errors.Join(err, e)
	}
	return done, err
}

// endLeft ends some recordings whose node died before it could, and says how many.
func (a *archive) endLeft(ctx context.Context) (int, error) {
	left, err := a.rows.LeftRecordings(ctx, a.now().Add(-leftAfter))
	done := 0
	for _, rec := range left {
		ended, e := a.end(ctx, rec)
		if ended {
			done++
		}
		err = errors.Join(err, e)
	}
	return done, err
}

// end ends a recording whose file is here. Another node may have it, and then it is
// that one's; and one that is being written after all ends by itself.
func (a *archive) end(ctx context.Context, rec research.Recording) (bool, error) {
	length, err := a.files.Mend(record.Key(rec.Key))
	switch research.CodeOf(err) {
	case research.NotFound, research.Conflict:
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, a.rows.EndRecording(ctx, interview.Key{Project: rec.Project, ID: rec.Interview}, length, a.now())
}
