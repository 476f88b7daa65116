package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

var reportNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// told is a project with one study, and what happened in it.
type told struct {
	t       *testing.T
	db      *store.DB
	project research.ProjectID
	study   int64
	trigger int64
}

func tell(t *testing.T, db *store.DB, tag string) *told {
	w := &told{t: t, db: db}
	w.project = research.ProjectID(w.id("INSERT INTO projects (key, name, write_key, created_at) VALUES ($1, 'N', $2, 1) RETURNING id", "prj_"+tag, "wk_"+tag))
	w.study = w.id("INSERT INTO studies (public_id, project_id, key, name, goal, target, file, state, revision, created_at) VALUES ($1, $2, 'k', 'Why', '', 30, '', 'open', 1, 1) RETURNING id", "stu_"+tag, w.project)
	w.trigger = w.id("INSERT INTO triggers (public_id, project_id, study_id, key, name, version, fingerprint, active, created_at) VALUES ($1, $2, $3, 't', 'T', 1, '', 1, 1) RETURNING id", "trg_"+tag, w.project, w.study)
	return w
}

func (w *told) id(query string, args ...any) (id int64) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), func(tx *sql.Tx) error { return tx.QueryRowContext(w.t.Context(), query, args...).Scan(&id) })
	if err != nil {
		w.t.Fatal(query, err)
	}
	return id
}

func (w *told) exec(query string, args ...any) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), func(tx *sql.Tx) error { _, err := tx.ExecContext(w.t.Context(), query, args...); return err })
	if err != nil {
		w.t.Fatal(query, err)
	}
}

func (w *told) at(ago time.Duration) int64 { return reportNow.Add(-ago).UnixMilli() }

func (w *told) event(person research.PersonKey, name string, ago time.Duration) int64 {
	w.t.Helper()
	at := time.UnixMilli(w.at(ago)).UTC()
	e := research.Event{Project: w.project, Type: research.Track, Name: name, MessageID: fmt.Sprint(person, name, ago), Timestamp: at, ReceivedAt: at,
		Source: research.FromServer, Signed: true, Properties: []byte(`{"plan":"pro"}`)}
	if person.Identified() {
		e.UserID = research.UserID(person.ID())
	} else {
		e.AnonymousID = research.AnonymousID(person.ID())
	}
	all := []research.Event{e}
	if _, err := w.db.Append(w.t.Context(), all); err != nil {
		w.t.Fatal(err)
	}
	return all[0].Seq
}

func (w *told) decision(person string, seq int64, outcome, gate string, ago time.Duration) {
	w.exec(`INSERT INTO decisions (project_id, study_id, trigger_id, version, user_key, at, event_seq, message_id, outcome, gate, detail, remedy)
		VALUES ($1, $2, $3, 1, $4, $5, $6, 'm', $7, $8, 'd', 'r')`, w.project, w.study, w.trigger, person, w.at(ago), seq, outcome, gate)
}

// interview makes an invite and an interview, and returns the latter's ids.
func (w *told) interview(tag, person, state string, seq int64, ago time.Duration) (int64, string) {
	invite := w.id(`INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, event_name, message_id, state, verified, token_hash, reserved_at, shown_at, expires_at, closed_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'cancelled', 'm', 'accepted', 1, $7, $8, $8, $8, $8) RETURNING id`, "inv_"+tag, w.project, w.study, w.trigger, person, seq, []byte(tag), w.at(ago))
	public := "itv_" + tag
	id := w.id(`INSERT INTO interviews (public_id, project_id, study_id, trigger_id, invite_id, user_key, state, mode, language, started_at, last_contact, ended_at, setup)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'text', 'en', $8, $8, $8, '{}') RETURNING id`, public, w.project, w.study, w.trigger, invite, person, state, w.at(ago))
	w.exec("INSERT INTO turns (project_id, interview_id, n, speaker, text, at) VALUES ($1, $2, 1, 'participant', 'The export broke.', $3)", w.project, id, w.at(ago))
	return id, public
}

func (w *told) theme(tag string, people int, interviews ...int64) {
	theme := w.id(`INSERT INTO themes (public_id, project_id, study_id, position, label, definition, people, of_people, low, high, created_at)
		VALUES ($1, $2, $3, 0, $4, '', $5, 12, 0.1, 0.9, $6) RETURNING id`, "thm_"+tag, w.project, w.study, tag, people, w.at(time.Hour))
	for i, interview := range interviews {
		w.exec(`INSERT INTO quotes (public_id, project_id, study_id, theme_id, interview_id, turn, start_at, end_at, position, text)
			VALUES ($1, $2, $3, $4, $5, 1, 4, 10, $6, 'export')`, fmt.Sprint("qte_", tag, i), w.project, w.study, theme, interview, i)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestHomeReadsTheWeek(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w, other := tell(t, db, "a"), tell(t, db, "b")
		w.event("u:1", "old", 8*24*time.Hour)
		first := w.event("u:1", "cancelled", time.Hour)
		other.event("u:1", "cancelled", time.Hour)
		w.decision("u:1", first, "invited", "", time.Hour)
		w.decision("u:2", w.event("u:2", "cancelled", 2*time.Hour), "skipped", "sample", 2*time.Hour)
		one, _ := w.interview("1", "u:1", "completed", first, time.Hour)
		w.theme("export", 7, one)

		home := must[report.Home](t)(report.ReadHome(t.Context(), db.Reports(), &research.Project{ID: w.project, Open: true}, reportNow))
		if home.Week != (report.Funnel{Events: 2, Matches: 2, Invited: 1, Shown: 1, Accepted: 1, Completed: 1}) {
			t.Errorf("week %+v", home.Week)
		}
		if len(home.Studies) != 1 || home.Studies[0].Completed != 1 || home.Studies[0].Theme != "export" || home.Studies[0].Days[report.Days-1] != 1 {
			t.Errorf("studies %+v", home.Studies)
		}
		if len(home.Heard) != 1 || home.Heard[0].Text != "export" || home.Heard[0].Event != "cancelled" {
			t.Errorf("heard %+v", home.Heard)
		}
	})
}

func TestFindings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := tell(t, db, "a")
		var ids []int64
		for i := range 10 {
			person := fmt.Sprintf("u:%d", i)
			id, _ := w.interview(fmt.Sprint(i), person, "completed", w.event(research.PersonKey(person), "e", time.Duration(i)*time.Hour), time.Duration(i)*time.Hour)
			ids = append(ids, id)
		}
		w.theme("export", 7, ids...)
		w.theme("price", 9, ids[:2]...)
		w.exec("INSERT INTO study_reports (study_id, project_id, interviews, engine, body, model, made_at) VALUES ($1, $2, 12, 'built-in', $3, '', 5)", w.study, w.project,
			`{"Paragraph":"7 of 12.","Uncertain":["Few."],"Of":12,"Ungrouped":["itv_9"]}`)
		f := must[*report.Findings](t)(db.Reports().Findings(t.Context(), w.project, research.StudyID(w.study)))
		if f.Answer != "7 of 12." || f.Of != 12 || f.Ungrouped != 1 || len(f.Uncertain) != 1 || f.Made.IsZero() || f.Begun() != 10 || f.Missing() != 0 {
			t.Errorf("%+v", f)
		}
		if len(f.Themes) != 2 || f.Themes[0].Label != "price" || f.Themes[1].More != 2 || len(f.Themes[1].Quotes) != report.QuotesShown || f.Themes[0].More != 0 {
			t.Errorf("themes %+v", f.Themes)
		}
		empty := must[*report.Findings](t)(db.Reports().Findings(t.Context(), tell(t, db, "b").project, research.StudyID(w.study)))
		if !empty.Made.IsZero() || len(empty.Themes) != 0 || empty.Begun() != 0 || empty.Missing() != report.ForThemes {
			t.Errorf("another project sees %+v", empty)
		}
	})
}

func TestListingsGoOnWhereTheyStopped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := tell(t, db, "a")
		for i := range 23 {
			person := fmt.Sprintf("u:%d", i)
			seq := w.event(research.PersonKey(person), "e", time.Duration(i/5)*time.Minute) // some at the same time
			w.decision(person, seq, "skipped", []string{"sample", "cooldown"}[i%2], time.Duration(i/5)*time.Minute)
			w.interview(fmt.Sprint(i), person, "completed", seq, time.Duration(i/5)*time.Minute)
		}
		r, ctx := db.Reports(), t.Context()
		each(t, 23, func(p report.Window) (report.Listing[report.Event], error) {
			return r.Events(ctx, w.project, report.EventFilter{Name: "e", Type: research.Track}, p)
		}, func(e report.Event) string { return fmt.Sprint(e.Seq) })
		each(t, 23, func(p report.Window) (report.Listing[report.InterviewLine], error) {
			return r.Interviews(ctx, w.project, report.InterviewFilter{State: research.Completed, Study: "stu_a"}, p)
		}, func(i report.InterviewLine) string { return i.ID })
		each(t, 23, func(p report.Window) (report.Listing[report.Decision], error) {
			return r.Decisions(ctx, w.project, report.DecisionFilter{}, p)
		}, func(d report.Decision) string { return fmt.Sprint(d.ID) })
		each(t, 12, func(p report.Window) (report.Listing[report.Decision], error) {
			return r.Decisions(ctx, w.project, report.DecisionFilter{Gate: research.GateSample, Outcome: research.Skipped, Trigger: "trg_a", Since: reportNow.Add(-time.Hour)}, p)
		}, func(d report.Decision) string { return fmt.Sprint(d.ID) })
	})
}

// each walks a listing five rows at a time and wants every row once.
func each[T any](t *testing.T, want int, read func(report.Window) (report.Listing[T], error), id func(T) string) {
	t.Helper()
	seen, w := map[string]bool{}, report.Window{Limit: 5}
	for range 20 {
		list := must[report.Listing[T]](t)(read(w))
		for _, row := range list.Rows {
			if seen[id(row)] {
				t.Errorf("%s stands twice", id(row))
			}
			seen[id(row)] = true
		}
		if list.Next == (report.Cursor{}) {
			break
		}
		w.Before = must[report.Cursor](t)(report.ParseCursor(list.Next.String()))
	}
	if len(seen) != want {
		t.Errorf("%d rows, want %d", len(seen), want)
	}
}

func TestAnInterviewWithAllAroundIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := tell(t, db, "a")
		w.exec("INSERT INTO links (project_id, from_key, user_key, linked_at) VALUES ($1, 'a:x', 'u:1', 1)", w.project)
		w.event("a:x", "before we knew them", 3*time.Hour)
		seq := w.event("u:1", "cancelled", 2*time.Hour)
		w.event("u:1", "long ago", 60*time.Hour)
		id, public := w.interview("1", "u:1", "completed", seq, time.Hour)
		w.theme("export", 7, id)
		w.exec("INSERT INTO summaries (interview_id, project_id, study_id, engine, body, made_at) VALUES ($1, $2, $3, 'built-in', '{\"Reason\":{\"Text\":\"broke\"}}', 1)", id, w.project, w.study)
		i := must[*report.Interview](t)(db.Reports().Interview(t.Context(), w.project, public))
		if len(i.Turns) != 1 || i.Answers != 1 || len(i.Quotes) != 1 || i.Summary == nil || i.Summary.Reason.Text != "broke" || i.Moment != seq {
			t.Errorf("%+v", i)
		}
		if len(i.Around) != 2 || i.Around[0].Name != "before we knew them" {
			t.Errorf("around %+v", i.Around)
		}
		_, err := db.Reports().Interview(t.Context(), tell(t, db, "b").project, public)
		if research.CodeOf(err) != research.NotFound {
			t.Errorf("another project: %v", err)
		}
	})
}

func TestAPersonsHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := tell(t, db, "a")
		w.exec(`INSERT INTO people (project_id, user_key, traits, group_id, first_seen, last_seen) VALUES ($1, 'u:100%_x', '{"email":{"v":"a@b.c","t":1,"s":1}}', 'g', 1, 2)`, w.project)
		w.exec(`INSERT INTO people (project_id, user_key, traits, first_seen, last_seen) VALUES ($1, 'u:100 y', '{}', 1, 1)`, w.project)
		w.exec("INSERT INTO contacts (project_id, user_key, trigger_id, last_shown_at, dismissals, never) VALUES ($1, 'u:100%_x', 0, 7, 2, 1)", w.project)
		for i := range 6 {
			seq := w.event("u:100%_x", "e", time.Duration(i)*time.Hour)
			w.decision("u:100%_x", seq, "skipped", "cooldown", time.Duration(i)*time.Hour)
		}
		r := db.Reports()
		found := must[[]report.PersonLine](t)(r.People(t.Context(), w.project, report.PeopleFilter{Text: "100%_"}, 5))
		if len(found) != 1 || found[0].Email != "a@b.c" {
			t.Errorf("found %+v", found)
		}
		w.exec("INSERT INTO contacts (project_id, user_key, trigger_id, last_shown_at, dismissals, never) VALUES ($1, 'u:100 y', 0, 7, 2, 0)", w.project)
		for which, want := range map[report.PeopleFilter]int{{}: 2, {Never: true}: 1, {Never: true, Text: "100%"}: 1, {Never: true, Text: "100 "}: 0} {
			if found := must[[]report.PersonLine](t)(r.People(t.Context(), w.project, which, 5)); len(found) != want || want == 1 && found[0].Key != "u:100%_x" {
				t.Errorf("%+v: %+v", which, found)
			}
		}
		if found := must[[]report.PersonLine](t)(r.People(t.Context(), w.project+1, report.PeopleFilter{Never: true}, 5)); len(found) > 0 {
			t.Errorf("another project's: %+v", found)
		}
		p := must[*report.Person](t)(r.Person(t.Context(), w.project, "u:100%_x"))
		if !p.Never || p.Dismissals != 2 || p.Group != "g" || string(p.Traits.Get("email")) != `"a@b.c"` {
			t.Errorf("%+v", p)
		}
		if got := history(t, r, w.project, "u:100%_x", 4); got != 12 {
			t.Errorf("%d entries, want 12", got)
		}
	})
}

// history walks somebody's history to its end and counts the entries.
func history(t *testing.T, r *store.Reports, p research.ProjectID, key research.PersonKey, limit int) (n int) {
	var before time.Time
	for range 20 {
		line := must[report.Timeline](t)(r.Timeline(t.Context(), p, key, before, limit))
		entries, next := line.Entries(limit)
		n += len(entries)
		if next.IsZero() {
			break
		}
		before = next
	}
	return n
}

func TestReportsOfNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, w, ctx := db.Reports(), tell(t, db, "a"), context.Background()
		if e := must[*report.Event](t)(r.LastEvent(ctx, w.project)); e != nil {
			t.Errorf("last event %+v", e)
		}
		must[[]report.Key](t)(r.Keys(ctx, w.project))
		must[[]report.TriggerName](t)(r.Triggers(ctx, w.project))
		must[[]report.ThemeLine](t)(r.Themes(ctx, w.project))
		must[[]report.GateCount](t)(r.Gates(ctx, w.project, research.StudyID(w.study), reportNow))
		firing := must[[]report.Firing](t)(r.Firing(ctx, w.project))
		if len(firing) != 1 || !firing[0].Last.IsZero() || !firing[0].Active {
			t.Errorf("firing %+v", firing)
		}
	})
}
