package store_test

import (
	"crypto/rand"
	"database/sql"
	"testing"

	"github.com/usercall/usercall/internal/analysis"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// TestAQuoteSaysWhenItWasSaid: of the interview that has a recording, until that is
// deleted, and of no other.
func TestAQuoteSaysWhenItWasSaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		heard := w.held("ann", "The price of the plan was far too high for us.", "That price was too high for a team of four.")
		w.held("bob", "The price is too high for what we get.", "It is too expensive for a small team.")
		last := w.held("eve", "It became too expensive after the price went up.", "The new price is simply too high.")
		for n := 1; n <= heard.LastTurn(); n++ {
			w.must(db.PutTurnTimes(t.Context(), heard.Key(), n, int64(n)*10_000, int64(n)*10_000+5000, nil))
			w.must(db.PutTurnTimes(t.Context(), last.Key(), n, int64(n)*10_000, int64(n)*10_000+5000, nil)) // spoken, not recorded
		}
		w.must(db.InTx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO recordings (project_id, interview_id, name, state, started_at)
				VALUES ($1, $2, $3, 'settled', 1)`, heard.Project, heard.ID, heard.PublicID)
			return err
		}))
		found := &analysis.Service{Store: db, Now: w.clock, Random: rand.Reader}
		w.must(found.Interview(t.Context(), last.PublicID))
		quotes := func() (timed, untimed int) {
			w.must(db.ExportThemes(t.Context(), w.project, report.Query{}, func(r report.ThemeRow) error {
				for _, q := range r.Quotes {
					if q.StartMS == nil {
						untimed++
						continue
					}
					timed++
					begun := int64(q.Turn) * 10_000
					if q.Interview != heard.PublicID || *q.StartMS < begun || *q.EndMS > begun+5000 || *q.EndMS <= *q.StartMS {
						t.Errorf("%+v was said from %d to %d", q, *q.StartMS, *q.EndMS)
					}
				}
				return nil
			}))
			return timed, untimed
		}
		timed, untimed := quotes()
		if timed == 0 || untimed == 0 {
			t.Fatalf("%d quotes with a time and %d without", timed, untimed)
		}
		page, err := db.Reports().Interview(t.Context(), w.project.ID, heard.PublicID)
		w.must(err)
		if len(page.Quotes) == 0 || page.Quotes[0].StartMS == nil {
			t.Errorf("on the page, quotes are %+v", page.Quotes)
		}
		w.must(db.DeletedRecording(t.Context(), heard.PublicID))
		if now, _ := quotes(); now != 0 {
			t.Errorf("%d quotes have a time in a recording that is gone", now)
		}
		if rec, err := db.Recording(t.Context(), heard.Key()); err != nil || rec.State != research.RecordingDeleted {
			t.Errorf("%+v, %v", rec, err)
		}
	})
}
