package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// Facts implements trigger.Shard. An overdue invite of the person is ended
// first, so that nothing waits for the sweeper.
func (s *shardTx) Facts(ctx context.Context, r *trigger.Rule, who research.PersonKey, now time.Time) (f trigger.Facts, err error) {
	person, err := s.person(ctx, r.Project, who)
	if err == nil {
		_, err = person.traits()
	}
	if err != nil {
		return f, err
	}
	f.Person = person.Person
	type reads []func(context.Context, *trigger.Facts, *trigger.Rule, time.Time) error
	met := reads{s.suppressedFacts, s.openInvite, s.contactFacts}
	if s.unmet[personID{r.Project, who}] {
		met = nil
	}
	// The caps are read last: an invite that is overdue gives its places back.
	for _, read := range slices.Concat(reads{s.groupFacts}, met, reads{s.capFacts, s.interviewFacts}) {
		if err := read(ctx, &f, r, now); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (s *shardTx) groupFacts(ctx context.Context, f *trigger.Facts, r *trigger.Rule, _ time.Time) (err error) {
	if f.Person.Group != "" {
		var g *groupRow
		if g, err = s.group(ctx, r.Project, f.Person.Group); err == nil {
			f.GroupTraits = g.traits
		}
	}
	return err
}

// suppressedFacts tells whether somebody of that id opted out and was erased.
func (s *shardTx) suppressedFacts(ctx context.Context, f *trigger.Facts, r *trigger.Rule, _ time.Time) error {
	var n int
	err := s.tx.QueryRowContext(ctx, countSuppressed, int64(r.Project), s.db.suppression(r.Project, f.Person.Key)).Scan(&n)
	f.Deleted = n > 0
	return err
}

func (s *shardTx) openInvite(ctx context.Context, f *trigger.Facts, r *trigger.Rule, now time.Time) error {
	i, err := scanInvite(s.tx.QueryRowContext(ctx, selectOpenInvite, int64(r.Project), string(f.Person.Key)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if i.State != research.InviteAccepted && !i.ExpiresAt.After(now) {
		if s.looking {
			return nil
		}
		return s.db.closeInvite(ctx, s.tx.Tx, i.Project, i.ID, research.InviteExpired, "", now)
	}
	f.OpenInvite, f.OpenSince = true, i.ReservedAt
	return nil
}

func (s *shardTx) contactFacts(ctx context.Context, f *trigger.Facts, r *trigger.Rule, _ time.Time) error {
	_, err := collect(ctx, s.tx, func(row row) (struct{}, error) {
		var id research.TriggerID
		var last int64
		var dismissals, never int
		err := row.Scan(&id, &last, &dismissals, &never)
		if id == r.TriggerID {
			f.LastByTrigger = fromMS(last)
			return struct{}{}, err
		}
		f.LastByAny, f.Dismissals = fromMS(last), dismissals
		f.Never, f.OptedOut = never == saidNever, never == optedOut
		return struct{}{}, err
	}, selectContacts, int64(r.Project), string(f.Person.Key), int64(r.TriggerID))
	return err
}

func (s *shardTx) capFacts(ctx context.Context, f *trigger.Facts, r *trigger.Rule, now time.Time) error {
	if r.PerDay == 0 && r.Total == 0 {
		return nil
	}
	return s.tx.QueryRowContext(ctx, `
		SELECT COALESCE(SUM(CASE WHEN period = $3 THEN used ELSE 0 END), 0), COALESCE(SUM(CASE WHEN period = $4 THEN used ELSE 0 END), 0)
		FROM caps WHERE project_id = $1 AND trigger_id = $2 AND period IN ($3, $4)`,
		r.Project, r.TriggerID, trigger.DayKey(now, r.Timezone), totalPeriod).Scan(&f.Today, &f.Ever)
}

// filled is how many interviews fill a study's target, and each of its quotas.
type filled struct {
	interviews int
	byQuota    map[string]int
}

// interviewFacts is what fills the study's target: completed and running interviews.
// They begin and end beside this transaction, so they are counted once in it.
func (s *shardTx) interviewFacts(ctx context.Context, f *trigger.Facts, r *trigger.Rule, _ time.Time) error {
	if r.Target == 0 && len(r.Quotas) == 0 {
		return nil
	}
	of, known := s.filled[r.TriggerID]
	if !known {
		var err error
		if of, err = s.countFilled(ctx, r); err != nil {
			return err
		}
		s.filled[r.TriggerID] = of
	}
	f.Interviews, f.ByQuota = of.interviews, of.byQuota
	return nil
}

func (s *shardTx) countFilled(ctx context.Context, r *trigger.Rule) (of filled, err error) {
	err = s.tx.QueryRowContext(ctx, countInterviews, int64(r.Project), int64(r.StudyID)).Scan(&of.interviews)
	if err != nil || len(r.Quotas) == 0 {
		return of, err
	}
	of.byQuota = map[string]int{}
	_, err = collect(ctx, s.tx, func(row row) (struct{}, error) {
		var name string
		var n int
		err := row.Scan(&name, &n)
		of.byQuota[name] = n
		return struct{}{}, err
	}, `SELECT q.quota, count(*) FROM invite_quotas q
		JOIN interviews i ON i.project_id = q.project_id AND i.invite_id = q.invite_id
		WHERE q.project_id = $1 AND q.study_id = $2 AND i.state IN ('completed', 'running', 'paused')
		GROUP BY q.quota`, r.Project, r.StudyID)
	return of, err
}

// holdProject lets one transaction at a time reserve invites of a project: several
// caps are taken in the order in which they come, and nobody waits in a circle.
func (s *shardTx) holdProject(ctx context.Context, project research.ProjectID) error {
	if s.reserving == project {
		return nil
	}
	s.reserving = project
	return s.db.holdProject(ctx, s.tx.Tx, project)
}

func (db *DB) holdProject(ctx context.Context, tx *sql.Tx, project research.ProjectID) error {
	if db.dialect == sqliteDialect {
		return nil
	}
	var id int64
	return tx.QueryRowContext(ctx, "SELECT id FROM projects WHERE id = $1 FOR NO KEY UPDATE", int64(project)).Scan(&id)
}

// reserve makes the invite, takes its places and has it sent, where it is; a gate
// means that a constraint said no.
func (s *shardTx) reserve(ctx context.Context, r *trigger.Rule, i *research.Invite, places []place, quotas []string) (*research.Invite, research.Gate, error) {
	made, full, err := s.db.bulk.reserve(ctx, s.tx, i, s.db.tokenHash(i.PublicID), places)
	switch {
	case err != nil || full != "":
		return nil, full, err
	case made == nil:
		return nil, research.GateOpenInvite, nil
	case !made.Test: // a test is counted nowhere
		if err := putQuotas(ctx, s.tx.Tx, made, quotas); err != nil {
			return nil, "", err
		}
	}
	return made, "", putDelivery(ctx, s.tx.Tx, made, research.Channel(r.Delivery))
}
