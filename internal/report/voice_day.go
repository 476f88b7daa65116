package report

import (
	"context"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// VoiceNearly is how many percent of a day's time for voice are news.
const VoiceNearly = 80

// VoiceDay is what a project has used and reserved of a day's time for spoken
// interviews, in UTC. The zero value is a day on which nobody spoke.
type VoiceDay struct {
	Taken, Most time.Duration
}

// leastReserved is the least that a spoken interview reserves: with less, none can
// begin, and a long one needs more.
const leastReserved = time.Minute

// Spent tells whether all new interviews are typed. What was not used may have come
// back since somebody was refused.
func (v VoiceDay) Spent() bool { return v.Most > 0 && v.Most-v.Taken < leastReserved }

// Share is how many percent are taken.
func (v VoiceDay) Share() int {
	if v.Most <= 0 {
		return 0
	}
	return int(v.Taken * 100 / v.Most)
}

// Minutes is how many there are.
func (v VoiceDay) Minutes() int { return int(v.Most / time.Minute) }

// Words is the day in a sentence or two; "" where nobody need know.
func (v VoiceDay) Words() string {
	switch {
	case v.Spent():
		return fmt.Sprintf("Today’s %d minutes of spoken interviews are used up. Until midnight UTC, new interviews are typed; those that run go on.", v.Minutes())
	case v.Share() >= VoiceNearly:
		return fmt.Sprintf("%d %% of today’s %d minutes of spoken interviews are used. After that, interviews are typed until midnight UTC.", v.Share(), v.Minutes())
	}
	return ""
}

// voiceNeeds is what wants attention about the time for voice.
func voiceNeeds(ctx context.Context, s HomeStore, p *research.Project, now time.Time) ([]Need, error) {
	day, err := s.VoiceDay(ctx, p.ID, now)
	if err != nil || day.Words() == "" {
		return nil, err
	}
	return []Need{{day.Words(), "See the budget", "voice", ""}}, nil
}
