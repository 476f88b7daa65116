package store_test

import (
	"crypto/rand"
	"fmt"
	mrand "math/rand/v2"
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

// BenchmarkIngest is what an event costs the store: to be appended, in groups as
// the writer forms them, and to be seen by the triggers, of which none waits
// for it.
func BenchmarkIngest(b *testing.B) {
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), open(b), storetest.Key)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			p, err := db.CreateProject(b.Context(), store.NewProject{Name: "b", WriteKey: "wk", ServerKey: "sk", APIKey: "ak", Now: noon})
			if err != nil {
				b.Fatal(err)
			}
			engine := trigger.NewEngine(db, time.Now, rand.Reader, quiet)
			engine.SetRules(&trigger.Rules{Index: map[research.ProjectID]*trigger.Index{p.ID: trigger.NewIndex()}, Projects: map[research.ProjectID]*research.Project{p.ID: p}})
			db.SetInterest(engine.Asks)
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
