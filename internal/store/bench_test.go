package store_test

import (
	"crypto/rand"
	"flag"
	"fmt"
	mrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// traffic makes events as a busy site sends them: 70 % track, 15 % page, 12 %
// identify, 3 % group, of 20,000 users, each event from a browser of its own,
// which is the worst that identity can meet.
func traffic(p *research.Project, n int) []research.Event {
	r := mrand.New(mrand.NewPCG(1, uint64(time.Now().UnixNano())))
	now := time.Now().UTC().Truncate(time.Millisecond)
	events := make([]research.Event, n)
	for i := range events {
		e := research.Event{Project: p.ID, Type: research.Track, Name: fmt.Sprint("Product ", r.IntN(200)), Source: research.FromBrowser,
			MessageID: fmt.Sprintf("ajs-next-%x-%d", r.Uint64(), i), UserID: research.UserID(fmt.Sprintf("user_%07d", r.IntN(20_000))),
			AnonymousID: research.AnonymousID(fmt.Sprintf("%016x", r.Uint64())), Timestamp: now, ReceivedAt: now,
			Properties: []byte(`{"product_id":"sku_000123","name":"red wool desk","category":"large lamp","price":12.5,"quantity":2,"currency":"EUR","plan":"pro","seats":12,"first_time":true}`),
			Context:    []byte(`{"library":{"name":"analytics.js","version":"next-1.84.3"},"locale":"en-DE","timezone":"Europe/Berlin","userAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0","page":{"path":"/red/desk","url":"https://app.example.com/red/desk","title":"red wool desk"}}`)}
		switch share := r.Float64(); {
		case share < 0.70:
		case share < 0.85:
			e.Type = research.Page
		case share < 0.97:
			e.Type, e.Name, e.Properties = research.Identify, "", nil
			e.Traits = []byte(fmt.Sprintf(`{"email":"%s@example.com","name":"red desk","plan":"pro","logins":%d,"company":{"id":"org_1","name":"wool"},"role":"admin"}`, e.UserID, i))
		default:
			e.Type, e.Name, e.Properties, e.GroupID, e.Traits = research.Group, "", nil, fmt.Sprintf("org_%d", r.IntN(20_000)), []byte(`{"name":"a","plan":"pro","employees":5}`)
		}
		events[i] = e
	}
	return events
}

// benched opens a database and an engine whose triggers wait for nothing.
func benched(b *testing.B, target string) (*store.DB, *research.Project, *trigger.Engine) {
	b.Helper()
	db, err := store.Open(b.Context(), target, storetest.Key)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	p, err := db.CreateProject(b.Context(), store.NewProject{Name: "b", WriteKey: "wk", ServerKey: "sk", APIKey: "ak", Now: noon})
	if err != nil {
		b.Fatal(err)
	}
	engine := trigger.NewEngine(db, time.Now, rand.Reader, quiet)
	engine.SetRules(&trigger.Rules{Index: map[research.ProjectID]*trigger.Index{p.ID: trigger.NewIndex()}, Projects: map[research.ProjectID]*research.Project{p.ID: p}})
	db.SetInterest(engine.Asks)
	return db, p, engine
}

var engines = map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}

// BenchmarkIngest is what an event costs the store: to be appended, in groups as
// the writer forms them, and to be seen by the triggers, of which none waits
// for it.
func BenchmarkIngest(b *testing.B) {
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			db, p, engine := benched(b, open(b))
			b.Run("append", func(b *testing.B) { appendAll(b, db, traffic(p, b.N)) })
			b.Run("decide", func(b *testing.B) {
				appendAll(b, db, traffic(p, b.N))
				b.ResetTimer()
				if err := engine.Settle(b.Context(), 1000); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

var storedBefore = flag.Int("stored", 600_000, "events that are stored before browsers come back in BenchmarkReturning")

// BenchmarkReturning is what an event costs with many stored, when its browser was
// last seen before all of them, and when it is new; and how many times what a new
// one cost at first.
func BenchmarkReturning(b *testing.B) {
	const measured = 60_000
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			db, p, engine := benched(b, open(b))
			some := func(first int) time.Duration { return takeIn(b, db, engine, fromBrowsers(p, first, measured)) }
			some(0) // the people are new, too
			atFirst, at := some(measured), 2*measured
			for ; at < *storedBefore; at += measured {
				some(at)
			}
			back, fresh := some(0), some(at)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(atFirst.Microseconds())/measured, "µs/new-at-first")
			b.ReportMetric(float64(back.Microseconds())/measured, "µs/back")
			b.ReportMetric(float64(fresh.Microseconds())/measured, "µs/new")
			b.ReportMetric(back.Seconds()/atFirst.Seconds(), "x-back")
			b.ReportMetric(fresh.Seconds()/atFirst.Seconds(), "x-new")
		})
	}
}

// fromBrowsers is n events, each from a browser of its own; the same numbers are
// the same browsers, each beside its user.
func fromBrowsers(p *research.Project, first, n int) []research.Event {
	events := traffic(p, n)
	for i := range events {
		number := first + i
		events[i].AnonymousID, events[i].UserID = research.AnonymousID(fmt.Sprint("browser-", number)), research.UserID(fmt.Sprint("user-", number%20_000))
	}
	return events
}

// takeIn appends, decides, writes down who was there and seals, and tells how long
// that took but for sealing.
func takeIn(b *testing.B, db *store.DB, engine *trigger.Engine, events []research.Event) time.Duration {
	began := time.Now()
	for batch := range slices.Chunk(events, 320) {
		if _, err := db.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := engine.Settle(b.Context(), 1000); err != nil {
		b.Fatal(err)
	}
	if err := db.WriteSightings(b.Context()); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	for more := true; more; {
		var err error
		if more, err = db.SealDue(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Checkpoint(b.Context()); err != nil {
		b.Fatal(err)
	}
	return took
}

func appendAll(b *testing.B, db *store.DB, events []research.Event) {
	b.ResetTimer()
	for len(events) > 0 {
		n := min(300, len(events))
		if _, err := db.Append(b.Context(), events[:n]); err != nil {
			b.Fatal(err)
		}
		events = events[n:]
	}
}
