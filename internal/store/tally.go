package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

var _ ingest.TallyStore = (*DB)(nil)

// AddTally implements ingest.TallyStore. Every statement adds, so that several
// nodes may do it at once; all take their rows in the same order.
func (db *DB) AddTally(ctx context.Context, b *ingest.Batch) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := addCounts(ctx, tx, b); err != nil {
			return err
		}
		return putArrivals(ctx, tx, b)
	})
}

func addCounts(ctx context.Context, tx *sql.Tx, b *ingest.Batch) error {
	for _, k := range ingest.Sorted(b.Counts, ingest.Bucket.Compare) {
		c := b.Counts[k]
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO tallies (project_id, hour, kind, source, why, key_prefix, count, last_at, names)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (project_id, hour, kind, source, why, key_prefix) DO UPDATE SET count = tallies.count + excluded.count,
				last_at = CASE WHEN excluded.last_at > tallies.last_at THEN excluded.last_at ELSE tallies.last_at END,
				names = CASE WHEN excluded.names = '' THEN tallies.names ELSE excluded.names END`,
			int64(k.Project), k.Hour, k.Kind, string(k.Source), k.Why, k.Key, c.N, ms(c.Last), joined(c.Names)); err != nil {
			return err
		}
	}
	return nil
}

// joined is a list of words in one column: JSON, and "" for none.
func joined(words []string) string {
	if len(words) == 0 {
		return ""
	}
	b, _ := json.Marshal(words) // strings always marshal
	return string(b)
}

func putArrivals(ctx context.Context, tx *sql.Tx, b *ingest.Batch) error {
	for _, k := range ingest.Sorted(b.Arrivals, ingest.ArrivalKey.Compare) {
		a := b.Arrivals[k]
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO arrivals (project_id, source, type, name, library, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (project_id, source) DO UPDATE SET type = excluded.type, name = excluded.name, library = excluded.library, at = excluded.at
			WHERE excluded.at >= arrivals.at`,
			int64(k.Project), string(k.Source), string(a.Type), a.Name, a.Library, ms(a.At)); err != nil {
			return err
		}
	}
	return nil
}

// ForgetTallies implements ingest.TallyStore.
func (db *DB) ForgetTallies(ctx context.Context, before time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM tallies WHERE hour < $1", before.Unix()/3600); err != nil {
			return err
		}
		return forgetCatalogue(ctx, tx, before)
	})
}

// Arrivals implements report.ConnectStore.
func (r *Reports) Arrivals(ctx context.Context, p research.ProjectID) ([]report.Arrival, error) {
	return collect(ctx, r.db.read, func(r row) (a report.Arrival, err error) {
		var at int64
		err = r.Scan(&a.Source, &a.Type, &a.Name, &a.Library, &at)
		a.At = fromMS(at)
		return a, err
	}, "SELECT source, type, name, library, at FROM arrivals WHERE project_id = $1 ORDER BY at DESC", p)
}

// Counts implements report.ConnectStore.
func (r *Reports) Counts(ctx context.Context, p research.ProjectID, since time.Time) ([]report.Count, error) {
	return r.counted(ctx, p, since, "kind <> 'named'")
}

// Named implements report.ConnectStore.
func (r *Reports) Named(ctx context.Context, p research.ProjectID, since time.Time) ([]report.Count, error) {
	return r.counted(ctx, p, since, "kind = 'named'")
}

func (r *Reports) counted(ctx context.Context, p research.ProjectID, since time.Time, which string) ([]report.Count, error) {
	return collect(ctx, r.db.read, func(r row) (c report.Count, err error) {
		var last int64
		var names string
		err = r.Scan(&c.Kind, &c.Source, &c.Why, &c.Key, &c.N, &last, &names)
		c.Last = fromMS(last)
		if err == nil && names != "" {
			err = json.Unmarshal([]byte(names), &c.Names)
		}
		return c, err
	}, `SELECT kind, source, why, key_prefix, CAST(sum(count) AS BIGINT), max(last_at), max(names) FROM tallies
		WHERE project_id = $1 AND hour >= $2 AND `+which+` GROUP BY kind, source, why, key_prefix ORDER BY max(last_at) DESC LIMIT 500`, p, since.Unix()/3600)
}
