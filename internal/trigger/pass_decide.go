package trigger

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// secondLook is how long after an event was received its person can say who they
// are, and be decided about once more: triggers.md §5.
const secondLook = 10 * time.Second

// decide takes the decisions whose moment is before a time.
func (p *pass) decide(ctx context.Context, s Shard, before int64) error {
	for d := p.agenda.next(before); d != nil; d = p.agenda.next(before) {
		if err := p.match(ctx, s, d); err != nil {
			return err
		}
	}
	return nil
}

// match decides one match and, where the gates let it, reserves the invite.
func (p *pass) match(ctx context.Context, s Shard, d *due) error {
	r := d.rule
	facts, err := s.Facts(ctx, r, d.who, p.now)
	if err != nil {
		return err
	}
	moment := time.UnixMilli(d.at).UTC()
	facts.Moment = moment
	facts.setMatch(r, &d.Match, p.rules.Projects[r.Project])
	facts.SetLife(r, p.rules.Projects[r.Project])
	verdict := Decide(r, facts, p.now)
	var made *research.Invite
	if verdict.Outcome == research.Invited {
		if made, verdict, err = p.reserve(ctx, s, d, facts, verdict); err != nil {
			return err
		}
	}
	rec := record(r, d.who, &d.Match, moment, verdict)
	if again := time.UnixMilli(d.Received).Add(secondLook); !d.again && r.Absent == nil && r.Delay == 0 && verdict.mayChange() && again.After(p.now) {
		rec.AgainUntil, rec.TicketHash = again, d.Ticket
	}
	return s.Record(ctx, rec, made)
}

// mayChange tells whether a verdict may be another one when the person says who
// they are.
func (v *Verdict) mayChange() bool {
	return v.Outcome == research.Skipped && (v.Gate == research.GatePeople || v.Gate == research.GateWho)
}

func record(r *Rule, who research.PersonKey, m *Match, at time.Time, v Verdict) *research.Decision {
	return &research.Decision{At: at, Project: r.Project, Study: r.StudyID, Trigger: r.TriggerID, Version: r.Version, Person: who,
		MessageID: m.MessageID, EventSeq: m.Seq, EventName: m.EventName, Outcome: v.Outcome, Gate: v.Gate, Detail: v.Detail, Remedy: v.Remedy, Test: v.Test}
}

func (p *pass) reserve(ctx context.Context, s Shard, d *due, f Facts, v Verdict) (*research.Invite, Verdict, error) {
	r := d.rule
	id, err := research.NewID(research.PrefixInvite, p.now, p.random)
	if err != nil {
		return nil, v, err
	}
	zone, err := p.zone(ctx, s, d, f)
	if err != nil {
		return nil, v, err
	}
	made, gate, err := s.Reserve(ctx, r, &research.Invite{
		PublicID: id, Project: r.Project, Study: r.StudyID, Trigger: r.TriggerID, Person: d.who,
		MessageID: d.MessageID, EventSeq: d.Seq, EventName: d.EventName, Verified: d.Proved, TicketHash: d.Ticket,
		ReservedAt: p.now, ExpiresAt: r.ExpiresAt(p.now), Test: f.Tester, Zone: zone,
	}, f.quotasOf(r))
	if err != nil {
		return nil, v, err
	}
	if gate != "" {
		v = Overtaken(gate)
		v.Test = f.Tester
		return nil, v, nil
	}
	return made, v, nil
}

// zone is where the person lives as far as they or their event say, where the
// project asks by their clock.
func (p *pass) zone(ctx context.Context, s Shard, d *due, f Facts) (string, error) {
	if !p.rules.Projects[d.rule.Project].Settings.Pacing.PersonZone {
		return "", nil
	}
	if zone := research.ZoneOf(f.Person.Traits.Get(research.ZoneTrait)); zone != "" {
		return zone, nil
	}
	return s.Zone(ctx, d.rule.Project, d.Seq)
}
