package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/ingest"
)

const (
	upsertName = "INSERT INTO catalogue_names (project_id, type, name, first_at, last_at) VALUES ($1, $2, $3, $4, $4)" + mergeName
	mergeName  = `
		ON CONFLICT (project_id, type, name) DO UPDATE SET last_at = excluded.last_at WHERE excluded.last_at > catalogue_names.last_at`
	upsertDay = "INSERT INTO catalogue_days (project_id, type, name, day, source, count) VALUES ($1, $2, $3, $4, $5, $6)" + mergeDay
	mergeDay  = `
		ON CONFLICT (project_id, type, name, day, source) DO UPDATE SET count = catalogue_days.count + excluded.count`
	selectPath = "SELECT samples, many FROM catalogue_paths WHERE project_id = $1 AND type = $2 AND name = $3 AND path = $4"
	insertPath = `INSERT INTO catalogue_paths (project_id, type, name, path, kinds, count, last_at, samples, many) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (project_id, type, name, path) DO UPDATE SET kinds = catalogue_paths.kinds | excluded.kinds, count = catalogue_paths.count + excluded.count,
			last_at = CASE WHEN excluded.last_at > catalogue_paths.last_at THEN excluded.last_at ELSE catalogue_paths.last_at END`
	touchPath  = insertPath // leaves the values as they are
	upsertPath = insertPath + ", samples = excluded.samples, many = excluded.many"
)

// nameAt is when a name was last seen.
type nameAt struct {
	ingest.PathKey // without a path
	last           time.Time
}

// eachName is the names of sorted keys, each once.
func eachName(keys []ingest.NameKey, counts map[ingest.NameKey]ingest.Tallied) (all []nameAt) {
	for _, k := range keys {
		of := ingest.PathKey{Project: k.Project, Name: k.Name}
		if n := len(all); n == 0 || all[n-1].PathKey != of {
			all = append(all, nameAt{PathKey: of})
		}
		if last := &all[len(all)-1].last; counts[k].Last.After(*last) {
			*last = counts[k].Last
		}
	}
	return all
}

func (sqliteBulk) catalogueRows() int { return 100 }

func (sqliteBulk) addNames(ctx context.Context, tx hotTx, keys []ingest.NameKey, counts map[ingest.NameKey]ingest.Tallied) error {
	for _, n := range eachName(keys, counts) {
		if _, err := tx.ExecContext(ctx, upsertName, int64(n.Project), string(n.Type), n.Event, ms(n.last)); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if _, err := tx.ExecContext(ctx, upsertDay, int64(k.Project), string(k.Type), k.Event, k.Day, string(k.Source), counts[k].N); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) addPaths(ctx context.Context, tx hotTx, keys []ingest.PathKey, paths map[ingest.PathKey]ingest.PathSeen) error {
	for _, k := range keys {
		seen, row, put := paths[k], storedPath{samples: "[]"}, touchPath
		key := []any{int64(k.Project), string(k.Type), k.Event, k.Path}
		if len(seen.Values) > 0 {
			put = upsertPath
			if err := tx.QueryRowContext(ctx, selectPath, key...).Scan(&row.samples, &row.many); err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		row, err := row.join(seen)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, put, append(key, int(seen.Kinds), seen.N, ms(seen.Last), row.samples, row.many)...); err != nil {
			return err
		}
	}
	return nil
}

func (postgresBulk) catalogueRows() int { return 2000 }

func (postgresBulk) addNames(ctx context.Context, tx hotTx, keys []ingest.NameKey, counts map[ingest.NameKey]ingest.Tallied) error {
	names := eachName(keys, counts)
	of, lasts := newKeyColumns(len(names)), make([]int64, len(names))
	for i, n := range names {
		of.set(i, n.PathKey)
		lasts[i] = ms(n.last)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO catalogue_names (project_id, type, name, first_at, last_at)
		SELECT project_id, type, name, at, at FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS seen (project_id, type, name, at)`+mergeName,
		of.projects, of.types, of.names, lasts); err != nil {
		return err
	}
	n := len(keys)
	of, days, sources, ns := newKeyColumns(n), make([]int64, n), make([]string, n), make([]int64, n)
	for i, k := range keys {
		of.set(i, ingest.PathKey{Project: k.Project, Name: k.Name})
		days[i], sources[i], ns[i] = k.Day, string(k.Source), int64(counts[k].N)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO catalogue_days (project_id, type, name, day, source, count)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])`+mergeDay,
		of.projects, of.types, of.names, days, sources, ns)
	return err
}

// keyColumns is the columns of many keys.
type keyColumns struct {
	projects            []int64
	types, names, paths []string
}

func newKeyColumns(n int) keyColumns {
	return keyColumns{make([]int64, n), make([]string, n), make([]string, n), make([]string, n)}
}

func (c keyColumns) set(i int, k ingest.PathKey) {
	c.projects[i], c.types[i], c.names[i], c.paths[i] = int64(k.Project), string(k.Type), k.Event, k.Path
}

// addPaths makes the rows first, so that there are some to hold while they
// change.
func (postgresBulk) addPaths(ctx context.Context, tx hotTx, keys []ingest.PathKey, paths map[ingest.PathKey]ingest.PathSeen) error {
	n := len(keys)
	of := newKeyColumns(n)
	for i, k := range keys {
		of.set(i, k)
	}
	const given = "unnest($1::bigint[], $2::text[], $3::text[], $4::text[]"
	if _, err := tx.ExecContext(ctx, `INSERT INTO catalogue_paths (project_id, type, name, path, kinds, count, samples, many, last_at)
		SELECT k.*, 0, 0, '[]', 0, 0 FROM `+given+`) AS k
		ON CONFLICT (project_id, type, name, path) DO NOTHING`, of.projects, of.types, of.names, of.paths); err != nil {
		return err
	}
	stored := make(map[ingest.PathKey]storedPath, n)
	if _, err := collect(ctx, tx, func(r row) (struct{}, error) {
		var k ingest.PathKey
		var s storedPath
		err := r.Scan(&k.Project, &k.Type, &k.Event, &k.Path, &s.samples, &s.many)
		stored[k] = s
		return struct{}{}, err
	}, `SELECT c.project_id, c.type, c.name, c.path, c.samples, c.many FROM catalogue_paths c
		JOIN `+given+`) AS k (project_id, type, name, path) USING (project_id, type, name, path)
		ORDER BY c.project_id, c.type, c.name, c.path FOR UPDATE OF c`, of.projects, of.types, of.names, of.paths); err != nil {
		return err
	}
	kinds, ns, lasts := make([]int64, n), make([]int64, n), make([]int64, n)
	samples, many := make([]string, n), make([]int64, n)
	for i, k := range keys {
		seen := paths[k]
		row, err := stored[k].join(seen)
		if err != nil {
			return err
		}
		kinds[i], ns[i], lasts[i], samples[i], many[i] = int64(seen.Kinds), int64(seen.N), ms(seen.Last), row.samples, int64(row.many)
	}
	_, err := tx.ExecContext(ctx, `UPDATE catalogue_paths c SET kinds = c.kinds | k.kinds, count = c.count + k.count,
			last_at = greatest(c.last_at, k.last_at), samples = k.samples, many = k.many
		FROM `+given+`, $5::int[], $6::bigint[], $7::bigint[], $8::text[], $9::int[]) AS k (project_id, type, name, path, kinds, count, last_at, samples, many)
		WHERE c.project_id = k.project_id AND c.type = k.type AND c.name = k.name AND c.path = k.path`,
		of.projects, of.types, of.names, of.paths, kinds, ns, lasts, samples, many)
	return err
}
