package app

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
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

	mu    sync.Mutex // held while something is read again
	rules map[research.ProjectID]*ruling
}

// content is one state of the catalog, never changed in place.
type content struct {
	revision   int64
	byKey      map[string]*research.Project // project keys and write keys
	byWriteKey map[research.WriteKey]*research.Project
	identity   map[research.ProjectID]identity.Keys
	sets       map[research.ProjectID]store.KeySet
	webhooks   map[research.ProjectID][]int // valid generations; none: generation 0
}

const refresh = time.Second

// run keeps the catalog fresh until ctx ends.
func (c *catalog) run(ctx context.Context) {
	debug.FreeOSMemory() // the files that the first load read may be more than all else
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

// refresh reads again what changed.
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

// load reads the projects, and the studies that changed since they were last read.
func (c *catalog) load(ctx context.Context, revision int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	since := store.AllStudies
	if have := c.now.Load(); have != nil {
		since = have.revision
	}
	if since >= revision { // another was faster
		return nil
	}
	projects, next, err := c.contents(ctx)
	if err != nil {
		return err
	}
	now := c.rulings(projects)
	read, err := c.read(ctx, now, since)
	if err != nil {
		return err
	}
	stopped := c.stopped(now, read)
	c.put(now, read)
	next.revision, c.rules = revision, now
	c.now.Store(next)
	c.tellPaused(stopped)
	return nil
}

// contents is all but the rules.
func (c *catalog) contents(ctx context.Context) ([]*research.Project, *content, error) {
	projects, err := c.db.Projects(ctx)
	if err != nil {
		return nil, nil, err
	}
	keys, err := c.db.ValidKeys(ctx)
	if err != nil {
		return nil, nil, err
	}
	sets, err := c.db.KeySets(ctx)
	if err != nil {
		return nil, nil, err
	}
	next := c.open(projects, keys)
	for _, s := range sets {
		next.sets[s.Project] = s
	}
	return projects, next, nil
}

// tellPaused says where pages have to ask again. Nobody was told of anything before
// the first load, so then nothing has stopped.
func (c *catalog) tellPaused(stopped []*trigger.Rule) {
	if c.paused == nil {
		return
	}
	for _, r := range stopped {
		c.paused(r.Project, r.TriggerID)
	}
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
