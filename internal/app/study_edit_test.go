package app

import (
	"errors"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// A study is started, written, refused and overtaken in the dashboard, and the
// command writes over all of it, and is a version too.
func TestStudiesAreEditedInTheDashboard(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, err := s.app.Project(t.Context(), s.keys.Project)
		if err != nil {
			t.Fatal(err)
		}
		c := commands{s.app}
		var ids []string
		for range 2 {
			id, err := c.StartStudy(t.Context(), p, " Why people left ", "ada@example.com")
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		study, err := s.app.db.StudyByPublicID(t.Context(), p.ID, ids[1])
		if err != nil || study.Key != "why-people-left-2" || study.Name != "Why people left" || study.Version != 1 {
			t.Fatalf("%+v %v", study, err)
		}
		if _, err := c.StartStudy(t.Context(), p, "two\nlines", "ada@example.com"); research.CodeOf(err) != research.Invalid {
			t.Errorf("a name of two lines: %v", err)
		}
		good := strings.Replace(string(study.File), "study:", "triggers: [{ key: a, on: { event: left } }]\nstudy:", 1)
		for _, bad := range []string{strings.Replace(good, "event:", "evnt:", 1), strings.Replace(good, "why-people-left-2", "other", 1),
			strings.Replace(good, "left } }", "left }, invite: { delivery: fax } }", 1)} {
			if err := c.SaveStudy(t.Context(), p, study, []byte(bad), 1, "ada@example.com"); research.CodeOf(err) != research.Invalid {
				t.Errorf("%s: %v", bad, err)
			}
		}
		_, err = c.CheckStudy(t.Context(), p, []byte(strings.Replace(good, "event:", "evnt:", 1)))
		var lines *trigger.FileError
		if !errors.As(err, &lines) || lines.Problems[0].Line == 0 {
			t.Errorf("the lines are not known: %v", err)
		}
		if err := c.SaveStudy(t.Context(), p, study, []byte(good), 1, "ada@example.com"); err != nil {
			t.Fatal(err)
		}
		if err := c.SaveStudy(t.Context(), p, study, []byte(good+"# later"), 1, "bob@example.com"); research.CodeOf(err) != research.Conflict {
			t.Errorf("overtaken: %v", err)
		}
		if _, err := s.app.ApplyStudy(t.Context(), p, []byte(strings.Replace(good, "event: left", "event: gone", 1)), false); err != nil {
			t.Fatal(err)
		}
		all, err := s.app.db.Reports().Versions(t.Context(), p.ID, study.ID)
		var who []string
		for _, v := range all {
			who = append(who, v.Who)
		}
		if got := strings.Join(who, ", "); err != nil || got != "apply, ada@example.com, ada@example.com" {
			t.Errorf("versions by %s, %v", got, err)
		}
	})
}
