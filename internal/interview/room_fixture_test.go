package interview_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// world is a room over a real database, with a clock that the test moves.
type world struct {
	*interview.Room
	db      *store.DB
	raw     *sql.DB // for looking at rows, and for what belongs to other stages
	project *research.Project
	study   *research.Study
	log     *bytes.Buffer
	mu      sync.Mutex
	now     time.Time
}

// each runs a test on both engines, beside the others: they mostly wait for disks.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	storetest.EachTarget(t, func(t *testing.T, target string) { test(t, newWorld(t, target)) })
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
	w := &world{db: db, raw: raw, log: &bytes.Buffer{}, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	w.Room = &interview.Room{
		Store: db, Now: w.clock, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(w.log, nil)),
		Plan: func([]byte) (interview.Plan, error) { return interview.Plan{GuideID: "cancellation", Minutes: 4}, nil },
	}
	w.project, err = db.CreateProject(t.Context(), store.NewProject{Name: "Northdesk", WriteKey: "wk", ServerKey: "sk", APIKey: "ak", Now: w.now})
	must(t, err)
	w.study, err = db.Apply(t.Context(), store.ApplyStudy{Project: w.project.ID, Key: "why", Name: "Why", Target: 30, File: []byte("{}"),
		Triggers: []store.ApplyTrigger{{Key: "cancelled", Name: "Cancelled"}}, Now: w.now})
	must(t, err)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// ticket is what the holder of a link asks for.
func (w *world) ticket(ctx context.Context, token string) (string, error) {
	o, err := w.Find(ctx, token)
	if err != nil {
		return "", err
	}
	return w.Ticket(ctx, o)
}

// invite makes an invite for a new person and returns its token.
func (w *world) invite(t *testing.T) string {
	t.Helper()
	id, err := research.NewID(research.PrefixInvite, w.clock(), rand.Reader)
	must(t, err)
	token := invite.Token(storetest.Key, id)
	moment := []research.Event{{Project: w.project.ID, Type: research.Track, Name: "subscription_cancelled", MessageID: id, UserID: "1",
		Timestamp: w.clock(), ReceivedAt: w.clock(), Source: research.FromBrowser, Properties: []byte(`{"plan":"pro"}`)}}
	_, err = w.db.Append(t.Context(), moment)
	must(t, err)
	w.exec(t, `INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, message_id, state, verified, token_hash, reserved_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'm', 'shown', 0, $7, $8, $9)`,
		id, w.project.ID, w.study.ID, w.study.Triggers[0].ID, "u:"+id, moment[0].Seq, invite.TokenHash(token),
		w.clock().UnixMilli(), w.clock().Add(7*24*time.Hour).UnixMilli())
	return token
}

// enter opens a link as a page does: ticket, then socket.
func (w *world) enter(t *testing.T, token string) *interview.Offer {
	t.Helper()
	ticket, err := w.ticket(t.Context(), token)
	must(t, err)
	o, err := w.Enter(t.Context(), ticket)
	must(t, err)
	return o
}

// begin is an interview right after consent.
func (w *world) begin(t *testing.T) (string, *interview.Record) {
	t.Helper()
	token := w.invite(t)
	rec, err := w.Consent(t.Context(), w.enter(t, token), []string{"en"}, interview.Choice{})
	must(t, err)
	return token, rec
}

func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	_, err := w.raw.ExecContext(context.Background(), query, args...)
	must(t, err)
}

// count is the one number that a query gives.
func (w *world) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	must(t, w.raw.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
