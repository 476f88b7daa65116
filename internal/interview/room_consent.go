package interview

import (
	"context"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// mostRunning is how many interviews of a project may run at once: each costs
// money while it does. One that was left for so long as Silent is not counted.
const mostRunning = 20

// Silent is how long somebody who is there may say nothing before the line is closed.
const Silent = 15 * time.Minute

// ErrCrowded is for somebody who may begin as soon as others have ended. Whoever has
// begun may always go on.
var ErrCrowded = &research.Error{Code: research.Quota,
	Message: "Many people are talking with us right now. Your invitation stays open: come back in a few minutes."}

// Choice is how somebody wants to be interviewed.
type Choice struct {
	Mode   string // "voice" or "text"; "": as the study says
	Record bool   // the sound may be kept
}

// choose makes the setup what somebody chose of what is offered. The sound is kept
// only where it was asked for and agreed to.
func (r *Room) choose(su *Setup, c Choice) error {
	switch {
	case c.Mode == "voice" && (su.Offers == "text" || !r.Voice):
		return research.Errorf(research.Invalid, "This interview is typed.")
	case c.Mode == "voice", c.Mode == "text": // who cannot speak may always type
		su.Mode = c.Mode
	case c.Mode != "":
		return research.Errorf(research.Invalid, "An interview is spoken or typed.")
	}
	su.Recorded = su.Recorded && su.voice() && c.Record
	return nil
}

// Consent is the button: from here on the interview runs, and its first turn is
// said. Pressing it again changes nothing. Languages are those the person reads,
// best first. Invalid where the choice is not offered, conflict where the offer has ended, [ErrCrowded] where too many
// others talk; a project in development has no such limit.
func (r *Room) Consent(ctx context.Context, o *Offer, languages []string, c Choice) (*Record, error) {
	if o.Interview != nil {
		return o.Interview, nil
	}
	rec, err := r.open(o, languages)
	if err == nil {
		err = r.choose(&rec.Setup, c)
	}
	if err != nil {
		return nil, err
	}
	rec.Mode = rec.Setup.Mode
	rec.State, rec.Consent, rec.ConsentAt = research.Running, ConsentVersion, rec.StartedAt
	state, out := Start(rec.Setup, 0)
	rec.Turns = []research.Turn{said(1, out, rec.StartedAt)}
	if rec.Progress, err = (progress{state, clock{At: rec.StartedAt}}).encode(); err != nil {
		return nil, err
	}
	if o.Project.Open {
		return r.begin(ctx, o, rec, 0)
	}
	return r.begin(ctx, o, rec, mostRunning)
}

// Refuse is the other button. That somebody said no is kept, and nothing else.
func (r *Room) Refuse(ctx context.Context, o *Offer) (*Record, error) {
	if o.Interview != nil {
		return o.Interview, nil
	}
	rec, err := r.open(o, nil)
	if err != nil {
		return nil, err
	}
	rec.State, rec.Reason, rec.EndedAt = research.Declined, "no_consent", rec.StartedAt
	rec.Progress = []byte("{}")
	return r.begin(ctx, o, rec, 0)
}

func (r *Room) begin(ctx context.Context, o *Offer, rec *Record, most int) (*Record, error) {
	begun, err := r.Store.BeginInterview(ctx, rec, most)
	if err != nil {
		return nil, fmt.Errorf("begin an interview: %w", err)
	}
	o.Interview = begun
	return begun, nil
}

// open is a new record for the offer, without a state.
func (r *Room) open(o *Offer, languages []string) (*Record, error) {
	now := r.Now()
	id, err := research.NewID(research.PrefixInterview, now, r.Random)
	if err != nil {
		return nil, err
	}
	setup, err := r.Preview(o, languages)
	if err != nil {
		return nil, err
	}
	setup.ID = id
	return &Record{Setup: setup, Interview: research.Interview{
		PublicID: id, Project: o.Invite.Project, Study: o.Invite.Study, Trigger: o.Invite.Trigger,
		Invite: o.Invite.ID, Person: o.Invite.Person, Mode: setup.Mode, Language: setup.Language,
		StartedAt: now, LastContact: now,
	}}, nil
}
