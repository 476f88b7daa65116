package store_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// BenchmarkCatalogue is what the counts and the catalogue cost beside ingest: 15
// seconds of 3,000 events a second of 600 names with 11 properties each, where
// all of it is known and where all of it is new. Only what stores is timed.
func BenchmarkCatalogue(b *testing.B) {
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		for _, fresh := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/new=%t", name, fresh), func(b *testing.B) {
				db, err := store.Open(b.Context(), open(b), storetest.Key)
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				now := noon
				tally := ingest.NewTally(db, func() time.Time { return now }, slog.New(slog.DiscardHandler))
				if !fresh {
					for range 2 {
						now = quarterMinute(b, tally, 7, now)
					}
				}
				project := research.ProjectID(7)
				b.ResetTimer()
				for range b.N {
					if fresh {
						project++
					}
					now = quarterMinute(b, tally, project, now)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/quarterEvents, "ns/event")
			})
		}
	}
}

const quarterEvents = 8 * 5_600

// quarterMinute is 15 seconds of traffic, stored as it comes due.
func quarterMinute(b *testing.B, tally *ingest.Tally, p research.ProjectID, now time.Time) time.Time {
	batch, all := make([]research.Event, 280), make([]bool, 280)
	for i := range all {
		all[i] = true
	}
	for range 8 {
		b.StopTimer()
		now = now.Add(15 * time.Second / 8)
		for n := range 20 {
			for i := range batch {
				k := (n*len(batch) + i) % 600
				batch[i] = arrived(fmt.Sprint("event ", k), "", research.FromServer)
				batch[i].Project, batch[i].ReceivedAt = p, now
				batch[i].Properties = []byte(fmt.Sprintf(`{"plan":"pro","seats":%d,"trial":true,"coupon":null,"kind":"k%d","price":12.5,"color":"red","shape":"round","size":"xl","step":3,"tags":["a"]}`, k%7, k%5))
			}
			tally.Stored(batch, all)
		}
		b.StartTimer()
		tally.Tick(b.Context())
	}
	return now
}
