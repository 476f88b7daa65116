package sdk_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func soon(after time.Duration) string { return time.Now().Add(after).UTC().Format(time.RFC3339Nano) }

// A wait that is pending, or a "not now", says when to ask again.
func TestAsksAgainWhenTold(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.decide = func(r request) map[string]any {
		if r.Path == "/sdk/v1/events" {
			return map[string]any{"ask_at": soon(time.Second), "open": true}
		}
		return map[string]any{"invite": s.invite(), "open": true}
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), ""))
	eval[int](p, cancelNow)
	p.waitFor(inCard)
	if n := len(s.to("/sdk/v1/ask")); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestNobodyLooksSoNothingIsAsked(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.decide = func(r request) map[string]any {
		if r.Path == "/sdk/v1/events" {
			return map[string]any{"ask_at": soon(0), "open": true}
		}
		return map[string]any{"invite": s.invite(), "open": true}
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", script(hideable)+ours(s, ""), ""))
	eval[int](p, cancelNow+`;look("hidden")`)
	p.do(chromedp.Sleep(2500 * time.Millisecond))
	if n := len(s.to("/sdk/v1/ask")); n != 0 {
		t.Errorf("asked %d times while nobody looked", n)
	}
	eval[int](p, `look("visible")`)
	p.waitFor(inCard)
}

// Whatever the server says, and whatever the browser's clock says.
func TestAnIdlePageAsksSixTimesAtMost(t *testing.T) {
	for name, signed := range map[string]bool{"told again and again": false, "with a stream": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			s.config["signed"] = signed
			s.decide = func(request) map[string]any { return map[string]any{"ask_at": soon(0), "open": true} }
			p := newVisitor(t)
			p.goTo(h.page("/app", script(`localStorage["usercall.ticket"]='{"ticket":"t"}'`)+ours(s, ""), ""))
			p.do(chromedp.Sleep(9 * time.Second))
			const all = `performance.getEntriesByType("resource").filter(e=>e.name.includes("/sdk/")).map(e=>e.name)`
			if got := eval[[]string](p, all); len(got) > 6 || len(s.to("/sdk/v1/ask")) < 2 {
				t.Errorf("%d requests: %q", len(got), got)
			}
			if n := len(s.to("/sdk/v1/stream")); n > 1 || (n == 1) != signed {
				t.Errorf("%d streams", n)
			}
		})
	}
}

// streamed is a page of somebody whom a server's events may invite.
func streamed(t *testing.T, h *host, s *stub) *tab {
	t.Helper()
	s.config["signed"] = true
	p := newVisitor(t)
	p.goTo(h.page("/app", script(hideable+`localStorage["usercall.ticket"]='{"ticket":"my-ticket"}'`)+ours(s, ""), ""))
	eventually(t, func() bool { return s.open() == 1 && len(s.to("/sdk/v1/ask")) == 1 }, func() string { return "no stream that asks when it opens" })
	return p
}

func TestAServersEventReachesAnOpenPage(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	var made atomic.Bool
	s.decide = func(request) map[string]any {
		if !made.Load() {
			return map[string]any{"open": true}
		}
		return map[string]any{"invite": s.invite(), "open": true}
	}
	p := streamed(t, h, s)
	opened := s.to("/sdk/v1/stream")[0]
	if opened.Body["ticket"] != "my-ticket" || strings.Contains(opened.Headers.Get("Referer"), "ticket") || opened.Headers.Get("Cookie") != "" {
		t.Errorf("opened with %v", opened)
	}
	made.Store(true)
	s.say()
	p.waitFor(inCard)
	// Paused, or answered on another device: the standing card goes.
	made.Store(false)
	s.say()
	p.waitFor("!" + inCard)
	p.heard("invite", "shown")
}

func TestAStreamIsOpenOnlyWhileSomebodyLooks(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.decide = func(request) map[string]any { return map[string]any{"open": true} }
	p := streamed(t, h, s)
	eval[int](p, `look("hidden")`)
	eventually(t, func() bool { return s.open() == 0 }, func() string { return "still open" })
	p.do(chromedp.Sleep(settle))
	eval[int](p, `look("visible")`)
	eventually(t, func() bool { return s.open() == 1 && len(s.to("/sdk/v1/ask")) == 2 }, func() string { return "not opened again" })
	eval[int](p, `usercall.optOut();0`)
	eventually(t, func() bool { return s.open() == 0 }, func() string { return "open after the opt-out" })
}

func TestNoStreamIsToBeHad(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["signed"] = true
	s.invites(s.invite())
	s.mu.Lock()
	s.streams = nil // it fails
	s.mu.Unlock()
	p := newVisitor(t)
	p.goTo(h.page("/app", script(`localStorage["usercall.ticket"]='{"ticket":"t"}'`)+ours(s, ""), ""))
	p.waitFor(inCard)
	if trouble := eval[[]string](p, "trouble.filter(line=>line.includes('usercall'))"); len(trouble) > 0 {
		t.Errorf("the page heard %q", trouble)
	}
}

// After the first event the stream is of the ticket, which hears of waits.
func TestAStreamFollowsTheTicket(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["signed"] = true
	s.decide = func(r request) map[string]any { return map[string]any{"open": r.Path == "/sdk/v1/events"} }
	p := bound(t, h, s, "{}")
	eventually(t, func() bool { return len(s.to("/sdk/v1/ask")) == 1 }, func() string { return "not asked" })
	if first := s.to("/sdk/v1/stream")[0]; first.Body["anonymousId"] == nil || first.Body["ticket"] != nil {
		t.Errorf("opened with %v", first.Body)
	}
	s.then(func(request) map[string]any { return map[string]any{"open": true} })
	eval[any](p, `analytics.track("cancelled").then(()=>0)`)
	eventually(t, func() bool {
		all := s.to("/sdk/v1/stream")
		return s.open() == 1 && all[len(all)-1].Body["ticket"] != nil
	}, func() string { return "not of the ticket" })
}

// until makes something wait until it is told to go on, or the test is over.
func until(t *testing.T) (wait, goOn func()) {
	gate := make(chan struct{})
	goOn = sync.OnceFunc(func() { close(gate) })
	t.Cleanup(goOn)
	return func() { <-gate }, goOn
}

// answered tells whether so many questions of the page were.
func answered(n int) string {
	return fmt.Sprintf(`performance.getEntriesByType("resource").filter(e=>e.name.endsWith("/sdk/v1/ask")).length>=%d`, n)
}

// TestATicketIsKeptForAnEventThatIsToLeave: an answer that nothing is open is of
// before the event, whose invite nobody else could show.
func TestATicketIsKeptForAnEventThatIsToLeave(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["signed"] = true
	wait, answer := until(t)
	s.decide = func(r request) map[string]any {
		if r.Path == "/sdk/v1/ask" {
			wait()
		}
		return map[string]any{"open": r.Path == "/sdk/v1/events"}
	}
	p := boundBehind(t, h, s, "{}", script(steady))
	eventually(t, func() bool { return len(s.to("/sdk/v1/ask")) == 1 }, func() string { return "not asked" })
	eval[any](p, `stopClock(),analytics.track("cancelled").then(()=>0)`)
	answer()
	p.waitFor(answered(1))
	p.tick(1000)
	s.waitMessages(t, 1)
	if left := s.to("/sdk/v1/events")[0]; left.Body["ticket"] == nil {
		t.Error("the event left without a ticket")
	}
}

// TestATicketIsKeptForAnEventOnItsWay: the server may answer a question before it
// has read an event that left earlier.
func TestATicketIsKeptForAnEventOnItsWay(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["signed"] = true
	wait, answer := until(t)
	var late atomic.Bool
	s.decide = func(r request) map[string]any {
		if r.Path == "/sdk/v1/events" {
			late.Store(true)
			wait()
			return map[string]any{"invite": s.invite(), "open": true}
		}
		return map[string]any{"open": !late.Load()}
	}
	p := boundBehind(t, h, s, "{}", script(`localStorage["usercall.ticket"]='{"ticket":"t"}'`))
	p.waitFor(answered(1))
	eval[any](p, `analytics.track("cancelled").then(()=>0)`)
	s.waitMessages(t, 1)
	s.say()
	p.waitFor(answered(2))
	answer()
	p.waitFor(inCard)
}

func TestWhatAnEarlyEventIsHeldFor(t *testing.T) {
	for name, c := range map[string]struct {
		config   map[string]any
		options  string
		who      string // what is known before the event
		held     bool
		identify string // what ends it
		sent     bool   // at that
	}{
		"a userId where no trigger takes anyone":  {map[string]any{}, `{}`, ``, true, `analytics.identify("u1")`, true},
		"no userId where one takes anyone":        {map[string]any{"anyone": true}, `{}`, ``, false, ``, true},
		"a trait that the config lists":           {map[string]any{"traits": []string{"traits.plan"}}, `{}`, `analytics.identify("u1")`, true, `analytics.identify("u1",{plan:"pro"})`, true},
		"it, though the identify does not say it": {map[string]any{"traits": []string{"traits.plan"}}, `{}`, `analytics.identify("u1")`, true, `analytics.identify("u1",{role:"admin"})`, true},
		"a trait that is there":                   {map[string]any{"traits": []string{"traits.plan"}}, `{}`, `analytics.identify("u1",{plan:"pro"})`, false, ``, true},
		"a where that fails on a trait":           {map[string]any{"anyone": true}, `{where:{traits:{plan:"pro"}}}`, ``, true, `analytics.identify("u1",{plan:"pro"})`, true},
		"it, and it fails still":                  {map[string]any{"anyone": true}, `{where:{traits:{plan:"pro"}}}`, ``, true, `analytics.identify("u1",{plan:"free"})`, false},
		"a group is no identify":                  {map[string]any{}, `{}`, ``, true, `analytics.group("g1")`, false},
		"usercall.identify is one":                {map[string]any{}, `{}`, ``, true, `Promise.resolve(usercall.identify({userId:"u1"}))`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			need := map[string]any{"type": "track", "name": "cancelled"}
			for key, value := range c.config {
				need[key] = value
			}
			s.config = reading(need)
			p := stopped(t, h, s, c.options)
			after := c.identify
			if after == "" {
				after = "0"
			}
			before := c.who
			if before == "" {
				before = "0"
			}
			got := eval[[]int](p, `(async()=>{await `+before+`;await analytics.track("cancelled");await tick(300);const held=left.length;
				await `+after+`;await tick(300);return [held,left.length]})()`)
			if (got[0] == 0) != c.held || (got[1] > 0) != c.sent {
				t.Errorf("requests before and after the identify: %v", got)
			}
			p.do(chromedp.Sleep(settle))
			if n := len(s.messages()); n > 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

func TestALateEventIsNotHeld(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config = reading(map[string]any{"type": "track", "name": "cancelled"})
	p := stopped(t, h, s, "{}")
	p.tick(30_000) // the page was bound a while after its clock stopped
	if left := eval[int](p, `analytics.track("cancelled").then(()=>tick(300)).then(()=>left.length)`); left != 1 {
		t.Errorf("%d requests left at once, long after binding", left)
	}
}

// TestAPageThatStaysOpenAsksDaysLater: what waits longer than a timer can is asked
// for all the same, once and in time.
func TestAPageThatStaysOpenAsksDaysLater(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	const days = 40 // a timer's longest is 24.8 days, and over at once beyond
	s.decide = func(r request) map[string]any {
		if r.Path == "/sdk/v1/events" {
			return map[string]any{"ask_at": soon(days * 24 * time.Hour), "open": true}
		}
		return map[string]any{"open": false}
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", script(steady)+ours(s, ""), ""))
	eventually(t, func() bool { return len(s.to("/sdk/v1/config")) > 0 }, func() string { return "the page does not begin" })
	p.do(chromedp.Sleep(settle))
	before := len(s.to("/sdk/v1/ask"))
	eval[int](p, "stopClock(),"+cancelNow)
	p.tick(1000)
	p.waitFor(strings.ReplaceAll(answered(1), "ask", "events"))
	p.tick((days*24 - 1) * 3_600_000)
	if n := len(s.to("/sdk/v1/ask")); n != before {
		t.Errorf("asked %d times before it was time", n-before)
	}
	p.tick(2 * 3_600_000)
	eventually(t, func() bool { return len(s.to("/sdk/v1/ask")) == before+1 }, func() string { return "not asked when it was time" })
}
