package web

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/trigger"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/internal/web/builder"
)

// builderPage is a form in a real browser.
type builderPage struct {
	t   *testing.T
	run func(string) (string, error) // runs a script and gives what it returns, as text
	url string
}

func (p *builderPage) do(js string) string {
	p.t.Helper()
	got, err := p.run(js)
	return must(p.t, got, err)
}

func (s *site) open(path string, scripts bool) *builderPage {
	s.t.Helper()
	if !assets.Built() {
		s.t.Fatal("there are no scripts: run make assets")
	}
	server := httptest.NewServer(s.handler)
	s.t.Cleanup(server.Close)
	ctx := browser(s.t)
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: s.cookie.Name, Value: s.cookie.Value, URL: server.URL})
	must(s.t, true, err)
	if !scripts {
		_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		must(s.t, true, err)
	}
	must(s.t, true, chromedp.Do(ctx, chromedp.Navigate(server.URL+path)))
	return &builderPage{s.t, func(js string) (string, error) { return chromedp.Run(ctx, chromedp.Evaluate[string](js)) }, server.URL}
}

// until waits for an expression to become true. A page that is just being left for
// another cannot say.
func (p *builderPage) until(what, js string) {
	p.t.Helper()
	var last error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		got, err := p.run("String(Boolean(" + js + "))")
		if last = err; got == "true" {
			return
		}
	}
	p.t.Fatalf("%s: %s never became true (%v) on %s", what, js, last, p.do("document.body.innerText"))
}

// press clicks the button of that action and waits for the field that it brings.
func (p *builderPage) press(action, brings string) {
	p.t.Helper()
	p.do(fmt.Sprintf(`(document.querySelector('button[value="%s"]').click(), "")`, action))
	p.until(action, fmt.Sprintf(`document.querySelector('[name="%s"]')`, brings))
}

// fill types into a field as somebody does.
func (p *builderPage) fill(name, value string) {
	p.t.Helper()
	p.do(fmt.Sprintf(`(f => { f.value = %s; f.dispatchEvent(new Event("input", {bubbles: true})); return "" })(document.querySelector('[name="%s"]'))`, quoted(value), name))
}

const built = `key: setup
on:
  event: [onboarding_started, Setup]
  where: { properties.source: { not: import }, any: [{ properties.seats: { gte: 5 } }, { properties.beta: true }] }
  times: 2
  within: 7d
then: [{ event: step_done, where: { properties.step: 2 }, within: 1h }]
absent: { event: onboarding_completed, for: 1d }
did: [{ event: report_viewed, times: 3, within: 30d }]
did_not: [{ event: subscription_cancelled }]
who: { traits.plan: { in: [trial, free] }, email: { exists: true } }
people: anyone
delay: 10m
sample: 25%
per_day: 20
total: 200
priority: 10
page: { url: { path: { starts_with: /app } }, dwell: 20s }
invite:
  title: { de: Wie war es?, en: How was it? }
  delivery: link
`

// TestAWholeTriggerIsBuiltByTheForm presses and types what a file would say.
func TestAWholeTriggerIsBuiltByTheForm(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, events: 3})
	s.coming().everything()
	p := s.open("/studies/stu_a0/triggers/new", true)
	p.until("focus", `document.activeElement.name === "on.event.0"`)
	p.fill("on.event.0", "onboarding_started")
	p.until("it reads the trigger back", `document.querySelector("#p-said").innerText.startsWith("When onboarding_started happens, ask identified people")`)
	p.press("add:on.event", "on.event.1")
	p.until("the keyboard goes on in what was added", `document.activeElement.name === "on.event.1"`)
	p.fill("on.event.1", "Setup")
	p.fill("on.times", "2")
	p.fill("on.within", "7 days")
	p.press("add:on.where", "on.where.0.path")
	p.fill("on.where.0.path", "source")
	p.fill("on.where.0.op", "not")
	p.fill("on.where.0.value", "import")
	p.press("any:on.where", "on.where.1.1.0.path")
	p.fill("on.where.1.0.0.path", "properties.seats")
	p.fill("on.where.1.0.0.op", "gte")
	p.fill("on.where.1.0.0.value", "5")
	p.fill("on.where.1.1.0.path", "properties.beta")
	p.fill("on.where.1.1.0.kind", "yes/no")
	p.fill("on.where.1.1.0.value", "yes")
	p.press("add:then", "then.0.event.0")
	p.fill("then.0.event.0", "step_done")
	p.fill("then.0.within", "1 hour")
	p.press("add:then.0.where", "then.0.where.0.path")
	p.fill("then.0.where.0.path", "properties.step")
	p.fill("then.0.where.0.value", "2")
	p.press("add:absent", "absent.0.for")
	p.fill("absent.0.event.0", "onboarding_completed")
	p.fill("absent.0.for", "soon")
	p.until("what is wrong stands beside its field", `document.querySelector('[id="w-absent.0.for"]').innerText.includes('"soon" is no length of time')`)
	p.fill("absent.0.for", "1 day")
	p.press("add:did", "did.0.event.0")
	p.fill("did.0.event.0", "report_viewed")
	p.fill("did.0.times", "3")
	p.fill("did.0.within", "30d")
	p.press("add:did_not", "did_not.0.event.0")
	p.fill("did_not.0.event.0", "subscription_cancelled")
	p.press("add:who", "who.0.path")
	p.fill("who.0.path", "plan")
	p.fill("who.0.op", "in")
	p.fill("who.0.value", "trial, free")
	p.press("add:who", "who.1.path")
	p.fill("who.1.path", "email")
	p.fill("who.1.op", "exists")
	p.until("a test without a value asks for none", `document.querySelector('[name="who.1.value"]').closest(".valued").hidden`)
	for name, value := range map[string]string{"people": "anyone", "delay": "10 minutes", "sample": "25", "per_day": "20", "total": "200", "priority": "10",
		"page.dwell": "20 seconds", "invite.delivery": "link", "key": "setup"} {
		p.fill(name, value)
	}
	p.press("add:page.url", "page.url.0.op")
	p.fill("page.url.0.path", "path")
	p.fill("page.url.0.op", "starts_with")
	p.fill("page.url.0.value", "/app")
	p.fill("invite.texts.0.language", "en")
	p.fill("invite.texts.0.title", "How was it?")
	p.press("add:invite.texts", "invite.texts.1.title")
	p.fill("invite.texts.1.language", "de")
	p.fill("invite.texts.1.title", "Wie war es?")
	p.until("all of it is right", `document.querySelector("#p-said").innerText.includes("begins paused")`)
	p.do(`(document.querySelector('button[value="save"]').click(), "")`)
	p.until("saved", `location.pathname === "/studies/stu_a0/triggers" && location.hash === "#t-setup"`)

	want, err := trigger.Parse([]byte("usercall: 1\nstudy: { key: s }\ntriggers:\n  - " + strings.ReplaceAll(strings.TrimSpace(built), "\n", "\n    ")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(yamlOf(want.Triggers[0]), alone(s.study().File, "setup")); diff != "" {
		t.Errorf("the file says (-), the form made (+):\n%s", diff)
	}
}

// A browser sends a form back as it was, whatever is in it.
func TestABrowserLosesNothing(t *testing.T) {
	s := newBuilder(t)
	p := s.open(editPath, true)
	sent, err := url.ParseQuery(p.do(`new URLSearchParams(new FormData(document.querySelector("#builder"))).toString()`))
	if err != nil {
		t.Fatal(err)
	}
	form, err := builder.Read(sent)
	if err != nil {
		t.Fatal(err)
	}
	checked := form.Check()
	if checked.Spec == nil {
		t.Fatalf("%q", checked.Wrong)
	}
	if diff := cmp.Diff(alone(s.study().File, "t"), yamlOf(*checked.Spec)); diff != "" {
		t.Errorf("the browser lost something:\n%s", diff)
	}
}

// Without a script the buttons send the form, and what was typed comes back.
func TestTheFormWithoutAScript(t *testing.T) {
	s := newBuilder(t)
	p := s.open(editPath, false)
	p.fill("total", "4711")
	p.press("add:then", "then.2.event.0")
	p.until("what was typed is there, and the keyboard in the step", `document.querySelector('[name="total"]').value === "4711" && document.activeElement.name === "then.2.event.0"`)
	p.fill("then.2.event.0", "left")
	p.do(`(document.querySelector('button[value="save"]').click(), "")`)
	p.until("saved", `location.pathname === "/studies/stu_a0/triggers"`)
	if file := string(s.study().File); !strings.Contains(file, "event: left") || !strings.Contains(file, "total: 4711") {
		t.Error(file)
	}
}

// TestStepsAreReorderedByKeyboard moves a step down and up again without leaving its
// buttons.
func TestStepsAreReorderedByKeyboard(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, events: 3})
	p := s.open("/studies/stu_a0/triggers/new", true)
	p.until("focus", `document.activeElement.name === "on.event.0"`)
	p.fill("on.event.0", "opened")
	for i, name := range []string{"a", "b", "c"} {
		p.press("add:then", fmt.Sprintf("then.%d.event.0", i))
		p.fill(fmt.Sprintf("then.%d.event.0", i), name)
	}
	steps := `["then.0","then.1","then.2"].map(n => document.querySelector('[name="' + n + '.event.0"]').value).join(" ")`
	move := func(button, order, focus string) {
		t.Helper()
		p.do(fmt.Sprintf(`(b => { b.focus(); b.click(); return "" })(document.querySelector('button[value="%s"]'))`, button))
		p.until(button, fmt.Sprintf(`%s === %q && document.activeElement.value === %q`, steps, order, focus))
	}
	move("down:then.0", "b a c", "down:then.1")
	move("down:then.1", "b c a", "up:then.2") // there is no further down
	move("up:then.2", "b a c", "up:then.1")
	if got := p.do(`[...document.querySelectorAll('button[value^="up:"],button[value^="down:"]')].map(b => b.ariaLabel).join(", ")`); got != "Move opened down, Move b up, Move b down, Move a up, Move a down, Move c up" {
		t.Errorf("the buttons are called %s", got)
	}
	move("up:then.0", "opened a c", "down:then.-1") // it begins the trigger now
	p.until("it reads the trigger back", `document.querySelector("#p-said").innerText.startsWith("When b happens")`)
	move("down:then.-1", "b a c", "down:then.0")
	p.fill("on.times", "3")
	p.do(`(b => { b.focus(); b.click(); return "" })(document.querySelector('button[value="up:then.0"]'))`)
	p.until("it says why not", `document.querySelector('[id="w-on.times"]').innerText.includes("can be counted") && document.activeElement.name === "on.times" && `+steps+` === "b a c"`)
	p.fill("on.times", "")
	p.until("what was wrong goes with its reason", `document.querySelector('[id="w-on.times"]').innerText === ""`)
	move("up:then.0", "opened a c", "down:then.-1")
}
