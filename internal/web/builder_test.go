package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
	"github.com/usercall/usercall/internal/web/builder"
)

// fullTrigger has everything that a trigger can have, with texts that are hard to
// carry.
const fullTrigger = `  - key: t
    name: Started the setup, not done a day later
    on:
      event: [feature_opened, "Order Completed"]
      where: { properties.plan: pro, any: [{ properties.seats: { gte: 5, lt: 50 } }, { traits.beta: true, not: { context.page.path: { starts_with: /old } } }] }
      source: [webhook, server]
      times: 3
      within: 7d
    then: [{ event: step_done, where: { properties.step: 2, properties.note: "two\nlines, and \u202eback" }, within: 1h }, { event: step_left }]
    absent: { event: Pricing, type: page, for: 1d12h }
    did: [{ event: report_viewed, times: 3, within: 30d }]
    did_not: [{ event: subscription_cancelled }]
    who: { traits.plan: { in: [trial, free] }, group.tier: { in: ["a, b", 5, true] }, email: { ends_with: "@example.com" }, traits.left: { exists: false } }
    people: anyone
    delay: 10m
    sample: 12.5%
    cooldown: 0
    per_day: 20
    total: 200
    priority: -3
    expires: 14d
    page: { url: { path: { starts_with: /app }, host: { not: old.example.com } }, dwell: 20s }
    invite:
      title: { de: Wie war das?, en: How was that? }
      body: "\nAn AI asks.\n\tAbout 3 minutes."
      accept: Tell us
      decline: No thanks
      delivery: link
`

// full gives the first study the trigger that has everything.
func (s *site) full() {
	s.t.Helper()
	s.save("usercall: 1\nstudy: { key: s0, goal: Why they stop }\nguide: cancellation\ntriggers:\n"+fullTrigger, "apply")
	s.save(strings.Replace(string(s.study().File), "per_day: 20", "per_day: 30", 1), "ada@northdesk.example")
}

func (s *site) study() *research.Study {
	s.t.Helper()
	p, err := s.db.ProjectByKey(s.t.Context(), "prj_a")
	if err != nil {
		s.t.Fatal(err)
	}
	study, err := s.db.StudyByPublicID(s.t.Context(), p.ID, "stu_a0")
	if err != nil {
		s.t.Fatal(err)
	}
	return study
}

// save puts a file in force, as somebody else does.
func (s *site) save(file, who string) {
	s.t.Helper()
	now := s.study()
	p := &research.Project{ID: now.Project}
	if err := s.commands.SaveStudy(s.t.Context(), p, now, []byte(file), now.Version, who); err != nil {
		s.t.Fatal(err)
	}
}

// edited is the form of the first trigger as a browser would send it unchanged.
func (s *site) edited() url.Values {
	s.t.Helper()
	study := s.study()
	f, err := trigger.Parse(study.File)
	if err != nil {
		s.t.Fatal(err)
	}
	v := builder.Of(&f.Triggers[0]).Values()
	v.Set("version", strconv.Itoa(study.Version))
	v.Set("do", "save")
	return v
}

const editPath = "/studies/stu_a0/triggers/trg_a0/edit"

func newBuilder(t *testing.T) *site {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 2, events: 3})
	s.full()
	s.commands.told = nil
	return s
}

func TestSavingAnUnchangedFormChangesNothing(t *testing.T) {
	s := newBuilder(t)
	before := s.study()
	w := s.post(editPath, s.edited())
	if after := s.study(); w.Code != http.StatusSeeOther || string(after.File) != string(before.File) || after.Version != before.Version || after.Triggers[0].Version != before.Triggers[0].Version {
		t.Errorf("%d\n%s\n%s", w.Code, before.File, after.File)
	}
}

func TestAFormSaysWhatApplySays(t *testing.T) {
	s := newBuilder(t)
	for field, c := range map[string]struct{ value, want string }{
		"cooldown":                {"3 fortnights", `"3 fortnights" is no length of time`},
		"sample":                  {"101", "more than 100%"},
		"per_day":                 {"many", `needs a whole number from 1 to 1000000, not "many"`},
		"absent.0.for":            {"", "for is missing"},
		"on.event.0":              {strings.Repeat("x", 201), "at most 200"},
		"on.within":               {"91 days", "further than events are kept, 90 days"},
		"on.where.0.path":         {"propertis.plan", `did you mean &#34;properties&#34;?`},
		"on.where.1.0.0.value":    {"soon", "This is no number"},
		"on.where.1.1.1.0.0.path": {"email", "cannot be looked at here"},
		"who.2.op":                {"matches", "regular expression"},
		"who.1.value":             {"[1,", "This is no JSON"},
		"invite.texts.0.language": {"german", "no language"},
		"invite.texts.1.title":    {strings.Repeat("x", 121), "at most 120"},
		"page.dwell":              {"20m", "at most 10m"},
		"invite.delivery":         {"pigeon", "needs card, link, email, webhook or slack"},
		"then.0.where.0.value":    {"two", "This is no number"},
		"on.event.1":              {"feature_opened", `&#34;feature_opened&#34; stands twice`},
		"did.0.times":             {"0", "from 1 to 1000"},
		"did_not.0.within":        {"0", "0 is no time at all"},
		"name":                    {"a\tb", "one line"},
		"priority":                {"1.5", "whole number"},
		"on.source":               {"brwser", `did you mean &#34;browser&#34;?`},
		"then.0.event.0":          {"", "event is missing"},
		"page.url.1.path":         {"hst", "hst"},
		"who.0.value":             {"", "at least one value"},
		"on.where.1.0.0.path":     {"", "Which value is looked at?"},
	} {
		form := s.edited()
		form.Set(field, c.value)
		if field == "who.2.op" {
			form.Set("who.2.value", "(")
		}
		w := s.post(editPath, form)
		body := strings.ReplaceAll(w.Body.String(), "&#43;", "+")
		if w.Code != http.StatusBadRequest || !strings.Contains(body, strings.ReplaceAll(c.want, `"`, "&#34;")) && !strings.Contains(body, c.want) {
			t.Errorf("%s: %d, and it does not say %q", field, w.Code, c.want)
			continue
		}
		if field == "cooldown" && !strings.Contains(body, `aria-describedby="w-cooldown" autofocus`) {
			t.Error("the keyboard is not where the first problem is")
		}
		slot := regexp.MustCompile(`id="w-` + regexp.QuoteMeta(field) + `" data-part><span>`)
		near := map[string]string{"who.2.op": "who.2.value", "on.event.1": "on.event.0", "invite.texts.0.language": "invite.texts.0.body"}[field]
		if !slot.MatchString(body) && (near == "" || !strings.Contains(body, `id="w-`+near+`" data-part><span>`)) {
			t.Errorf("%s: it does not stand beside its field:\n%s", field, regexp.MustCompile(`id="w-[^"]*" data-part><span>[^<]*`).FindAllString(body, -1))
		}
		if len(s.commands.told) > 0 {
			t.Fatalf("%s: %q", field, s.commands.told)
		}
	}
}

// Two people edit one study: what one changed elsewhere stays, and where both
// changed the same trigger the second is told, with all that they typed.
func TestEditingAtTheSameTime(t *testing.T) {
	s := newBuilder(t)
	mine := s.edited()
	mine.Set("total", "77")
	s.save(strings.Replace(string(s.study().File), "Why they stop", "Why they went", 1), "bob@northdesk.example")
	if w := s.post(editPath, mine); w.Code != http.StatusSeeOther || !strings.Contains(string(s.study().File), "Why they went") || !strings.Contains(string(s.study().File), "total: 77") {
		t.Fatalf("a change elsewhere: %d\n%s", w.Code, s.study().File)
	}
	mine = s.edited()
	mine.Set("total", "88")
	s.save(strings.Replace(string(s.study().File), "per_day: 30", "per_day: 5", 1), "bob@northdesk.example")
	w := s.post(editPath, mine)
	for _, want := range []string{"has changed</strong>", "bob@northdesk.example", "per_day: 5", `value="88"`, "is not saved"} {
		if !strings.Contains(strings.ReplaceAll(w.Body.String(), " while you were editing it, from version 5.", ""), want) {
			t.Errorf("%d: it does not say %q", w.Code, want)
		}
	}
	if w.Code != http.StatusConflict || strings.Contains(string(s.study().File), "total: 88") {
		t.Errorf("%d\n%s", w.Code, s.study().File)
	}
	again := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(w.Body.String())
	mine.Set("version", again[1])
	if w := s.post(editPath, mine); w.Code != http.StatusSeeOther || !strings.Contains(string(s.study().File), "total: 88") || !strings.Contains(string(s.study().File), "per_day: 30") {
		t.Errorf("saved once more: %d\n%s", w.Code, s.study().File)
	}
}

// A trigger that somebody removed while it was being edited is not lost.
func TestEditingWhatWasRemoved(t *testing.T) {
	s := newBuilder(t)
	mine := s.edited()
	s.save("usercall: 1\nstudy: { key: s0 }\n", "bob@northdesk.example")
	w := s.post(editPath, mine)
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "This trigger was removed") || !strings.Contains(w.Body.String(), `value="12.5%"`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	mine.Set("do", "look")
	if w := s.post("/studies/stu_a0/triggers/new", url.Values{"do": {"save"}, "on.event.n": {"1"}, "on.event.0": {"Größe geändert"}, "people": {"identified"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/studies/stu_a0/triggers#t-gro-e-geandert" {
		t.Errorf("a new one, whose key is made of its event: %d %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
}

func TestGrowingAForm(t *testing.T) {
	s := newBuilder(t)
	for do, want := range map[string]string{
		"add:then": `name="then.2.event.0" value="" aria-label="event" list="names" placeholder="name of an event" autofocus autocomplete`, "add:did": `name="did.1.times"`,
		"add:on.where": `name="on.where.2.path"`, "any:who": `name="who.4.1.0.path"`, "not:on.where.1.0": `name="on.where.1.0.2.0.0.path"`, "add:invite.texts": `name="invite.texts.3.title"`,
		"add:on.event": `name="on.event.2"`, "add:page.url": `name="page.url.2.op"`, "drop:on.where.0": `name="on.where.n" value="1"`, "drop:then.0": `name="then.n" value="1"`,
		"drop:nothing.9": `name="then.n" value="2"`, "drop:then.99": `name="then.n" value="2"`,
		"up:then.1": `name="then.0.event.0" value="step_left"`, "down:then.0": `name="then.1.event.0" value="step_done"`,
		"up:then.0": `id="w-on.times" data-part><span>Only what comes first can be counted.`, "down:then.-1": `aria-describedby="w-on.times" autofocus`,
	} {
		for _, path := range []string{editPath, strings.Replace(editPath, "edit", "preview", 1)} {
			form := s.edited()
			form.Set("total", "4711")
			form.Set("do", do)
			w := s.post(path, form)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), `value="4711"`) {
				t.Errorf("%s %s: %d lacks %s", path, do, w.Code, want)
			}
			if isPage := strings.Contains(w.Body.String(), "</html>"); isPage != (path == editPath) {
				t.Errorf("%s: a whole page: %t", path, isPage)
			}
		}
	}
	for _, hostile := range []url.Values{{"then.n": {"99999999"}}, {"then.n": {"-1"}}, {"who.n": {"9"}, "who.0.join": {"any"}, "who.0.n": {"9999"}}, {"who.n": {"1"}, "who.0.join": {"no"}, "who.0.n": {"1"}}, {"do": {"drop:"}}} {
		if w := s.post(editPath, hostile); w.Code != http.StatusOK && w.Code != http.StatusRequestEntityTooLarge && w.Code != http.StatusConflict {
			t.Errorf("%v: %d", hostile, w.Code)
		}
	}
}

// Events and paths that the project has had can be picked.
func TestTheFormKnowsTheCatalogue(t *testing.T) {
	s := newBuilder(t)
	s.coming().everything()
	form := s.edited()
	form.Set("do", "look")
	form.Set("on.event.0", "Order Completed")
	body := s.post(editPath, form).Body.String()
	for _, want := range []string{`<datalist id="names"><option value=`, `<option value="Order Completed">`, `<datalist id="paths-on">`, `list="paths-on"`, `<datalist id="paths-who"><option value="email">`, `<option value="properties.`} {
		if !strings.Contains(body, want) {
			t.Errorf("it does not suggest %s", want)
		}
	}
	if of := regexp.MustCompile(`<datalist id="values-on.where.0">.*?</datalist>`).FindString(body); !strings.Contains(of, `<option value="pro">`) {
		t.Errorf("it suggests no values: %s", of)
	}
	if of := regexp.MustCompile(`<datalist id="paths-did.0">.*?</datalist>`).FindString(body); strings.Contains(of, "properties.") {
		t.Errorf("it suggests what an event that was never seen has: %s", of)
	}
}

// The page says what saving does to people who are in the middle of the trigger.
func TestWhatSavingDoes(t *testing.T) {
	s := newBuilder(t)
	look := func(field, value string) string {
		form := s.edited()
		form.Set("do", "look")
		form.Set(field, value)
		return s.post(editPath, form).Body.String()
	}
	s.commands.unseen = []string{`trigger "t" waits for track "feature_opend", which has not been seen in 30 days; did you mean "feature_opened"?`, `trigger "other" waits`}
	for _, c := range []struct{ field, value, want string }{
		{"total", "9", "goes on counting"}, {"delay", "20m", "begins its version 3"}, {"total", "9", "This trigger waits for track &#34;feature_opend&#34;"}, {"total", "9", "did you mean &#34;feature_opened&#34;?</li>"},
	} {
		if body := look(c.field, c.value); !strings.Contains(body, c.want) || strings.Contains(body, "other&#34; waits") {
			t.Errorf("%s %s: it does not say %q", c.field, c.value, c.want)
		}
	}
}

func TestTheFileAsText(t *testing.T) {
	s := newBuilder(t)
	v := s.study().Version
	file := func(do, text string, version int) (int, string) {
		w := s.post("/studies/stu_a0/file", url.Values{"do": {do}, "file": {strings.ReplaceAll(text, "\n", "\r\n")}, "version": {strconv.Itoa(version)}})
		return w.Code, w.Body.String()
	}
	good := string(s.study().File)
	if w := s.get("/studies/stu_a0/file?format=yaml"); w.Body.String() != good || w.Header().Get("Content-Disposition") != `attachment; filename="s0.yaml"` {
		t.Errorf("download: %v\n%s", w.Header(), w.Body)
	}
	for _, c := range []struct {
		do, text string
		version  int
		code     int
		want     string
	}{
		{"check", good, v, 200, "Nothing is wrong with it. It is not saved yet."},
		{"check", strings.Replace(good, "per_day: 30", "per_day: 31", 1), v, 200, "What people have done so far goes on counting"},
		{"check", strings.Replace(good, "delay: 10m", "delay: 11m", 1), v, 200, "begins its version 3"},
		{"check", strings.Replace(good, "key: t\n", "key: other\n", 1), v, 200, "later&#34; is new. It begins paused"},
		{"check", strings.Replace(good, "key: t\n", "key: other\n", 1), v, 200, "later&#34; is deleted. Its interviews stay"},
		{"save", strings.Replace(good, "absent:", "absents:", 1), v, 400, `did you mean &#34;absent&#34;?`},
		{"save", strings.Replace(good, "absent:", "absents:", 1), v, 400, `<code>absents: { event: Pricing`},
		{"save", "usercall: [", v, 400, "this is no YAML"},
		{"save", good, v - 1, 409, "This study has changed"},
		{"save", strings.Replace(good, "per_day: 30", "per_day: 31", 1), v - 1, 409, "per_day: 31"},
	} {
		code, body := file(c.do, c.text, c.version)
		if code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d does not say %q", c.do, code, c.want)
		}
	}
	if s.study().Version != v {
		t.Fatal("something was saved")
	}
	if code, _ := file("save", strings.Replace(good, "per_day: 30", "per_day: 31", 1), v); code != http.StatusSeeOther || !strings.Contains(string(s.study().File), "per_day: 31") {
		t.Errorf("saved: %d", code)
	}
	large := "usercall: 1\nstudy: { key: s0, context: \"" + strings.Repeat("ü", 4000) + "\" }\n" + strings.Repeat("# a long comment\n", 10_000)
	if code, _ := file("check", large, v+1); code != http.StatusOK {
		t.Errorf("a large file: %d", code)
	}
}

func TestVersions(t *testing.T) {
	s := newBuilder(t)
	if body := s.get("/studies/stu_a0/versions").Body.String(); !strings.Contains(body, "in force") || !strings.Contains(body, "usercall apply") || strings.Count(body, "data-row ") != 3 {
		t.Errorf("versions: %s", body)
	}
	body := s.get("/studies/stu_a0/versions/3").Body.String()
	if !strings.Contains(body, `<tr class="gone">`) || !strings.Contains(body, `<code>    per_day: 30</code>`) || strings.Contains(body, "Restore") {
		t.Errorf("the newest: %s", body)
	}
	w := s.post("/studies/stu_a0/versions/2/restore", nil)
	if now := s.study(); w.Code != http.StatusSeeOther || now.Version != 4 || !strings.Contains(string(now.File), "per_day: 20") {
		t.Errorf("restored: %d %+v", w.Code, now)
	}
}

func TestDeletingATrigger(t *testing.T) {
	s := newBuilder(t)
	form := s.edited()
	form.Set("do", "delete")
	stale := url.Values{"do": {"delete"}, "version": {"1"}}
	if w := s.post(editPath, stale); w.Code != http.StatusConflict || len(s.study().Triggers) != 1 {
		t.Errorf("deleted over a change that nobody looked at: %d", w.Code)
	}
	if w := s.post(editPath, form); w.Code != http.StatusSeeOther || len(s.study().Triggers) != 0 {
		t.Errorf("%d %+v", w.Code, s.study().Triggers)
	}
}

func TestWhatAStudyIsAbout(t *testing.T) {
	s := newBuilder(t)
	s.save(strings.Replace(string(s.study().File), "guide: cancellation", "guide: { questions: [{ id: q1, ask: Why? }] }\ninterview: { mode: text }", 1), "apply")
	about := func(change ...string) url.Values {
		v := url.Values{"version": {strconv.Itoa(s.study().Version)}, "goal": {"Why they stop"}, "mode": {"text"}, "languages": {"en"}, "guide": {written}}
		for ; len(change) > 1; change = change[2:] {
			v.Set(change[0], change[1])
		}
		return v
	}
	before := s.study()
	if w := s.post("/studies/stu_a0/about", about()); w.Code != http.StatusSeeOther || string(s.study().File) != string(before.File) {
		t.Errorf("unchanged: %d\n%s\n%s", w.Code, before.File, s.study().File)
	}
	for field, c := range map[string]struct{ value, want string }{"interviews": {"many", "needs a whole number"}, "minutes": {"16", "from 1 to 15"}, "languages": {"english", "is no language"},
		"mode": {"morse", "needs voice, text or choice"}, "goal": {strings.Repeat("x", 2001), "at most 2000"}, "name": {"a\nb", "one line"}, "guide": {"No Guide", "needs the id of a guide"}} {
		w := s.post("/studies/stu_a0/about", about(field, c.value))
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d does not say %q", field, w.Code, c.want)
		}
	}
	stale := about("goal", "Mine")
	s.save(strings.Replace(string(s.study().File), "Why they stop", "Theirs", 1), "bob@northdesk.example")
	if w := s.post("/studies/stu_a0/about", stale); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Mine") || !strings.Contains(w.Body.String(), "Theirs") {
		t.Errorf("overtaken: %d", w.Code)
	}
	w := s.post("/studies/stu_a0/about", about("goal", "Both", "interviews", "30", "minutes", "5", "languages", "en, de", "guide", "cancellation", "context", "A help desk."))
	for _, want := range []string{"goal: Both", "interviews: 30", "minutes: 5", "languages: [en, de]", "guide: cancellation", "context: A help desk.", "per_day: 30"} {
		if file := string(s.study().File); w.Code != http.StatusSeeOther || !strings.Contains(file, want) {
			t.Errorf("saved: %d lacks %q\n%s", w.Code, want, file)
		}
	}
}
