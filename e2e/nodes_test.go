package e2e

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/store/storetest"
)

const fewOfThem = 12

// everybodyOnce invites everybody, the first few by another trigger than the rest.
var everybodyOnce = fmt.Sprintf(`
usercall: 1
study: { key: why, interviews: 1000 }
guide: cancellation
triggers:
  - { key: few, on: { event: left }, total: %d, priority: 5 }
  - { key: left, on: { event: left } }
`, fewOfThem)

// TestOneOfTwoNodesIsKilled runs two servers over one PostgreSQL and kills one or
// the other without warning while both are sent the same events, each until one of
// them acknowledges it: nothing is lost, nobody has two invites, and the cap is
// met exactly.
func TestOneOfTwoNodesIsKilled(t *testing.T) {
	const kills = 10
	nodes := twoNodes(t)
	project := createProject(t, nodes[0])
	file := t.TempDir() + "/once.yaml"
	writeFile(t, file, everybodyOnce)
	nodes[0].run("apply", file, "--project", project.Project, "--activate")
	for _, p := range nodes {
		p.serve()
	}
	l := &twice{nodes: nodes, key: project.WriteKey, acked: map[string]bool{}}
	stop := l.start()
	for round := range kills {
		l.waitFor(t, 25)
		dead := nodes[round%2]
		dead.stop(syscall.SIGKILL)
		l.waitFor(t, 10) // the other goes on alone
		dead.serve()
	}
	stop()
	eventually(t, "what lay in the inbox is evaluated", func() bool {
		return len(export[triggeredRow](nodes[0], "invites", project.Project)) >= people
	})
	for _, p := range nodes {
		p.stop(syscall.SIGTERM)
	}
	stored := map[string]int{}
	for _, e := range export[storedRow](nodes[0], "events", project.Project) {
		stored[e.MessageID]++
	}
	for id := range l.acked {
		if stored[id] != 1 {
			t.Errorf("%s was acknowledged and is stored %d times", id, stored[id])
		}
	}
	checkInvites(t, export[invitedRow](nodes[0], "invites", project.Project))
	few := 0
	for _, i := range export[triggeredRow](nodes[0], "invites", project.Project) {
		if i.Trigger == "few" {
			few++
		}
	}
	if few != fewOfThem {
		t.Errorf("%d invites of a trigger that may make %d", few, fewOfThem)
	}
	t.Logf("%d acknowledged", len(l.acked))
}

// twoNodes are two servers over one PostgreSQL, with one instance key and one place
// for recordings.
func twoNodes(t *testing.T) []*program {
	t.Helper()
	database := "USERCALL_DATABASE_URL=" + storetest.Postgres(t)
	nodes := []*program{newProgram(t), newProgram(t)}
	nodes[1].dir = nodes[0].dir
	for _, p := range nodes {
		p.env = append(p.env, database)
	}
	return nodes
}

type triggeredRow struct {
	Trigger string `json:"trigger"`
}

// twice is senders that turn to the other node where one does not answer.
type twice struct {
	nodes []*program
	key   string
	mu    sync.Mutex
	acked map[string]bool
}

func (l *twice) start() (stop func()) { return sendOn(l.deliver) }

func (l *twice) deliver(id, user string, first int) {
	for try, deadline := first, time.Now().Add(2*time.Minute); time.Now().Before(deadline); try++ {
		ok, err := post(l.nodes[try%2], l.key, id, user)
		if ok {
			l.mu.Lock()
			l.acked[id] = true
			l.mu.Unlock()
			return
		}
		if err == nil || errors.Is(err, syscall.ECONNREFUSED) {
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func (l *twice) waitFor(t *testing.T, n int) {
	t.Helper()
	count := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.acked)
	}
	before := count()
	eventually(t, "a server acknowledges events", func() bool { return count() >= before+n })
}
