package sdk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

const inCard = `document.querySelector("usercall-card")`

// uc is one control of the card.
func uc(name string) string {
	return inCard + `.shadowRoot.querySelector('[data-uc="` + name + `"]')`
}

const cancelNow = `usercall.trigger("cancelled",{plan:"pro"});0`

// withCard is a visitor with the card of the stub's invite on the page, after one event.
func withCard(t *testing.T, s *stub, h *host, body string) *tab {
	t.Helper()
	if s.decide == nil {
		s.invites(s.invite())
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), body))
	eval[int](p, cancelNow)
	p.waitFor(inCard)
	return p
}

func (p *tab) heard(want ...string) {
	p.t.Helper()
	if got := eval[[]string](p, "heard"); !slices.Equal(got, want) {
		p.t.Errorf("usercall.on heard %q, want %q", got, want)
	}
}

func TestCardStandsAndIsReported(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := withCard(t, s, h, `<input id="field" autofocus>`)
	s.waitState(t, "shown")
	p.heard("invite", "shown")
	shot(t, p, "card")
	if focused := eval[string](p, "document.activeElement.id"); focused != "field" {
		t.Errorf("the card took the focus to %q", focused)
	}
	small := eval[[]string](p, `[...`+inCard+`.shadowRoot.querySelectorAll("[data-uc]")].filter(e=>{let r=e.getBoundingClientRect();return r.width<24||r.height<24}).map(e=>e.dataset.uc)`)
	if len(small) > 0 {
		t.Errorf("smaller than 24 px: %q", small)
	}
	if text := eval[string](p, inCard+`.shadowRoot.textContent`); len(text) < 50 {
		t.Errorf("the card says only %q", text)
	}
}

func TestAnswersOfTheCard(t *testing.T) {
	answers := map[string]struct {
		report string
		heard  []string
	}{
		"decline": {"declined decline", []string{"invite", "shown", "declined"}},
		"close":   {"declined close", []string{"invite", "shown", "declined"}},
		"never":   {"never never", []string{"invite", "shown", "declined"}},
		"later":   {"later", []string{"invite", "shown"}},
	}
	for control, want := range answers {
		t.Run(control, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			p := withCard(t, s, h, "")
			eval[int](p, uc(control)+".click();0")
			s.waitState(t, want.report)
			p.heard(want.heard...)
			if eval[bool](p, "!!"+inCard) {
				t.Error("the card still stands")
			}
			// The same invite comes again with the next answer, and must stay away.
			eval[int](p, cancelNow)
			s.waitMessages(t, 2)
			p.goTo(h.URL + "/app")
			eventually(t, func() bool { return len(s.to("/sdk/v1/ask")) > 0 }, func() string { return "a page with a ticket did not ask" })
			p.do(chromedp.Sleep(settle))
			if eval[bool](p, "!!"+inCard) {
				t.Error("the card came back after a dismissal")
			}
		})
	}
}

// "Not now" is for a day: the server offers the invite once more, and the browser shows it.
func TestNotNowComesBackTheNextDay(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	invite := s.invite()
	invite["expires_at"] = soon(7 * 24 * time.Hour)
	s.invites(invite)
	p := withCard(t, s, h, "")
	eval[int](p, uc("later")+".click();0")
	s.waitState(t, "later")
	p.goTo(h.page("/tomorrow", script(`{const now=Date.now;Date.now=()=>now()+864e5}`)+ours(s, ""), ""))
	p.waitFor(inCard)
	p.heard("invite", "shown")
}

func TestAcceptOpensATabInTheClick(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := withCard(t, s, h, "")
	opened := chromedp.WaitNewTarget(p.ctx, func(info *target.Info) bool { return info.URL == s.URL+"/i/token" })
	box := eval[[]float64](p, `(r=>[r.x+r.width/2,r.y+r.height/2])(`+uc("accept")+`.getBoundingClientRect())`)
	p.do(chromedp.MouseClickXY(box[0], box[1]))
	select {
	case <-opened:
	case <-t.Context().Done():
		t.Fatal("no tab")
	}
	s.waitState(t, "accepted")
	p.heard("invite", "shown", "accepted")
	p.waitFor("!" + inCard)
}

func TestEscapeClosesAndFocusReturns(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := withCard(t, s, h, `<button id="before">before</button>`)
	eval[int](p, `document.getElementById("before").focus();0`)
	p.do(chromedp.KeyEvent("\x1b"))
	if !eval[bool](p, "!!"+inCard) {
		t.Fatal("Escape belongs to the page while the focus is there")
	}
	p.do(chromedp.KeyEvent("\t"))
	if inside := eval[bool](p, "document.activeElement=="+inCard); !inside {
		t.Fatal("Tab does not reach the card")
	}
	p.do(chromedp.KeyEvent("\x1b"))
	s.waitState(t, "declined escape")
	if focused := eval[string](p, "document.activeElement.id"); focused != "before" {
		t.Errorf("focus went to %q", focused)
	}
}

func TestReloadShowsTheSameInviteAgain(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := withCard(t, s, h, "")
	p.do(chromedp.Reload())
	p.waitFor(inCard)
	p.heard("invite", "shown")
}

func TestOneTabOfSeveralShowsIt(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	first := withCard(t, s, h, "")
	second := first.another()
	second.goTo(h.URL + "/app")
	second.waitFor(`heard.includes("invite")`)
	second.do(chromedp.Sleep(settle))
	if eval[bool](second, "!!"+inCard) {
		t.Fatal("two tabs show the card")
	}
	eval[int](first, uc("decline")+".click();0")
	s.waitState(t, "declined decline")
	second.do(chromedp.Sleep(3 * settle)) // the lock is let go a second after the answer
	if eval[bool](second, "!!"+inCard) {
		t.Error("declined in one tab, shown in the other")
	}
}

func TestResetTakesTheCardAway(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := withCard(t, s, h, "")
	eval[int](p, "usercall.reset();0")
	p.waitFor("!" + inCard)
	s.waitState(t, "refused reset")
	p.do(chromedp.Reload())
	p.do(chromedp.Sleep(settle))
	if n := len(s.to("/sdk/v1/ask")); n > 0 {
		t.Errorf("asked %d times with the ticket of somebody who signed out", n)
	}
}

func TestOptOutIsAtOnceAndForEver(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := withCard(t, s, h, "")
	eval[int](p, "usercall.optOut();0")
	if eval[bool](p, "!!"+inCard) {
		t.Error("the card still stands")
	}
	eventually(t, func() bool { return len(s.to("/sdk/v1/opt-out")) == 1 }, func() string { return "not told" })
	p.do(chromedp.Reload())
	eval[int](p, cancelNow)
	p.do(chromedp.Sleep(settle))
	if n := len(s.to("/sdk/v1/config")); n != 1 {
		t.Errorf("%d pages asked for the config, want only the first", n)
	}
}

func TestOptOutBeforeInit(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := newVisitor(t)
	p.goTo(h.page("/app", script(ourStub+";usercall.optOut()")+ours(s, ""), ""))
	eventually(t, func() bool { return len(s.to("/sdk/v1/opt-out")) == 1 }, func() string { return "not told" })
	if n := len(s.to("/sdk/v1/config")); n != 0 {
		t.Errorf("asked for the config %d times", n)
	}
}

// Segment's own reset, and somebody else signing in without one, end what was for the first person.
func TestAnotherPersonNeverSeesTheInvite(t *testing.T) {
	for name, change := range map[string]string{
		"reset":    `analytics.reset().then(()=>0)`,
		"identify": `analytics.identify("u2").then(()=>0)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			s.invites(s.invite())
			p := bound(t, h, s, "{}")
			eval[any](p, `analytics.identify("u1").then(()=>analytics.track("cancelled")).then(()=>0)`)
			p.waitFor(inCard)
			eval[any](p, change)
			p.waitFor("!" + inCard)
			s.waitState(t, "refused "+name)
			p.waitFor(`!localStorage["usercall.ticket"]`)
		})
	}
}

// Whoever is somebody else by now is found out by looking too, before anything said so.
func TestAnotherPersonIsNoticedByLooking(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.invites(s.invite())
	p := bound(t, h, s, "{}")
	eval[any](p, `analytics.identify("u1").then(()=>analytics.track("cancelled")).then(()=>0)`)
	p.waitFor(inCard)
	eval[any](p, `analytics.user().then(user=>user.id("u2")).then(()=>0)`)
	p.waitFor("!" + inCard)
	s.waitState(t, "refused identify")
}
