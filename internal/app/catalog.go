package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
)

// catalog keeps projects and compiled studies in memory, and notices within a
// second when another process changes them.
type catalog struct {
	db     *store.DB
	engine *trigger.Engine
	key    func(project string, k store.IdentityKey) (identity.Key, error)
	log    *slog.Logger
	// paused is told of triggers that are no longer active, and of those of projects
	// that were paused or resumed: where their invites may stand, pages have to ask.
	// nil: nobody wants to know.
	paused func(research.ProjectID, research.TriggerID)
	now    atomic.Pointer[content]
}

// content is one state of the catalog, never changed in place.
type content struct {
	revision   int64
	byKey      map[string]*research.Project // project keys and write keys
	byWriteKey map[research.WriteKey]*research.Project
	identity   map[research.ProjectID]identity.Keys
	sets       map[research.ProjectID]store.KeySet
	webhooks   map[research.ProjectID][]int // valid generations; none: generation 0
	active     map[research.TriggerID]research.ProjectID
	paused     map[research.ProjectID]bool
	sent       map[research.TriggerID]bool // its invites go out as links
	replaying  bool                        // some trigger's runs are being made out of stored events
}

const refresh = time.Second

// run keeps the catalog fresh until ctx ends.
func (c *catalog) run(ctx context.Context) {
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := c.refresh(ctx); err != nil && ctx.Err() == nil {
				c.log.Error("studies could not be read again; the last known ones stay in force", "err", err)
			}
		}
	}
}

// refresh reads everything again where something changed.
func (c *catalog) refresh(ctx context.Context) error {
	revision, err := c.db.Revision(ctx)
	if err != nil {
		return err
	}
	if have := c.now.Load(); have != nil && have.revision == revision {
		return nil
	}
	return c.load(ctx, revision)
}

func (c *catalog) load(ctx context.Context, revision int64) error {
	projects, err := c.db.Projects(ctx)
	if err != nil {
		return err
	}
	keys, err := c.db.ValidKeys(ctx)
	if err != nil {
		return err
	}
	sets, err := c.db.KeySets(ctx)
	if err != nil {
		return err
	}
	next := c.open(projects, keys)
	for _, s := range sets {
		next.sets[s.Project] = s
	}
	next.revision, next.active, next.paused = revision, map[research.TriggerID]research.ProjectID{}, map[research.ProjectID]bool{}
	next.sent = map[research.TriggerID]bool{}
	rules := &trigger.Rules{Index: map[research.ProjectID]*trigger.Index{}, Projects: map[research.ProjectID]*research.Project{}}
	for _, p := range projects {
		rules.Projects[p.ID], next.paused[p.ID] = p, !p.Paused.IsZero()
		if rules.Index[p.ID], err = c.index(ctx, p, next); err != nil {
			return err
		}
	}
	rules.Replaying = next.replaying
	c.engine.SetRules(rules)
	c.tellPaused(c.now.Swap(next), next)
	return nil
}

// tellPaused says which triggers were active and are not any more, or are active
// again with everything else of their project.
func (c *catalog) tellPaused(before, now *content) {
	if before == nil || c.paused == nil {
		return
	}
	for t, p := range before.active {
		if _, still := now.active[t]; !still || before.paused[p] != now.paused[p] {
			c.paused(p, t)
		}
	}
}

// index compiles the studies of a project. One that no longer compiles is left
// out, loudly: it must not silence the others.
func (c *catalog) index(ctx context.Context, p *research.Project, next *content) (*trigger.Index, error) {
	studies, err := c.db.Studies(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	ix := trigger.NewIndex()
	for _, s := range studies {
		rules, err := rulesOf(p, s)
		if err != nil {
			c.log.Error("a study does not compile and is left out", "project", p.Key, "study", s.Key, "err", err)
			continue
		}
		ix.Put(s.Key, rules)
		for i := range s.Triggers {
			next.replaying = next.replaying || s.Triggers[i].Replay.Running
		}
		for _, r := range rules {
			if r.Active {
				next.active[r.TriggerID] = p.ID
			}
			next.sent[r.TriggerID] = r.Delivery != trigger.Card
		}
	}
	return ix, nil
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

var errNoProject = research.Errorf(research.NotFound, "There is no such project.")

// keyOf is a project's key; "" of one that is not in memory.
func (c *catalog) keyOf(id research.ProjectID) string {
	for _, p := range c.now.Load().byKey {
		if p.ID == id {
			return p.Key
		}
	}
	return ""
}

// byKey finds a project in memory; where it is not there, something may have
// been made a moment ago, so the revision is asked once.
func (c *catalog) byKey(ctx context.Context, key string) (*research.Project, error) {
	if p := c.known(key); p != nil {
		return p, nil
	}
	if err := c.refresh(ctx); err != nil {
		return nil, err
	}
	if p := c.known(key); p != nil {
		return p, nil
	}
	return nil, errNoProject
}

func (c *catalog) known(key string) *research.Project {
	have := c.now.Load()
	if have == nil || key == "" {
		return nil
	}
	return have.byKey[key]
}

// ByWriteKey implements segment.Projects.
func (c *catalog) ByWriteKey(ctx context.Context, key research.WriteKey) (*research.Project, error) {
	p, err := c.byKey(ctx, string(key))
	if err == nil && c.now.Load().byWriteKey[key] == nil { // a project key is no write key
		return nil, errNoProject
	}
	return p, err
}

// ByServerKey implements segment.Projects.
func (c *catalog) ByServerKey(ctx context.Context, key research.ServerKey) (*research.Project, error) {
	return c.db.ProjectBySecret(ctx, "server", string(key))
}

// ByProjectKey implements segment.Projects.
func (c *catalog) ByProjectKey(ctx context.Context, key string) (*research.Project, error) {
	p, err := c.byKey(ctx, key)
	if err == nil && p.Key != key { // a write key is no project key
		return nil, errNoProject
	}
	return p, err
}

// Known implements segment.Projects.
func (c *catalog) Known(projectKey string) *research.Project {
	if p := c.known(projectKey); p != nil && p.Key == projectKey {
		return p
	}
	return nil
}

// ByPageKey implements sdk.Projects.
func (c *catalog) ByPageKey(ctx context.Context, key string) (*research.Project, error) {
	p, err := c.byKey(ctx, key)
	if errors.Is(err, errNoProject) {
		return nil, research.Errorf(research.NotFound, "This project is unknown here. Copy its id from Connect.")
	}
	return p, err
}
