package sdk_test

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/research"
)

// TestACardWaitsForTheEndOfQuietHours is a morning in Kolkata, seconds before eight,
// of a product in New York that asks by the clock of the person. From the event on,
// browser and server share a clock of their own.
func TestACardWaitsForTheEndOfQuietHours(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := newVisitor(t)
	s.config["timeZone"] = true
	settings := research.Settings{Timezone: "America/New_York", Pacing: research.Pacing{QuietFrom: 20 * 60, QuietTo: 8 * 60, PersonZone: true}}
	end := time.Date(2026, 11, 26, 2, 30, 0, 0, time.UTC)
	var shift atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
	invite := s.invite()
	invite["expires_at"] = end.Add(time.Hour).Format(time.RFC3339)
	s.then(func(r request) map[string]any {
		says, _ := json.Marshal(r.Body["timeZone"])
		at := now()
		if next := settings.Next(research.ZoneOf(says), at); next.After(at) {
			return map[string]any{"ask_at": next.UTC().Format(time.RFC3339Nano), "open": true}
		}
		return map[string]any{"invite": invite, "open": true}
	})
	if _, err := chromedp.Call(p.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Kolkata"}); err != nil {
		t.Fatal(err)
	}
	p.goTo(h.page("/app", script(`window.shift=0;const real=Date.now;Date.now=()=>real()+shift`)+ours(s, ""), ""))
	eventually(t, func() bool { return len(s.to("/sdk/v1/config")) > 0 }, func() string { return "the page does not begin" })
	p.do(chromedp.Sleep(settle))
	shift.Store(int64(time.Until(end.Add(-5 * time.Second))))
	eval[int](p, fmt.Sprintf("shift=%d;", time.Duration(shift.Load()).Milliseconds())+cancelNow)
	eventually(t, func() bool { return len(s.to("/sdk/v1/events")) > 0 }, func() string { return "no event was sent" })
	p.do(chromedp.Sleep(settle))
	if stands := eval[bool](p, "!!"+inCard); stands && now().Before(end) {
		t.Error("a card stands in quiet hours")
	}
	p.waitFor(inCard)
	if at := now(); at.Before(end) {
		t.Errorf("the card came at %s, before %s", at, end)
	}
	if n := len(s.to("/sdk/v1/ask")); n != 1 {
		t.Errorf("asked %d times, want once, at the end", n)
	}
}

// TestAPageSaysWhereItIsOnlyWhenAsked looks at what leaves a page otherwise.
func TestAPageSaysWhereItIsOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	withCard(t, s, h, "")
	for _, r := range s.to("/sdk/v1/events") {
		if zone, told := r.Body["timeZone"]; told {
			t.Errorf("the page told %v", zone)
		}
	}
}
