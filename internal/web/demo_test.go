package web

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/pacing"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// noon is the time of every test.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// site is a dashboard over a database of its own.
type site struct {
	t        *testing.T
	db       *store.DB
	handler  http.Handler
	cookie   *http.Cookie
	now      time.Time
	commands *noted
	user     int64
	forecast Forecaster
	sounds   map[string][]byte // WAV by interview; nil: its file is lost
}

// noted implements Commands and keeps what it was told.
type noted struct {
	told   []string
	db     *store.DB
	unseen []string // what CheckStudy warns of
	from   string   // whom mails come from
}

func (n *noted) StartStudy(_ context.Context, p *research.Project, name, who string) (string, error) {
	if name == "!" {
		return "", research.Errorf(research.Invalid, "A name has letters.")
	}
	n.told = append(n.told, fmt.Sprintf("start %d %q %s", p.ID, name, who))
	return "stu_new", nil
}

func (n *noted) CheckStudy(_ context.Context, _ *research.Project, file []byte) ([]string, error) {
	_, err := trigger.Load(file)
	return n.unseen, err
}

// SaveStudy really saves, so that what a form made can be read back.
func (n *noted) SaveStudy(ctx context.Context, p *research.Project, s *research.Study, file []byte, base int, who string) error {
	f, err := trigger.Parse(file)
	if err != nil {
		return err
	}
	apply := store.ApplyStudy{Project: p.ID, Key: s.Key, Name: s.Name, Goal: f.Study.Goal, File: f.Marshal(), Who: who, Base: base, Now: noon}
	for i := range f.Triggers {
		t := &f.Triggers[i]
		apply.Triggers = append(apply.Triggers, store.ApplyTrigger{Key: t.Key, Name: cmp.Or(t.Name, t.Key), Fingerprint: t.Fingerprint()})
	}
	_, err = n.db.Apply(ctx, apply)
	n.told = append(n.told, fmt.Sprintf("save %d %s %d %s", p.ID, s.PublicID, base, who))
	return err
}

func (n *noted) SetTriggerActive(_ context.Context, p *research.Project, id string, active bool) error {
	n.told = append(n.told, fmt.Sprintf("trigger %d %s %t", p.ID, id, active))
	return nil
}

func (n *noted) SetTriggerTesting(_ context.Context, p *research.Project, id string) error {
	n.told = append(n.told, fmt.Sprintf("test %d %s", p.ID, id))
	return nil
}

func (n *noted) SetPacing(_ context.Context, p *research.Project, values map[string]string) error {
	if _, err := pacing.SetAll(p.Settings, values); err != nil {
		return err
	}
	n.told = append(n.told, fmt.Sprintf("pacing %d %v", p.ID, values))
	return nil
}

func (n *noted) Pause(_ context.Context, p *research.Project, paused bool, who string) error {
	n.told = append(n.told, fmt.Sprintf("pause %d %t %s", p.ID, paused, who))
	return nil
}

func (n *noted) SetStudyOpen(_ context.Context, p *research.Project, id string, open bool) error {
	n.told = append(n.told, fmt.Sprintf("study %d %s %t", p.ID, id, open))
	return nil
}

func (n *noted) CreateStudy(_ context.Context, p *research.Project, file []byte, _ string) (string, error) {
	n.told = append(n.told, fmt.Sprintf("create %d %d", p.ID, len(file)))
	return "stu_new", nil
}

func (n *noted) EraseInterview(_ context.Context, p *research.Project, id string) error {
	n.told = append(n.told, fmt.Sprintf("erase %d %s", p.ID, id))
	return nil
}

func (n *noted) ErasePerson(_ context.Context, p *research.Project, key research.PersonKey) error {
	n.told = append(n.told, fmt.Sprintf("erase %d %s", p.ID, key))
	return nil
}

func (n *noted) SaveProject(_ context.Context, p *research.Project, name string, origins []string) error {
	if name == "" {
		return research.Errorf(research.Invalid, "A name has 1 to 120 characters.")
	}
	n.told = append(n.told, fmt.Sprintf("project %d %s %v", p.ID, name, origins))
	return nil
}

func (n *noted) RotateKey(_ context.Context, p *research.Project, kind research.KeyKind, public string) (NewKey, error) {
	if public == "bad" {
		return NewKey{}, research.Errorf(research.Invalid, "This is no PEM.")
	}
	n.told = append(n.told, fmt.Sprintf("rotate %d %s %q", p.ID, kind, public))
	k := NewKey{Lines: [][2]string{{"Server key", "sk_0123456789abcdef"}}, Secret: true}
	if kind == research.KeyIdentity {
		k = NewKey{Lines: [][2]string{{"Key id (kid)", "idk_1"}, {"Algorithm", "HS256"}, {"Identity secret", "is_0123456789abcdef"}}, Secret: true, KID: "idk_1", Algorithm: "HS256"}
	}
	return k, nil
}

func (n *noted) RevokeOldKeys(_ context.Context, p *research.Project, kind research.KeyKind) error {
	n.told = append(n.told, fmt.Sprintf("revoke %d %s", p.ID, kind))
	return nil
}

func (n *noted) SetConsent(_ context.Context, p *research.Project, category string) error {
	n.told = append(n.told, fmt.Sprintf("consent %d %q", p.ID, category))
	return nil
}

func (n *noted) SetRecordingDays(_ context.Context, p *research.Project, days int) error {
	if days < 0 {
		return research.Errorf(research.Invalid, "Recordings are kept for 1 to 3650 days.")
	}
	n.told = append(n.told, fmt.Sprintf("recordings %d %d", p.ID, days))
	return nil
}

func (n *noted) SetKeySet(_ context.Context, p *research.Project, url string) error {
	if url == "https://down.example/keys" {
		return research.Errorf(research.Invalid, "The address could not be read: it answered 500.")
	}
	n.told = append(n.told, fmt.Sprintf("keys %d %q", p.ID, url))
	return nil
}

func (n *noted) SetIdentity(_ context.Context, p *research.Project, mode research.IdentityMode) error {
	if mode == research.IdentityRequired {
		return research.Errorf(research.Conflict, "There is no identity key yet.")
	}
	n.told = append(n.told, fmt.Sprintf("identity %d %q", p.ID, mode))
	return nil
}

func newSite(t *testing.T, public string) *site {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.SQLite(t), storetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	at, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, db: db, now: noon, commands: &noted{db: db}}
	s.forecast = demoForecast
	s.handler = New(Config{Forecast: func(ctx context.Context, p *research.Project, of *research.Study, trigger string, file []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
		return s.forecast(ctx, p, of, trigger, file, tell)
	},
		Reports: db.Reports(), Accounts: db.Accounts(), Commands: s.commands, Describe: describeDemo, Why: whyDemo,
		Ready: []ReadyMade{{Key: "why-cancel", Name: "Why people cancel", Description: "Asks at the moment somebody cancels.", File: []byte("x")}, {Key: "setup", Name: "Why setup stops", Description: "Asks who began the setup and did not finish it within a day.", File: []byte("y")}},
		WebhookOf: func(p *research.Project) (string, string) {
			return public + "/v1/webhooks/segment/" + p.Key + "/0123456789abcdef", "a-secret-of-" + p.Key
		},
		Recording: func(_ context.Context, p *research.Project, id string) (*report.Sound, error) { return s.hear(p, id) },
		Link:      func(id string) string { return "https://usercall.example/i/token-of-" + id },
		PublicURL: at, Now: func() time.Time { return s.now }, Log: slog.New(slog.DiscardHandler),
		Address: func(*http.Request) (netip.Addr, bool) { return netip.MustParseAddr("192.0.2.7"), true }})
	return s
}

// whyDemo is how things stand with somebody: a few triggers, or more than a page
// shows at once.
func whyDemo(context.Context, *research.Project, research.PersonKey) (all []report.Standing, err error) {
	for i, progress := range []string{"2 of 3 steps; until Thursday 10:04 onboarding_completed must not happen", "subscription_cancelled has to happen where plan is pro",
		"report_viewed has to happen 3 times within 30 days: 2 so far", "", "", "", "", "", "", ""} {
		s := report.Standing{Study: "std_x", StudyName: plainWords("study", i), Trigger: "trg_x", TriggerName: plainWords("trigger", i), Active: true, Progress: progress}
		if s.Now.Outcome = research.Invited; i%2 == 1 {
			s.Now = report.Decision{Decision: research.Decision{Outcome: research.Skipped, Gate: research.GateCooldown, Detail: "invited 4 days ago, 26 to go",
				Remedy: "With a cooldown of 3 days this would have been an invite."}}
		}
		all = append(all, s)
	}
	return all, nil
}

func describeDemo([]byte) (StudyWords, error) {
	return StudyWords{Sentences: map[string]string{"t": "When subscription_cancelled happens where plan is pro, ask identified people, 25 % of them, at most 20 a day, nobody twice within 30 days"},
		Events: []string{"subscription_cancelled"}, Mode: "choice", Minutes: 4, Languages: []string{"en", "de"},
		Guide: research.Guide{Goal: "The event that led to the decision, the need that was not met, and what they do instead.", Last: "Is there anything else that mattered?",
			Questions: []research.Question{{ID: "q1", Must: true, Ask: "What was going on when you decided to cancel?", Again: "Could you take me back to the day you decided?", MaxProbes: 3},
				{ID: "q2", Ask: "What would have needed to be different for you to stay?", MaxProbes: 1}}}}, nil
}

// signIn gives the site an account and a session.
func (s *site) signIn() *site {
	s.t.Helper()
	accounts := s.db.Accounts()
	var err error
	if s.user, err = accounts.Add(s.t.Context(), "ada@northdesk.example", "Ada", noon); err != nil {
		s.t.Fatal(err)
	}
	if err := accounts.PutSession(s.t.Context(), tokenHash("token"), s.user, noon, noon.Add(-sessionLife)); err != nil {
		s.t.Fatal(err)
	}
	s.cookie = &http.Cookie{Name: "usercall", Value: "token"}
	return s
}

func (s *site) do(r *http.Request) *httptest.ResponseRecorder {
	if s.cookie != nil {
		r.AddCookie(s.cookie)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest("GET", path, nil))
}

func (s *site) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.do(r)
}

// demo is what a project is filled with.
type demo struct {
	tag        string // makes ids unique
	studies    int
	interviews int // of the first study
	events     int
	say        func(what string, i int) string // every text that comes from outside
}

// plainWords is what people of Northdesk say.
func plainWords(what string, i int) string {
	said := []string{"We were waiting for the API since spring, and then our accountant asked for the export again.",
		"Honestly it was fine, but three of us never opened it after the trial.",
		"The invoice came twice and nobody answered for a week.",
		"I could not find where to invite my team 😅, so I stopped there."}
	themes := []string{"export to accounting", "waiting for the API", "support answered late", "team never used it", "billing surprise"}
	switch what {
	case "project":
		return "Northdesk"
	case "study":
		return []string{"Why Pro customers cancel", "Abandoned onboarding", "Ergebnisberichterstattungsgeschwindigkeitsverbesserungsvorhaben", "Feature not revisited"}[i%4]
	case "trigger":
		return []string{"Cancelled", "Onboarding not done a day later", "Nicht wiedergekommen", "Opened once"}[i%4]
	case "event":
		return []string{"subscription_cancelled", "feature_opened", "invoice_viewed", "Order Completed"}[i%4]
	case "person":
		return []string{"u_4821", "maria.köhler", "עומר 🙂 כהן", "user-with-a-rather-long-identifier-0123456789", "9917"}[i%5] + fmt.Sprint("-", i)
	case "theme":
		return themes[i%len(themes)]
	case "definition":
		return "What they needed to hand over to their accountant was not there, or not in the form that was asked for."
	case "answer":
		return said[i%len(said)]
	case "detail":
		return "invited 4 days ago, 26 to go"
	case "remedy":
		return "With a cooldown of 3 days this would have been an invite."
	case "group":
		return "acme"
	}
	return what
}

// fill puts a demo project into the database and returns its key.
func (s *site) fill(d demo) string {
	s.t.Helper()
	if d.say == nil {
		d.say = plainWords
	}
	key := "prj_" + d.tag
	var moments []research.Event
	err := s.db.InTx(s.t.Context(), func(tx *sql.Tx) error {
		f := &filler{t: s.t, tx: tx, demo: d}
		f.last = f.put("SELECT last_seq FROM event_log")
		f.project = f.put("INSERT INTO projects (key, name, write_key, origins, sample, created_at) VALUES ($1, $2, $3, '[\"https://app.example.com\"]', $4, $5) RETURNING id",
			key, d.say("project", 0), "wk_"+d.tag, 0, ago2(900))
		f.exec("INSERT INTO project_keys (hash, project_id, kind, prefix, created_at) VALUES ($1, $2, 'server', 'sk_AbCd', $3)", []byte(d.tag), f.project, ago2(900))
		f.exec("INSERT INTO former_write_keys (key, project_id, created_at, replaced_at) VALUES ($1, $2, $3, $4)", "wk_former_"+d.tag, f.project, ago2(900), ago2(100))
		f.exec("INSERT INTO former_write_keys (key, project_id, created_at, replaced_at, revoked_at) VALUES ($1, $2, $3, $3, $3)", "wk_gone_"+d.tag, f.project, ago2(950))
		if d.events > 0 {
			f.exec("INSERT INTO identity_keys (project_id, kid, algorithm, public_key, created_at) VALUES ($1, $2, 'HS256', '', $3)", f.project, "idk_"+d.tag, ago2(90))
		}
		f.people()
		for i := range d.studies {
			f.study(i)
		}
		moments = f.moments
		return nil
	})
	if err == nil {
		_, err = s.db.Append(s.t.Context(), moments)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

// ago2 is a stored time so many hours before noon.
func ago2(hours int) int64 { return noon.Add(-time.Duration(hours) * time.Hour).UnixMilli() }

type filler struct {
	demo
	t       *testing.T
	tx      *sql.Tx
	project int64
	seqs    []int64 // of the events, by person
	persons []string
	last    int64 // number of the last stored event
	moments []research.Event
}

func (f *filler) put(query string, args ...any) (id int64) {
	f.t.Helper()
	if err := f.tx.QueryRowContext(f.t.Context(), query, args...).Scan(&id); err != nil {
		f.t.Fatal(query, err)
	}
	return id
}

func (f *filler) exec(query string, args ...any) {
	f.t.Helper()
	if _, err := f.tx.ExecContext(f.t.Context(), query, args...); err != nil {
		f.t.Fatal(query, err)
	}
}

func (f *filler) people() {
	for i := range max(f.events, f.interviews, 1) {
		person := "u:" + f.say("person", i)
		f.persons = append(f.persons, person)
		f.exec("INSERT INTO people (project_id, user_key, traits, group_id, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
			f.project, person, `{"plan":{"v":"pro","t":1,"s":1},"email":{"v":`+quoted(f.say("email", i))+`,"t":1,"s":1}}`, f.say("group", i), ago2(800), ago2(i))
		f.exec("INSERT INTO links (project_id, from_key, user_key, linked_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", f.project, "a:anon"+fmt.Sprint(i), person, ago2(700))
		f.exec("INSERT INTO contacts (project_id, user_key, trigger_id, last_shown_at, dismissals) VALUES ($1, $2, 0, $3, 2) ON CONFLICT DO NOTHING", f.project, person, ago2(100))
		f.event(person, i)
	}
	// The newest event has the highest number.
	slices.Reverse(f.moments)
	for i := range f.moments {
		f.seqs = append(f.seqs, f.last+int64(len(f.moments)-i))
	}
}

// event is one that will be stored behind the transaction, under the next number.
func (f *filler) event(person string, i int) {
	at := time.UnixMilli(ago2(i) - 60_000).UTC()
	f.moments = append(f.moments, research.Event{Project: research.ProjectID(f.project), Type: research.Track, Name: f.say("event", i), MessageID: fmt.Sprintf("%s-m%d", f.tag, i),
		UserID: research.UserID(person[2:]), Timestamp: at, ReceivedAt: at, Source: research.FromBrowser, Signed: true,
		Properties: []byte(`{"plan":` + quoted(f.say("property", i)) + `}`), Context: []byte(`{"library":{"name":"analytics.js","version":"npm:next-1.84.3"}}`)})
}

func (f *filler) study(i int) {
	study := f.put(`INSERT INTO studies (public_id, project_id, key, name, goal, target, file, state, revision, created_at)
		VALUES ($1, $2, $3, $4, $5, 30, $6, $7, 1, $8) RETURNING id`, fmt.Sprintf("stu_%s%d", f.tag, i), f.project, fmt.Sprintf("s%d", i), f.say("study", i),
		f.say("goal", i), string(f.file(i)), "open", ago2(500-i))
	trigger := f.put(`INSERT INTO triggers (public_id, project_id, study_id, key, name, version, fingerprint, active, created_at)
		VALUES ($1, $2, $3, 't', $4, 1, '', $5, $6) RETURNING id`, fmt.Sprintf("trg_%s%d", f.tag, i), f.project, study, f.say("trigger", i), 1-i%2, ago2(400))
	f.exec("INSERT INTO study_versions (project_id, study_id, number, at, who, file) VALUES ($1, $2, 1, $3, $4, $5)", f.project, study, ago2(500-i), f.say("apply", i), string(f.file(i)))
	if i > 0 {
		return
	}
	f.decide(study, trigger)
	var interviews []int64
	for n := range f.interviews {
		interviews = append(interviews, f.interview(study, trigger, n))
	}
	if f.interviews >= 3 {
		f.found(study, interviews)
	}
}

// file is a study with one trigger, whose values come from outside.
func (f *filler) file(i int) []byte {
	value := func(what string) []trigger.Test {
		return []trigger.Test{{Op: trigger.Equals, Operands: []trigger.Literal{trigger.Text(f.say(what, i))}}}
	}
	return (&trigger.File{Usercall: trigger.Format, Study: trigger.StudySpec{Key: fmt.Sprintf("s%d", i)},
		Interview: trigger.DefaultInterview(), GuideID: "cancellation",
		Triggers: []trigger.Spec{{Key: "t", Name: []string{"Cancelled", "Not set up"}[i%2], People: trigger.Identified, Sample: "25", Cooldown: trigger.DefaultCooldown, PerDay: 20, Expires: trigger.DefaultExpires,
			On: trigger.MatchSpec{Type: research.Track, Events: []string{"subscription_cancelled"}, Where: &trigger.Condition{Terms: []trigger.Term{
				{Path: trigger.Path{Root: trigger.RootProperties, Names: []string{"plan"}}, Tests: value("pro")}}}},
			Who:    &trigger.Condition{Terms: []trigger.Term{{Path: trigger.Path{Root: trigger.RootTraits, Names: []string{f.say("plan", i)}}, Tests: value("trial")}}},
			Invite: trigger.InviteSpec{Delivery: trigger.Card}}}}).Marshal()
}

var skips = []research.Gate{research.GateCooldown, research.GateSample, research.GateOpenInvite, research.GateWho, research.GateSample}

func (f *filler) decide(study, trigger int64) {
	for n, seq := range f.seqs {
		outcome, gate, detail, remedy := "skipped", string(skips[n%len(skips)]), f.say("detail", n), f.say("remedy", n)
		if n < f.interviews {
			outcome, gate, detail, remedy = "invited", "", "", ""
		}
		f.exec(`INSERT INTO decisions (project_id, study_id, trigger_id, version, user_key, at, event_seq, message_id, outcome, gate, detail, remedy, event_name)
			VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, f.project, study, trigger, f.persons[n], ago2(n)-59_000, seq, f.say("message", n), outcome, gate, detail, remedy, f.say("event", n))
	}
}

func (f *filler) interview(study, trigger int64, n int) int64 {
	states := []string{"completed", "completed", "completed", "stopped", "running", "abandoned"}
	begun := ago2(n * 7)
	invite := f.put(`INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, message_id, state, reason, verified, token_hash, reserved_at, shown_at, expires_at, closed_at, event_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'accepted', $8, 1, $9, $10, $10, $11, $11, $12) RETURNING id`, fmt.Sprintf("inv_%s%d", f.tag, n), f.project, study, trigger, f.persons[n], f.seqs[n],
		f.say("message", n), f.say("reason", n), []byte(fmt.Sprint(f.tag, n)), begun-50_000, begun, f.say("event", n))
	id := f.put(`INSERT INTO interviews (public_id, project_id, study_id, trigger_id, invite_id, user_key, state, reason, mode, language, consent, consent_at, started_at, last_contact, ended_at, setup)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'complete', 'text', $8, $9, $10, $10, $11, $12, '{}') RETURNING id`, fmt.Sprintf("itv_%s%d", f.tag, n), f.project, study, trigger, invite, f.persons[n],
		states[n%6], f.say("en", n), f.say("consent-1", n), begun, begun+220_000, ended(states[n%6], begun))
	turns := []string{"Hi, I'm an AI interviewer for Northdesk. What was going on when you decided to cancel?", f.say("answer", n), "When did that start?", f.say("answer", n+1)}
	for i, text := range turns {
		speaker, rule := "interviewer", f.say("ask.q1", n)
		if i%2 == 1 {
			speaker, rule = "participant", ""
		}
		f.exec("INSERT INTO turns (project_id, interview_id, n, speaker, text, rule, at) VALUES ($1, $2, $3, $4, $5, $6, $7)", f.project, id, i+1, speaker, text, rule, begun+int64(i)*20_000)
	}
	quote := `{"Text":` + quoted(f.say("answer", n)) + `,"Quote":{"Turn":2,"Start":0,"End":9,"Text":` + quoted(f.say("answer", n)) + `}}`
	f.exec("INSERT INTO summaries (interview_id, project_id, study_id, engine, body, made_at) VALUES ($1, $2, $3, 'built-in', $4, $5)", id, f.project, study,
		`{"Reason":`+quote+`,"Context":`+quote+`,"Feature":`+quote+`,"Competitor":`+quote+`}`, begun)
	return id
}

func ended(state string, begun int64) any {
	if state == "running" {
		return nil
	}
	return begun + 220_000
}

func (f *filler) found(study int64, interviews []int64) {
	for n := range 5 {
		people := max(1, len(interviews)-n*2)
		theme := f.put(`INSERT INTO themes (public_id, project_id, study_id, position, label, definition, people, of_people, low, high, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`, fmt.Sprintf("thm_%s%d", f.tag, n), f.project, study, n, f.say("theme", n), f.say("definition", n),
			people, len(interviews), float64(people)/float64(len(interviews))*0.7, min(1, float64(people)/float64(len(interviews))*1.2), ago2(5))
		for i, interview := range interviews[:min(people, 4)] {
			text := f.say("answer", i)
			f.exec(`INSERT INTO quotes (public_id, project_id, study_id, theme_id, interview_id, turn, start_at, end_at, position, text)
				VALUES ($1, $2, $3, $4, $5, 2, $6, $7, $8, $9)`, fmt.Sprintf("qte_%s%d_%d", f.tag, n, i), f.project, study, theme, interview, n*9, n*9+12, i, text)
		}
	}
	f.exec("INSERT INTO study_reports (study_id, project_id, interviews, engine, body, model, made_at) VALUES ($1, $2, $3, 'built-in', $4, '', $5)", study, f.project, len(interviews),
		fmt.Sprintf(`{"Paragraph":%s,"Uncertain":[%s,"7 interviews are few: further ones may bring new reasons."],"Of":%d,"Ungrouped":["x"]}`,
			quoted("7 of 12 people interviewed spoke of “export to accounting” (95 % interval 32–81 %); users who said this put it like “our accountant asked for the export again”. "+f.say("paragraph", 0)),
			quoted("These are reasons people gave themselves; they do not show what causes what. "+f.say("uncertain", 0)), len(interviews)), ago2(5))
}
