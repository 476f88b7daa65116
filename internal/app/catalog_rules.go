package app

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
)

// ruling is the rules of a project, as far as they were read.
type ruling struct {
	project   *research.Project
	index     *trigger.Index
	replaying map[string]bool // keys of studies of which some trigger is being replayed
}

// reading is a study that was read again.
type reading struct {
	of        *ruling
	study     *research.Study
	rules     []*trigger.Rule
	replaying bool
}

// rulings is the projects as they are now. Those whose rules are all made anew, as
// with another time zone, begin with none.
func (c *catalog) rulings(projects []*research.Project) map[research.ProjectID]*ruling {
	now := make(map[research.ProjectID]*ruling, len(projects))
	for _, p := range projects {
		r := &ruling{project: p, index: trigger.NewIndex(), replaying: map[string]bool{}}
		if was := c.rules[p.ID]; was != nil && was.project.Settings.Timezone == p.Settings.Timezone {
			r.index, r.replaying = was.index, was.replaying
		}
		now[p.ID] = r
	}
	return now
}

// read reads what has changed since a revision, and compiles it.
func (c *catalog) read(ctx context.Context, now map[research.ProjectID]*ruling, since int64) ([]*reading, error) {
	var all []*reading
	for id, r := range now {
		from := since
		if was := c.rules[id]; was == nil || was.index != r.index {
			from = store.AllStudies
		}
		studies, err := c.db.StudiesSince(ctx, id, from)
		if err != nil {
			return nil, err
		}
		for _, s := range studies {
			all = append(all, &reading{of: r, study: s})
		}
	}
	c.compile(all)
	return all, nil
}

// compile makes the rules on all processors: at a start there may be a hundred
// thousand. A study that no longer compiles is left out, loudly: it must not
// silence the others.
func (c *catalog) compile(all []*reading) {
	var work sync.WaitGroup
	next := make(chan *reading)
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		work.Go(func() {
			for r := range next {
				if err := r.compile(); err != nil {
					c.log.Error("a study does not compile and is left out", "project", r.of.project.Key, "study", r.study.Key, "err", err)
				}
			}
		})
	}
	for _, r := range all {
		next <- r
	}
	close(next)
	work.Wait()
}

func (r *reading) compile() (err error) {
	if r.rules, err = rulesOf(r.of.project, r.study); err != nil {
		return err
	}
	for i := range r.study.Triggers {
		r.replaying = r.replaying || r.study.Triggers[i].Replay.Running
	}
	return nil
}

// put makes the engine decide by what was read.
func (c *catalog) put(now map[research.ProjectID]*ruling, all []*reading) {
	c.engine.Change(func() *trigger.Rules {
		next := &trigger.Rules{Index: map[research.ProjectID]*trigger.Index{}, Projects: map[research.ProjectID]*research.Project{}}
		for _, r := range all {
			r.of.index.Put(r.study.Key, r.rules)
			delete(r.of.replaying, r.study.Key)
			if r.replaying {
				r.of.replaying[r.study.Key] = true
			}
		}
		for id, r := range now {
			next.Index[id], next.Projects[id] = r.index, r.project
			next.Replaying = next.Replaying || len(r.replaying) > 0
		}
		return next
	})
}

// stopped is the triggers that are active no more once these studies are put, or
// stop or begin with everything of their project.
func (c *catalog) stopped(now map[research.ProjectID]*ruling, all []*reading) (out []*trigger.Rule) {
	for _, r := range all {
		if was := c.rules[r.of.project.ID]; was != nil {
			out = append(out, without(was.index.Study(r.study.Key), r.rules)...)
		}
	}
	for id, was := range c.rules {
		if r := now[id]; r == nil || r.project.Paused.IsZero() != was.project.Paused.IsZero() {
			out = append(out, was.index.Active()...)
		}
	}
	return out
}

// without is the active ones of these rules that have no active one of the same
// trigger among others.
func without(these, others []*trigger.Rule) (out []*trigger.Rule) {
	active := map[research.TriggerID]bool{}
	for _, r := range others {
		active[r.TriggerID] = r.Active
	}
	for _, r := range these {
		if r.Active && !active[r.TriggerID] {
			out = append(out, r)
		}
	}
	return out
}

// sent tells whether the invites of a trigger go out as links.
func (c *catalog) sent(t research.TriggerID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range c.rules {
		if r, ok := of.index.Rule(t); ok {
			return r.Delivery != trigger.Card
		}
	}
	return false
}

// rulesOf compiles a stored study and gives its rules their identity and life.
func rulesOf(p *research.Project, s *research.Study) ([]*trigger.Rule, error) {
	file, err := trigger.Parse(s.File)
	if err != nil {
		return nil, err
	}
	compiled, err := trigger.Compile(file)
	if err != nil {
		return nil, err
	}
	byKey := map[string]research.Trigger{}
	for _, t := range s.Triggers {
		byKey[t.Key] = t
	}
	for _, r := range compiled.Rules {
		t, ok := byKey[r.Key]
		if !ok {
			return nil, fmt.Errorf("trigger %q is in the file and not in its table", r.Key)
		}
		r.Project, r.StudyID, r.TriggerID, r.Version = p.ID, s.ID, t.ID, t.Version
		r.Testing, r.Timezone = t.Testing, p.Settings.Timezone
		r.Active = (t.Active || t.Testing) && s.State == research.StudyOpen
	}
	return compiled.Rules, nil
}
