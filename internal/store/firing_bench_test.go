package store_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

const firing = `
usercall: 1
study: { key: firing, interviews: 100000 }
triggers: [ { key: t, people: anyone, on: { event: begun }, absent: { event: done, for: 1h }%s } ]
`

// BenchmarkFiring is what a wait costs that becomes an invite, where many are due at
// once, without a limit and with one.
func BenchmarkFiring(b *testing.B) {
	for limit, line := range map[string]string{"unlimited": "", "limited": ", per_day: 1000000"} {
		for name, open := range engines {
			b.Run(limit+"/"+name, func(b *testing.B) { fire(b, open(b), line) })
		}
	}
}

func fire(b *testing.B, target, line string) {
	db, p, _ := benched(b, target)
	now := noon
	clock := func() time.Time { return now }
	engine := trigger.NewEngine(db, clock, rand.Reader, quiet)
	db.SetInterest(engine.Asks)
	activateAt(b, db, engine, p, fmt.Sprintf(firing, line), now)
	past := &trigger.Replayer{Store: db, Engine: engine, Now: clock, Log: quiet}
	if err := past.Once(b.Context()); err != nil {
		b.Fatal(err)
	}
	begun := make([]research.Event, b.N)
	for i := range begun {
		begun[i] = event("begun", fmt.Sprint("u", i), "")
		begun[i].Project, begun[i].Timestamp, begun[i].ReceivedAt = p.ID, now, now
	}
	appendAll(b, db, begun)
	settleAll(b, engine)
	now = now.Add(2 * time.Hour)
	b.ResetTimer()
	settleAll(b, engine)
	b.StopTimer()
	if n, err := db.Count(b.Context(), "SELECT count(*) FROM invitations"); err != nil || n != b.N {
		b.Fatalf("%d of %d waits became invites, %v", n, b.N, err)
	}
}

func settleAll(b *testing.B, engine *trigger.Engine) {
	b.Helper()
	if err := engine.Settle(b.Context(), 1000); err != nil {
		b.Fatal(err)
	}
}
