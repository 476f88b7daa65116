package sdk_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const (
	inCard  = `document.querySelector("usercall-card")`
	control = inCard + `.shadowRoot.querySelector('[data-uc="%"]')`
)

func uc(name string) string { return strings.Replace(control, "%", name, 1) }

// withCard is a visitor with the card of the stub's invite on the page, after one event.
func withCard(t *testing.T, s *stub, h *host, body string) *tab {
	t.Helper()
	if s.decide == nil {
		s.invites(s.invite())
	}
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, ""), body))
	eval[any](p, `usercall.trigger("cancelled",{plan:"pro"});0`)
	p.waitFor(inCard)
	return p
}

func TestCard(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := withCard(t, s, h, "<p>page</p>")
	s.waitState(t, "shown")
	shot(t, p, "card")
}

// shot keeps a picture for people where SCREENSHOTS names a folder.
func shot(t *testing.T, p *tab, name string) {
	t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"wide", 1280, 720}, {"phone", 390, 700}} {
		for _, scheme := range []string{"light", "dark"} {
			media(p, "prefers-color-scheme", scheme)
			p.do(chromedp.EmulateViewport(size.width, size.height), chromedp.Sleep(300*time.Millisecond))
			png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir+"/"+name+"-"+size.name+"-"+scheme+".png", png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func media(p *tab, feature, value string) {
	p.t.Helper()
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, params); err != nil {
		p.t.Fatal(err)
	}
}
