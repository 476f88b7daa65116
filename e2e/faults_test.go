package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const everybody = `
usercall: 1
study: { key: why, interviews: 1000 }
guide: cancellation
triggers: [{ key: left, on: { event: left } }]
`

// TestKilledUnderLoad kills the server without warning, again and again, while
// events pour in: what was acknowledged is there once, and nobody has two invites.
func TestKilledUnderLoad(t *testing.T) {
	p := newProgram(t)
	project := createProject(t, p)
	acked := &ledger{seen: map[string]bool{}}
	var kills, unanswered atomic.Int64
	stop := make(chan struct{})
	var senders sync.WaitGroup
	for s := range 6 {
		senders.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				id := fmt.Sprintf("m-%d-%d", s, i)
				if post(p, project.WriteKey, id, fmt.Sprint("user-", (s*7+i)%40)) {
					acked.add(id)
					continue
				}
				unanswered.Add(1)
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for range 5 {
		p.serve()
		before := acked.count()
		for deadline := time.Now().Add(10 * time.Second); acked.count() < before+100 && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
		}
		p.stop(syscall.SIGKILL)
		kills.Add(1)
	}
	close(stop)
	senders.Wait()
	if acked.count() < 300 || unanswered.Load() == 0 {
		t.Fatalf("inconclusive: %d acknowledged, %d unanswered", acked.count(), unanswered.Load())
	}
	p.serve() // what lies in the inbox is evaluated now
	p.stop(syscall.SIGTERM)
	stored := map[string]int{}
	for _, e := range export[struct {
		MessageID string `json:"message_id"`
	}](p, "events", project.Project) {
		stored[e.MessageID]++
	}
	for id := range acked.seen {
		if stored[id] != 1 {
			t.Errorf("%s was acknowledged and is stored %d times", id, stored[id])
		}
	}
	invites := map[string]int{}
	for _, i := range export[struct {
		Person string `json:"person"`
	}](p, "invites", project.Project) {
		invites[i.Person]++
	}
	for person, n := range invites {
		if n != 1 {
			t.Errorf("%s has %d invites", person, n)
		}
	}
	if len(invites) != 40 {
		t.Errorf("%d people are invited, want each of the 40", len(invites))
	}
}

// TestKilledDuringAnInterview kills the server between two answers, lets the
// person type one while it is away, and starts it again: the page comes back by
// itself, and every answer stands once, in order.
func TestKilledDuringAnInterview(t *testing.T) {
	p := newProgram(t)
	keys := createProject(t, p)
	p.serve()
	if !post(p, keys.WriteKey, "m1", "ann") {
		t.Fatal("the event was refused")
	}
	type invited struct {
		Link string `json:"link"`
	}
	var invites []invited
	for try := 0; len(invites) == 0 && try < 200; try++ {
		invites = export[invited](p, "invites", keys.Project)
	}
	if len(invites) != 1 {
		t.Fatalf("%d invites", len(invites))
	}
	room := browser(t)
	room.open(invites[0].Link)
	room.click("[data-uc=consent]")
	up := make(chan struct{}, 1)
	up <- struct{}{}
	answer(t, room, func(i int) {
		switch i {
		case 2, 4:
			<-up
			p.stop(syscall.SIGKILL)
			go func() {
				time.Sleep(300 * time.Millisecond) // long enough for the page to notice
				p.serve()
				up <- struct{}{}
			}()
		case 3:
			room.open(invites[0].Link) // a reload needs no new consent
			room.until(`document.querySelector("[data-uc=answer]")`)
		}
	})
	<-up
	completedInterview(t, p, keys.Project)
	p.stop(syscall.SIGTERM)
}

// ledger is what the server said it has stored.
type ledger struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (l *ledger) add(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen[id] = true
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.seen)
}

type projectKeys struct {
	Project  string `json:"project"`
	WriteKey string `json:"write_key"`
}

// createProject makes an open project with a study that invites everybody.
func createProject(t *testing.T, p *program) (keys projectKeys) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.run("project", "create", "--name", "Faults", "--open", "--json")), &keys); err != nil {
		t.Fatal(err)
	}
	file := t.TempDir() + "/study.yaml"
	writeFile(t, file, everybody)
	p.run("apply", file, "--project", keys.Project, "--activate")
	return keys
}

var client = &http.Client{Timeout: 5 * time.Second}

// post sends one event and tells whether it was acknowledged.
func post(p *program, key, id, user string) bool {
	body := fmt.Sprintf(`{"writeKey":%q,"event":"left","userId":%q,"messageId":%q}`, key, user, id)
	res, err := client.Post("http://"+p.addr+"/v1/track", "application/json", bytes.NewBufferString(body))
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}
