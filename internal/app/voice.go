package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/session"
)

// talks lets interviews be spoken: it gives each session the services that were
// set up, a recording where its participant agreed, a budget, and somebody who
// writes down how long everything took.
type talks struct {
	db       voiceStore
	heard    func(ctx context.Context, key interview.Key, turn int, start, end time.Duration) error // keeps when a line was heard
	speech   Speech
	tapes    record.Store
	budget   func(research.ProjectID) *meter
	watchers []session.Watcher // of all sessions
	count    counter           // of sessions
	now      func() time.Time
	log      *slog.Logger
}

// counter knows how many sessions there are.
type counter interface {
	Began()
	Ended()
}

// voiceStore is what spoken interviews keep beside their turns.
type voiceStore interface {
	BeginRecording(ctx context.Context, key interview.Key, at time.Time) (research.Recording, error)
	EndRecording(ctx context.Context, key interview.Key, length time.Duration, at time.Time) error
	AddExchange(ctx context.Context, key interview.Key, e research.Exchange) error
}

// longestRecording is more than an interview can last, with all its breaks.
const longestRecording = 2 * time.Hour

// Session implements participant.Sessions.
func (v *talks) Session(ctx context.Context, rec *interview.Record, c session.Config) (*session.Session, func(context.Context, *interview.Record), error) {
	c.STT, c.Listener, c.TTS = v.speech.STT, v.speech.Listener, v.speech.TTS
	budget := v.budget(rec.Project)
	rest := 0
	if budget.most > 0 {
		c.Budget, c.Unspent = budget.reserve, func(seconds int) { rest += seconds }
	}
	tape := v.tape(ctx, rec)
	if tape != nil {
		c.Record, c.Start = tape, tape.Length()
	}
	kept := v.keeps(rec.Key(), tape != nil, c.Start)
	c.Watcher = append(watchers{kept}, v.watchers...)
	v.count.Began()
	return session.New(c), func(ctx context.Context, rec *interview.Record) {
		v.count.Ended()
		kept.close()
		v.put(ctx, rec, tape, budget.giveBack(ctx, rest))
	}, nil
}

// tape is where the voice goes, if it may go anywhere. One that cannot be begun
// takes nothing, and says so: the interview goes on without it.
func (v *talks) tape(ctx context.Context, rec *interview.Record) tape {
	if !rec.Setup.Recorded {
		return nil
	}
	_, err := v.db.BeginRecording(ctx, rec.Key(), v.now())
	if err != nil {
		return noTape{err}
	}
	t, err := v.tapes.Record(record.Key(rec.PublicID), longestRecording)
	if err != nil {
		return noTape{err}
	}
	return t
}

// tape is a [record.Recorder], or none.
type tape interface {
	session.Recorder
	Length() time.Duration
}

// noTape is a recording that could not be begun.
type noTape struct{ err error }

func (n noTape) Participant(int64, []int16) error { return n.err }
func (n noTape) Moderator(int64, []int16) error   { return n.err }
func (n noTape) Length() time.Duration            { return 0 }
func (n noTape) Close(time.Duration) error        { return n.err }

// put puts a recording away where the interview is over. Where it is not, it goes
// on when somebody comes back.
func (v *talks) put(ctx context.Context, rec *interview.Record, t tape, err error) {
	if t != nil {
		err = errors.Join(err, t.Close(t.Length()))
		if _, none := t.(noTape); !none && rec.State.Final() {
			err = errors.Join(err, v.db.EndRecording(ctx, rec.Key(), t.Length(), v.now()))
		}
	}
	if err != nil {
		v.log.Error("a spoken interview could not be put away; what is left is ended later", "code", research.CodeOf(err), "err", err)
	}
}

// watchers is several.
type watchers []session.Watcher

func (w watchers) Exchanged(e session.Exchange) {
	for _, one := range w {
		one.Exchanged(e)
	}
}

func (w watchers) Failed(service string, err error) {
	for _, one := range w {
		one.Failed(service, err)
	}
}
