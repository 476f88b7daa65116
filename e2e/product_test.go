package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// mine is what the visitor of this test says: the price, in words that none of
// the scripted people use, for a reason that several of them share.
var mine = []string{
	"My manager saw the bill and said the price is too high for only four seats.",
	"It became too expensive when you raised the price last month.",
	"For that price we could hire somebody one day a week.",
	"We will answer from a shared mailbox.",
	"The price per seat was the whole discussion in our team.",
	"I compared the cost with two smaller tools.",
	"A lower price for small teams would have kept us.",
	"No, that covers it.",
	"Nothing more to say.",
	"That is all.",
}

const card = `document.querySelector("usercall-card")?.shadowRoot`

// TestTheProduct is the whole path: a Segment event in a real browser becomes a
// card, the card an interview, the interview a quote under a theme.
func TestTheProduct(t *testing.T) {
	p := newProgram(t)
	p.demo("--people", "12")
	visitor := browser(t)
	visitor.open("http://" + p.product + "/app/billing")
	visitor.click(".danger")
	visitor.until(card + `?.querySelector("[data-uc=accept]")`)
	visitor.until(`document.querySelector(".decision.invited")`)
	visitor.picture("card")
	eval[bool](visitor, `usercall.on("completed", () => { window.talked = (window.talked ?? 0) + 1 }), true`)
	talk(t, visitor)
	visitor.front() // back from the interview's tab
	visitor.until("window.talked == 1")

	project := p.project(true)
	interview := completedInterview(t, p, project)
	segmentDelivered(t, p, project, interview.Person)
	bySnippet(t, p, visitor, project, interview.Person)
	reader := browser(t)
	signIn(reader, p.dashboard)
	quote := theQuote(t, p, reader, project, interview)
	t.Logf("on the dashboard: %q", quote)
	secondTime(t, visitor)
	tour(t, p, reader)
	again(t, p, project)
}

// again ends the program as Ctrl-C does and starts it once more: it ends cleanly
// and finds everything, and whoever was asked is not asked again.
func again(t *testing.T, p *program, project string) {
	t.Helper()
	invites := len(export[struct{}](p, "invites", project))
	p.endCleanly()
	p.demo("--people", "12")
	if p.project(true) != project {
		t.Error("the second start made another project")
	}
	if n := len(export[struct{}](p, "invites", project)); n != invites {
		t.Errorf("%d invites after the second start, %d before", n, invites)
	}
	p.endCleanly()
}

// talk accepts the card and holds the interview that opens in a tab of its own.
func talk(t *testing.T, visitor *tab) {
	t.Helper()
	visitor.expectTab()
	visitor.clickIn(card, "[data-uc=accept]")
	room := visitor.newTab()
	room.until(`document.querySelector("[data-uc=consent]")?.disabled === false`)
	room.settle()
	room.picture("consent")
	room.click("[data-uc=consent]")
	answer(t, room, func(int) {})
}

// answer says what is mine, until the interview is over; before is called with
// the number of answers given so far.
func answer(t *testing.T, room *tab, before func(i int)) {
	t.Helper()
	asked := ""
	for i := 0; ; i++ {
		room.until(fmt.Sprintf(`document.querySelector("[data-uc=end]") || document.querySelector("[data-uc=question]")?.innerText.trim() && document.querySelector("[data-uc=question]").innerText.trim() != %q`, asked))
		if eval[bool](room, `!!document.querySelector("[data-uc=end]")`) {
			room.settle()
			room.picture("thanks")
			if i < 5 {
				t.Errorf("the interview ended after %d answers", i)
			}
			return
		}
		if i == 3 {
			room.settle()
			room.picture("interview")
		}
		if i == len(mine) {
			t.Fatal("the interview does not end")
		}
		before(i)
		asked = eval[string](room, `document.querySelector("[data-uc=question]").innerText.trim()`)
		eval[bool](room, fmt.Sprintf(`(box => { box.value = %q; box.dispatchEvent(new Event("input", {bubbles: true})); return true })(document.querySelector("[data-uc=answer]"))`, mine[i]))
		room.click("[data-uc=send]")
	}
}

// segmentDelivered checks that Segment's own client brought everything too, and
// that the event both it and the SDK sent is one event.
func segmentDelivered(t *testing.T, p *program, project, person string) {
	t.Helper()
	count := map[string]int{}
	for _, e := range export[storedRow](p, "events", project) {
		if e.UserID == person {
			count[e.Type+" "+e.Event]++
		}
	}
	if count["page "] == 0 || count["identify "] == 0 || count["track subscription_cancelled"] != 1 {
		t.Errorf("of the visitor are stored %v", count)
	}
}

// bySnippet opens the page that has Segment's library from us: it is the same
// person there, and nobody else's host is asked.
func bySnippet(t *testing.T, p *program, visitor *tab, project, person string) {
	t.Helper()
	prices := attach(t, visitor.ctx)
	prices.open("http://" + p.product + "/pricing")
	prices.until(loaded)
	eventually(t, "the page of prices is stored", func() bool {
		return slices.ContainsFunc(export[storedRow](p, "events", project), func(e storedRow) bool {
			return e.Type == "page" && e.Name == "Prices" && e.UserID == person
		})
	})
	for _, url := range eval[[]string](prices, `performance.getEntriesByType("resource").map(e => e.name)`) {
		if !strings.HasPrefix(url, "http://"+p.addr+"/") && !strings.HasPrefix(url, "http://"+p.product+"/") {
			t.Errorf("the page of prices asked for %s", url)
		}
	}
	prices.picture("prices")
	visitor.front()
}

type turn struct {
	N       int    `json:"n"`
	Speaker string `json:"speaker"`
	Text    string `json:"text"`
}

type interviewRow struct {
	ID     string `json:"id"`
	Person string `json:"person"`
	State  string `json:"state"`
	Turns  []turn `json:"turns"`
}

// completedInterview is the visitor's, with each answer as it was typed.
func completedInterview(t *testing.T, p *program, project string) interviewRow {
	t.Helper()
	all := export[interviewRow](p, "interviews", project)
	last := all[len(all)-1]
	if last.State != "completed" || strings.HasPrefix(last.Person, "sample_") {
		t.Fatalf("the last interview is %s of %s", last.State, last.Person)
	}
	n := 0
	for _, turn := range last.Turns {
		if turn.Speaker == "participant" {
			if turn.Text != mine[n] {
				t.Errorf("answer %d stands as %q", n, turn.Text)
			}
			n++
		}
	}
	return last
}

func signIn(reader *tab, link string) {
	reader.t.Helper()
	reader.open(link)
	reader.click("form button")
	reader.until(`location.pathname == "/" || location.pathname.startsWith("/p")`)
}

type themeRow struct {
	Label  string `json:"label"`
	People int    `json:"people"`
	Quotes []struct {
		Text      string `json:"text"`
		Interview string `json:"interview"`
		Turn      int    `json:"turn"`
	} `json:"quotes"`
}

// theQuote finds the sentences of the visitor's that stand under a theme which
// others share, first in the export and then, verbatim, on the dashboard.
func theQuote(t *testing.T, p *program, reader *tab, project string, i interviewRow) string {
	t.Helper()
	var quotes []string
	for try := 0; len(quotes) == 0 && try < 200; try++ {
		quotes = shared(p, project, i.ID)
	}
	if len(quotes) == 0 {
		t.Fatal("no sentence of the visitor's stands under a theme that others share")
	}
	for _, q := range quotes {
		if !slices.ContainsFunc(mine, func(said string) bool { return strings.Contains(said, q) }) {
			t.Errorf("the quote %q was never said", q)
		}
	}
	reader.open("http://" + p.addr + "/studies")
	const study = `[...document.querySelectorAll('main a[href*="/studies/stu_"]')].find(a => a.textContent.includes("Why people cancel"))`
	reader.until(study)
	reader.open(eval[string](reader, study+".href"))
	page := eval[string](reader, `document.querySelector("main").textContent`)
	at := slices.IndexFunc(quotes, func(q string) bool { return strings.Contains(page, q) })
	if at < 0 {
		t.Fatalf("none of %q stands on the study's page:\n%s", quotes, page)
	}
	eval[bool](reader, `document.querySelector("main details").open = true`)
	reader.settle()
	reader.picture("study")
	return quotes[at]
}

// shared is what the interview said under themes of at least three people.
func shared(p *program, project, interview string) (quotes []string) {
	for _, theme := range export[themeRow](p, "themes", project) {
		for _, q := range theme.Quotes {
			if q.Interview == interview && theme.People >= 3 {
				quotes = append(quotes, q.Text)
			}
		}
	}
	return quotes
}

// secondTime cancels once more, as the same person: no card, and the reason in
// words.
func secondTime(t *testing.T, visitor *tab) {
	t.Helper()
	visitor.click("[data-billing] .primary")
	visitor.click(".danger")
	visitor.until(`document.querySelector(".decision.skipped, .decision:not(.invited)")?.innerText`)
	words := eval[string](visitor, `document.querySelector("[data-list=events]").innerText`)
	if !strings.Contains(words, "cool") && !strings.Contains(words, "ago") {
		t.Errorf("the second cancellation is explained by %q", words)
	}
	if eval[bool](visitor, card+` != null`) {
		t.Error("a second card stands on the page")
	}
	visitor.picture("cooldown")
}
