package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// paced is a site with a project of these settings.
func paced(t *testing.T, set research.Settings) (*site, *research.Project) {
	t.Helper()
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 2})
	p := s.only()
	p.Settings = set
	if err := s.db.UpdateProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return s, p
}

// only is the site's project.
func (s *site) only() *research.Project {
	s.t.Helper()
	p, err := s.db.ProjectByKey(s.t.Context(), "prj_a")
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func TestThePageOfPacing(t *testing.T) {
	s, _ := paced(t, research.Settings{Timezone: "Europe/Berlin", Cooldown: -1, CardsPerSession: -1, TestPeople: []string{"ann", "bea@northdesk.example"},
		Pacing: research.Pacing{QuietFrom: 12 * 60, QuietTo: 14*60 + 5, Days: []time.Weekday{time.Tuesday, time.Friday}, PersonZone: true}})
	body := s.get("/settings/pacing").Body.String()
	for _, want := range []string{`name="from" value="12:00"`, `name="to" value="14:05"`, `value="tue" checked`, `value="fri" checked`, `value="Europe/Berlin"`,
		`value="person" selected`, `name="cooldown" value="0"`, `name="cards_per_session" value="none"`, "ann\nbea@northdesk.example",
		"It is quiet now, by the project’s clock", "Tuesday, 14:05", "Pause everything"} {
		if !strings.Contains(body, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for _, not := range []string{`value="mon" checked`, "Resume", "Everything was paused"} {
		if strings.Contains(body, not) {
			t.Errorf("it says %q", not)
		}
	}
	if body := s.get("/settings").Body.String(); !strings.Contains(body, "/settings/pacing") {
		t.Error("Settings does not lead there")
	}
}

var wholeForm = url.Values{"from": {"21:00"}, "to": {"08:30"}, "day": {"mon", "tue"}, "timezone": {" Europe/Berlin "}, "clock": {"project"}, "cooldown": {"14d"},
	"cards_per_session": {"2"}, "max_age": {"1h"}, "grace": {"1m"}, "dialog_selector": {".tour"}, "interview_opens": {"page"}}

func with(form url.Values, name string, values ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	out[name] = values
	return out
}

func TestPacingIsSavedWholeOrNotAtAll(t *testing.T) {
	s, _ := paced(t, research.Settings{})
	if w := s.post("/settings/pacing", wholeForm); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/settings/pacing?done=pacing" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, want := range []string{"cooldown:14d", "quiet_hours:21:00-08:30", "days:mon,tue", "timezone:Europe/Berlin", "dialog_selector:.tour"} {
		if told := strings.Join(s.commands.told, "\n"); !strings.Contains(told, want) {
			t.Errorf("told %s, not %s", told, want)
		}
	}
	s.commands.told = nil
	for _, c := range []struct {
		form url.Values
		says string
	}{
		{with(wholeForm, "to", ""), "say both when they begin and when they end"},
		{with(wholeForm, "to", "21:00"), "begin and end at the same time"},
		{with(wholeForm, "day"), "Choose at least one"},
		{with(wholeForm, "timezone", "Berlin"), "did you mean Europe/Berlin?"},
		{with(wholeForm, "cooldown", `<b>soon`), "&lt;b&gt;soon"},
		{with(wholeForm, "cards_per_session", "0"), "none for no limit"},
	} {
		w := s.post("/settings/pacing", c.form)
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest || !strings.Contains(body, c.says) || !strings.Contains(body, "Nothing was saved") {
			t.Errorf("%v: %d, without %q", c.form, w.Code, c.says)
		}
		if !strings.Contains(body, `name="from" value="21:00"`) || !strings.Contains(body, `name="dialog_selector" value=".tour"`) {
			t.Errorf("%v: what was typed is gone", c.form)
		}
	}
	if len(s.commands.told) > 0 {
		t.Errorf("told %q", s.commands.told)
	}
}

func TestTestPeopleAreSaved(t *testing.T) {
	s, p := paced(t, research.Settings{})
	s.post("/settings/pacing/people", url.Values{"people": {"ann\r\nbea@northdesk.example"}})
	if want := "pacing 1 map[test_people:ann\nbea@northdesk.example]"; !slices.Contains(s.commands.told, want) {
		t.Errorf("told %q, want %q, of project %d", s.commands.told, want, p.ID)
	}
	w := s.post("/settings/pacing/people", url.Values{"people": {"@northdesk.example"}})
	if body := w.Body.String(); !strings.Contains(body, "whole domain") || !strings.Contains(body, "@northdesk.example</textarea>") {
		t.Errorf("%d %s", w.Code, body)
	}
}

func TestPeopleNeverAskedAreSaved(t *testing.T) {
	s, _ := paced(t, research.Settings{Excluded: []string{"ann", "@rival.example"}})
	if body := s.get("/settings/pacing").Body.String(); !strings.Contains(body, ">ann\n@rival.example</textarea>") {
		t.Error("the list is not shown")
	}
	s.post("/settings/pacing/excluded", url.Values{"people": {"ann\r\n@other.example"}})
	if want := "pacing 1 map[excluded:ann\n@other.example]"; !slices.Contains(s.commands.told, want) {
		t.Errorf("told %q, want %q", s.commands.told, want)
	}
	if body := s.post("/settings/pacing/excluded", url.Values{"people": {"@"}}).Body.String(); !strings.Contains(body, "names nobody. Write a domain like @example.com. Nothing was saved.") || !strings.Contains(body, ">@</textarea>") {
		t.Error(body)
	}
}

func TestEverythingIsPausedAndEveryPageSaysSo(t *testing.T) {
	s, p := paced(t, research.Settings{})
	s.post("/settings/pause", url.Values{"do": {"pause"}})
	if want := "pause 1 true ada@northdesk.example"; !slices.Contains(s.commands.told, want) {
		t.Errorf("told %q, want %q", s.commands.told, want)
	}
	if err := s.db.SetPaused(t.Context(), p.ID, true, "ada@northdesk.example", noon.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths("a") {
		if body := s.get(path).Body.String(); !strings.Contains(body, "Everything was paused") && !strings.Contains(path, "/itv_") {
			t.Errorf("%s does not say so", path)
		}
	}
	if body := s.get("/settings/pacing").Body.String(); !strings.Contains(body, "by <bdi>ada@northdesk.example</bdi>") || !strings.Contains(body, "not yet") {
		t.Error("who paused it is not said")
	}
	s.post("/settings/pause", url.Values{"do": {"resume"}})
	if want := "pause 1 false ada@northdesk.example"; !slices.Contains(s.commands.told, want) {
		t.Errorf("told %q, want %q", s.commands.told, want)
	}
	n := len(s.commands.told)
	if w := s.post("/settings/pause", url.Values{}); w.Code < 400 || len(s.commands.told) != n {
		t.Errorf("an empty form: %d, told %q", w.Code, s.commands.told)
	}
}

func TestATriggerIsPutIntoTestMode(t *testing.T) {
	s, p := paced(t, research.Settings{})
	const page = "/studies/stu_a1/triggers"
	if body := s.get(page).Body.String(); !strings.Contains(body, "Test it") || !strings.Contains(body, "Forecast and activate") {
		t.Error("a paused trigger cannot be tested")
	}
	s.post(page+"/trg_a1", url.Values{"do": {"test"}})
	if want := "test 1 trg_a1"; !slices.Contains(s.commands.told, want) {
		t.Errorf("told %q, want %q", s.commands.told, want)
	}
	if err := s.db.SetTesting(t.Context(), p.ID, "trg_a1", noon); err != nil {
		t.Fatal(err)
	}
	if body := s.get(page).Body.String(); !strings.Contains(body, "Nobody is on your") || !strings.Contains(body, "in test mode: asks test people only") || !strings.Contains(body, "Pause trigger") {
		t.Errorf("without test people: %s", body)
	}
	p.Settings.TestPeople = []string{"ann"}
	if err := s.db.UpdateProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if body := s.get(page).Body.String(); !strings.Contains(body, "the one person on your") {
		t.Errorf("with one: %s", body)
	}
}
