package sdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// hideable lets a test hide the page, which a browser without windows never does.
const hideable = `window.seen="visible";Object.defineProperty(document,"visibilityState",{get:()=>seen});
window.look=s=>{seen=s;document.dispatchEvent(new Event("visibilitychange"));return 0};`

// withInvite is a visitor whose page got the stub's invite, which may wait there.
func withInvite(t *testing.T, h *host, s *stub, head, body string) *tab {
	t.Helper()
	p := newVisitor(t)
	p.goTo(h.page("/app", script(hideable)+ours(s, "")+head, body))
	eval[int](p, cancelNow)
	p.waitFor(`heard.includes("invite")`)
	return p
}

func onPage(s *stub, url map[string]any, dwell int) map[string]any {
	invite := s.invite()
	invite["page"] = map[string]any{"url": url, "dwell_ms": dwell}
	return invite
}

func TestEachPartOfAnAddress(t *testing.T) {
	for part, test := range map[string]map[string]any{
		"full": {"ends_with": "#here"}, "host": {"starts_with": "localhost"}, "path": {"equals": "/app/in"},
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			s.invites(onPage(s, map[string]any{part: test}, 0))
			p := withInvite(t, h, s, "", "")
			natives := `[history.pushState,history.replaceState].every(f=>/native code/.test(f))&&!Object.hasOwn(history,"pushState")&&!onpopstate`
			eval[int](p, `history.replaceState(null,"","/app/in");location.hash="here";0`)
			p.waitFor(inCard)
			if !eval[bool](p, natives) {
				t.Error("the page's native functions were changed")
			}
		})
	}
}

func TestDwellCountsOnlyWhatIsSeen(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.invites(onPage(s, nil, 1200))
	p := newVisitor(t)
	p.goTo(h.page("/app", script(steady+hideable)+ours(s, ""), ""))
	eval[int](p, `stopClock();`+cancelNow)
	p.waitFor(`tick(1)&&heard.includes("invite")`)
	eval[int](p, `look("hidden")`)
	p.tick(1500)
	s.waitState(t, "refused hidden")
	eval[int](p, `look("visible")`)
	p.tick(1000)
	if eval[bool](p, "!!"+inCard) {
		t.Error("the time in the background counted")
	}
	p.tick(190)
	p.waitFor("tick(5)&&" + inCard) // the browser grants its lock by its own clock
	eval[int](p, `look("hidden")`)
	p.do(chromedp.Sleep(settle))
	if got := s.states(); !slices.Equal(got, []string{"refused hidden", "shown"}) {
		t.Errorf("reported %q, want each reason once", got)
	}
}

func TestWhatCountsAsADialogCanBeSet(t *testing.T) {
	const body = `<div class="tour" hidden>tour</div><div role="dialog" style="display:none">kept in the page</div>`
	for name, set := range map[string]func(s *stub) string{
		"project": func(s *stub) string { s.config["dialog_selector"] = ".tour"; return "" },
		"page":    func(s *stub) string { return `,dialogSelector:".tour"` },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			s.invites(s.invite())
			option := set(s)
			p := newVisitor(t)
			p.goTo(h.page("/app", strings.Replace(ours(s, ""), `"}`, `"`+option+`}`, 1), body))
			eval[int](p, `document.querySelector(".tour").hidden=false;`+cancelNow)
			s.waitState(t, "refused dialog")
			eval[int](p, `document.querySelector(".tour").hidden=true;0`)
			p.waitFor(inCard)
		})
	}
}

func TestASelectorThatIsNone(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["dialog_selector"] = "]["
	p := withCard(t, s, h, "")
	if trouble := eval[[]string](p, "trouble"); len(trouble) > 0 {
		t.Errorf("the page heard %q", trouble)
	}
}

func TestCardsOfASession(t *testing.T) {
	for limit, want := range map[int]bool{1: false, 2: true, 0: true} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			s.config["per_session"] = limit
			p := withCard(t, s, h, "")
			eval[int](p, uc("decline")+".click();0")
			s.waitState(t, "declined decline")
			second := s.invite()
			second["id"] = "inv_2"
			s.invites(second)
			p.do(chromedp.Reload())
			eval[int](p, cancelNow)
			if want {
				p.waitFor(inCard)
				return
			}
			s.waitState(t, "refused session")
			eval[int](p, cancelNow)
			p.do(chromedp.Sleep(settle))
			if eval[bool](p, "!!"+inCard) || len(s.states()) != 3 {
				t.Errorf("a second card in a session; reported %q", s.states())
			}
		})
	}
}

func TestAnotherTabIsReported(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	first := withCard(t, s, h, "")
	second := first.another()
	second.goTo(h.URL + "/app")
	s.waitState(t, "refused tab")
}

// The server says no to what it let go elsewhere in the meantime.
func TestACardThatIsAnsweredElsewhereGoes(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.taken.Store(true)
	s.invites(s.invite())
	p := withInvite(t, h, s, "", "")
	p.waitFor(`heard.includes("shown")&&!` + inCard)
	p.heard("invite", "shown")
}

func TestAStandingCardIsAskedAboutWhenSomebodyLooks(t *testing.T) {
	for name, comes := range map[string]string{
		"back to the page": `look("hidden"),look("visible")`, "back to the window": `dispatchEvent(new Event("focus"));0`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			s.invites(s.invite())
			p := withInvite(t, h, s, "", "")
			p.waitFor(inCard)
			s.then(func(request) map[string]any { return map[string]any{"invite": nil, "open": true} })
			eval[int](p, comes)
			p.waitFor("!" + inCard)
			p.heard("invite", "shown")
			if n := len(s.to("/sdk/v1/ask")); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// Long after it was offered, an invite may be answered elsewhere: it is asked about before it stands.
func TestAnOldOfferIsAskedAboutBeforeItStands(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.invites(s.invite())
	p := withInvite(t, h, s, "", `<dialog open>wait</dialog>`)
	s.waitState(t, "refused dialog")
	s.then(func(request) map[string]any { return map[string]any{"invite": nil, "open": true} })
	eval[int](p, `{const now=Date.now;Date.now=()=>now()+11e3};document.querySelector("dialog").close();0`)
	eventually(t, func() bool { return len(s.to("/sdk/v1/ask")) == 1 }, func() string { return "not asked" })
	p.do(chromedp.Sleep(settle))
	if eval[bool](p, "!!"+inCard) {
		t.Error("shown though it was answered elsewhere")
	}
}

func TestACardGoesWhenItExpires(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.then(func(request) map[string]any {
		invite := s.invite()
		invite["expires_at"] = soon(4 * time.Second) // from the answer: a page may take longer than that to come up
		return map[string]any{"invite": invite, "open": true}
	})
	p := withCard(t, s, h, "")
	p.waitFor("!" + inCard)
	p.heard("invite", "shown")
}

// The texts are the server's; the page says in which language they are wanted.
func TestTheCardInGerman(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.decide = func(r request) map[string]any {
		invite := s.invite()
		if r.Body["locale"] == "de-AT" {
			invite["lang"], invite["later"], invite["never"], invite["close"] = "de", "Jetzt nicht", "Nicht mehr fragen", "Schließen"
			invite["title"], invite["accept"], invite["decline"] = "Sie haben gerade gekündigt. Erzählen Sie uns, warum?", "Erzählen", "Nein danke"
			invite["body"] = "Eine KI stellt die Fragen auf Englisch, Sie antworten. Etwa 4 Minuten. An dem, was Sie gerade getan haben, ändert das nichts."
		}
		return map[string]any{"invite": invite, "open": true}
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", strings.Replace(ours(s, ""), `"}`, `",locale:"de-AT"}`, 1), ""))
	eval[int](p, cancelNow)
	p.waitFor(inCard)
	if got := eval[string](p, uc("later")+".textContent+"+inCard+".lang"); got != "Jetzt nichtde" {
		t.Errorf("the card says %q", got)
	}
	shot(t, p, "card-german")
}
