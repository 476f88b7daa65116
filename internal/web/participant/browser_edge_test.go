package participant_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/store/storetest"
)

// violations makes the page remember what its policy stopped and what its
// script threw.
const violations = `window.wrong = [];
	addEventListener('securitypolicyviolation', e => wrong.push(e.violatedDirective + ' ' + e.blockedURI));
	addEventListener('error', e => wrong.push(String(e.message)));
	addEventListener('unhandledrejection', e => wrong.push(String(e.reason)));`

// TestHelpStaysInView: whoever was in distress keeps the words that say where
// help is, also after a reload.
func TestHelpStaysInView(t *testing.T) {
	w := newServer(t, storetest.SQLite(t))
	p := browse(t)
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: violations})
	must(t, err)
	p.open(w.url + "/i/" + w.invite(t))
	p.press("consent")
	p.question("")
	p.write("I want to kill myself.\r")
	farewell := p.text("end")
	p.until(`wrong.length === 0`)
	p.do(chromedp.Reload())
	after := p.text("end")
	for _, text := range []string{farewell, after} {
		if !strings.Contains(text, "Take care") || !strings.Contains(text, "call") {
			t.Errorf("it says %q", text)
		}
	}
}

// TestWithoutJavaScript: the page says what is missing, and offers no button
// that would do nothing.
func TestWithoutJavaScript(t *testing.T) {
	w := newServer(t, storetest.SQLite(t))
	p := browse(t)
	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	must(t, err)
	p.open(w.url + "/i/" + w.invite(t))
	text, err := chromedp.Run(p.ctx, chromedp.Text(chromedp.CSS("main")))
	must(t, err)
	if !strings.Contains(text, "needs JavaScript") || !strings.Contains(text, "AI interviewer") {
		t.Errorf("it says %q", text)
	}
	p.do(chromedp.WaitNotVisible(mark("consent")))
}

// TestSmallScreen: at 320 pixels nothing is cut off, and every control is big
// enough for a finger.
func TestSmallScreen(t *testing.T) {
	w := newServer(t, storetest.SQLite(t))
	p := browse(t)
	p.do(chromedp.EmulateViewport(320, 560))
	const fits = `document.documentElement.scrollWidth <= 320 &&
		[...document.querySelectorAll('button, textarea, summary')].every(b => { const r = b.getBoundingClientRect(); return !r.width || r.height >= 44 })`
	p.open(w.url + "/i/" + w.invite(t))
	p.do(chromedp.WaitEnabled(mark("consent")))
	p.until(fits)
	p.press("consent")
	first := p.question("")
	p.until(fits)
	p.write("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung und der Export ging nicht\r")
	p.question(first)
	p.run(`document.querySelector('details').open = true`)
	p.until(fits)
}
