package store_test

import (
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestStudiesSince(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, other := project(t, db, "a"), project(t, db, "b")
		for _, of := range []*research.Project{p, other} {
			for _, key := range []string{"one", "two"} {
				if _, err := db.Apply(t.Context(), store.ApplyStudy{Project: of.ID, Key: key, Name: key, File: []byte("file of " + key), Now: noon,
					Triggers: []store.ApplyTrigger{{Key: "kept", Name: "Kept", Fingerprint: "f"}, {Key: "gone", Name: "Gone", Fingerprint: "f"}}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		two, err := db.StudyByKey(t.Context(), p.ID, "two")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name     string
			change   func() error
			want     string // keys of the studies
			triggers int    // of the last one
		}{
			{"nothing", func() error { return nil }, "", 0},
			{"of another project", func() error { return db.SetActive(t.Context(), other.ID, idOf(t, db, other, "one", 0), true, noon) }, "", 0},
			{"a trigger", func() error { return db.SetActive(t.Context(), p.ID, two.Triggers[0].PublicID, true, noon) }, "two", 2},
			{"the state", func() error { return db.SetStudyState(t.Context(), p.ID, two.PublicID, research.StudyClosed) }, "two", 2},
			{"a study that is not there", func() error {
				if err := db.SetStudyState(t.Context(), p.ID, "st_none", research.StudyOpen); research.CodeOf(err) != research.NotFound {
					return err
				}
				return nil
			}, "", 0},
			{"the file", func() error {
				_, err := db.Apply(t.Context(), store.ApplyStudy{Project: p.ID, Key: "one", Name: "one", File: []byte("new"), Now: noon, Triggers: []store.ApplyTrigger{{Key: "kept", Name: "Kept", Fingerprint: "f"}}})
				return err
			}, "one", 1},
		} {
			before, err := db.Revision(t.Context())
			if err == nil {
				err = c.change()
			}
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			all, err := db.StudiesSince(t.Context(), p.ID, before)
			got, triggers := "", 0
			for _, s := range all {
				got, triggers = got+s.Key, len(s.Triggers)
			}
			if err != nil || got != c.want || triggers != c.triggers {
				t.Errorf("%s: changed are %q, with %d triggers, %v; want %q with %d", c.name, got, triggers, err, c.want, c.triggers)
			}
		}
		all, err := db.StudiesSince(t.Context(), p.ID, store.AllStudies)
		if err != nil || len(all) != 2 || string(all[0].File) != "new" || all[1].State != research.StudyClosed {
			t.Fatalf("%+v, %v", all, err)
		}
		if tr := all[1].Triggers[0]; tr.Key != "kept" || tr.ID != two.Triggers[0].ID || tr.Version != 1 || !tr.Active || !tr.Replay.Running || all[1].Triggers[1].Active {
			t.Errorf("%+v", all[1].Triggers)
		}
	})
}

func idOf(t *testing.T, db *store.DB, p *research.Project, study string, n int) string {
	t.Helper()
	s, err := db.StudyByKey(t.Context(), p.ID, study)
	if err != nil {
		t.Fatal(err)
	}
	return s.Triggers[n].PublicID
}
