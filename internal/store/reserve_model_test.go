package store_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// turmoil is one project on several nodes that die, are cut off and try again,
// while many workers send events of few people.
type turmoil struct {
	*world
	nodes  []*world
	faults []*faulty
	target string
	random *mrand.Rand
	mu     sync.Mutex
	ids    int
}

const (
	turmoilWorkers = 64
	turmoilPeople  = 24
	turmoilTarget  = 6 // interviews
)

const contended = `
usercall: 1
study: { key: why, interviews: %d }
triggers:
  - { key: daily, on: { event: left }, people: anyone, cooldown: 0, per_day: 9, expires: 30m }
  - { key: ever, on: { event: left }, people: anyone, cooldown: 0, total: 7, priority: 2, expires: 30m }
  - { key: both, on: { event: opened }, people: anyone, cooldown: 0, per_day: 8, total: 11, expires: 30m }
  - { key: waited, on: { event: left }, absent: { event: back, for: 5m }, people: anyone, cooldown: 0, per_day: 5, expires: 30m }
  - { key: later, on: { event: opened }, delay: 3m, people: anyone, cooldown: 0, total: 6 }
`

// limits of the triggers above, by key: a day's and for ever; 0 is none.
var contendedLimits = map[string][2]int{"daily": {9, 0}, "ever": {0, 7}, "both": {8, 11}, "waited": {5, 0}, "later": {0, 6}}

func newTurmoil(t *testing.T, target string, seed uint64) *turmoil {
	t.Helper()
	handle := openLog(t, target)
	p := project(t, handle, "world")
	p.Settings.Cooldown, p.Settings.Grace = time.Millisecond, time.Second
	m := &turmoil{world: worldOf(t, handle, p, fmt.Sprintf(contended, turmoilTarget)), target: target, random: mrand.New(mrand.NewPCG(seed, 11))}
	for range 4 {
		db := openLog(t, target)
		node := &world{t: t, db: db, project: p}
		f := &faulty{DB: db, plan: m.fate}
		m.faults = append(m.faults, f)
		node.engine = trigger.NewEngine(f, m.clock, rand.Reader, quiet)
		node.engine.SetRules(m.rules)
		m.nodes = append(m.nodes, node)
	}
	return m
}

func (m *turmoil) draw(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.random.IntN(n)
}

// fate lets every third transaction die somewhere.
func (m *turmoil) fate() (int, fault) {
	if m.draw(3) > 0 {
		return 0, cutOff
	}
	return 1 + m.draw(12), fault(m.draw(2))
}

// event is one that anybody may send: of a user, of a browser, or of both.
func (m *turmoil) event() research.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ids++
	who := m.random.IntN(turmoilPeople)
	e := research.Event{Project: m.project.ID, Type: research.Track, Name: []string{"left", "left", "opened", "back"}[m.random.IntN(4)],
		MessageID: fmt.Sprint("m", m.ids), Timestamp: m.now, ReceivedAt: m.now, Source: research.FromBrowser,
		UserID: research.UserID(fmt.Sprint("u", who)), AnonymousID: research.AnonymousID(fmt.Sprint("b", who))}
	switch m.random.IntN(4) {
	case 0:
		e.AnonymousID = ""
	case 1:
		e.UserID = ""
	}
	return e
}

// append stores events of the moment, once, however often it has to be tried.
func (m *turmoil) append(ctx context.Context) []research.Event {
	events := make([]research.Event, turmoilWorkers)
	for i := range events {
		events[i] = m.event()
	}
	for tries := 0; ; tries++ {
		_, err := m.db.Append(ctx, events)
		if err == nil {
			return events
		}
		if tries == 100 {
			m.t.Error("the events were never taken:", err)
			return nil
		}
	}
}

// decide has events decided by some node until one has done it, as a page does that
// asks again; and once more though it was answered.
func (m *turmoil) decide(ctx context.Context, events []research.Event) {
	for tries, done := 0, 0; done < 1+m.draw(2); tries++ {
		if tries == 100 {
			m.t.Error("an event was never decided")
			return
		}
		if _, err := m.nodes[m.draw(len(m.nodes))].engine.Decide(ctx, events); err == nil {
			done++
		}
	}
}

// act is what people and time do to invites.
func (m *turmoil) act(ctx context.Context) error {
	node := m.nodes[m.draw(len(m.nodes))]
	switch m.draw(4) {
	case 0:
		m.pass(time.Duration(m.draw(120)) * time.Second)
		_, err := node.db.ExpireDue(ctx, m.clock())
		return err
	case 1:
		return node.engine.Settle(ctx, 3)
	}
	id, err := m.anyInvite(ctx, node.db)
	if err != nil || id == "" {
		return err
	}
	steps := []invite.Step{invite.Shown, invite.Shown, invite.Declined, invite.Accepted}
	_, err = node.db.Move(ctx, invite.Move{Project: m.project.ID, Invite: id, Ticket: invite.TicketHash("t"), To: steps[m.draw(len(steps))], Now: m.clock()})
	return err
}

func (m *turmoil) anyInvite(ctx context.Context, db *store.DB) (id string, err error) {
	err = db.Writer().QueryRowContext(ctx, "SELECT public_id FROM invitations WHERE closed_at IS NULL AND id >= $1 ORDER BY id LIMIT 1", m.draw(40)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// cut ends connections of PostgreSQL in the middle of what they do, until ctx
// ends. SQLite has none.
func (m *turmoil) cut(ctx context.Context) {
	if !strings.HasPrefix(m.target, "postgres") {
		return
	}
	admin, err := sql.Open("pgx", m.target)
	if err != nil {
		m.t.Error(err)
		return
	}
	defer admin.Close()
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		_, err := admin.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction') ORDER BY random() LIMIT 1`)
		if err != nil && ctx.Err() == nil {
			m.t.Error(err)
		}
	}
}

// watch looks all the time for what must never be there.
func (m *turmoil) watch(ctx context.Context) {
	db := openLog(m.t, m.target)
	for ctx.Err() == nil {
		if broken := m.broken(ctx, db); broken != "" {
			m.t.Error(broken)
			return
		}
	}
}

// broken is a promise that does not hold at this moment; "" where all do.
func (m *turmoil) broken(ctx context.Context, db *store.DB) string {
	if n, err := db.Count(ctx, "SELECT count(*) FROM (SELECT user_key FROM invitations WHERE closed_at IS NULL GROUP BY user_key HAVING count(*) > 1) AS two"); err == nil && n > 0 {
		return fmt.Sprint(n, " people have two open invites")
	}
	if n, err := db.Count(ctx, "SELECT count(*) FROM (SELECT event_seq FROM invitations GROUP BY trigger_id, event_seq HAVING count(*) > 1) AS two"); err == nil && n > 0 {
		return fmt.Sprint(n, " events led to two invites of one trigger")
	}
	for key, limit := range contendedLimits {
		for i, period := range []string{"c.period <> 'total'", "c.period = 'total'"} {
			n, err := db.Count(ctx, "SELECT coalesce(max(c.used), 0) FROM caps c JOIN triggers t ON t.id = c.trigger_id WHERE t.key = $1 AND "+period, key)
			if err == nil && limit[i] > 0 && n > limit[i] {
				return fmt.Sprint(key, " counts ", n, " where ", limit[i], " may be: ", period)
			}
		}
	}
	return ""
}

// storm lets all workers decide about the same people at once, and everything fail
// around them.
func (m *turmoil) storm(rounds int) {
	ctx, stop := context.WithCancel(m.t.Context())
	var around, workers sync.WaitGroup
	around.Go(func() { m.cut(ctx) })
	around.Go(func() { m.watch(ctx) })
	for range rounds {
		events := m.append(ctx)
		for i := range events {
			workers.Go(func() {
				m.decide(ctx, []research.Event{events[i], events[m.draw(len(events))]})
				if err := m.act(ctx); err != nil && m.draw(1000) == 0 {
					m.t.Log("as it should, something fails:", err)
				}
			})
		}
		workers.Wait()
	}
	stop()
	around.Wait()
	if err := m.world.drain(); err != nil {
		m.t.Fatal(err)
	}
}

// settled checks what must be so once nothing is under way: every place that is
// taken belongs to an invite that keeps it, and no more are taken than may be.
func (m *turmoil) settled() {
	m.t.Helper()
	if broken := m.broken(m.t.Context(), m.db); broken != "" {
		m.t.Error(broken)
	}
	if n := m.count("SELECT count(*) FROM inbox"); n != 0 {
		m.t.Errorf("%d events were never evaluated", n)
	}
	if n := m.count(`SELECT count(*) FROM invitations i JOIN links l ON l.project_id = i.project_id AND l.from_key = i.user_key WHERE i.closed_at IS NULL`); n != 0 {
		m.t.Errorf("%d open invites are of somebody who is another person by now", n)
	}
	if n := m.count(`SELECT count(*) FROM caps c WHERE c.used <> (SELECT count(*) FROM cap_reservations r WHERE r.trigger_id = c.trigger_id AND r.period = c.period)`); n != 0 {
		m.t.Errorf("%d caps count something else than the invites that hold a place", n)
	}
	if n := m.count(`SELECT count(*) FROM invitations i WHERE (SELECT count(*) FROM cap_reservations r WHERE r.invite_id = i.id)
		<> CASE WHEN i.state = 'revoked' OR i.state = 'expired' AND i.shown_at IS NULL THEN 0 ELSE 2 END`); n != 0 {
		m.t.Errorf("%d invites hold other places than theirs", n)
	}
	if n := m.count(`SELECT count(*) FROM decisions d WHERE d.outcome = 'invited' AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.id = d.invite_id)`); n != 0 {
		m.t.Errorf("%d decisions tell of invites that are not there", n)
	}
	if n := m.count(`SELECT count(*) FROM invitations i WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.invite_id = i.id AND d.outcome = 'invited')`); n != 0 {
		m.t.Errorf("%d invites that no decision tells of", n)
	}
}

// fill begins as many interviews as the study wants.
func (m *turmoil) fill() {
	m.t.Helper()
	study, trigger := m.compiled[0].StudyID, m.compiled[0].TriggerID
	for i := range turmoilTarget {
		who, now := research.UserKey(research.UserID(fmt.Sprint("filler", i))), m.clock()
		id, err := research.NewID(research.PrefixInvite, now, rand.Reader)
		if err != nil {
			m.t.Fatal(err)
		}
		var number int64
		err = m.db.Writer().QueryRowContext(m.t.Context(), `INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, message_id, state, verified, token_hash, reserved_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, 'm', 'shown', 0, $7, $8, $9) RETURNING id`, id, m.project.ID, study, trigger, string(who), -1-i,
			invite.TokenHash(invite.Token(storetest.Key, id)), now.UnixMilli(), now.Add(time.Hour).UnixMilli()).Scan(&number)
		if err != nil {
			m.t.Fatal(err)
		}
		_, err = m.db.BeginInterview(m.t.Context(), &interview.Record{Progress: []byte("{}"), Interview: research.Interview{
			PublicID: id, Project: m.project.ID, Study: study, Trigger: trigger, Invite: number, Person: who,
			State: research.Running, Mode: "text", Language: "en", Consent: "en-1", ConsentAt: now, StartedAt: now, LastContact: now}}, 0)
		if err != nil {
			m.t.Fatal(err)
		}
	}
}

// TestNoCrashBreaksAPromise lets 64 workers have events of few people decided by four
// nodes that die in the middle of transactions or just after them, lose their
// connections and are asked again. There are never two open invites of a person,
// no cap is ever exceeded, and in the end every place that is taken is somebody's.
func TestNoCrashBreaksAPromise(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		m := newTurmoil(t, target, 1)
		m.storm(8)
		m.settled()
		invites, dead := m.count("SELECT count(*) FROM invitations"), 0
		for _, f := range m.faults {
			dead += f.deaths
		}
		if invites < 20 || dead < 50 {
			t.Errorf("%d invites and %d deaths prove little", invites, dead)
		}
		t.Logf("%d invites, %d nodes died", invites, dead)
		m.fill()
		m.pass(24 * time.Hour) // a new day, with all its places
		if err := m.world.drain(); err != nil {
			t.Fatal(err)
		}
		before := m.count("SELECT max(id) FROM invitations")
		m.storm(2)
		if n := m.count("SELECT count(*) FROM invitations WHERE id > $1", before); n != 0 {
			t.Errorf("%d invites beyond the study's target", n)
		}
		if n := m.count("SELECT count(*) FROM decisions WHERE gate = 'target'"); n == 0 {
			t.Error("nobody met the target")
		}
	})
}
