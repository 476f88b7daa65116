package participant_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/internal/web/participant"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// world is the surface over a real database, and mostly behind a real server.
type world struct {
	*participant.Surface
	url     string
	room    *interview.Room
	db      *store.DB
	raw     *sql.DB
	project *research.Project
	study   *research.Study
	log     *lines
	network *network
	invites int
}

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	storetest.EachTarget(t, func(t *testing.T, target string) { test(t, newServer(t, target)) })
}

func newWorld(t *testing.T, target string) *world {
	t.Helper()
	db, err := store.Open(t.Context(), target, storetest.Key)
	must(t, err)
	driver := "sqlite"
	if strings.HasPrefix(target, "postgres") {
		driver = "pgx"
	}
	raw, err := sql.Open(driver, target)
	must(t, err)
	t.Cleanup(func() { must(t, raw.Close()); must(t, db.Close()) })
	w := &world{db: db, raw: raw, log: &lines{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.room = &interview.Room{Store: db, Now: time.Now, Random: rand.Reader, Log: log,
		Plan: func([]byte) (interview.Plan, error) { return interview.Plan{GuideID: "cancellation", Minutes: 4}, nil }}
	w.project, err = db.CreateProject(t.Context(), store.NewProject{Name: "Northdesk", WriteKey: "wk", ServerKey: "sk", APIKey: "ak",
		Origins: []string{"https://app.northdesk.example", "'unsafe-inline'; script-src *"}, Now: time.Now()})
	must(t, err)
	w.study, err = db.Apply(t.Context(), store.ApplyStudy{Project: w.project.ID, Key: "why", Name: "Why", Target: 30, File: []byte("{}"),
		Triggers: []store.ApplyTrigger{{Key: "cancelled", Name: "Cancelled"}}, Now: time.Now()})
	must(t, err)
	return w
}

// newServer is a world that listens.
func newServer(t *testing.T, target string) *world {
	t.Helper()
	w := newWorld(t, target)
	server := httptest.NewUnstartedServer(nil)
	w.network = &network{Listener: server.Listener, open: map[net.Conn]bool{}}
	server.Listener = w.network
	w.url = "http://" + server.Listener.Addr().String()
	public, err := url.Parse(w.url)
	must(t, err)
	w.Surface = participant.New(participant.Config{Room: w.room, PublicURL: public, Asset: assets.URL, Log: w.room.Log})
	server.Config.Handler = withAssets(w.Surface)
	server.Start()
	t.Cleanup(func() {
		must(t, w.Shutdown(context.Background()))
		server.Close()
	})
	return w
}

// invite makes an invite for a new person and returns its token.
func (w *world) invite(t *testing.T) string {
	t.Helper()
	w.invites++
	id, err := research.NewID(research.PrefixInvite, time.Now(), rand.Reader)
	must(t, err)
	token := invite.Token(storetest.Key, id)
	_, err = w.raw.Exec(`INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, message_id, state, verified, token_hash, reserved_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'm', 'shown', 0, $7, $8, $9)`,
		id, w.project.ID, w.study.ID, w.study.Triggers[0].ID, "u:"+id, w.invites, invite.TokenHash(token),
		time.Now().UnixMilli(), time.Now().Add(time.Hour).UnixMilli())
	must(t, err)
	return token
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
