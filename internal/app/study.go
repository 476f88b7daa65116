package app

import (
	"context"
	"fmt"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
)

// CheckStudy tells what is wrong with a study file, or what this version cannot
// do yet; nil where it could be applied.
func CheckStudy(src []byte) (*trigger.File, error) {
	f, err := trigger.Parse(src)
	if err != nil {
		return nil, err
	}
	if _, err := trigger.Compile(f); err != nil {
		return nil, err
	}
	if f.Guide != nil {
		return f, interview.CheckGuide(*f.Guide)
	}
	if f.GuideID != "" {
		if _, ok := interview.GuideByID(f.GuideID); !ok {
			return nil, research.Errorf(research.Invalid, "There is no guide %q; leave guide out, or write one.", f.GuideID)
		}
	}
	return f, nil
}

// byCommand is whose a version is that no account made.
const byCommand = "apply"

// ApplyStudy creates or updates a study of a project from its file, whatever
// version there is.
func (a *App) ApplyStudy(ctx context.Context, p *research.Project, src []byte, activate bool) (*research.Study, error) {
	f, err := CheckStudy(src)
	if err != nil {
		return nil, err
	}
	return a.keepStudy(ctx, p, f, store.ApplyStudy{Activate: activate, Who: byCommand})
}

// keepStudy is the one way a study's file gets in force. The caller says whose
// the version is, and what it was made from.
func (a *App) keepStudy(ctx context.Context, p *research.Project, f *trigger.File, apply store.ApplyStudy) (*research.Study, error) {
	if err := a.checkChannels(ctx, p, f.Triggers); err != nil {
		return nil, err
	}
	apply.Project, apply.Key, apply.Name, apply.Goal, apply.Target = p.ID, f.Study.Key, f.Study.Name, f.Study.Goal, f.Study.Interviews
	apply.File, apply.Now = f.Marshal(), a.now()
	if apply.Name == "" {
		apply.Name = f.Study.Key
	}
	for i := range f.Triggers {
		t := &f.Triggers[i]
		name := t.Name
		if name == "" {
			name = t.Key
		}
		apply.Triggers = append(apply.Triggers, store.ApplyTrigger{Key: t.Key, Name: name, Fingerprint: t.Fingerprint()})
	}
	s, err := a.db.Apply(ctx, apply)
	if err != nil {
		return nil, fmt.Errorf("keep the study: %w", err)
	}
	return s, a.catalog.refresh(ctx)
}

// Project finds a project by its key.
func (a *App) Project(ctx context.Context, key string) (*research.Project, error) {
	p, err := a.db.ProjectByKey(ctx, key)
	if research.CodeOf(err) == research.NotFound {
		return nil, research.Errorf(research.NotFound, "There is no project %q; `usercall project list` shows those there are.", key)
	}
	return p, err
}
