package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// The spread of many triggers: one of 500 names, of which 200 occur, one of six
// properties with one of 20 values that none of the events has, and one of four
// numbers above or below a bound. The server has to look at seven of ten events,
// and nobody is asked.
const (
	spreadNames  = 500
	spreadValues = 20
	spreadBound  = 1000
)

var (
	spreadProperties = []string{"plan", "category", "currency", "experiment", "name", "product_id"}
	spreadNumbers    = []string{"seats", "price", "quantity", "position"}
)

// spreadStudy is a file of as many triggers of the spread as a file may have.
func spreadStudy(r *rand.Rand, number int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "usercall: 1\nstudy: { key: spread-%d, name: Many, goal: To be one of many }\nguide: cancellation\ntriggers:\n", number)
	for i := range inStudy {
		fmt.Fprintf(&b, "  - { key: t-%d, on: { event: %s, where: { properties.%s: value-%02d, properties.%s: { %s: %d } } } }\n", i, spreadName(r.IntN(spreadNames)),
			pick(r, spreadProperties), r.IntN(spreadValues), pick(r, spreadNumbers), pick(r, []string{"gt", "lt"}), r.IntN(spreadBound))
	}
	return b.String()
}

// spreadName is a name that track events have, or one that nobody sends.
func spreadName(i int) string {
	if i < len(nouns)*len(verbs) {
		return nouns[i%len(nouns)] + " " + verbs[i/len(nouns)]
	}
	return fmt.Sprintf("Nobody Sends %d", i)
}

// seed stores n active triggers beside those that are there, while no server runs.
// They are written as if they had gone over the stored events long ago: to activate
// a hundred thousand one after the other takes most of an hour, and is not measured here.
func (s *subject) seed(ctx context.Context, n int) error {
	db, err := sql.Open(s.driver, strings.TrimSuffix(s.source, "?mode=ro"))
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err == nil {
		err = errors.Join(seedStudies(ctx, tx, n/inStudy), tx.Commit())
	}
	return errors.Join(err, db.Close())
}

func seedStudies(ctx context.Context, tx *sql.Tx, studies int) error {
	r, now := rand.New(rand.NewPCG(1, 1)), time.Now().UnixMilli()
	for i := range studies {
		file, key := spreadStudy(r, i), fmt.Sprintf("spread-%d", i)
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO studies (public_id, project_id, key, name, goal, target, file, state, revision, created_at)
			SELECT $1, id, $2, 'Many', '', 0, $3, 'open', 1, $4 FROM projects RETURNING id`, "st_"+key, key, file, now).Scan(&id)
		if err != nil {
			return err
		}
		if err := seedTriggers(ctx, tx, id, key, now); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE revisions SET revision = revision + 1")
	return err
}

func seedTriggers(ctx context.Context, tx *sql.Tx, study int64, key string, now int64) error {
	var rows []string
	for i := range inStudy {
		rows = append(rows, fmt.Sprintf("('tr_%s-%d', %d, 't-%d')", key, i, study, i))
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO triggers (public_id, project_id, study_id, key, name, version, fingerprint, active, created_at)
		SELECT v.column1, s.project_id, s.id, v.column3, v.column3, 1, 'seeded', 1, $1 FROM (VALUES `+strings.Join(rows, ", ")+`) AS v JOIN studies s ON s.id = v.column2`, now)
	return err
}
