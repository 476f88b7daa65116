package trigger

import (
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// rule is the first rule of a study with these lines in its trigger.
func rule(t testing.TB, lines ...string) *Rule {
	t.Helper()
	return compileFile(t, trig(append([]string{"on: { event: e }"}, lines...)...)).Rules[0]
}

// compileFile compiles a study and activates it.
func compileFile(t testing.TB, src string) *Study {
	t.Helper()
	s, err := Compile(parse(t, src))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range s.Rules {
		r.Active, r.TriggerID = true, research.TriggerID(i+1)
	}
	return s
}

// someone is the facts of an identified person whom nothing stops.
func someone() Facts {
	return Facts{
		Person:  research.Person{Key: research.UserKey("u_1"), Traits: traits(`{"plan": "pro", "email": "Ann@Acme.com"}`)},
		EventAt: noon,
		MaxAge:  research.DefaultMaxAge, ReceivedAt: noon,
		ProjectCooldown: research.DefaultProjectCooldown,
	}
}

const days = 24 * time.Hour

func TestGates(t *testing.T) {
	for _, c := range []struct {
		name   string
		lines  []string
		change func(*Rule, *Facts)
		gate   research.Gate // "": invited
		detail string
		remedy string
	}{
		{"nothing stops", nil, func(*Rule, *Facts) {}, "", "", ""},
		{"paused", nil, func(r *Rule, _ *Facts) { r.Active = false }, research.GateInactive,
			"the trigger is paused", "With the trigger active this would have been an invite."},
		{"closed", nil, func(_ *Rule, f *Facts) { f.StudyClosed = true }, research.GateInactive,
			"the study is closed", "With the study open this would have been an invite."},
		{"old", nil, func(_ *Rule, f *Facts) { f.ReceivedAt = noon.Add(90 * time.Minute) }, research.GateStale,
			"the event was 1 hour old when it arrived; 1 hour is the limit", "With a maximum age of 2 hours this would have been an invite."},
		{"just in time", nil, func(_ *Rule, f *Facts) { f.ReceivedAt = noon.Add(time.Hour) }, "", "", ""},
		{"nobody asks how old", nil, func(_ *Rule, f *Facts) { f.ReceivedAt, f.MaxAge = noon.Add(90*days), 0 }, "", "", ""},
		{"not proved", nil, func(_ *Rule, f *Facts) { f.Unproved = true }, research.GatePeople,
			"the project requires identity, and the browser's was not proved", "With a valid identity token this would have been an invite."},
		{"not proved, where anyone is asked", []string{"people: anyone"}, func(_ *Rule, f *Facts) { f.Unproved = true }, research.GatePeople,
			"the project requires identity, and the browser's was not proved", "With a valid identity token this would have been an invite."},
		{"nobody to prove", []string{"people: anyone"}, func(_ *Rule, f *Facts) { f.Unproved, f.Person.Key = true, research.AnonymousKey("a") }, "", "", ""},
		{"anonymous", nil, func(_ *Rule, f *Facts) { f.Person.Key = research.AnonymousKey("a") }, research.GatePeople,
			"the person has no userId, and this trigger asks identified people", `With "people: anyone" this would have been an invite.`},
		{"anyone", []string{"people: anyone"}, func(_ *Rule, f *Facts) { f.Person.Key = research.AnonymousKey("a") }, "", "", ""},
		{"who", []string{"who: { traits.plan: { in: [trial, free] } }"}, func(*Rule, *Facts) {}, research.GateWho,
			"it does not hold that plan is trial or free", "Without that condition this would have been an invite."},
		{"who is missing", []string{"who: { group.size: { gte: 5 } }"}, func(*Rule, *Facts) {}, research.GateWho,
			"it does not hold that the group's size is at least 5; nothing is known of the group's size", ""},
		{"who holds", []string{"who: { email: { ends_with: '@Acme.com' }, group.size: 9, traits.since: { lt: now-7d } }"}, func(_ *Rule, f *Facts) {
			f.GroupTraits = traits(`{"size": 9}`)
			f.Person.Traits.Set([]byte(`{"since": "2026-11-01"}`), noon, 2)
		}, "", "", ""},
		{"deleted", nil, func(_ *Rule, f *Facts) { f.Deleted = true }, research.GateExcluded,
			"the person opted out, and was deleted since", "Somebody who opted out is never invited, also after they were deleted."},
		{"opted out", nil, func(_ *Rule, f *Facts) { f.OptedOut = true }, research.GateExcluded,
			"the person opted out", "Somebody who opted out is never invited."},
		{"userId on the list", nil, func(_ *Rule, f *Facts) { f.Excluded = []string{"u_1"} }, research.GateExcluded,
			"the person's userId is on", "Without that entry on the list"},
		{"e-mail on the list", nil, func(_ *Rule, f *Facts) { f.Excluded = []string{"ann@acme.com"} }, research.GateExcluded,
			"the person's e-mail address is on", ""},
		{"domain on the list", nil, func(_ *Rule, f *Facts) { f.Excluded = []string{"@acme.com"} }, research.GateExcluded,
			"the person's e-mail domain is on", ""},
		{"others on the list", nil, func(_ *Rule, f *Facts) { f.Excluded = []string{"U_1", "@me.com", "acme.co", "", "cme.com"} }, "", "", ""},
		{"open invite", nil, func(_ *Rule, f *Facts) { f.OpenInvite, f.OpenSince = true, noon.Add(-2*time.Minute) }, research.GateOpenInvite,
			"the person has an invite that is still open, from 2 minutes ago", "Once that invite is answered or expires"},
		{"cooldown", nil, func(_ *Rule, f *Facts) { f.LastByTrigger = noon.Add(-4*days - time.Hour) }, research.GateCooldown,
			"invited 4 days ago, 26 to go", "With a cooldown of 4 days this would have been an invite."},
		{"cooldown in hours", nil, func(_ *Rule, f *Facts) { f.LastByTrigger = noon.Add(-2 * time.Hour) }, research.GateCooldown,
			"invited 2 hours ago, 30 days to go", "With a cooldown of 2 hours"},
		{"cooldown is over", nil, func(_ *Rule, f *Facts) { f.LastByTrigger = noon.Add(-30 * days) }, "", "", ""},
		{"no cooldown", []string{"cooldown: 0"}, func(_ *Rule, f *Facts) { f.LastByTrigger = noon }, "", "", ""},
		{"cooldown, and more", nil, func(_ *Rule, f *Facts) { f.LastByTrigger, f.LastByAny = noon.Add(-3*days), noon.Add(-3*days) }, research.GateCooldown,
			"invited 3 days ago, 27 to go", "With a cooldown of 3 days the gate project_cooldown would have said no: invited by this project 3 days ago, 4 to go."},
		{"project cooldown", nil, func(_ *Rule, f *Facts) { f.LastByAny = noon.Add(-5 * days) }, research.GateProjectCooldown,
			"invited by this project 5 days ago, 2 to go", "With a project cooldown of 5 days this would have been an invite."},
		{"project cooldown doubled twice", nil, func(_ *Rule, f *Facts) { f.LastByAny, f.Dismissals = noon.Add(-20*days), 2 }, research.GateProjectCooldown,
			"invited by this project 20 days ago, 8 to go; dismissed 2 invites in a row, so the project's cooldown of 7 days is now 28 days",
			"With a project cooldown of 5 days this would have been an invite."},
		{"doubled and over", nil, func(_ *Rule, f *Facts) { f.LastByAny, f.Dismissals = noon.Add(-28*days), 2 }, "", "", ""},
		{"dismissed for ever", nil, func(_ *Rule, f *Facts) { f.LastByAny, f.Dismissals = noon.Add(-5000*days), 1000 }, research.GateProjectCooldown, "", ""},
		{"never", nil, func(_ *Rule, f *Facts) { f.Never, f.ProjectCooldown = true, 0 }, research.GateProjectCooldown,
			`the person said "don't ask again"`, `Somebody who said "don't ask again" is never invited.`},
		{"per day", []string{"per_day: 20"}, func(_ *Rule, f *Facts) { f.Today = 20 }, research.GatePerDay,
			"20 of 20 invites made today", "With 21 a day this would have been an invite."},
		{"one left", []string{"per_day: 20"}, func(_ *Rule, f *Facts) { f.Today = 19 }, "", "", ""},
		{"total", []string{"total: 3"}, func(_ *Rule, f *Facts) { f.Ever = 3 }, research.GateTotal,
			"3 of 3 invites made", "With a total of 4 this would have been an invite."},
		{"nobody is sampled", []string{"sample: 0%"}, func(*Rule, *Facts) {}, research.GateSample, "not among the 0 % who are asked", ""},
	} {
		r, f := rule(t, c.lines...), someone()
		c.change(r, &f)
		v := Decide(r, f, noon)
		if v.Gate != c.gate || !strings.Contains(v.Detail, c.detail) || !strings.Contains(v.Remedy, c.remedy) {
			t.Errorf("%s:\n got %q %q %q\nwant %q %q %q", c.name, v.Gate, v.Detail, v.Remedy, c.gate, c.detail, c.remedy)
		}
		if (v.Outcome == research.Invited) != (c.gate == "") {
			t.Errorf("%s: outcome %s", c.name, v.Outcome)
		}
	}
}

func TestTargetAndQuotas(t *testing.T) {
	src := strings.Replace(trig("on: { event: e }"), "{ key: s }", `
  key: s
  interviews: 30
  quotas:
    - { name: trial, where: { traits.plan: trial }, interviews: 10 }
    - { name: large, where: { group.size: { gte: 100 } }, interviews: 5 }`, 1)
	r := compileFile(t, src).Rules[0]
	for _, c := range []struct {
		name, plan, size string
		all              int
		trial, large     int
		detail           string
	}{
		{"room everywhere", `"trial"`, `200`, 15, 9, 4, ""},
		{"the target is reached", `"pro"`, `1`, 30, 0, 0, "the study has 30 of 30 interviews"},
		{"the quota is full", `"trial"`, `1`, 15, 10, 0, `quota "trial" has 10 of 10 interviews`},
		{"in no quota", `"pro"`, `1`, 15, 10, 5, ""},
		{"one of two is full", `"trial"`, `200`, 15, 10, 4, ""},
		{"both are full", `"trial"`, `200`, 15, 10, 5, `quota "trial" has 10 of 10 interviews, quota "large" has 5 of 5 interviews`},
	} {
		f := someone()
		f.Person.Traits, f.GroupTraits = traits(`{"plan": `+c.plan+`}`), traits(`{"size": `+c.size+`}`)
		f.Interviews, f.ByQuota = c.all, map[string]int{"trial": c.trial, "large": c.large}
		if v := Decide(r, f, noon); v.Detail != c.detail || (v.Gate == research.GateTarget) != (c.detail != "") {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// The gates are asked in the order of the specification: whoever fails all of
// them is told the first, and mending one shows the next.
func TestOrderOfTheGates(t *testing.T) {
	r := rule(t, "who: { traits.plan: free }", "sample: 0%", "per_day: 1", "total: 1")
	r.Active, r.Target = false, 1
	f := Facts{ReceivedAt: noon, EventAt: noon.Add(-days), MaxAge: time.Hour, Person: research.Person{Key: research.AnonymousKey("a")},
		OptedOut: true, OpenInvite: true, LastByTrigger: noon, LastByAny: noon, ProjectCooldown: days, Interviews: 1, Today: 1, Ever: 1}
	mend := map[research.Gate]func(){
		research.GateInactive: func() { r.Active = true }, research.GateStale: func() { f.MaxAge = 0 },
		research.GatePeople: func() { r.People = Anyone }, research.GateWho: func() { f.Person.Traits = traits(`{"plan": "free"}`) },
		research.GateExcluded: func() { f.OptedOut = false }, research.GateSample: func() { r.Sample = "" },
		research.GateOpenInvite: func() { f.OpenInvite = false }, research.GateCooldown: func() { r.Cooldown = 0 },
		research.GateProjectCooldown: func() { f.ProjectCooldown = 0 }, research.GateTarget: func() { r.Target = 0 },
		research.GatePerDay: func() { r.PerDay = 0 }, research.GateTotal: func() { r.Total = 0 },
	}
	for _, want := range research.Gates {
		if v := Decide(r, f, noon); v.Gate != want {
			t.Fatalf("gate %s, want %s", v.Gate, want)
		}
		mend[want]()
	}
	if v := Decide(r, f, noon); v.Outcome != research.Invited {
		t.Errorf("all gates mended, and still %+v", v)
	}
}

// Computed apart, in Python: int.from_bytes(sha256(…).digest()[:8], 'big') / 2**64.
func TestDraw(t *testing.T) {
	for _, c := range []struct {
		study, trigger string
		person         research.PersonKey
		want           float64
	}{
		{"why-pro-cancels", "abandoned-onboarding", "u:u_1", 0.7927483212311425},
		{"cancellation", "cancelled", "u:maría@example.com", 0.5401868271666913},
		{"cancellation", "cancelled", "a:maría@example.com", 0.5401868271666913},
		{"a", "b", "u:", 0.14097719038494608},
	} {
		if got := draw(c.study, c.trigger, c.person); got != c.want {
			t.Errorf("draw(%s, %s, %s) = %v, want %v", c.study, c.trigger, c.person, got, c.want)
		}
	}
}

// The trigger "abandoned" of the study "s" draws the same for u_1 every time, so
// the share decides, and the remedy names one that would have done.
func TestSample(t *testing.T) {
	drawn := draw("s", "abandoned", research.UserKey("u_1"))
	for _, c := range []struct {
		share Percent
		in    bool
	}{{"0", false}, {"100", true}, {"", true}, {"99.999", drawn < 0.99999}, {"50", drawn < 0.5}} {
		r := rule(t)
		r.Sample = c.share
		if v := Decide(r, someone(), noon); (v.Outcome == research.Invited) != c.in {
			t.Errorf("%s of a draw of %v: %+v", c.share, drawn, v)
		}
	}
}

func TestShareIsRoundedOnce(t *testing.T) {
	for p, want := range map[Percent]float64{"25": 0.25, "0.1": 0.001, "33.3": 0.333, "": 1, "0": 0, "7": 0.07, "57": 0.57} {
		if got := p.Share(); got != want {
			t.Errorf("%s is %v, want %v", p, got, want)
		}
	}
}

func TestOvertaken(t *testing.T) {
	for _, g := range research.Gates {
		if v := Overtaken(g); v.Outcome != research.Skipped || v.Gate != g || v.Detail == "" || v.Remedy == "" {
			t.Errorf("%s: %+v", g, v)
		}
	}
}

func TestOrder(t *testing.T) {
	rules := []*Rule{{StudyKey: "b", Key: "a"}, {StudyKey: "a", Key: "b"}, {StudyKey: "z", Key: "z", Priority: 1}, {StudyKey: "a", Key: "a"}, {StudyKey: "a", Key: "a", Priority: -1}}
	Order(rules)
	var got []string
	for _, r := range rules {
		got = append(got, r.StudyKey+r.Key)
	}
	if strings.Join(got, " ") != "zz aa ab ba aa" {
		t.Errorf("%v", got)
	}
}

// The days on which clocks are changed have 23 and 25 hours.
func TestDayKeyWhereClocksAreChanged(t *testing.T) {
	for at, want := range map[string]string{
		"2026-03-28T22:59:59.999Z": "2026-03-28", "2026-03-28T23:00:00Z": "2026-03-29", "2026-03-29T21:59:59.999Z": "2026-03-29", "2026-03-29T22:00:00Z": "2026-03-30",
		"2026-10-24T21:59:59.999Z": "2026-10-24", "2026-10-24T22:00:00Z": "2026-10-25", "2026-10-25T22:59:59.999Z": "2026-10-25", "2026-10-25T23:00:00Z": "2026-10-26",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if got := DayKey(moment, "Europe/Berlin"); err != nil || got != want {
			t.Errorf("%s is on %s, %v; want %s", at, got, err, want)
		}
	}
}

func TestDayKey(t *testing.T) {
	now := time.Date(2026, 11, 24, 23, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{"": "2026-11-24", "UTC": "2026-11-24", "Europe/Berlin": "2026-11-25", "America/New_York": "2026-11-24", "Nowhere/At all": "2026-11-24", "Local": "2026-11-24"} {
		if got := DayKey(now, zone); got != want {
			t.Errorf("%s: %s", zone, got)
		}
	}
}

func TestSentence(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{[]string{"on: { event: subscription_cancelled, where: { properties.plan: pro } }", "sample: 25%", "per_day: 20"},
			"When subscription_cancelled happens where plan is pro, ask identified people, 25 % of them, at most 20 a day, nobody twice within 30 days"},
		{[]string{"on: { event: [a, Plan Upgraded, 'x: y'], source: [server, webhook] }", "people: anyone", "cooldown: 0", "total: 5"},
			`When a, Plan Upgraded or "x: y" happens (from server or webhook), ask anyone, at most 5 in all`},
		{[]string{"on: { type: page }", "who: { traits.plan: { in: [trial, free] }, traits.since: { gte: now-7d } }", "cooldown: 36h"},
			"When any page is viewed, ask identified people whose plan is trial or free and since is not before now-7d, nobody twice within 1 day 12 hours"},
		{[]string{"on: { type: screen, event: Home, where: { any: [ { traits.a: 1 }, { context.b: { not: 2 } } ] } }", "per_day: 1", "total: 2"},
			"When the screen Home is viewed where (the person's a is 1 or context.b is not 2), ask identified people, at most 1 a day and 2 in all, nobody twice within 30 days"},
	} {
		if got := compileFile(t, trig(c.lines...)).Rules[0].Sentence(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestWhoseEventIsProved(t *testing.T) {
	for _, c := range []struct {
		mode  research.IdentityMode
		event research.Event
		want  bool // Unproved
	}{
		{research.IdentityOff, research.Event{}, false},
		{research.IdentityWhenPresent, research.Event{}, false},
		{research.IdentityRequired, research.Event{}, true},
		{research.IdentityRequired, research.Event{Verified: true}, false},
		{research.IdentityRequired, research.Event{Signed: true}, false},
	} {
		var f Facts
		r := &Rule{}
		m := r.matchOf(&c.event)
		f.setMatch(r, &m, &research.Project{Settings: research.Settings{Identity: c.mode}})
		if f.Unproved != c.want {
			t.Errorf("mode %q, %+v: unproved %v", c.mode, c.event, f.Unproved)
		}
	}
}
