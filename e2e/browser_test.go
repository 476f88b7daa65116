package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// tab is a page in a real Chromium.
type tab struct {
	t      *testing.T
	ctx    context.Context
	opened <-chan target.ID // the next tab that this one opens
}

// browser starts a Chromium with an empty profile and opens a tab.
func browser(t *testing.T, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(options, more...)...)
	t.Cleanup(stop)
	return attach(t, allocator)
}

func attach(t *testing.T, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(parent, options...)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium did not start: %v; run `make deps`", err)
	}
	return &tab{t: t, ctx: ctx}
}

const patience = 20 * time.Second

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) open(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

// eval runs a script and returns its value.
func eval[T any](p *tab, script string) T {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%v, in %s", err, script)
	}
	return value
}

// until waits for an expression to come true.
func (p *tab) until(expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
		if eval[bool](p, "!!("+expression+")") {
			return
		}
	}
	p.t.Fatalf("never came true: %s\n%s", expression, eval[string](p, "location.href + '\\n' + document.body.innerText.slice(0, 3000)"))
}

// click clicks what a selector finds, once it is there and enabled.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.clickIn("document", selector)
}

func (p *tab) clickIn(root, selector string) {
	p.t.Helper()
	found := fmt.Sprintf("%s?.querySelector(%q)", root, selector)
	p.until(found + " && !" + found + ".disabled")
	eval[bool](p, found+".click(), true")
}

// expectTab waits in the background for a tab that this one will open.
func (p *tab) expectTab() {
	p.opened = chromedp.WaitNewTarget(p.ctx, func(i *target.Info) bool { return i.Type == "page" })
}

// newTab is the tab that was opened since expectTab.
func (p *tab) newTab() *tab {
	p.t.Helper()
	select {
	case id := <-p.opened:
		return attach(p.t, p.ctx, chromedp.WithTargetID(id))
	case <-time.After(patience):
		p.t.Fatal("no tab was opened")
		return nil
	}
}

// front brings the tab before the others, as a click on it does.
func (p *tab) front() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, page.BringToFront, cdp.Empty{}); err != nil {
		p.t.Fatal(err)
	}
}

// settle waits until nothing on the page moves.
func (p *tab) settle() {
	p.t.Helper()
	eval[bool](p, `Promise.all(document.getAnimations().map(a => a.finished)).then(() => true)`)
}

// picture writes a screenshot into the folder PICTURES, if that is set.
func (p *tab) picture(name string) {
	p.t.Helper()
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}
