package store_test

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
)

// Half of these people get a run: that is much for one trigger.
const benchedStudy = `
usercall: 1
study: { key: benched }
triggers:
  - { key: t, people: anyone, on: { event: [ "Product 1", "Product 2", "Product 3", "Product 4", "Product 5" ] }, absent: { event: "Product 6", for: 7d }, did_not: [ { event: "Product 7" } ] }
`

// BenchmarkActivation is what going over a stored event costs, with the longest
// that ingest has to wait for it on SQLite, and the memory that it takes.
func BenchmarkActivation(b *testing.B) {
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			db, p, engine := benched(b, open(b))
			for n := 0; n < b.N; n += 50_000 {
				appendAll(b, db, traffic(p, min(50_000, b.N-n)))
			}
			if err := engine.Settle(b.Context(), 1000); err != nil {
				b.Fatal(err)
			}
			timed := &timed{PastStore: db}
			past := &trigger.Replayer{Store: timed, Engine: engine, Now: time.Now, Log: quiet}
			activateOn(b, db, engine, p, benchedStudy)
			b.ResetTimer()
			if err := past.Once(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(float64(slices.Max(append(timed.took, 0)).Microseconds())/1000, "ms/longest")
			b.ReportMetric(float64(timed.heap)/float64(b.N), "B-held/event")
			b.ReportMetric(float64(len(timed.took)), "transactions")
		})
	}
}

// timed is a store that takes the time of what writes.
type timed struct {
	trigger.PastStore
	took []time.Duration
	heap uint64
}

func (t *timed) PutRuns(ctx context.Context, a trigger.Activation, runs []trigger.PastRun) error {
	if len(t.took) == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.heap = m.HeapAlloc
	}
	began := time.Now()
	defer func() { t.took = append(t.took, time.Since(began)) }()
	return t.PastStore.PutRuns(ctx, a, runs)
}

func (t *timed) HandOver(ctx context.Context, a trigger.Activation, log trigger.PastLog, now time.Time, last func(context.Context) (trigger.PastEnd, error)) error {
	began := time.Now()
	defer func() { t.took = append(t.took, time.Since(began)) }()
	return t.PastStore.HandOver(ctx, a, log, now, last)
}

var _ trigger.PastStore = (*store.DB)(nil)
