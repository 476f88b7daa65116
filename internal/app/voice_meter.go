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
	db      voiceStore
	project research.ProjectID
	most    int // seconds a day
	now     func() time.Time

	mu  sync.Mutex
	day string // of what was reserved last
}

// budgetOf is what a project may have heard and said in a day.
func (a *App) budgetOf(p research.ProjectID) *meter {
	return &meter{db: a.db, project: p, most: a.cfg.Voice.Minutes * 60, now: a.now}
}

// reserve takes seconds of today; a quota error where the day has no more.
func (m *meter) reserve(ctx context.Context, seconds int) error {
	day := m.now().UTC().Format(time.DateOnly)
	if err := m.db.ReserveVoice(ctx, m.project, day, seconds, m.most); err != nil {
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
