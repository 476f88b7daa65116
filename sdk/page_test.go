package sdk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestPageRuleDwellAndDialogs(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	invite := s.invite()
	invite["page"] = map[string]any{"url": map[string]any{"path": map[string]any{"starts_with": "/app/deep"}}, "dwell_ms": 300}
	s.invites(invite)
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), `<dialog open>wait</dialog>`))
	eval[int](p, cancelNow)
	s.waitState(t, "refused url")
	eval[int](p, `history.pushState(null,"","/app/deep/inside");0`)
	s.waitState(t, "refused dialog")
	if eval[bool](p, "!!"+inCard) {
		t.Fatal("shown beside an open dialog")
	}
	eval[int](p, `document.querySelector("dialog").close();0`)
	p.waitFor(inCard)
	p.heard("invite", "shown")
}

// The strictest page that the contract names, with the lines in a file of the customer's.
func TestStrictPolicy(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.invites(s.invite())
	h.csp = strings.ReplaceAll("default-src 'none'; script-src 'self' HOST; connect-src HOST; frame-src HOST; style-src 'self'", "HOST", s.URL)
	h.pages["/lines.js"] = watch + `;window.violations=[];addEventListener("securitypolicyviolation",e=>violations.push(e.violatedDirective+" "+e.blockedURI));` +
		ourStub + fmt.Sprintf(`;usercall.init({projectId:%q});`, project) + listen
	h.pages["/strict"] = `<!doctype html><html lang="en"><script src="/lines.js"></script><script async src="` + s.URL + `/sdk/usercall.js"></script><p>strict`
	p := newVisitor(t)
	p.goTo(h.URL + "/strict")
	eval[int](p, cancelNow)
	p.waitFor(inCard)
	// The browser asks for /favicon.ico by itself, which this policy refuses.
	violations := eval[[]string](p, `violations.filter(v=>!v.includes("favicon"))`)
	if len(violations) > 0 {
		t.Errorf("violations: %q", violations)
	}
	if width := eval[float64](p, inCard+`.shadowRoot.querySelector("section").getBoundingClientRect().width`); width != 340 {
		t.Errorf("the card is %v px wide: its styles did not apply", width)
	}
	if left := eval[[]string](p, `[...document.querySelectorAll("body *, head *")].map(e=>e.localName).filter(n=>!["script","p","usercall-card","meta"].includes(n))`); len(left) > 0 {
		t.Errorf("left on the page: %q", left)
	}
}

func TestHostileStyles(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	h.pages["/hostile.css"] = `* { display: none !important; position: static !important; font-size: 40px !important; color: red !important; visibility: hidden !important; opacity: 0 !important; pointer-events: none !important; transform: scale(3) !important; width: 10px !important; float: left !important }
		html, head, body { display: block !important; transform: none !important; opacity: 1 !important; width: auto !important }`
	s.invites(s.invite())
	p := newVisitor(t)
	p.goTo(h.page("/app", `<link rel="stylesheet" href="/hostile.css">`+ours(s, ""), ""))
	eval[int](p, cancelNow)
	p.waitFor(inCard)
	box := eval[[]float64](p, `(r=>[r.width,innerWidth-r.right,innerHeight-r.bottom])(`+inCard+`.getBoundingClientRect())`)
	if box[0] != 340 || box[1] != 16 || box[2] != 16 {
		t.Errorf("width, right, bottom: %v", box)
	}
	hit := eval[bool](p, `(r=>document.elementFromPoint(r.x+5,r.y+5)==`+inCard+`)(`+uc("decline")+`.getBoundingClientRect())`)
	if !hit {
		t.Error("the buttons cannot be pressed")
	}
	if look := eval[string](p, `(c=>[c.visibility,c.opacity,c.fontSize].join())(getComputedStyle(`+inCard+`))`); look != "visible,1,15px" {
		t.Errorf("the page's styles reach the card: %s", look)
	}
}

func TestHostDown(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(string) bool{
		"all but the loader":      func(path string) bool { return path != "/sdk/usercall.js" },
		"the programming surface": func(path string) bool { return strings.HasPrefix(path, "/sdk/v1/") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			s.fail = func(w http.ResponseWriter, r *http.Request) bool {
				if !fails(r.URL.Path) {
					return false
				}
				w.Header().Set("Access-Control-Allow-Origin", "*")
				http.Error(w, "{}", http.StatusForbidden)
				return true
			}
			p := newVisitor(t)
			p.goTo(h.page("/app", ours(s, "usercall.trigger('cancelled')"), ""))
			p.waitFor(`trouble.length>0||true`)
			p.do(chromedp.Sleep(settle))
			trouble := eval[[]string](p, "trouble")
			if len(trouble) > 1 || (len(trouble) == 1 && !strings.Contains(trouble[0], "usercall")) {
				t.Errorf("the page heard %q", trouble)
			}
		})
	}
}

func TestUnknownProject(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := newVisitor(t)
	lines := script(ourStub) + `<script async src="` + s.URL + `/sdk/usercall.js"></script>` + script(`usercall.init({projectId:"nobody"});usercall.trigger("cancelled")`)
	p.goTo(h.page("/app", lines, ""))
	p.waitFor(`trouble.length==1&&trouble[0].includes("usercall")&&trouble[0].includes("nobody")`)
}

func TestIdlePageAsksForLittleAndLeavesNothing(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), ""))
	p.do(chromedp.Sleep(settle))
	if n := eval[int](p, `performance.getEntriesByType("resource").filter(e=>e.name.startsWith("`+s.URL+`")).length`); n > 3 {
		t.Errorf("an idle page made %d requests", n)
	}
	eval[int](p, cancelNow)
	s.waitMessages(t, 1)
	if cookies := eval[string](p, "document.cookie"); cookies != "" {
		t.Errorf("cookies: %q", cookies)
	}
	if keys := eval[[]string](p, `Object.keys(localStorage).filter(k=>!k.startsWith("usercall"))`); len(keys) > 0 {
		t.Errorf("storage keys: %q", keys)
	}
	if globals := eval[[]string](p, `(f=>{document.body.append(f);const own=Object.keys(f.contentWindow);f.remove();return Object.keys(window).filter(k=>!own.includes(k)&&!["trouble","heard","usercall","k"].includes(k))})(document.createElement("iframe"))`); len(globals) > 0 {
		t.Errorf("globals: %q", globals)
	}
}
