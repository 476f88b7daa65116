package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
)

// CheckStudy tells what is wrong with a file, or else what of it was never seen.
func (c commands) CheckStudy(ctx context.Context, p *research.Project, file []byte) ([]string, error) {
	f, err := CheckStudy(file)
	if err != nil {
		return nil, err
	}
	return c.Unseen(ctx, p, f)
}

// SaveStudy puts a file in force that was made from a version of the study.
func (c commands) SaveStudy(ctx context.Context, p *research.Project, s *research.Study, file []byte, base int, who string) error {
	f, err := CheckStudy(file)
	if err != nil {
		return err
	}
	if f.Study.Key != s.Key {
		return research.Errorf(research.Invalid, "The key of a study stays what it is: %q. To have another study, write this file under New study.", s.Key)
	}
	_, err = c.keepStudy(ctx, p, f, store.ApplyStudy{Who: who, Base: base})
	return err
}

// maxTries bounds the search for a key that is free.
const maxTries = 100

// StartStudy makes a study of that name with nothing in it yet.
func (c commands) StartStudy(ctx context.Context, p *research.Project, name, who string) (string, error) {
	f := &trigger.File{Usercall: trigger.Format, Study: trigger.StudySpec{Name: strings.TrimSpace(name)},
		Interview: trigger.DefaultInterview()}
	for n := 1; n <= maxTries; n++ {
		f.Study.Key = trigger.KeyFor(name, n)
		_, err := c.db.StudyByKey(ctx, p.ID, f.Study.Key)
		if err == nil {
			continue
		}
		if research.CodeOf(err) != research.NotFound {
			return "", err
		}
		if f, err = CheckStudy(f.Marshal()); err != nil {
			return "", err
		}
		s, err := c.keepStudy(ctx, p, f, store.ApplyStudy{Who: who})
		if err != nil {
			return "", err
		}
		return s.PublicID, nil
	}
	return "", fmt.Errorf("start a study: %w", research.Errorf(research.Conflict, "There are many studies of that name. Choose another one."))
}
