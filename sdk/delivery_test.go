package sdk_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// A refused request is sent again with the same messageId, so that the server can tell.
func TestRetryKeepsTheMessageID(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	var refused atomic.Int32
	s.fail = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/sdk/v1/events" || refused.Add(1) > 1 {
			return false
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"code":"unavailable"}`)
		return true
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), ""))
	eval[int](p, cancelNow)
	if n := len(s.waitMessages(t, 1)); n != 1 {
		t.Errorf("%d events", n)
	}
	if trouble := eval[[]string](p, "trouble"); len(trouble) > 0 {
		t.Errorf("the page heard %q of a failure that passed", trouble)
	}
}

// An invite whose answer was lost with the page arrives on the next one, which asks once.
func TestInviteSurvivesNavigation(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	var ticket atomic.Value
	s.decide = func(r request) map[string]any {
		if r.Path == "/sdk/v1/events" {
			ticket.Store(r.Body["ticket"])
			return nil
		}
		return map[string]any{"invite": s.invite(), "open": true}
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), ""))
	p.waitFor("usercall._.calls.length==0")
	eval[int](p, cancelNow)
	s.waitMessages(t, 1)
	p.goTo(h.page("/next", ours(s, ""), ""))
	p.waitFor(inCard)
	asked := s.to("/sdk/v1/ask")
	if len(asked) != 1 || asked[0].Body["ticket"] != ticket.Load() {
		t.Errorf("asked with %v, the ticket was %v", asked, ticket.Load())
	}
}

func TestTicketIsForgottenWhenNothingIsOpen(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), ""))
	eval[int](p, cancelNow)
	s.waitMessages(t, 1)
	p.do(chromedp.Reload())
	p.waitFor(`!localStorage["usercall.ticket"]`)
	p.do(chromedp.Reload(), chromedp.Sleep(settle))
	if n := len(s.to("/sdk/v1/ask")); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

// An event on the way out of the page still leaves it.
func TestEventAtNavigation(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := newVisitor(t)
	h.page("/next", "", "")
	p.goTo(h.page("/app", ours(s, ""), ""))
	p.waitFor("window.usercall&&usercall._&&usercall._.run&&usercall._.calls.length==0&&usercall._.host")
	p.do(chromedp.Sleep(settle))
	eval[int](p, `usercall.trigger("cancelled",{plan:"pro"});location.href="/next";0`)
	s.waitMessages(t, 1)
}

func TestInterviewInAFrame(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["delivery"] = "iframe"
	h.csp = "frame-src " + s.URL
	p := withCard(t, s, h, "")
	eval[int](p, uc("accept")+".click();0")
	const frame = `document.querySelector("usercall-interview")?.shadowRoot.querySelector("iframe")`
	p.waitFor(frame)
	if got := eval[[]string](p, `(f=>[f.src,f.allow])(`+frame+`)`); got[0] != s.URL+"/i/token" || got[1] != "microphone; on-device-speech-recognition" {
		t.Errorf("frame %q", got)
	}
	eval[int](p, `window.postMessage({usercall:"completed"},"*");0`)
	p.do(chromedp.Sleep(settle / 2))
	p.heard("invite", "shown", "accepted")
}

// Where the page's policy refuses the frame, the person is told, and has the tab.
func TestAFrameThatThePageRefuses(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["delivery"] = "iframe"
	h.csp = "frame-src 'none'"
	p := withCard(t, s, h, "")
	eval[int](p, uc("accept")+".click();0")
	const inside = `document.querySelector("usercall-interview")?.shadowRoot`
	p.waitFor(inside + `?.querySelector("[role=status]")?.textContent.includes("in a tab")`)
	if got := eval[string](p, inside+`.querySelector("a").href`); got != s.URL+"/i/token" {
		t.Errorf("the tab leads to %q", got)
	}
}

func TestServerSignedEventsAskByAnonymousID(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config["signed"] = true
	s.decide = func(r request) map[string]any {
		if r.Body["anonymousId"] == nil {
			return nil
		}
		return map[string]any{"invite": s.invite(), "open": true}
	}
	// A page that gets the focus asks once more, and the browser gives it at a time of its own.
	p := boundBehind(t, h, s, "{}", script(`addEventListener("focus",e=>e.stopImmediatePropagation(),true)`))
	p.waitFor(inCard)
	if n := len(s.to("/sdk/v1/ask")); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// The package for bundlers makes the same calls.
func TestPackageForBundlers(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	module, err := os.ReadFile("npm/index.js")
	if err != nil {
		t.Fatal(err)
	}
	h.pages["/usercall-js.js"] = string(module)
	lines := fmt.Sprintf(`<script type="module">import usercall from "/usercall-js.js";usercall.init({projectId:%q,host:%q});usercall.identify({userId:"u1"});usercall.trigger("cancelled",{plan:"pro"})</script>`, project, s.URL)
	p := newVisitor(t)
	p.goTo(h.page("/app", lines, ""))
	if event := s.waitMessages(t, 1)[0]; event["userId"] != "u1" || event["via"] != "trigger" {
		t.Errorf("event %v", event)
	}
}

// Text against its ground, WCAG AA, in both schemes and with the direction of the language.
func TestCardIsReadable(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	invite := s.invite()
	invite["lang"], invite["dir"], invite["title"] = "ar", "rtl", "لقد ألغيت اشتراكك. هل تخبرنا لماذا؟"
	s.invites(invite)
	p := withCard(t, s, h, "")
	for _, scheme := range []string{"light", "dark"} {
		p.media("prefers-color-scheme", scheme)
		if low := eval[[]string](p, strings.ReplaceAll(contrast, "CARD", inCard)); len(low) > 0 {
			t.Errorf("%s: contrast below 4.5: %q", scheme, low)
		}
	}
	if left := eval[float64](p, inCard+`.getBoundingClientRect().left`); left != 16 {
		t.Errorf("a right-to-left card stands %v px from the left, want 16", left)
	}
	p.media("prefers-reduced-motion", "reduce")
	if name := eval[string](p, `getComputedStyle(`+inCard+`.shadowRoot.querySelector("section")).animationName`); name != "none" {
		t.Errorf("animation %q under reduced motion", name)
	}
	shot(t, p, "card-rtl")
}

const contrast = `(() => {
	const pixel = document.createElement("canvas").getContext("2d");
	const luminance = color => { pixel.clearRect(0,0,1,1); pixel.fillStyle = color; pixel.fillRect(0,0,1,1);
		const [r,g,b] = [...pixel.getImageData(0,0,1,1).data].map(v => (v/=255) <= 0.04045 ? v/12.92 : ((v+0.055)/1.055)**2.4);
		return 0.2126*r + 0.7152*g + 0.0722*b; };
	const root = CARD.shadowRoot, ground = getComputedStyle(root.querySelector("section")).backgroundColor;
	return [...root.querySelectorAll("h2,p,a,button")].filter(e => e.role != "status").flatMap(e => {
		const own = getComputedStyle(e).backgroundColor, under = own == "rgba(0, 0, 0, 0)" ? ground : own;
		const [a, b] = [luminance(getComputedStyle(e).color), luminance(under)].sort((x, y) => y - x);
		return (a + 0.05) / (b + 0.05) < 4.5 ? [e.textContent] : []; });
})()`
