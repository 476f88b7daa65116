// Package app is the composition root: it builds every part of the program,
// hands each what it needs, runs them, and ends them in order.
//
// It decides nothing about the product. Start at [Open], then [App.Serve].
package app

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/usercall/usercall/internal/analysis"
	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/metrics"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/traces"
	"github.com/usercall/usercall/internal/trigger"
)

// App is the program over one database.
type App struct {
	cfg     config.Config
	log     *slog.Logger
	db      *store.DB
	key     []byte // the instance key
	now     func() time.Time
	catalog *catalog
	engine  *trigger.Engine
	past    *trigger.Replayer
	queue   *jobs.Queue
	room    *interview.Room
	sender  *deliver.Service
	sending *jobs.Queue // what is sent: others may be slow
	voices  *jobs.Queue // what becomes of recordings: so may those who hear them again
	tally   *ingest.Tally
	metrics *metrics.Metrics
	traces  *traces.Traces // nil: none are sent
	refused refusals       // identity tokens
	keySets *keySets
	serving atomic.Bool
	// who may look ahead
	forecasts *turns

	recordings recordings
	archive    *archive
	speech     Speech
	talks      *talks
}

// Open opens the data: the store, brought up to date, and the instance key. It
// starts nothing, so commands can run beside a server.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	key, err := cfg.InstanceKey()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg.Database(), key)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, log: log, db: db, metrics: metrics.New(), key: key, now: time.Now, refused: refusals{log: log}, forecasts: newTurns(forecastsAtOnce)}
	if err := a.openVoice(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := a.build(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// build makes the parts; nothing runs yet.
func (a *App) build() error {
	a.engine = trigger.NewEngine(a.db, a.now, rand.Reader, a.log)
	a.catalog = &catalog{db: a.db, engine: a.engine, key: a.identityKey, log: a.log}
	a.past = &trigger.Replayer{Store: a.db, Engine: a.engine, Now: a.now, Log: a.log, Patience: 2 * refresh, Changed: a.catalog.refresh}
	a.room = &interview.Room{Store: waking{a.db, func() { a.queue.Wake() }}, Plan: planOf, Now: a.now, Random: rand.Reader, Log: a.log,
		Voice: a.hears(), Recordings: true}
	a.queue = jobs.NewQueue(a.db, jobs.Options{Now: a.now, Log: a.log, SkipRow: a.db.SkipRow(), Due: a.db.JobsDue})
	a.tally = ingest.NewTally(a.db, a.now, a.log)
	found := &analysis.Service{Store: a.db, Now: a.now, Random: rand.Reader}
	a.queue.Handle(store.ErasePersonJob, func(ctx context.Context, j jobs.Job) error { return a.db.ErasePersonOf(ctx, j.Payload, a.now()) })
	a.queue.Handle(store.ScrubJob, func(ctx context.Context, _ jobs.Job) error { return a.db.Scrub(ctx) })
	a.queue.Handle("analyse.interview", func(ctx context.Context, j jobs.Job) error { return found.Interview(ctx, j.Payload) })
	if err := a.buildTraces(); err != nil {
		return err
	}
	a.buildVoice()
	if err := a.buildSender(); err != nil {
		return err
	}
	a.keySets = &keySets{store: a.db, read: a.sender.Client.Read, taken: a.catalog.refresh, now: a.clock, log: a.log}
	return nil
}

// waking is a store that hints to the queue when an interview has ended, so
// that its themes need not wait for a poll.
type waking struct {
	*store.DB
	wake func()
}

func (w waking) MoveInterview(ctx context.Context, m interview.Move) error {
	err := w.DB.MoveInterview(ctx, m)
	if err == nil && m.State.Final() {
		w.wake()
	}
	return err
}

// Close closes the stores.
func (a *App) Close() error { return errors.Join(a.recordings.Close(), a.db.Close()) }

// link is the address of an invite.
func (a *App) link(publicID string) string {
	return a.cfg.URL() + "/i/" + invite.Token(a.key, publicID)
}

// newMessageID names a message that came without an id.
func newMessageID() string {
	id, err := research.NewID("usercall-", time.Now(), rand.Reader)
	if err != nil { // crypto/rand ends the program rather than fail
		panic(err)
	}
	return id
}

// secretKey is a new random key: a prefix that says what it opens, and 192 bits.
func secretKey(prefix string) string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// derived is a secret of a project that follows from the instance key, so that
// it need not be stored.
func (a *App) derived(what, project string) string {
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte(what + ":" + project))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// NewProject is what a project is made of.
type NewProject struct {
	Name    string
	Origins []string
	Open    bool
	Sample  bool
}

// Keys is a new project with its keys; secrets are shown this once.
type Keys struct {
	Project       string `json:"project"`
	WriteKey      string `json:"write_key"`
	ServerKey     string `json:"server_key"`
	WebhookURL    string `json:"webhook_url"`
	WebhookSecret string `json:"webhook_secret"`
	APIKey        string `json:"api_key"`
}

// CreateProject makes a project.
func (a *App) CreateProject(ctx context.Context, n NewProject) (Keys, error) {
	if n.Name == "" || len(n.Name) > 120 {
		return Keys{}, research.Errorf(research.Invalid, "A project needs a name of up to 120 bytes.")
	}
	for i, o := range n.Origins {
		clean, err := origin(o)
		if err != nil {
			return Keys{}, err
		}
		n.Origins[i] = clean
	}
	k := Keys{WriteKey: secretKey("wk_"), ServerKey: secretKey("sk_"), APIKey: secretKey("uc_")}
	p, err := a.db.CreateProject(ctx, store.NewProject{Name: n.Name, Origins: n.Origins, Open: n.Open, Sample: n.Sample,
		WriteKey: research.WriteKey(k.WriteKey), ServerKey: research.ServerKey(k.ServerKey), APIKey: k.APIKey, Now: a.now()})
	if err != nil {
		return Keys{}, err
	}
	k.Project = p.Key
	first := a.webhook(p.Key, 0)
	k.WebhookURL, k.WebhookSecret = a.webhookURL(p.Key, first), first.Secret
	return k, nil
}

// webhookOf is where Segment's webhook destination sends a project's events to,
// and what it signs them with.
func (a *App) webhookOf(p *research.Project) (url, secret string) {
	valid := a.Webhooks(p.Key)
	newest := valid[len(valid)-1]
	return a.webhookURL(p.Key, newest), newest.Secret
}

// Projects lists the projects.
func (a *App) Projects(ctx context.Context) ([]*research.Project, error) { return a.db.Projects(ctx) }

// planOf reads from a study file what the interview room needs.
func planOf(file []byte) (interview.Plan, error) {
	f, err := trigger.Parse(file)
	if err != nil {
		return interview.Plan{}, err
	}
	return interview.Plan{GuideID: f.GuideID, Guide: f.Guide, Mode: string(f.Interview.Mode),
		Minutes: f.Interview.Minutes, Languages: f.Interview.Languages, Voice: f.Interview.Voice,
		Patience: string(f.Interview.Patience), Record: f.Interview.Record}, nil
}

var _ ingest.Store = (*store.DB)(nil)
