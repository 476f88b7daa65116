package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

const triedOut = `
usercall: 1
study: { key: why, interviews: 1, quotas: [ { name: all, where: { not: { traits.plan: free } }, interviews: 1 } ] }
triggers: [{ key: left, on: { event: left }, who: { not: { traits.plan: free } }, sample: 0%, cooldown: 30d, per_day: 1, total: 1 }]
`

// testing puts the world's only trigger into test mode, as a running server takes
// it up.
func (w *world) testing(on bool) research.Trigger {
	w.t.Helper()
	s, err := w.db.StudyByKey(w.t.Context(), w.project.ID, "why")
	if err != nil {
		w.t.Fatal(err)
	}
	if on {
		err = w.db.SetTesting(w.t.Context(), w.project.ID, s.Triggers[0].PublicID, w.clock())
	} else {
		err = w.db.SetActive(w.t.Context(), w.project.ID, s.Triggers[0].PublicID, true, w.clock())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if s, err = w.db.StudyByKey(w.t.Context(), w.project.ID, "why"); err != nil {
		w.t.Fatal(err)
	}
	compiled, err := trigger.Load(s.File)
	if err != nil {
		w.t.Fatal(err)
	}
	r, of := compiled.Rules[0], s.Triggers[0]
	r.Project, r.StudyID, r.TriggerID, r.Version, r.Active, r.Testing = w.project.ID, s.ID, of.ID, of.Version, of.Active || of.Testing, of.Testing
	w.engine.SetRules(&trigger.Rules{Index: map[research.ProjectID]*trigger.Index{w.project.ID: trigger.NewIndex(r)},
		Projects: map[research.ProjectID]*research.Project{w.project.ID: w.project}})
	return of
}

// leaves is what becomes of somebody leaving at their own browser.
func (w *world) leaves(who string) *research.Invite {
	w.t.Helper()
	e := event("left", who, "")
	e.TicketHash = ticket(who)
	w.send(e)
	return w.offered(invite.Visitor{Ticket: ticket(who)})
}

func TestATestAsksListedPeopleAndCountsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, triedOut)
		w.project.Settings.TestPeople = []string{"ann", "Bea@Northdesk.example"}
		if of := w.testing(true); of.Active || !of.Testing {
			t.Fatalf("in test mode it is %+v", of)
		}
		w.send(identify("bea-1", "", `{"email":"bea@northdesk.example"}`), identify("cem", "", `{"plan":"pro"}`))
		for round := range 3 {
			for _, who := range []string{"ann", "bea-1"} {
				i := w.leaves(who)
				if i == nil || !i.Test {
					t.Fatalf("round %d: %s was offered %+v", round, who, i)
				}
				if w.leaves(who); round == 0 && !slices.Contains(w.log(), who+" skipped open_invite") {
					t.Errorf("a second invite of a test person at a time: %q", w.log())
				}
				w.try(i, ticket(who), invite.Shown, "")
				w.try(i, ticket(who), []invite.Step{invite.Declined, invite.Never, invite.Declined}[round], "")
				w.pass(time.Second)
			}
		}
		if w.leaves("cem") != nil || !slices.Contains(w.log(), "cem skipped inactive") {
			t.Errorf("somebody who is not listed: %q", w.log())
		}
		w.nothingCounted()
		w.testing(false)
		if w.leaves("ann") != nil || !slices.Contains(w.log(), "ann skipped sample") {
			t.Errorf("after the test the sample does not count: %q", w.log())
		}
	})
}

// nothingCounted looks for a trace of tests in what is counted.
func (w *world) nothingCounted() {
	w.t.Helper()
	reports := w.db.Reports()
	week, err := reports.Week(w.t.Context(), w.project.ID, noon.Add(-time.Hour))
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := w.db.StudyByKey(w.t.Context(), w.project.ID, "why")
	if err != nil {
		w.t.Fatal(err)
	}
	found, err := reports.Findings(w.t.Context(), w.project.ID, s.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if week.Matches != 1 || week.Invited != 0 || week.Shown != 0 || found.Funnel.Matches != 1 || found.Funnel.Invited != 0 || len(found.Silent) != 0 || len(found.States) != 0 {
		w.t.Errorf("counted: week %+v, study %+v, silent %v, states %v", week, found.Funnel, found.Silent, found.States)
	}
	gates, err := reports.Gates(w.t.Context(), w.project.ID, s.ID, noon.Add(-time.Hour))
	if err != nil || len(gates) != 1 || gates[0].N != 1 || gates[0].Gate != research.GateInactive {
		w.t.Errorf("gates count %+v, %v", gates, err)
	}
	ann, err := reports.Person(w.t.Context(), w.project.ID, "u:ann")
	if err != nil || !ann.LastShown.IsZero() || ann.Never || ann.Dismissals != 0 {
		w.t.Errorf("a test is remembered of ann: %+v, %v", ann, err)
	}
	w.allAreTests()
}

// allAreTests looks whether lists and exports say what a test is.
func (w *world) allAreTests() {
	w.t.Helper()
	n := 0
	err := w.db.ExportInvites(w.t.Context(), w.project, report.Query{}, func(string) string { return "" }, func(r report.InviteRow) error {
		n++
		if !r.Test {
			w.t.Errorf("an invite of a test does not say so: %+v", r)
		}
		return nil
	})
	if err != nil || n != 6 {
		w.t.Errorf("exported %d invites, %v", n, err)
	}
	err = w.db.ExportDecisions(w.t.Context(), w.project, report.Query{}, func(r report.DecisionRow) error {
		if r.Test == (r.Person == "cem") {
			w.t.Errorf("a decision says %v about being a test: %+v", r.Test, r)
		}
		return nil
	})
	if err != nil {
		w.t.Error(err)
	}
	line, err := w.db.Reports().Timeline(w.t.Context(), w.project.ID, "u:ann", time.Time{}, 20)
	if err != nil || len(line.Invites) == 0 || !line.Invites[0].Test || !line.Decisions[0].Test {
		w.t.Errorf("ann's history does not say what was a test: %+v, %v", line, err)
	}
}

func TestAnInterviewOfATestIsInNoReport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, strings.Replace(triedOut, "sample: 0%, ", "", 1))
		w.project.Settings.TestPeople = []string{"ann"}
		w.testing(true)
		for n := range 2 { // the first one does not fill the target of one
			i := w.leaves("ann")
			if i == nil {
				t.Fatalf("round %d: %q", n, w.log())
			}
			w.completed(i)
		}
		all, err := db.Reports().Interviews(t.Context(), w.project.ID, report.InterviewFilter{}, report.Window{})
		if err != nil || len(all.Rows) != 2 || !all.Rows[0].Test {
			t.Fatalf("listed %+v, %v", all.Rows, err)
		}
		m, err := db.Material(t.Context(), all.Rows[0].ID)
		if err != nil || len(m.Interviews) != 0 || m.Invited != 0 {
			t.Errorf("the analysis reads %+v, %v", m, err)
		}
		lines, err := db.Reports().Studies(t.Context(), w.project.ID, noon)
		if err != nil || lines[0].Completed != 0 || lines[0].Interviews != 0 || slices.Max(lines[0].Days) != 0 {
			t.Errorf("the study has %+v, %v", lines[0], err)
		}
		s, err := db.StudyByKey(t.Context(), w.project.ID, "why")
		if err != nil {
			t.Fatal(err)
		}
		if found, err := db.Reports().Findings(t.Context(), w.project.ID, s.ID); err != nil || len(found.States) != 0 || found.Funnel.Completed != 0 {
			t.Errorf("the report counts %+v, %+v, %v", found.States, found.Funnel, err)
		}
		w.testing(false)
		if w.leaves("dan") == nil {
			t.Errorf("two tests have filled the target, or the quota, of one: %q", w.log())
		}
	})
}

func TestWhatIsPressedInATestIsNotRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, strings.Replace(triedOut, "sample: 0%, ", "", 1))
		w.project.Settings.TestPeople = []string{"ann"}
		ends := func(step invite.Step) {
			t.Helper()
			i := w.leaves("ann")
			if i == nil {
				t.Fatalf("not invited: %q", w.log())
			}
			w.try(i, ticket("ann"), invite.Shown, "")
			w.try(i, ticket("ann"), step, "")
			w.pass(time.Minute)
		}
		ends(invite.Declined) // in earnest
		w.testing(true)
		ends(invite.Declined)
		ends(invite.Never)
		ends(invite.Accepted)
		ann, err := db.Reports().Person(t.Context(), w.project.ID, "u:ann")
		if err != nil || ann.Never || ann.Dismissals != 1 || !ann.LastShown.Equal(noon) {
			t.Errorf("remembered of ann: never %v, dismissals %d, shown %s, %v", ann.Never, ann.Dismissals, ann.LastShown, err)
		}
	})
}

// completed is an interview of an invite from its beginning to its end.
func (w *world) completed(i *research.Invite) {
	w.t.Helper()
	now := w.clock()
	r, err := w.db.BeginInterview(w.t.Context(), &interview.Record{Progress: []byte("{}"), Interview: research.Interview{
		PublicID: fmt.Sprint("itv_", i.ID), Project: i.Project, Study: i.Study, Trigger: i.Trigger, Invite: i.ID, Person: i.Person,
		State: research.Running, Mode: "text", Language: "en", StartedAt: now, LastContact: now,
		Turns: []research.Turn{{N: 1, Speaker: research.Interviewer, Text: "Hi.", At: now}}}}, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.db.MoveInterview(w.t.Context(), interview.Move{Key: r.Key(), After: 1, At: now, State: research.Completed, Reason: "complete", Progress: []byte("{}"),
		Turns: []research.Turn{{N: 2, Speaker: research.Participant, Text: "Bugs.", Answer: "a", At: now}}})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestEverythingIsPaused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		pause := func(on bool, who string) {
			t.Helper()
			if err := db.SetPaused(t.Context(), w.project.ID, on, who, w.clock()); err != nil {
				t.Fatal(err)
			}
			p, err := db.ProjectByKey(t.Context(), w.project.Key)
			if err != nil {
				t.Fatal(err)
			}
			w.project.Paused = p.Paused
		}
		pause(false, "nobody") // nothing is paused yet
		w.pass(time.Minute)
		pause(true, "ada@northdesk.example")
		w.pass(time.Minute)
		pause(true, "bob@northdesk.example") // it is already
		w.send(event("left", "ann", ""))
		w.wantLog("ann skipped inactive")
		w.pass(time.Minute)
		pause(false, "command line")
		w.send(event("left", "bob", ""))
		w.wantLog("ann skipped inactive", "bob invited ")
		got, err := db.Reports().Pauses(t.Context(), w.project.ID, 5)
		want := []research.Pause{{At: noon.Add(time.Minute), By: "ada@northdesk.example", Resumed: noon.Add(3 * time.Minute), ResumedBy: "command line"}}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("written down: %+v, %v", got, err)
		}
		var detail string
		err = db.ExportDecisions(t.Context(), w.project, report.Query{Person: "ann"}, func(r report.DecisionRow) error { detail = r.Detail; return nil })
		if want := "everything has been paused since " + noon.Add(time.Minute).Format("2 Jan 2006 15:04 UTC"); detail != want || err != nil {
			t.Errorf("it says %q, want %q", detail, want)
		}
	})
}

func TestAnInviteKnowsThePersonsZone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		w.send(identify("trait", "", `{"timezone":"Asia/Kolkata"}`), identify("liar", "", `{"timezone":"../../etc/passwd"}`), identify("list", "", `{"timezone":["UTC"]}`))
		zone := func(who, context string) string {
			t.Helper()
			e := event("left", who, "")
			e.TicketHash, e.Context = ticket(who), []byte(context)
			w.send(e)
			i := w.offered(invite.Visitor{Ticket: ticket(who)})
			if i == nil {
				t.Fatalf("%s is not invited: %q", who, w.log())
			}
			return i.Zone
		}
		if got := zone("early", `{"timezone":"Europe/Berlin"}`); got != "" {
			t.Errorf("kept %q where nobody asks for it", got)
		}
		w.project.Settings.Pacing.PersonZone = true
		for _, c := range []struct{ who, context, want string }{
			{"trait", `{"timezone":"Europe/Berlin"}`, "Asia/Kolkata"}, {"event", `{"timezone":"Europe/Berlin"}`, "Europe/Berlin"},
			{"liar", `{"timezone":"Local"}`, ""}, {"list", `{"timezone":{}}`, ""}, {"none", `[1]`, ""}, {"empty", ``, ""},
		} {
			if got := zone(c.who, c.context); got != c.want {
				t.Errorf("%s: %q, want %q", c.who, got, c.want)
			}
		}
	})
}
