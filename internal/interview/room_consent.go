package interview

import (
	"context"
	"fmt"

	"github.com/usercall/usercall/internal/research"
)

// Consent is the button: from here on the interview runs, and its first turn is
// said. Pressing it again changes nothing. Languages are those the person reads,
// best first. Conflict where the offer has ended.
func (r *Room) Consent(ctx context.Context, o *Offer, languages []string) (*Record, error) {
	if o.Interview != nil {
		return o.Interview, nil
	}
	rec, err := r.open(o, languages)
	if err != nil {
		return nil, err
	}
	rec.State, rec.Consent, rec.ConsentAt = research.Running, ConsentVersion, rec.StartedAt
	state, out := Start(rec.Setup, 0)
	rec.Turns = []research.Turn{said(1, out, rec.StartedAt)}
	if rec.Progress, err = (progress{state, clock{At: rec.StartedAt}}).encode(); err != nil {
		return nil, err
	}
	return r.begin(ctx, o, rec)
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
	return r.begin(ctx, o, rec)
}

func (r *Room) begin(ctx context.Context, o *Offer, rec *Record) (*Record, error) {
	begun, err := r.Store.BeginInterview(ctx, rec)
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
