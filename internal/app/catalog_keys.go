package app

import (
	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
)

// open is what the keys open: those in the projects' own rows, and the valid
// ones beside them.
func (c *catalog) open(projects []*research.Project, valid store.ValidKeys) *content {
	n := &content{byKey: map[string]*research.Project{}, byWriteKey: map[research.WriteKey]*research.Project{},
		identity: map[research.ProjectID]identity.Keys{}, webhooks: map[research.ProjectID][]int{}, sets: map[research.ProjectID]store.KeySet{}}
	byID := map[research.ProjectID]*research.Project{}
	for _, p := range projects {
		byID[p.ID], n.byKey[p.Key], n.byWriteKey[p.WriteKey] = p, p, p
	}
	for _, w := range valid.Write {
		if p := byID[w.Project]; p != nil { // nil: made since the projects were read
			n.byWriteKey[w.Key] = p
		}
	}
	for key, p := range n.byWriteKey {
		n.byKey[string(key)] = p
	}
	for id, p := range byID {
		n.identity[id] = c.identityOf(p, valid.IdentityOf(id))
	}
	for _, w := range valid.Webhooks {
		n.webhooks[w.Project] = append(n.webhooks[w.Project], w.Generation)
	}
	return n
}

// identityOf is what proves a project's tokens: of two keys with one id, the first.
// A key that can no longer be read is left out, loudly.
func (c *catalog) identityOf(p *research.Project, stored []store.IdentityKey) identity.Keys {
	keys := identity.Keys{Audience: p.Key, ByID: map[string]identity.Key{}}
	for _, s := range stored {
		if _, taken := keys.ByID[s.KID]; taken {
			continue
		}
		key, err := c.key(p.Key, s)
		if err != nil {
			c.log.Error("an identity key cannot be read and is left out", "project", p.Key, "kid", s.KID, "err", err)
			continue
		}
		keys.ByID[s.KID] = key
	}
	return keys
}

// identityKeys is what proves a project's tokens now.
func (c *catalog) identityKeys(p *research.Project) identity.Keys {
	return c.now.Load().identity[p.ID]
}

// keySet is where a project's customer publishes identity keys, if anywhere.
func (c *catalog) keySet(p *research.Project) (s store.KeySet, there bool) {
	s, there = c.now.Load().sets[p.ID]
	return s, there
}

// webhooks is the valid generations of a project's webhook, the newest last.
func (c *catalog) webhooks(project string) []int {
	if p := c.known(project); p != nil && len(c.now.Load().webhooks[p.ID]) > 0 {
		return c.now.Load().webhooks[p.ID]
	}
	return []int{0}
}
