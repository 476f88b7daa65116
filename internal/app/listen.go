package app

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/record"
)

// listening opens recordings for whoever may hear them.
type listening struct {
	rows interface {
		RecordingNamed(ctx context.Context, name string) (research.Recording, error)
	}
	files interface {
		Open(key record.Key) (*record.Audio, error)
	}
	now func() time.Time
}

var (
	errNotRecorded = research.Errorf(research.NotFound, "This interview has no recording.")
	errGone        = research.Errorf(research.NotFound, "The recording has been deleted. What was said is in the transcript, unless that was deleted too.")
	errLost        = research.Errorf(research.NotFound, "Recording missing: its file is not where recordings are kept. It may be on another machine, or lost. The transcript is not touched.")
)

// open opens what was recorded of an interview of that project; not_found says why
// there is nothing.
func (l listening) open(ctx context.Context, p *research.Project, interview string) (*report.Sound, error) {
	row, err := l.rows.RecordingNamed(ctx, interview)
	if research.CodeOf(err) == research.NotFound || err == nil && row.Project != p.ID {
		return nil, errNotRecorded
	}
	if err != nil {
		return nil, err
	}
	if row.State == research.RecordingDeleted || !row.DeleteAt.IsZero() && !l.now().Before(row.DeleteAt) {
		return nil, errGone // also where it is due, and its file still waits
	}
	audio, err := l.files.Open(record.Key(row.Key))
	if research.CodeOf(err) == research.NotFound {
		return nil, errLost
	}
	if err != nil {
		return nil, err
	}
	return &report.Sound{ReadSeekCloser: audio, Type: audio.Type, Modified: audio.Modified}, nil
}

// Recording implements admin.Views, and is what the dashboard plays.
func (a *App) Recording(ctx context.Context, p *research.Project, interview string) (*report.Sound, error) {
	return listening{a.db, a.recordings, a.now}.open(ctx, p, interview)
}
