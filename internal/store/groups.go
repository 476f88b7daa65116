package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// groupID is the key of a group's row.
type groupID struct {
	project research.ProjectID
	id      string
}

// groupRow is what is known of a group, once in a transaction.
type groupRow struct {
	traits  research.Traits
	changed bool
}

// group reads a group's traits and keeps others from changing them: people of
// one group live in many shards.
func (s *shardTx) group(ctx context.Context, project research.ProjectID, id string) (*groupRow, error) {
	key := groupID{project, id}
	if g := s.groups[key]; g != nil {
		return g, nil
	}
	g := &groupRow{traits: research.Traits{}}
	var packed string
	query := selectGroup + s.db.lockRow
	if s.looking {
		query = selectGroup
	}
	err := s.tx.QueryRowContext(ctx, query, int64(project), id).Scan(&packed)
	if err == nil {
		err = json.Unmarshal([]byte(packed), &g.traits)
	} else if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	s.groups[key] = g
	return g, err
}

// saveGroups writes down what was learned of groups.
func (s *shardTx) saveGroups(ctx context.Context) error {
	var changed []groupID
	for id, g := range s.groups {
		if g.changed {
			changed = append(changed, id)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	slices.SortFunc(changed, compareGroups)
	traits := make([]string, len(changed))
	for i, id := range changed {
		packed, err := json.Marshal(s.groups[id].traits)
		if err != nil {
			return err
		}
		traits[i] = string(packed)
		s.groups[id].changed = false
	}
	return s.db.bulk.upsertGroups(ctx, s.tx, changed, traits)
}

func compareGroups(a, b groupID) int {
	return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.id, b.id))
}
