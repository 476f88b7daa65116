package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/store/storetest"
)

const everybody = `
usercall: 1
study: { key: why, interviews: 1000 }
guide: cancellation
triggers: [{ key: left, on: { event: left } }]
`

// TestKilledUnderLoad kills the server without warning, twenty times, while
// clients send as Segment's do, each message until it is acknowledged: what was
// acknowledged is there once, and nobody has two invites.
func TestKilledUnderLoad(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killUnderLoad(t, newProgram(t)) })
	t.Run("postgres", func(t *testing.T) {
		p := newProgram(t)
		p.env = append(p.env, "USERCALL_DATABASE_URL="+storetest.Postgres(t))
		killUnderLoad(t, p)
	})
}

const (
	kills   = 20
	senders = 6
	people  = 40
)

func killUnderLoad(t *testing.T, p *program) {
	project := createProject(t, p)
	l := &load{program: p, key: project.WriteKey, acked: map[string]bool{}}
	stop := l.start()
	hit := 0 // kills that cut requests off
	for round := range kills {
		p.serve()
		l.waitFor(t, 20+7*round%40) // another moment of the group commit each time
		cut := l.cut.Load()
		p.stop(syscall.SIGKILL)
		if l.settle(); l.cut.Load() > cut {
			hit++
		}
	}
	p.serve()
	stop()
	eventually(t, "what lay in the inbox is evaluated", func() bool {
		return len(export[invitedRow](p, "invites", project.Project)) >= people
	})
	p.stop(syscall.SIGTERM)
	t.Logf("%d acknowledged, %d cut off by %d of %d kills", len(l.acked), l.cut.Load(), hit, kills)
	if len(l.acked) < 20*kills || hit < kills/2 {
		t.Fatalf("inconclusive: %d acknowledged, %d of %d kills cut a request off", len(l.acked), hit, kills)
	}
	l.checkEvents(t, export[storedRow](p, "events", project.Project))
	checkInvites(t, export[invitedRow](p, "invites", project.Project))
}

// load is clients that send without pause.
type load struct {
	program *program
	key     string
	cut     atomic.Int64 // requests that were under way when the server died
	refused atomic.Int64 // attempts that found nobody
	mu      sync.Mutex
	acked   map[string]bool
}

// start begins to send. The function that it returns lets each sender end with
// a message that is acknowledged.
func (l *load) start() (stop func()) {
	return sendOn(func(id, user string, _ int) { l.deliver(id, user) })
}

// sendOn lets each sender deliver one message after the other, of a user each, and
// tell how many it was; until stop, which waits for those under way.
func sendOn(deliver func(id, user string, n int)) (stop func()) {
	stopped := make(chan struct{})
	var running sync.WaitGroup
	for s := range senders {
		running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stopped:
					return
				default:
					deliver(fmt.Sprintf("m-%d-%d", s, i), fmt.Sprint("user-", (s*7+i)%people), s+i)
				}
			}
		})
	}
	return func() { close(stopped); running.Wait() }
}

// deliver sends a message until it is acknowledged.
func (l *load) deliver(id, user string) {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		ok, err := post(l.program, l.key, id, user)
		switch {
		case ok:
			l.mu.Lock()
			defer l.mu.Unlock()
			l.acked[id] = true
			return
		case errors.Is(err, syscall.ECONNREFUSED):
			l.refused.Add(1)
		case err != nil:
			l.cut.Add(1)
		}
	}
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// waitFor waits for n more acknowledgements.
func (l *load) waitFor(t *testing.T, n int) {
	t.Helper()
	before := l.count()
	eventually(t, "the server acknowledges events", func() bool { return l.count() >= before+n })
}

// settle waits until every sender has noticed that the server is gone.
func (l *load) settle() {
	from := l.refused.Load()
	for deadline := time.Now().Add(5 * time.Second); l.refused.Load() < from+senders && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
}

func (l *load) checkEvents(t *testing.T, rows []storedRow) {
	t.Helper()
	stored := map[string]int{}
	for _, e := range rows {
		stored[e.MessageID]++
	}
	for id := range l.acked {
		if stored[id] != 1 {
			t.Errorf("%s was acknowledged and is stored %d times", id, stored[id])
		}
	}
	if len(stored) != len(l.acked) { // each message was sent until it was acknowledged
		t.Errorf("%d messages are stored, %d acknowledged", len(stored), len(l.acked))
	}
}

type invitedRow struct {
	Person string `json:"person"`
	Link   string `json:"link"`
}

func checkInvites(t *testing.T, rows []invitedRow) {
	t.Helper()
	invites := map[string]int{}
	for _, i := range rows {
		invites[i.Person]++
	}
	for person, n := range invites {
		if n != 1 {
			t.Errorf("%s has %d invites", person, n)
		}
	}
	if len(invites) != people {
		t.Errorf("%d people are invited, want each of the %d", len(invites), people)
	}
}

// TestKilledDuringAnInterview kills the server between two answers, lets the
// person type one while it is away, and starts it again: the page comes back by
// itself, and every answer stands once, in order.
func TestKilledDuringAnInterview(t *testing.T) {
	p := newProgram(t)
	keys := createProject(t, p)
	p.serve()
	if ok, err := post(p, keys.WriteKey, "m1", "ann"); !ok {
		t.Fatalf("the event was refused: %v", err)
	}
	var invites []invitedRow
	for try := 0; len(invites) == 0 && try < 200; try++ {
		invites = export[invitedRow](p, "invites", keys.Project)
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
func post(p *program, key, id, user string) (ok bool, err error) {
	body := fmt.Sprintf(`{"writeKey":%q,"event":"left","userId":%q,"messageId":%q}`, key, user, id)
	res, err := client.Post("http://"+p.addr+"/v1/track", "application/json", bytes.NewBufferString(body))
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode == http.StatusOK && err == nil, err
}
