package web

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/usercall/usercall/internal/web/assets"
)

// TestKeys presses j, k, ? and Enter in a real browser.
func TestKeys(t *testing.T) {
	if !assets.Built() {
		t.Fatal("there are no scripts: run make build")
	}
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 3, interviews: 5, events: 9})
	server := httptest.NewServer(s.handler)
	defer server.Close()
	ctx := browser(t)
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: s.cookie.Name, Value: s.cookie.Value, URL: server.URL})
	must(t, true, err)
	is := func(want bool, expression string) {
		t.Helper()
		if got, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err != nil || got != want {
			t.Errorf("%s is %t (%v)", expression, got, err)
		}
	}
	press := func(keys ...string) {
		t.Helper()
		for _, k := range keys {
			must(t, true, chromedp.Do(ctx, chromedp.KeyEvent(k)))
		}
	}
	must(t, true, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/studies")))
	is(true, `document.styleSheets.length === 1 && getComputedStyle(document.body).display === "grid"`)
	press("j", "j", "j", "k")
	is(true, `document.activeElement === document.querySelectorAll("a[data-row]")[1]`)
	press("?")
	is(true, `document.querySelector("#keys").open`)
	press(kb.Escape)
	is(false, `document.querySelector("#keys").open`)
	must(t, true, chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("a[data-row]")[1].focus()`)))
	press(kb.Enter)
	must(t, true, chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("nav.tabs"))))
	is(true, `location.pathname === "/studies/stu_a1"`)
}
