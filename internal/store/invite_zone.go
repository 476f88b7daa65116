package store

import (
	"context"
	"encoding/json"

	"github.com/usercall/usercall/internal/research"
)

// Zone implements trigger.Shard. It is asked once for an invite, where the project
// asks by the person's clock.
func (s *shardTx) Zone(ctx context.Context, p research.ProjectID, seq int64) (string, error) {
	events, err := readEvents(ctx, s.tx.Tx, []int64{seq})
	if err != nil || len(events) == 0 || events[0].Project != p { // it may be kept no more
		return "", err
	}
	var context struct {
		Timezone json.RawMessage `json:"timezone"`
	}
	if json.Unmarshal(events[0].Context, &context) != nil {
		return "", nil // a stranger's context may be anything
	}
	return research.ZoneOf(context.Timezone), nil
}
