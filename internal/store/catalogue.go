package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

const day = 24 * 60 * 60 * 1000 // milliseconds

// AddCatalogue implements ingest.TallyStore. Every statement adds, and all
// nodes take their rows in the same order; a transaction changes few enough that
// ingest does not wait long.
func (db *DB) AddCatalogue(ctx context.Context, e *ingest.Entries) error {
	rows := db.bulk.catalogueRows()
	for part := range slices.Chunk(ingest.Sorted(e.Names, ingest.NameKey.Compare), rows) {
		if err := db.InTx(ctx, func(tx *sql.Tx) error { return db.bulk.addNames(ctx, hotTx{tx, db.hot}, part, e.Names) }); err != nil {
			return err
		}
		for _, k := range part {
			delete(e.Names, k)
		}
	}
	for part := range slices.Chunk(ingest.Sorted(e.Paths, ingest.PathKey.Compare), rows) {
		if err := db.InTx(ctx, func(tx *sql.Tx) error { return db.bulk.addPaths(ctx, hotTx{tx, db.hot}, part, e.Paths) }); err != nil {
			return err
		}
		for _, k := range part {
			delete(e.Paths, k)
		}
	}
	return nil
}

// storedPath is what a row has of a path's values.
type storedPath struct {
	samples string
	many    int
}

// join adds what was seen to it.
func (s storedPath) join(seen ingest.PathSeen) (storedPath, error) {
	if s.many == 1 || len(seen.Values) == 0 {
		return s, nil
	}
	values, err := joinValues(s.samples, seen)
	if err != nil {
		return s, err
	}
	if ingest.TooMany(len(values)) {
		return storedPath{"[]", 1}, nil
	}
	text, err := json.Marshal(values)
	return storedPath{string(text), 0}, err
}

// joinValues adds values to a list of them, in the order they were first seen.
func joinValues(stored string, seen ingest.PathSeen) ([]json.RawMessage, error) {
	values := []json.RawMessage{}
	if err := json.Unmarshal([]byte(stored), &values); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, v := range values {
		known[string(v)] = true
	}
	for _, v := range ingest.Sorted(seen.Values, strings.Compare) {
		if !known[v] {
			values = append(values, json.RawMessage(v))
		}
	}
	return values, nil
}

// Catalogued implements ingest.TallyStore.
func (db *DB) Catalogued(ctx context.Context) ([]ingest.PathKey, error) {
	return collect(ctx, db.read, func(r row) (k ingest.PathKey, err error) {
		return k, r.Scan(&k.Project, &k.Type, &k.Event, &k.Path)
	}, "SELECT project_id, type, name, '' FROM catalogue_names UNION ALL SELECT project_id, type, name, path FROM catalogue_paths WHERE path <> ''")
}

func forgetCatalogue(ctx context.Context, tx *sql.Tx, before time.Time) error {
	for _, q := range []string{"DELETE FROM catalogue_names WHERE last_at < $1", "DELETE FROM catalogue_paths WHERE last_at < $1"} {
		if _, err := tx.ExecContext(ctx, q, ms(before)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM catalogue_days WHERE day < $1", ms(before)/day)
	return err
}

// Catalogue implements report.CatalogueStore.
func (r *Reports) Catalogue(ctx context.Context, p research.ProjectID) ([]report.CatalogueLine, error) {
	lines, err := collect(ctx, r.db.read, scanLine, `
		SELECT n.type, n.name, n.first_at, n.last_at, (SELECT count(*) FROM catalogue_paths c
			WHERE c.project_id = n.project_id AND c.type = n.type AND c.name = n.name AND c.path <> '')
		FROM catalogue_names n WHERE n.project_id = $1 ORDER BY n.last_at DESC, n.type, n.name LIMIT 2000`, p)
	if err != nil {
		return nil, err
	}
	return lines, r.bySource(ctx, p, lines)
}

func scanLine(r row) (l report.CatalogueLine, err error) {
	var first, last int64
	err = r.Scan(&l.Type, &l.Name, &first, &last, &l.Paths)
	l.First, l.Last, l.Sources = fromMS(first), fromMS(last), map[research.Source]int{}
	return l, err
}

type sourceCount struct {
	report.EventName
	source research.Source
	n      int
}

func (r *Reports) bySource(ctx context.Context, p research.ProjectID, lines []report.CatalogueLine) error {
	counts, err := collect(ctx, r.db.read, func(r row) (c sourceCount, err error) {
		return c, r.Scan(&c.Type, &c.Name, &c.source, &c.n)
	}, "SELECT type, name, source, CAST(sum(count) AS BIGINT) FROM catalogue_days WHERE project_id = $1 GROUP BY type, name, source", p)
	at := map[report.EventName]*report.CatalogueLine{}
	for i := range lines {
		at[lines[i].EventName] = &lines[i]
	}
	for _, c := range counts {
		if l := at[c.EventName]; l != nil {
			l.Sources[c.source] += c.n
			l.Count += c.n
		}
	}
	return err
}

// CatalogueEvent implements report.CatalogueStore.
func (r *Reports) CatalogueEvent(ctx context.Context, p research.ProjectID, of report.EventName) (*report.CatalogueEntry, error) {
	line, err := scanLine(r.db.read.QueryRowContext(ctx, `SELECT type, name, first_at, last_at, 0 FROM catalogue_names
		WHERE project_id = $1 AND type = $2 AND name = $3`, p, string(of.Type), of.Name))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, research.Errorf(research.NotFound, "No such event has been seen in 30 days.")
	}
	if err != nil {
		return nil, err
	}
	e := &report.CatalogueEntry{CatalogueLine: line}
	if err := r.daysOf(ctx, p, e); err != nil {
		return nil, err
	}
	e.Properties, err = collect(ctx, r.db.read, func(r row) (report.Property, error) { return scanPath(r) }, `SELECT path, kinds, count, samples, many, last_at FROM catalogue_paths
		WHERE project_id = $1 AND type = $2 AND name = $3 ORDER BY path`, p, string(of.Type), of.Name)
	e.Paths = len(e.Properties)
	return e, err
}

func (r *Reports) daysOf(ctx context.Context, p research.ProjectID, e *report.CatalogueEntry) error {
	_, err := collect(ctx, r.db.read, func(r row) (struct{}, error) {
		var d report.DayCount
		var source research.Source
		var number int64
		err := r.Scan(&number, &source, &d.N)
		d.Day = fromMS(number * day)
		e.Sources[source] += d.N
		e.Count += d.N
		if n := len(e.Days); n > 0 && e.Days[n-1].Day.Equal(d.Day) {
			e.Days[n-1].N += d.N
		} else {
			e.Days = append(e.Days, d)
		}
		return struct{}{}, err
	}, "SELECT day, source, count FROM catalogue_days WHERE project_id = $1 AND type = $2 AND name = $3 ORDER BY day", p, string(e.Type), e.Name)
	return err
}

func scanPath(r row, more ...any) (p report.Property, err error) {
	var kinds, many int
	var last int64
	var samples string
	if err = r.Scan(append([]any{&p.Path, &kinds, &p.Count, &samples, &many, &last}, more...)...); err != nil {
		return p, err
	}
	k := ingest.Kinds(kinds)
	p.Kinds, p.Withheld, p.Many, p.Last = k.Words(), k&ingest.Withheld != 0, many == 1, fromMS(last)
	var values []json.RawMessage
	err = json.Unmarshal([]byte(samples), &values)
	p.Distinct = len(values)
	for _, v := range values[:min(len(values), report.MaxSamples)] {
		p.Samples = append(p.Samples, string(v))
	}
	return p, err
}

// ExportCatalogue streams a project's catalogue, the events seen last first.
func (db *DB) ExportCatalogue(ctx context.Context, p *research.Project, q report.Query, yield func(report.CatalogueRow) error) error {
	lines, err := db.Reports().Catalogue(ctx, p.ID)
	if err != nil {
		return err
	}
	properties, err := db.propertiesOf(ctx, p.ID)
	if err != nil {
		return err
	}
	for i, l := range lines {
		if l.Last.Before(q.Since) || q.Limit > 0 && i >= q.Limit {
			break
		}
		row := report.CatalogueRow{Project: p.Key, Type: string(l.Type), Event: l.Name, Count: l.Count, Sources: map[string]int{},
			FirstSeen: report.Time{Time: l.First}, LastSeen: report.Time{Time: l.Last}, Properties: append([]report.PropertyRow{}, properties[l.EventName]...)}
		for s, n := range l.Sources {
			row.Sources[string(s)] = n
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// propertiesOf is every path of a project's events.
func (db *DB) propertiesOf(ctx context.Context, p research.ProjectID) (map[report.EventName][]report.PropertyRow, error) {
	all := map[report.EventName][]report.PropertyRow{}
	_, err := collect(ctx, db.read, func(r row) (struct{}, error) {
		var of report.EventName
		property, err := scanPath(r, &of.Type, &of.Name)
		row := report.PropertyRow{Path: property.Path, Types: append([]string{}, property.Kinds...), Count: property.Count, Values: []json.RawMessage{}, Many: property.Many}
		for _, v := range property.Samples {
			row.Values = append(row.Values, json.RawMessage(v))
		}
		all[of] = append(all[of], row)
		return struct{}{}, err
	}, "SELECT path, kinds, count, samples, many, last_at, type, name FROM catalogue_paths WHERE project_id = $1 AND path <> '' ORDER BY type, name, path", p)
	return all, err
}

// EventNames implements report.CatalogueStore. Letters of either case are the
// same here: it is for somebody who is typing.
func (r *Reports) EventNames(ctx context.Context, p research.ProjectID, prefix string, limit int) ([]report.CatalogueLine, error) {
	all, err := r.Catalogue(ctx, p)
	if err != nil {
		return nil, err
	}
	prefix = strings.ToLower(prefix)
	all = slices.DeleteFunc(all, func(l report.CatalogueLine) bool {
		return l.Name == "" || l.Type == ingest.Other || !strings.HasPrefix(strings.ToLower(l.Name), prefix)
	})
	slices.SortStableFunc(all, func(a, b report.CatalogueLine) int { return b.Count - a.Count })
	return all[:min(len(all), limit)], nil
}
