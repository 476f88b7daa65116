package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// prefetch reads what a page of the inbox is about to ask, a statement for all
// where each would be a round trip.
func (postgresBulk) prefetch(ctx context.Context, s *shardTx, inbox []trigger.Pending) error {
	if err := s.prefetchPeople(ctx, whoseEvents(inbox)); err != nil {
		return err
	}
	if err := s.prefetchSettled(ctx, inbox); err != nil {
		return err
	}
	return s.prefetchGroups(ctx, inbox)
}

// prefetchSettled finds out of whom, among those who say who they are, nothing is
// to be decided once more: nearly all. Their shards are held, so it stays so.
func (s *shardTx) prefetchSettled(ctx context.Context, inbox []trigger.Pending) error {
	var projects []int64
	var keys []string
	for i := range inbox {
		if p := &inbox[i]; p.Type == research.Identify && s.holds(p.Person().Shard(p.Project)) {
			s.settled[personID{p.Project, p.Person()}] = true
			projects, keys = append(projects, int64(p.Project)), append(keys, string(p.Person()))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	_, err := collect(ctx, s.tx, func(r row) (struct{}, error) {
		var id personID
		err := r.Scan(&id.project, &id.key)
		delete(s.settled, id)
		return struct{}{}, err
	}, `SELECT d.project_id, d.user_key FROM decisions d JOIN unnest($1::bigint[], $2::text[]) AS wanted (project_id, user_key)
		ON d.project_id = wanted.project_id AND d.user_key = wanted.user_key WHERE d.again_until IS NOT NULL`, projects, keys)
	return err
}

// prefetch does nothing: a statement of SQLite is a function call.
func (sqliteBulk) prefetch(context.Context, *shardTx, []trigger.Pending) error { return nil }

func whoseEvents(inbox []trigger.Pending) []personID {
	ids := make([]personID, len(inbox))
	for i := range inbox {
		ids[i] = personID{inbox[i].Project, inbox[i].Person()}
	}
	return ids
}

// prefetchDue reads what is about to be asked of persons with something due.
func (postgresBulk) prefetchDue(ctx context.Context, s *shardTx, ids []personID) error {
	if err := s.prefetchPeople(ctx, ids); err != nil {
		return err
	}
	return s.prefetchUnmet(ctx, ids)
}

func (sqliteBulk) prefetchDue(context.Context, *shardTx, []personID) error { return nil }

// prefetchUnmet finds out who has no open invite, was never shown one and never
// opted out: nearly all. Their shards are held, so it stays so until this
// transaction invites them.
func (s *shardTx) prefetchUnmet(ctx context.Context, ids []personID) error {
	projects, keys, hashes := make([]int64, len(ids)), make([]string, len(ids)), make([][]byte, len(ids))
	for i, id := range ids {
		s.unmet[id] = true
		projects[i], keys[i], hashes[i] = int64(id.project), string(id.key), s.db.suppression(id.project, id.key)
	}
	_, err := collect(ctx, s.tx, func(r row) (struct{}, error) {
		var id personID
		err := r.Scan(&id.project, &id.key)
		delete(s.unmet, id)
		return struct{}{}, err
	}, `SELECT w.project_id, w.user_key FROM unnest($1::bigint[], $2::text[], $3::bytea[]) AS w (project_id, user_key, hash)
		WHERE EXISTS (SELECT 1 FROM invitations i WHERE i.project_id = w.project_id AND i.user_key = w.user_key AND i.closed_at IS NULL)
			OR EXISTS (SELECT 1 FROM contacts c WHERE c.project_id = w.project_id AND c.user_key = w.user_key)
			OR EXISTS (SELECT 1 FROM suppressed s WHERE s.project_id = w.project_id AND s.hash = w.hash)`, projects, keys, hashes)
	return err
}

func (s *shardTx) prefetchPeople(ctx context.Context, ids []personID) error {
	var projects []int64
	var keys []string
	for _, id := range ids {
		if s.people[id] == nil {
			s.people[id] = &personRow{Person: research.Person{Key: id.key}}
			projects, keys = append(projects, int64(id.project)), append(keys, string(id.key))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	_, err := collect(ctx, s.tx, func(r row) (struct{}, error) {
		var id personID
		p := &personRow{stored: true}
		err := r.Scan(&id.project, &id.key, &p.packed, &p.Group, &p.groupAt, &p.first, &p.last)
		p.Key = id.key
		s.people[id] = p
		return struct{}{}, err
	}, `SELECT p.project_id, p.user_key, p.traits, p.group_id, p.group_at, p.first_seen, p.last_seen
		FROM people p JOIN unnest($1::bigint[], $2::text[]) AS wanted (project_id, user_key)
		ON p.project_id = wanted.project_id AND p.user_key = wanted.user_key`, projects, keys)
	if err != nil {
		return err
	}
	return s.prefetchAliases(ctx)
}

// prefetchAliases finds out which of the users that nobody knows are not aliases
// of somebody either.
func (s *shardTx) prefetchAliases(ctx context.Context) error {
	var projects []int64
	var keys []string
	for id, p := range s.people {
		if !p.stored && id.key.Identified() {
			s.unaliased[id] = true
			projects, keys = append(projects, int64(id.project)), append(keys, string(id.key))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	_, err := collect(ctx, s.tx, func(r row) (struct{}, error) {
		var id personID
		err := r.Scan(&id.project, &id.key)
		delete(s.unaliased, id)
		return struct{}{}, err
	}, `SELECT l.project_id, l.from_key FROM links l JOIN unnest($1::bigint[], $2::text[]) AS wanted (project_id, from_key)
		ON l.project_id = wanted.project_id AND l.from_key = wanted.from_key`, projects, keys)
	return err
}

// prefetchGroups holds the groups' rows, in the order of their keys, so that two
// transactions that learn of one group never miss what the other learned.
func (s *shardTx) prefetchGroups(ctx context.Context, inbox []trigger.Pending) error {
	var ids []groupID
	for i := range inbox {
		if inbox[i].Type == research.Group && inbox[i].GroupID != "" {
			ids = append(ids, groupID{inbox[i].Project, inbox[i].GroupID})
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.SortFunc(ids, compareGroups)
	ids = slices.Compact(ids)
	projects, names := make([]int64, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		projects[i], names[i] = int64(id.project), id.id
	}
	if _, err := s.tx.ExecContext(ctx, `INSERT INTO group_traits (project_id, group_id, traits)
		SELECT project_id, group_id, '{}' FROM unnest($1::bigint[], $2::text[]) AS wanted (project_id, group_id) ON CONFLICT DO NOTHING`, projects, names); err != nil {
		return err
	}
	_, err := collect(ctx, s.tx, func(r row) (struct{}, error) {
		var id groupID
		var packed string
		if err := r.Scan(&id.project, &id.id, &packed); err != nil {
			return struct{}{}, err
		}
		s.groups[id] = &groupRow{traits: research.Traits{}}
		return struct{}{}, json.Unmarshal([]byte(packed), &s.groups[id].traits)
	}, `SELECT g.project_id, g.group_id, g.traits FROM group_traits g JOIN unnest($1::bigint[], $2::text[]) AS wanted (project_id, group_id)
		ON g.project_id = wanted.project_id AND g.group_id = wanted.group_id ORDER BY g.project_id, g.group_id FOR UPDATE OF g`, projects, names)
	return err
}
