package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// pend puts rows into the table of runs as so many persons with a wait leave them,
// due long after noon.
func pend(t testing.TB, db *store.DB, n int) {
	t.Helper()
	numbers := "SELECT i FROM generate_series(1, $1) AS i"
	if db.Engine() == "sqlite" {
		numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n"
	}
	_, err := db.Writer().ExecContext(t.Context(), `INSERT INTO trigger_runs (project_id, user_key, trigger_id, version, shard, state, next_at)
		SELECT 1, 'u:' || i, 1, 1, i % 256, $2, CAST($3 AS BIGINT) + i FROM (`+numbers+`) AS n`, n, make([]byte, 40), noon.Add(24*time.Hour).UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
}

// TestAskingWhatIsDueReadsAnIndex: a poll costs the same with no wait pending and
// with a million, also while PostgreSQL knows no better than that the table is empty.
func TestAskingWhatIsDueReadsAnIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		pend(t, db, 20_000)
		analysedOrNot(t, db, func(analysed bool) {
			for name, query := range db.Polls() {
				plan := explain(t, db, query)
				if !strings.Contains(plan, "trigger_runs_due") {
					t.Errorf("%s, analysed %v: does not go by the index of what is due:\n%s", name, analysed, plan)
				}
				for line := range strings.Lines(plan) {
					if (strings.Contains(line, "Seq Scan on trigger_runs") || strings.HasSuffix(line, "SCAN trigger_runs\n")) && !strings.Contains(line, "never executed") {
						t.Errorf("%s, analysed %v: reads every run:\n%s", name, analysed, plan)
					}
				}
			}
		})
	})
}

// TestAskingWhatWaitsReadsAnIndex: which shards have events in the inbox is told
// without reading them all, though they may be a million.
func TestAskingWhatWaitsReadsAnIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		crowd(t, db, 20_000)
		analysedOrNot(t, db, func(analysed bool) {
			plan := explain(t, db, db.Polls()["which shards"])
			if !strings.Contains(plan, "SEARCH i USING") && !strings.Contains(plan, "inbox_pkey") || strings.Contains(plan, "Seq Scan on inbox") {
				t.Errorf("analysed %v: reads every event:\n%s", analysed, plan)
			}
			if due, err := db.DueShards(t.Context(), noon); err != nil || len(due) != 3 || due[0] != 2 || due[1] != 40 || due[2] != 255 {
				t.Errorf("shards %v, %v", due, err)
			}
		})
	})
}

// TestTakingUpEventsReadsNoMoreThanItTakes: a pass of some events costs the same
// behind a hundred and behind a million.
func TestTakingUpEventsReadsNoMoreThanItTakes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		crowd(t, db, 20_000)
		analysedOrNot(t, db, func(analysed bool) {
			plan := explain(t, db, db.TakesUp())
			if !strings.Contains(plan, "SEARCH inbox USING") && !strings.Contains(plan, "inbox_pkey") || strings.Contains(plan, "Seq Scan on inbox") {
				t.Errorf("analysed %v: reads every event:\n%s", analysed, plan)
			}
			if strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("analysed %v: puts every event in order:\n%s", analysed, plan)
			}
		})
	})
}

// analysedOrNot looks at plans while the database knows nothing of its tables, and
// once it has counted them.
func analysedOrNot(t *testing.T, db *store.DB, look func(analysed bool)) {
	t.Helper()
	look(false)
	if _, err := db.Writer().ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	look(true)
}

// crowd puts so many events into the inboxes of three shards.
func crowd(t testing.TB, db *store.DB, n int) {
	t.Helper()
	numbers := "SELECT i FROM generate_series(1, $1) AS i"
	if db.Engine() == "sqlite" {
		numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n"
	}
	_, err := db.Writer().ExecContext(t.Context(), `INSERT INTO inbox (shard, seq, project_id, user_key, record)
		SELECT CASE i % 3 WHEN 0 THEN 2 WHEN 1 THEN 40 ELSE 255 END, i, 1, 'u:' || i, $2 FROM (`+numbers+`) AS n`, n, make([]byte, 300))
	if err != nil {
		t.Fatal(err)
	}
}

func explain(t testing.TB, db *store.DB, query store.PolledQuery) (plan string) {
	t.Helper()
	how := "EXPLAIN (ANALYZE) "
	if db.Engine() == "sqlite" {
		how = "EXPLAIN QUERY PLAN "
	}
	tx, err := db.Writer().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := db.SetUp(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.QueryContext(t.Context(), how+query.Text, query.Args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		plan += cells[len(cells)-1].String + "\n"
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}

// BenchmarkPoll is what asking for due work costs where there is none, with no wait
// pending and with a million.
func BenchmarkPoll(b *testing.B) {
	for name, open := range engines {
		for _, pending := range []int{0, 1_000_000} {
			b.Run(fmt.Sprint(name, "/", pending), func(b *testing.B) {
				db, _, _ := benched(b, open(b))
				if pending > 0 {
					pend(b, db, pending)
				}
				for b.Loop() {
					if due, err := db.DueShards(b.Context(), noon); err != nil || len(due) > 0 {
						b.Fatal(due, err)
					}
				}
			})
		}
	}
}
