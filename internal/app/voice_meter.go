package app

import (
	"context"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// meter reserves a project's time for voice for one session, before a service is
// asked, so that many sessions together never use more than a day has.
type meter struct {
	db      budgetStore
	project research.ProjectID
	most    int // seconds a day
	now     func() time.Time
	reached func(percent int) // is told once a day each that so much is taken

	mu  sync.Mutex
	day string // of what was reserved last
}

// budgetStore is what is used of each day.
type budgetStore interface {
	ReserveVoice(ctx context.Context, project research.ProjectID, day string, seconds, most int) (reached int, err error)
	ReturnVoice(ctx context.Context, project research.ProjectID, day string, seconds int) error
}

// budgetOf is what a project may have heard and said in a day.
func (a *App) budgetOf(p research.ProjectID) *meter {
	return &meter{db: a.db, project: p, most: a.cfg.Voice.Minutes * 60, now: a.now, reached: func(percent int) { a.voiceReached(p, percent) }}
}

// voiceReached says that a project's time for voice is nearly taken, or all of it.
func (a *App) voiceReached(p research.ProjectID, percent int) {
	a.metrics.VoiceBudget(percent)
	words := "most of a project's time for spoken interviews is taken for today; after that they are typed until midnight UTC"
	if percent == 100 {
		words = "a project's time for spoken interviews is taken for today: they are typed until midnight UTC; USERCALL_VOICE_MINUTES sets how much there is"
	}
	a.log.Warn(words, "project", a.catalog.keyOf(p), "percent", percent, "minutes", a.cfg.Voice.Minutes)
}

// reserve takes seconds of today; a quota error where the day has no more.
func (m *meter) reserve(ctx context.Context, seconds int) error {
	day := m.now().UTC().Format(time.DateOnly)
	reached, err := m.db.ReserveVoice(ctx, m.project, day, seconds, m.most)
	if reached > 0 {
		m.reached(reached)
	}
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.day = day
	return nil
}

// giveBack returns what was reserved last and not used.
func (m *meter) giveBack(ctx context.Context, seconds int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.day == "" || seconds <= 0 {
		return nil
	}
	return m.db.ReturnVoice(ctx, m.project, m.day, seconds)
}
