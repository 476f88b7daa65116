package app

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/voice/record"
)

// archive looks after recordings that have ended: it brings them into the form in
// which they stay, and deletes them when their time has come.
type archive struct {
	rows  recordingRows
	files record.Store
	now   func() time.Time
}

type recordingRows interface {
	RecordingNamed(ctx context.Context, name string) (research.Recording, error)
	SettledRecording(ctx context.Context, name string) error
	DueRecordings(ctx context.Context, now time.Time) ([]research.Recording, error)
	DeletedRecording(ctx context.Context, name string) error
}

var _ recordingRows = (*store.DB)(nil)

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
