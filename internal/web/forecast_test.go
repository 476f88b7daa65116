package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// demoForecast is what a trigger of Northdesk would have done.
func demoForecast(_ context.Context, _ *research.Project, s *research.Study, _ string, _ []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
	tell(report.ForecastStep{Stage: report.ForecastReads})
	tell(report.ForecastStep{Stage: report.ForecastReads, Total: 41_200})
	tell(report.ForecastStep{Stage: report.ForecastDecides, Total: 41_200})
	tell(report.ForecastStep{Stage: report.ForecastDecides, Done: 12_288, Total: 41_200})
	f := forecastOf(30, 12, 143)
	f.Gates = []report.GateCount{{Gate: research.GateSample, N: 118}, {Gate: research.GateProjectCooldown, N: 31}, {Gate: research.GateOpenInvite, N: 20}}
	f.Collisions = []report.Collision{{Study: s.PublicID, StudyName: "Why trials do not begin", Trigger: "Opened the export twice", N: 14}, {Study: s.PublicID, StudyName: s.Name, Trigger: "Cancelled", N: 6}}
	f.Waiting, f.Cancelled = 9, 44
	f.Pace = report.Pace{Target: 30, Completed: 6, Invites: 64, Interviews: 24, Low: 0.267, High: 0.496, Soonest: 9, Latest: 24}
	return f, nil
}

func forecastOf(days, matches, invited int) *report.Forecast {
	f := &report.Forecast{From: noon.AddDate(0, 0, -30), Until: noon, Events: 41_200, Since: noon.AddDate(0, 0, -61), Invited: invited}
	for i := range days {
		n := matches * ((i*7)%9 + 2) / 6
		day := report.ForecastDay{Day: noon.AddDate(0, 0, i-days+1).Format(time.DateOnly), Matched: n, Invited: n * 5 / 11}
		if i%11 == 3 {
			day.Matched, day.Invited = 0, 0
		}
		f.Days, f.Matched = append(f.Days, day), f.Matched+day.Matched
	}
	f.People = f.Matched * 4 / 5
	for i := range min(20, invited) {
		f.First = append(f.First, research.UserKey(research.UserID(plainWords("person", i)+fmt.Sprint("-", i))))
	}
	return f
}

func emptyForecast(_ context.Context, _ *research.Project, _ *research.Study, _ string, _ []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
	return &report.Forecast{From: noon.AddDate(0, 0, -30), Until: noon}, nil
}

func quietForecast(_ context.Context, _ *research.Project, _ *research.Study, _ string, _ []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
	return &report.Forecast{From: noon.AddDate(0, 0, -30), Until: noon, Events: 311, Since: noon.AddDate(0, 0, -5)}, nil
}

func manyForecast(_ context.Context, _ *research.Project, s *research.Study, _ string, _ []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
	f := forecastOf(31, 41_000, 190_312)
	for _, g := range research.Gates {
		f.Gates = append(f.Gates, report.GateCount{Gate: g, N: 12_345})
	}
	for i := range 40 {
		f.Collisions = append(f.Collisions, report.Collision{Study: s.PublicID, StudyName: "Warum Kundinnen und Kunden im ersten Quartal wieder kündigen " + fmt.Sprint(i), Trigger: "Kündigungsgespräch nach abgebrochener Einrichtung", N: 4000 - i})
	}
	f.Pace = report.Pace{Target: 300, Completed: 6, Invites: 3, Interviews: 1, Low: 0.02, High: 0.2, Assumed: true, Soonest: 1, Latest: 3}
	return f, nil
}

const forecastAt = "/studies/stu_a0/triggers/trg_a0/forecast"

func TestWordsOfForecasts(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 2, events: 10})
	for _, c := range []struct {
		what string
		by   Forecaster
		want []string
	}{
		{"much", demoForecast, []string{"would have invited 143 times, about 5 a day", "9 to 24 days", "24 of 64", "not drawn in the sample", "Opened the export twice", "The first 20 who", "<title>24 Nov:", "9</strong>", "41\u202f200 stored events"}},
		{"nothing stored", emptyForecast, []string{"No events are stored yet", `href="/connect"`}},
		{"nothing matched", quietForecast, []string{"In the last 5 days nothing would have matched", "the catalogue"}},
		{"guessed", manyForecast, []string{"a guess and not a measurement: 3 invites of this project ended", "2 to 20 of 100", "1 to 3 days"}},
		{"refused", func(context.Context, *research.Project, *research.Study, string, []byte, func(report.ForecastStep)) (*report.Forecast, error) {
			return nil, research.Errorf(research.Invalid, "The file says <nothing>.")
		}, []string{"The file says &lt;nothing&gt;."}},
		{"broken", func(context.Context, *research.Project, *research.Study, string, []byte, func(report.ForecastStep)) (*report.Forecast, error) {
			return nil, errors.New("secret detail")
		}, []string{"log has the reason"}},
	} {
		s.forecast = c.by
		w := s.get(forecastAt)
		body := w.Body.String()
		for _, words := range c.want {
			if !strings.Contains(body, words) {
				t.Errorf("%s does not say %q", c.what, words)
			}
		}
		if w.Code != http.StatusOK || !strings.HasSuffix(body, "</html>\n") || strings.Contains(body, "secret detail") || inline.MatchString(body) {
			t.Errorf("%s: %d %s", c.what, w.Code, body)
		}
	}
	for days, want := range map[int]string{1: "In the last day nothing would have matched", 2: "In the last 2 days nothing would have matched"} {
		now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
		if got := (foreseen{Forecast: &report.Forecast{From: now.AddDate(0, 0, -days), Since: now.AddDate(0, 0, -days), Until: now}}).Headline(); got != want {
			t.Errorf("%d days: %s", days, got)
		}
	}
	if w := s.get("/studies/stu_a0/triggers/trg_a1/forecast"); w.Code != http.StatusNotFound {
		t.Errorf("a trigger of another study: %d", w.Code)
	}
}

func TestAForecastOfAFileThatIsNotSaved(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	var got string
	s.forecast = func(ctx context.Context, p *research.Project, of *research.Study, trigger string, file []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
		got = of.PublicID + " " + trigger + " " + string(file)
		return emptyForecast(ctx, p, of, trigger, file, tell)
	}
	w := s.post(forecastAt, url.Values{"file": {"usercall: 1"}})
	if w.Code != http.StatusOK || got != "stu_a0 t usercall: 1" || strings.Contains(w.Body.String(), "Activate trigger</button>") {
		t.Errorf("%d %q", w.Code, got)
	}
}

// What stands in a form is forecast as it stands, also a trigger that is not there yet,
// and saved by nobody.
func TestAForecastOfAForm(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	var key, file string
	s.forecast = func(ctx context.Context, p *research.Project, of *research.Study, trigger string, planned []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
		key, file = trigger, string(planned)
		return emptyForecast(ctx, p, of, trigger, planned, tell)
	}
	before := string(s.study().File)
	form := url.Values{"do": {"forecast"}, "on.event.n": {"1"}, "on.event.0": {"export_failed"}, "people": {"anyone"}, "per_day": {"7"}}
	w := s.post("/studies/stu_a0/triggers/new", form)
	if w.Code != http.StatusOK || key != "export-failed" || !strings.Contains(file, "per_day: 7") || strings.Contains(w.Body.String(), "Activate trigger</button>") {
		t.Errorf("%d of %q: %s", w.Code, key, file)
	}
	form.Set("version", strconv.Itoa(s.study().Version))
	if w := s.post("/studies/stu_a0/triggers/trg_a0/edit", form); w.Code != http.StatusOK || key != "t" || !strings.Contains(file, "export_failed") {
		t.Errorf("%d of %q: %s", w.Code, key, file)
	}
	key = ""
	form.Set("per_day", "some")
	if w := s.post("/studies/stu_a0/triggers/new", form); w.Code != http.StatusBadRequest || key != "" {
		t.Errorf("a form that is wrong: %d, forecast of %q", w.Code, key)
	}
	if after := string(s.study().File); after != before {
		t.Errorf("a forecast changed the study: %s", after)
	}
}

// The page is there before the forecast is, says how far it is, and its end ends
// the work.
func TestAForecastIsSentWhileItIsMade(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	ended := make(chan error, 1)
	s.forecast = func(ctx context.Context, _ *research.Project, _ *research.Study, _ string, _ []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
		tell(report.ForecastStep{Stage: report.ForecastWaits})
		tell(report.ForecastStep{Stage: report.ForecastReads, Done: 0, Total: 500})
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}
	server := httptest.NewServer(s.handler)
	defer server.Close()
	r, err := http.NewRequest("GET", server.URL+forecastAt, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(s.cookie)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	for lines := bufio.NewScanner(answer.Body); !strings.Contains(page.String(), "0 of 500") && lines.Scan(); {
		page.WriteString(lines.Text() + "\n")
	}
	for _, want := range []string{"<h1", "When subscription_cancelled happens", "this one is next", "Reading stored events: 0 of 500"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("so far there is no %q in\n%s", want, page.String())
		}
	}
	answer.Body.Close()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the work goes on with nobody there")
	}
}

// activating puts a trigger into the middle of its activation.
func (s *site) activating(id string, done, total int) {
	s.t.Helper()
	p, err := s.db.ProjectByKey(s.t.Context(), "prj_a")
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.SetActive(s.t.Context(), p.ID, id, true, s.now); err != nil {
		s.t.Fatal(err)
	}
	all, err := s.db.Activations(s.t.Context(), s.now)
	if err != nil || len(all) != 1 {
		s.t.Fatal(all, err)
	}
	a, err := s.db.BeginReplay(s.t.Context(), all[0], s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.KeepReplay(s.t.Context(), *a, trigger.PastProgress{Done: done, Total: total, Since: s.now.AddDate(0, 0, -61)}, s.now); err != nil {
		s.t.Fatal(err)
	}
	if done < total {
		return
	}
	if err := s.db.HandOver(s.t.Context(), *a, emptyLog{s.now.AddDate(0, 0, -61)}, s.now, func(context.Context) (end trigger.PastEnd, err error) { return end, nil }); err != nil {
		s.t.Fatal(err)
	}
}

// emptyLog is a log that was read.
type emptyLog struct{ since time.Time }

func (emptyLog) Total() int                                                     { return 0 }
func (e emptyLog) Since() time.Time                                             { return e.since }
func (emptyLog) Read(context.Context, func(*research.Event) error) (int, error) { return 0, nil }

func TestTheTriggersTellHowFarAnActivationIs(t *testing.T) {
	for done, want := range map[int][]string{
		0:      {"getting ready", "0 of 41\u202f200, 0 %", "Nobody is asked before that is done"},
		12_288: {"getting ready", "12\u202f288 of 41\u202f200, 30 %"},
		41_200: {">active<", "It knows what happened since", "2026-09-24 12:00:00 UTC"},
	} {
		s := newSite(t, "http://localhost:8080").signIn()
		s.fill(demo{tag: "a", studies: 2})
		s.activating("trg_a1", done, 41_200)
		body := s.get("/studies/stu_a1/triggers").Body.String()
		for _, words := range want {
			if !strings.Contains(body, words) {
				t.Errorf("at %d it does not say %q: %s", done, words, body)
			}
		}
	}
}
