package store

import (
	"cmp"
	"context"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

const (
	decisionColumns = `d.id, d.at, d.version, d.user_key, d.message_id, d.event_seq, d.outcome, d.gate, d.detail, d.remedy,
		d.event_name, s.public_id, s.name, t.public_id, t.name, coalesce(v.public_id, ''), d.test, ` + refusedOf
	decisionTables = ` FROM decisions d
		JOIN studies s ON s.project_id = d.project_id AND s.id = d.study_id
		JOIN triggers t ON t.project_id = d.project_id AND t.id = d.trigger_id
		LEFT JOIN invitations v ON v.project_id = d.project_id AND v.id = d.invite_id `
)

func scanDecision(r row) (d report.Decision, err error) {
	var at int64
	var test int
	var refused string
	err = r.Scan(&d.ID, &at, &d.Version, &d.Person, &d.MessageID, &d.EventSeq, &d.Outcome, &d.Gate, &d.Detail, &d.Remedy,
		&d.Event, &d.Study, &d.StudyName, &d.Trigger, &d.TriggerName, &d.Invite, &test, &refused)
	d.Detail = cmp.Or(d.Detail, refusedWords(refused))
	d.At, d.Test = fromMS(at), test == 1
	return d, err
}

// Decisions implements report.DecisionStore.
func (r *Reports) Decisions(ctx context.Context, p research.ProjectID, want report.DecisionFilter, w report.Window) (report.Listing[report.Decision], error) {
	f := newFilter(p, "d.project_id")
	f.wanted("d.outcome = ?", string(want.Outcome))
	f.wanted("d.gate = ?", string(want.Gate))
	f.wanted("t.public_id = ?", want.Trigger)
	f.wanted("d.user_key = ?", string(want.Person))
	if !want.Since.IsZero() {
		f.add("d.at >= ?", ms(want.Since))
	}
	f.before(w, "d.at", "d.id")
	f.args = append(f.args, w.Rows()+1)
	rows, err := collect(ctx, r.db.read, scanDecision, "SELECT "+decisionColumns+decisionTables+"WHERE "+f.String()+
		" ORDER BY d.at DESC, d.id DESC"+f.limit(), f.args...)
	return report.List(w, rows, report.Decision.Place), err
}

// Triggers implements report.DecisionStore.
func (r *Reports) Triggers(ctx context.Context, p research.ProjectID) ([]report.TriggerName, error) {
	return collect(ctx, r.db.read, func(r row) (t report.TriggerName, err error) {
		return t, r.Scan(&t.ID, &t.Name, &t.Study, &t.StudyName)
	}, `SELECT t.public_id, t.name, s.public_id, s.name FROM triggers t
		JOIN studies s ON s.project_id = t.project_id AND s.id = t.study_id
		WHERE t.project_id = $1 ORDER BY s.id DESC, t.id`, p)
}
