package interview

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Tape is how the recording of an interview stands, as its participant may know.
type Tape string

const (
	NoTape   Tape = ""        // there never was one
	TapeKept Tape = "kept"    // it can be heard
	TapeGone Tape = "deleted" // nobody can hear it any more
)

// TapeDays is how many days a recording of what a link leads to is kept; 0: until
// somebody deletes it.
func (r *Room) TapeDays(ctx context.Context, o *Offer) (int, error) {
	return r.Store.RecordingDays(ctx, o.Project.ID)
}

// Tape tells how the recording of what a link leads to stands. Where nothing is left
// of what was said, as of a minor, it went as well, and there is nothing to tell.
func (r *Room) Tape(ctx context.Context, o *Offer) (Tape, error) {
	if o.Interview == nil || len(o.Interview.Turns) == 0 {
		return NoTape, nil
	}
	rec, err := r.Store.Recording(ctx, o.Interview.Key())
	switch {
	case research.CodeOf(err) == research.NotFound:
		return NoTape, nil
	case err != nil:
		return NoTape, err
	case rec.State == research.RecordingDeleted || !rec.DeleteAt.IsZero() && !rec.DeleteAt.After(r.Now()):
		return TapeGone, nil
	}
	return TapeKept, nil
}

// DropTape lets the recording of an interview that is over go, as its participant
// wishes. Once more, or where there is none, it does nothing; conflict before the end.
func (r *Room) DropTape(ctx context.Context, o *Offer) error {
	now := r.Now()
	if o.Standing(now) != Over {
		return research.Errorf(research.Conflict, "The interview is not over. Its recording can be deleted then.")
	}
	if tape, err := r.Tape(ctx, o); err != nil || tape != TapeKept {
		return err
	}
	return r.Store.DropRecording(ctx, o.Interview.Key(), now)
}

// tapes is what a Room asks of recordings.
type tapes interface {
	// Recording is the row of an interview's recording; not_found where there is none.
	Recording(ctx context.Context, key Key) (research.Recording, error)
	// RecordingDays is how many days a project keeps recordings; 0: until somebody
	// deletes them.
	RecordingDays(ctx context.Context, p research.ProjectID) (int, error)
	// DropRecording lets a recording go now. From then on it cannot be heard.
	DropRecording(ctx context.Context, key Key, now time.Time) error
}
