package sdk_test

import (
	"context"
	"flag"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// One Chromium for all tests; each test has a browser context of its own, so no storage is shared.
var chromium = sync.OnceValues(func() (context.Context, func()) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("renderer-process-limit", "4"), // a process a tab is too many for a small machine
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	browser, stopBrowser := chromedp.NewContext(allocator)
	if err := chromedp.Do(browser); err != nil {
		panic(err)
	}
	return browser, func() { stopBrowser(); stopAllocator() }
})

var chromiumUsed atomic.Bool

func TestMain(m *testing.M) {
	// These tests wait for a browser most of the time, so more of them fit than there are cores.
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	code := m.Run()
	if chromiumUsed.Load() {
		_, stop := chromium()
		stop()
	}
	os.Exit(code)
}

// A tab is one page of a visitor.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// newVisitor opens a tab with an empty storage.
func newVisitor(t *testing.T) *tab {
	t.Helper()
	chromiumUsed.Store(true)
	browser, _ := chromium()
	return openTab(t, browser, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same visitor.
func (p *tab) another() *tab {
	p.t.Helper()
	return openTab(p.t, p.ctx)
}

func openTab(t *testing.T, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &tab{t, ctx}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, 30*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) goTo(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

// eval runs a script, awaits its promise and returns its value.
func eval[T any](p *tab, script string) T {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, 30*time.Second)
	defer stop()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%v, in %s", err, script)
	}
	return value
}

// waitFor polls an expression until it is true.
func (p *tab) waitFor(expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if eval[bool](p, "!!("+expression+")") {
			return
		}
	}
	p.t.Fatalf("never came true: %s", expression)
}
