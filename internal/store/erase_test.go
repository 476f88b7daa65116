package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/analysis"
	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// held lets a person be invited and say something, to the end; where they say
// nothing it has only begun.
func (w *world) held(user string, answers ...string) *interview.Record {
	w.t.Helper()
	e := event("left", user, "")
	w.send(identify(user, "", `{"plan":"pro"}`), e)
	var invited research.Invite
	err := w.db.ExportInvites(w.t.Context(), w.project, report.Query{Person: user}, func(id string) string { return id }, func(r report.InviteRow) error {
		invited.PublicID = r.ID
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	room := &interview.Room{Store: w.db, Now: w.clock, Random: rand.Reader, Log: quiet, Plan: func([]byte) (interview.Plan, error) {
		return interview.Plan{GuideID: "cancellation"}, nil
	}}
	offer, err := room.Find(w.t.Context(), invite.Token(storetest.Key, invited.PublicID))
	if err != nil {
		w.t.Fatal(err)
	}
	rec, err := room.Consent(w.t.Context(), offer, nil, interview.Choice{})
	for i, a := range answers {
		if err == nil && !rec.State.Final() {
			_, rec, err = room.Answer(w.t.Context(), rec.Key(), fmt.Sprint("a", i), a)
		}
	}
	if err == nil && len(answers) == 0 {
		return rec
	}
	if err == nil && !rec.State.Final() {
		rec, err = room.Press(w.t.Context(), rec.Key(), interview.Leave, 0)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return rec
}

func TestErasingAnInterviewLeavesNoneOfItsWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		canary := "The price of the purple canary plan was far too high for us."
		ids := []string{
			w.held("ann", canary, "That price was too high for a team of four.").PublicID,
			w.held("bob", "The price is too high for what we get.", "It is too expensive for a small team.").PublicID,
			w.held("eve", "It became too expensive after the price went up.", "The new price is simply too high.").PublicID,
		}
		found := &analysis.Service{Store: db, Now: w.clock, Random: rand.Reader}
		analyse := func(id string) {
			t.Helper()
			if err := found.Interview(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range ids {
			analyse(id)
		}
		if !strings.Contains(everything(t, db, w.project), "canary") {
			t.Fatal("inconclusive: the words were never there")
		}
		before := themes(t, db, w.project)
		for range 2 {
			if err := db.EraseInterview(t.Context(), w.project.ID, ids[0], w.clock()); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(everything(t, db, w.project), "canary") {
			t.Error("words are left before the study is analysed again")
		}
		analyse(ids[0])
		if strings.Contains(everything(t, db, w.project), "canary") {
			t.Error("words are left after the study is analysed again")
		}
		if len(before) == 0 {
			t.Error("inconclusive: there was no theme")
		}
		other := project(t, db, "other")
		if err := db.EraseInterview(t.Context(), other.ID, ids[1], w.clock()); research.CodeOf(err) != research.NotFound {
			t.Errorf("another project erased it: %v", err)
		}
	})
}

func themes(t *testing.T, db *store.DB, p *research.Project) (all []report.ThemeRow) {
	t.Helper()
	err := db.ExportThemes(t.Context(), p, report.Query{}, func(r report.ThemeRow) error { all = append(all, r); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// everything is all that can be read of a project's conversations.
func everything(t *testing.T, db *store.DB, p *research.Project) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%+v", themes(t, db, p))
	add := func(v any) error { _, err := fmt.Fprintf(&b, "%+v", v); return err }
	ctx := context.WithoutCancel(t.Context())
	for _, err := range []error{
		db.ExportInterviews(ctx, p, report.Query{}, func(r report.InterviewRow) error { return add(r) }),
		db.ExportReports(ctx, p, report.Query{}, func(r report.ReportRow) error { return add(r) }),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
