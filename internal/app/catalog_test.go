package app

import (
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// only is the one rule of a study as it is in force.
func (s *site) only(p *research.Project, study string) *trigger.Rule {
	s.t.Helper()
	if err := s.app.catalog.refresh(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.app.catalog.mu.Lock()
	defer s.app.catalog.mu.Unlock()
	rules := s.app.catalog.rules[p.ID].index.Study(study)
	if len(rules) != 1 {
		s.t.Fatalf("%s has %d rules", study, len(rules))
	}
	return rules[0]
}

// TestAnEditReadsItsStudyAlone: with a hundred thousand triggers all others would
// take seconds.
func TestAnEditReadsItsStudyAlone(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		other := strings.NewReplacer("key: why", "key: other", "key: left", "key: stayed").Replace(leaving)
		s.study(s.keys, leaving)
		s.study(s.keys, other)
		p := s.own()
		left, stayed := s.only(p, "why"), s.only(p, "other")
		if len(s.app.catalog.rules[p.ID].replaying) > 0 {
			t.Error("it was not noticed that the triggers are ready")
		}
		for _, c := range []struct {
			name string
			edit func() error
			read bool // the edited study; else all
		}{
			{"another priority", func() error {
				_, err := s.app.ApplyStudy(t.Context(), p, []byte(strings.Replace(leaving, "on:", "priority: 5, on:", 1)), false)
				return err
			}, true},
			{"a trigger is paused", func() error {
				study, err := s.app.db.StudyByKey(t.Context(), p.ID, "why")
				if err != nil {
					return err
				}
				return s.app.db.SetActive(t.Context(), p.ID, study.Triggers[0].PublicID, false, s.app.now())
			}, true},
			{"a study is closed", func() error {
				study, err := s.app.db.StudyByKey(t.Context(), p.ID, "why")
				if err != nil {
					return err
				}
				return s.app.db.SetStudyState(t.Context(), p.ID, study.PublicID, research.StudyClosed)
			}, true},
			{"another time zone", func() error {
				p.Settings.Timezone = "Asia/Tokyo"
				return s.app.db.UpdateProject(t.Context(), p)
			}, false},
		} {
			if err := c.edit(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			now, same := s.only(p, "why"), s.only(p, "other")
			if now == left || (same == stayed) != c.read {
				t.Errorf("%s: the study is read again: %v, the other as well: %v", c.name, now != left, same != stayed)
			}
			left, stayed = now, same
		}
		if left.Active || left.Priority != 5 || left.Timezone != "Asia/Tokyo" || !stayed.Active {
			t.Errorf("in force are %+v and %+v", left, stayed)
		}
	})
}
