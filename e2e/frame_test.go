package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// places lets the interview in a frame tell where a control of it is, once it can
// be pressed: a page of another site cannot look into it.
const places = `if (top === window) {
	window.places = {}
	addEventListener("message", e => e.data.place && (places[e.data.name] = e.data.place))
} else addEventListener("message", ({ data: { find: name } }) => {
	const e = document.querySelector("[data-uc=" + name + "]")
	if (!e || e.disabled || !e.checkVisibility()) return
	e.scrollIntoView({ block: "center" })
	const r = e.getBoundingClientRect()
	parent.postMessage({ name, place: [r.x + r.width / 2, r.y + r.height / 2] }, "*")
})`

const frame = `document.querySelector("usercall-interview")?.shadowRoot.querySelector("iframe")`

// TestInterviewInThePage: where the project says so, the interview opens in a
// frame on the page, and is held there.
func TestInterviewInThePage(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.demo("--people", "12")
	project := p.project(true)
	p.run("project", "set", "--project", project, "interview_opens=page")
	// In a process of its own the frame would not run our script.
	visitor := browser(t, chromedp.Flag("site-per-process", false), chromedp.Flag("disable-site-isolation-trials", true))
	if _, err := chromedp.Call(visitor.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: places}); err != nil {
		t.Fatal(err)
	}
	visitor.open("http://" + p.product + "/app/billing")
	visitor.click(".danger")
	visitor.clickIn(card, "[data-uc=accept]")
	visitor.inside("type")
	visitor.picture("frame-consent")
	visitor.pressInside("type")
	visitor.inside("answer")
	visitor.picture("frame-talk")
	visitor.do(chromedp.KeyEvent(mine[0] + "\r"))
	eventually(t, "the answer stands in the interview", func() bool {
		all := export[spokenRow](p, "interviews", project)
		turns := all[len(all)-1].Turns
		return len(turns) > 1 && turns[1].Text == mine[0]
	})
	visitor.picture("frame-next")
	visitor.pressInside("leave")
	visitor.inside("end")
	visitor.picture("frame-end")
}

// pressInside clicks on a control of the interview in the frame, as a hand does.
func (p *tab) pressInside(name string) {
	p.t.Helper()
	at := p.inside(name)
	p.do(chromedp.MouseClickXY(at[0], at[1]))
}

// inside waits for a control of the interview in the frame, and is where it is.
func (p *tab) inside(name string) []float64 {
	p.t.Helper()
	p.until(fmt.Sprintf(`(%s?.contentWindow.postMessage({ find: %q }, "*"), places[%[2]q])`, frame, name))
	return eval[[]float64](p, fmt.Sprintf(`(f => [places[%q][0] + f.x, places[%[1]q][1] + f.y])(%s.getBoundingClientRect())`, name, frame))
}
