package store

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// bulk is the statements of the hot path where the engines want different ones:
// PostgreSQL one with arrays, SQLite a prepared one a row.
type bulk interface {
	insertInbox(ctx context.Context, tx hotTx, waited []*arrival) error
	// selectInbox reads what waits in some shards, given in order.
	selectInbox(ctx context.Context, tx hotTx, shards []int, limit int) ([]trigger.Pending, error)
	deleteInbox(ctx context.Context, tx hotTx, done []trigger.Pending) error
	prefetch(ctx context.Context, s *shardTx, inbox []trigger.Pending) error
	// loadRuns makes the memories of persons whose memory is asked for, of the last
	// one in any case.
	loadRuns(ctx context.Context, s *shardTx, ids []personID) error
	// selectDue reads whose runs are due in some shards, given in order.
	selectDue(ctx context.Context, tx hotTx, shards []int, now time.Time, limit int) ([]trigger.PersonRef, error)
	upsertRuns(ctx context.Context, tx hotTx, kept []runOf) error
	deleteRuns(ctx context.Context, tx hotTx, gone []runOf) error
	upsertDecisions(ctx context.Context, tx hotTx, kept []decided) error
	deleteDecisions(ctx context.Context, tx hotTx, gone []decided) error
	// reserve makes an invite and takes its places. It returns no invite where another
	// stands in the way, and the gate of the first place that was not to be had: what
	// it did then, its caller undoes.
	reserve(ctx context.Context, tx hotTx, i *research.Invite, tokenHash []byte, places []place) (made *research.Invite, full research.Gate, err error)
	// prefetchDue reads what is about to be asked of persons with something due.
	prefetchDue(ctx context.Context, s *shardTx, ids []personID) error
	upsertGroups(ctx context.Context, tx hotTx, ids []groupID, traits []string) error
	upsertPeople(ctx context.Context, tx hotTx, ids []personID, people map[personID]*personRow) error
	// upsertSightings leaves out who was folded into somebody else.
	upsertSightings(ctx context.Context, tx hotTx, ids []personID, seen map[personID]sighting) error
	upsertParts(ctx context.Context, tx hotTx, first int64, parts []eventlog.Part) error
	// readAhead reads parts of runs that are about to be looked into.
	readAhead(ctx context.Context, q querier, parts []partOf) (querier, error)
	// catalogueRows is how many rows of the catalogue a transaction adds.
	catalogueRows() int
	addNames(ctx context.Context, tx hotTx, keys []ingest.NameKey, counts map[ingest.NameKey]ingest.Tallied) error
	addPaths(ctx context.Context, tx hotTx, keys []ingest.PathKey, paths map[ingest.PathKey]ingest.PathSeen) error
}

type sqliteBulk struct{}

func (sqliteBulk) insertInbox(ctx context.Context, tx hotTx, waited []*arrival) error {
	for _, a := range waited {
		key := a.event.Person()
		if _, err := tx.ExecContext(ctx, insertInbox, key.Shard(a.event.Project), a.event.Seq, int64(a.event.Project), string(key),
			nullBytes(a.event.TicketHash), int(a.news), a.record); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) selectInbox(ctx context.Context, tx hotTx, shards []int, limit int) ([]trigger.Pending, error) {
	first, last := shards[0], shards[len(shards)-1]
	from := first + rand.IntN(last-first+1) // so that no shard is always the last
	inbox, err := collect(ctx, tx, scanPending, selectInbox, from, last, limit)
	if err != nil || len(inbox) == limit || from == first {
		return inbox, err
	}
	rest, err := collect(ctx, tx, scanPending, selectInbox, first, from-1, limit-len(inbox))
	return append(inbox, rest...), err
}

func (sqliteBulk) deleteInbox(ctx context.Context, tx hotTx, done []trigger.Pending) error {
	for i := range done {
		if _, err := tx.ExecContext(ctx, deleteInbox, done[i].Filed.Shard(done[i].Project), done[i].Seq); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) upsertPeople(ctx context.Context, tx hotTx, ids []personID, people map[personID]*personRow) error {
	for _, id := range ids {
		p := people[id]
		traits, err := p.pack()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, upsertPerson, int64(id.project), string(id.key), traits, p.Group, p.groupAt, p.first, p.last); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) upsertGroups(ctx context.Context, tx hotTx, ids []groupID, traits []string) error {
	for i, id := range ids {
		if _, err := tx.ExecContext(ctx, upsertGroup, int64(id.project), id.id, traits[i]); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) upsertSightings(ctx context.Context, tx hotTx, ids []personID, seen map[personID]sighting) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, sightPerson, int64(id.project), string(id.key), seen[id].first, seen[id].last); err != nil {
			return err
		}
	}
	return nil
}

type postgresBulk struct{}

// inboxArrays is rows of the inbox, a column each.
type inboxArrays struct {
	shards, seqs, projects, news []int64
	keys                         []string
	tickets, records             [][]byte
}

func inboxColumns(waited []*arrival) inboxArrays {
	n := len(waited)
	w := inboxArrays{shards: make([]int64, n), seqs: make([]int64, n), projects: make([]int64, n), news: make([]int64, n),
		keys: make([]string, n), tickets: make([][]byte, n), records: make([][]byte, n)}
	for i, a := range waited {
		key := a.event.Person()
		w.shards[i], w.seqs[i], w.projects[i] = int64(key.Shard(a.event.Project)), a.event.Seq, int64(a.event.Project)
		w.keys[i], w.tickets[i], w.news[i], w.records[i] = string(key), a.event.TicketHash, int64(a.news), a.record
	}
	return w
}

func (postgresBulk) insertInbox(ctx context.Context, tx hotTx, waited []*arrival) error {
	w := inboxColumns(waited)
	_, err := tx.ExecContext(ctx, `
		INSERT INTO inbox (shard, seq, project_id, user_key, ticket_hash, news, record)
		SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::int[], $7::bytea[])`,
		w.shards, w.seqs, w.projects, w.keys, w.tickets, w.news, w.records)
	return err
}

// selectInbox asks one shard after the other, from any of them on, so that it reads
// no more than it returns, however much waits.
func (postgresBulk) selectInbox(ctx context.Context, tx hotTx, shards []int, limit int) ([]trigger.Pending, error) {
	from := rand.IntN(len(shards))
	turns := slices.Concat(shards[from:], shards[:from])
	return collect(ctx, tx, scanPending, selectInboxOf, turns, limit)
}

func (postgresBulk) deleteInbox(ctx context.Context, tx hotTx, done []trigger.Pending) error {
	shards, seqs := make([]int64, len(done)), make([]int64, len(done))
	for i := range done {
		shards[i], seqs[i] = int64(done[i].Filed.Shard(done[i].Project)), done[i].Seq
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM inbox USING unnest($1::int[], $2::bigint[]) AS done (shard, seq) WHERE inbox.shard = done.shard AND inbox.seq = done.seq", shards, seqs)
	return err
}

func (postgresBulk) upsertPeople(ctx context.Context, tx hotTx, ids []personID, people map[personID]*personRow) error {
	n := len(ids)
	projects, keys, traits, groups := make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	groupAts, firsts, lasts := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, id := range ids {
		p := people[id]
		packed, err := p.pack()
		if err != nil {
			return err
		}
		projects[i], keys[i], traits[i], groups[i] = int64(id.project), string(id.key), packed, p.Group
		groupAts[i], firsts[i], lasts[i] = p.groupAt, p.first, p.last
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO people (project_id, user_key, traits, group_id, group_at, first_seen, last_seen)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])`+mergePerson,
		projects, keys, traits, groups, groupAts, firsts, lasts)
	return err
}

func (postgresBulk) upsertGroups(ctx context.Context, tx hotTx, ids []groupID, traits []string) error {
	projects, names := make([]int64, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		projects[i], names[i] = int64(id.project), id.id
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO group_traits (project_id, group_id, traits) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])"+mergeGroup,
		projects, names, traits)
	return err
}

func (postgresBulk) upsertSightings(ctx context.Context, tx hotTx, ids []personID, seen map[personID]sighting) error {
	n := len(ids)
	projects, keys, firsts, lasts := make([]int64, n), make([]string, n), make([]int64, n), make([]int64, n)
	for i, id := range ids {
		projects[i], keys[i], firsts[i], lasts[i] = int64(id.project), string(id.key), seen[id].first, seen[id].last
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO people (project_id, user_key, first_seen, last_seen)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS seen (project_id, from_key, first_at, last_at)
		WHERE NOT EXISTS (SELECT 1 FROM links WHERE links.project_id = seen.project_id AND links.from_key = seen.from_key)
		ON CONFLICT (project_id, user_key) DO UPDATE SET project_id = excluded.project_id`+mergeSeen, projects, keys, firsts, lasts)
	return err
}

func nullBytes(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
