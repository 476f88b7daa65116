package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestEveryFileIsAVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, other := project(t, db, "a"), project(t, db, "b")
		put := func(file, who string, base int) (*research.Study, error) {
			return db.Apply(t.Context(), store.ApplyStudy{Project: p.ID, Key: "why", Name: "Why", File: []byte(file), Who: who, Base: base, Now: noon.Add(time.Duration(len(file)) * time.Minute)})
		}
		for i, c := range []struct {
			file, who string
			base      int
			version   int
			code      research.Code
		}{
			{"one", "apply", 0, 1, ""},
			{"one", "ada@example.com", 1, 1, ""}, // the same file is no new version
			{"two!", "ada@example.com", 1, 2, ""},
			{"late", "bob@example.com", 1, 0, research.Conflict},
			{"three", "apply", 0, 3, ""},
			{"one", "ada@example.com", 3, 4, ""}, // restored
		} {
			s, err := put(c.file, c.who, c.base)
			if research.CodeOf(err) != c.code || err == nil && s.Version != c.version {
				t.Fatalf("%d: %+v %v", i, s, err)
			}
		}
		s, err := db.StudyByKey(t.Context(), p.ID, "why")
		if err != nil {
			t.Fatal(err)
		}
		all, err := db.Reports().Versions(t.Context(), p.ID, s.ID)
		var got string
		for _, v := range all {
			got += fmt.Sprintf("%d %s %d %q; ", v.Number, v.Who, v.At.Sub(noon)/time.Minute, v.File)
		}
		if want := `4 ada@example.com 3 ""; 3 apply 5 ""; 2 ada@example.com 4 ""; 1 apply 3 ""; `; err != nil || got != want {
			t.Errorf("%s %v\nwant %s", got, err, want)
		}
		if v, err := db.Reports().Version(t.Context(), p.ID, s.ID, 2); err != nil || string(v.File) != "two!" || v.Who != "ada@example.com" {
			t.Errorf("%+v %v", v, err)
		}
		for _, missing := range []func() error{
			func() error { _, err := db.Reports().Version(t.Context(), p.ID, s.ID, 5); return err },
			func() error { _, err := db.Reports().Version(t.Context(), other.ID, s.ID, 1); return err },
			func() error { _, err := put("x", "", 1); return err },
		} {
			if code := research.CodeOf(missing()); code != research.NotFound && code != research.Conflict {
				t.Errorf("code %s", code)
			}
		}
		if _, err := db.Apply(t.Context(), store.ApplyStudy{Project: other.ID, Key: "why", File: []byte("x"), Base: 4, Now: noon}); research.CodeOf(err) != research.NotFound {
			t.Errorf("a version of another project's study: %v", err)
		}
	})
}

// Of two who save at once, one wins and the other is told.
func TestTwoSaveAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := project(t, db, "a")
		put := func(file string, base int) error {
			_, err := db.Apply(t.Context(), store.ApplyStudy{Project: p.ID, Key: "why", Name: "Why", File: []byte(file), Base: base, Now: noon})
			return err
		}
		if err := put("first", 0); err != nil {
			t.Fatal(err)
		}
		const n = 8
		errs := make(chan error, n)
		for i := range n {
			go func() { errs <- put(fmt.Sprint("from ", i), 1) }()
		}
		won := 0
		for range n {
			switch err := <-errs; {
			case err == nil:
				won++
			case research.CodeOf(err) != research.Conflict:
				t.Error(err)
			}
		}
		s, err := db.StudyByKey(t.Context(), p.ID, "why")
		if err != nil || won != 1 || s.Version != 2 {
			t.Errorf("%d won, %+v %v", won, s, err)
		}
	})
}
