package store

import "context"

func (sqliteBulk) upsertDecisions(ctx context.Context, tx hotTx, kept []decided) error {
	for _, d := range kept {
		if _, err := tx.ExecContext(ctx, insertDecision, int64(d.Project), int64(d.Study), int64(d.Trigger), d.Version, string(d.Person), ms(d.At), d.EventSeq,
			d.MessageID, d.EventName, string(d.Outcome), string(d.Gate), d.Detail, d.Remedy, d.invite, nullMS(d.AgainUntil), nullBytes(d.TicketHash), flag(d.Test)); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) deleteDecisions(ctx context.Context, tx hotTx, gone []decided) error {
	for _, d := range gone {
		if _, err := tx.ExecContext(ctx, deleteDecision, int64(d.Trigger), d.EventSeq); err != nil {
			return err
		}
	}
	return nil
}

// decisionArrays is rows of the log, a column each.
type decisionArrays struct {
	projects, studies, triggers, versions, ats, seqs   []int64
	tests                                              []int64
	people, messages, events, outcomes, gates, details []string
	remedies                                           []string
	invites, agains                                    []*int64
	tickets                                            [][]byte
}

func decisionArraysOf(kept []decided) (a decisionArrays) {
	for _, d := range kept {
		a.projects, a.studies, a.triggers = append(a.projects, int64(d.Project)), append(a.studies, int64(d.Study)), append(a.triggers, int64(d.Trigger))
		a.versions, a.people, a.ats = append(a.versions, int64(d.Version)), append(a.people, string(d.Person)), append(a.ats, ms(d.At))
		a.seqs, a.messages, a.events = append(a.seqs, d.EventSeq), append(a.messages, d.MessageID), append(a.events, d.EventName)
		a.outcomes, a.gates = append(a.outcomes, string(d.Outcome)), append(a.gates, string(d.Gate))
		a.details, a.remedies = append(a.details, d.Detail), append(a.remedies, d.Remedy)
		a.invites, a.tickets, a.tests = append(a.invites, d.invite), append(a.tickets, d.TicketHash), append(a.tests, int64(flag(d.Test)))
		var again *int64
		if !d.AgainUntil.IsZero() {
			until := ms(d.AgainUntil)
			again = &until
		}
		a.agains = append(a.agains, again)
	}
	return a
}

func (postgresBulk) upsertDecisions(ctx context.Context, tx hotTx, kept []decided) error {
	if len(kept) == 0 {
		return nil
	}
	a := decisionArraysOf(kept)
	_, err := tx.ExecContext(ctx, "INSERT INTO decisions ("+decisionFields+`)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[],
			$10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bytea[], $17::int[])`+mergeDecision,
		a.projects, a.studies, a.triggers, a.versions, a.people, a.ats, a.seqs, a.messages, a.events,
		a.outcomes, a.gates, a.details, a.remedies, a.invites, a.agains, a.tickets, a.tests)
	return err
}

func (postgresBulk) deleteDecisions(ctx context.Context, tx hotTx, gone []decided) error {
	if len(gone) == 0 {
		return nil
	}
	triggers, seqs := make([]int64, len(gone)), make([]int64, len(gone))
	for i, d := range gone {
		triggers[i], seqs[i] = int64(d.Trigger), d.EventSeq
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM decisions d USING unnest($1::bigint[], $2::bigint[]) AS gone (trigger_id, event_seq)
		WHERE d.trigger_id = gone.trigger_id AND d.event_seq = gone.event_seq AND d.outcome <> 'invited'`, triggers, seqs)
	return err
}
