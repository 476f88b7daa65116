package participant_test

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/web/assets"
)

// window is a page in a real browser.
type window struct {
	t   *testing.T
	ctx context.Context
}

// browse opens a browser, with more flags where a test needs them.
func browse(t *testing.T, flags ...chromedp.ExecAllocatorOption) *window {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no Chromium here; run make deps")
	}
	if !assets.Built() {
		t.Fatal(assets.Missing)
	}
	flags = append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("no-sandbox", os.Getuid() == 0)}, flags...)
	ctx, end := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	w := &window{t, ctx}
	w.do()
	w.ctx, end = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(end)
	return w
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	must(w.t, chromedp.Do(w.ctx, steps...))
}

func mark(name string) chromedp.CSS { return chromedp.CSS(`[data-uc="` + name + `"]`) }

func (w *window) open(url string) { w.t.Helper(); w.do(chromedp.Navigate(url)) }

func (w *window) press(name string) {
	w.t.Helper()
	w.do(chromedp.WaitEnabled(mark(name)), chromedp.Click(mark(name)))
}

// write types into the box; "\r" is Enter.
func (w *window) write(text string) { w.t.Helper(); w.do(chromedp.SendKeys(mark("answer"), text)) }

func (w *window) text(name string) string {
	w.t.Helper()
	text, err := chromedp.Run(w.ctx, chromedp.Text(mark(name)))
	must(w.t, err)
	return text
}

// until waits for a JavaScript expression to become true.
func (w *window) until(expression string) {
	w.t.Helper()
	_, err := chromedp.Run(w.ctx, chromedp.Poll[bool]("!!("+expression+")"))
	if err != nil {
		w.t.Fatalf("waiting for %s: %v", expression, err)
	}
}

func (w *window) run(script string) {
	w.t.Helper()
	_, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool]("(() => {"+script+"; return true})()"))
	must(w.t, err)
}

// question waits until the page asks something else than before.
func (w *window) question(before string) string {
	w.t.Helper()
	at := `document.querySelector('[data-uc=question]')?.textContent`
	w.until(at + " && " + at + " !== " + strconv.Quote(before))
	return w.text("question")
}

func TestInterviewInABrowser(t *testing.T) {
	w := newServer(t, storetest.SQLite(t))
	page := browse(t)
	page.open(w.url + "/i/" + w.invite(t))
	page.press("consent")
	first := page.question("")

	page.write("The export to our accounting broke in March.")
	page.run(`const b = document.querySelector('[data-uc=send]'); b.click(); b.click()`) // a double click
	second := page.question(first)

	// A reload keeps both the place and the words in the box.
	page.write("Half a thought")
	page.do(chromedp.Reload())
	if again := page.question(""); again != second {
		t.Errorf("after a reload it asks %q, not %q", again, second)
	}
	page.until(`document.querySelector('[data-uc=answer]').value === 'Half a thought'`)
	page.write(", finished.\r")
	third := page.question(second)

	// An answer given while the network is away goes out by itself, once.
	w.network.lose(true)
	page.write("Said in a tunnel.\r")
	page.until(`document.querySelector('#status').textContent.startsWith('Connecting again')`)
	w.network.lose(false)
	fourth := page.question(third)

	page.press("skip")
	page.question(fourth)
	page.press("leave")
	if farewell := page.text("end"); !strings.Contains(farewell, "Thank you.") || !strings.Contains(farewell, "Northdesk team") {
		t.Errorf("it ends with %q", farewell)
	}
	want := "The export to our accounting broke in March.|Half a thought, finished.|Said in a tunnel."
	if got := strings.Join(w.said(t), "|"); got != want {
		t.Errorf("stored was %q", got)
	}
}

func TestNoConsentInABrowser(t *testing.T) {
	w := newServer(t, storetest.SQLite(t))
	page := browse(t)
	page.open(w.url + "/i/" + w.invite(t))
	page.press("no-consent")
	if farewell := page.text("end"); !strings.Contains(farewell, "nothing was kept") {
		t.Errorf("it ends with %q", farewell)
	}
}

// said is every answer stored, in order.
func (w *world) said(t *testing.T) (all []string) {
	t.Helper()
	rows, err := w.raw.Query("SELECT text FROM turns WHERE speaker = 'participant' ORDER BY n")
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		must(t, rows.Scan(&text))
		all = append(all, text)
	}
	return all
}
