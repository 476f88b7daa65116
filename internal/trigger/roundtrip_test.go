package trigger

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Files made at random survive being written and read: no loss, same bytes.
func TestAnyFileRoundTrips(t *testing.T) {
	for seed := range uint64(400) {
		m := maker{rand.New(rand.NewPCG(seed, 1))}
		want := m.file()
		src := want.Marshal()
		got, err := Parse(src)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, src)
		}
		if again := got.Marshal(); !bytes.Equal(src, again) {
			t.Fatalf("seed %d: not stable\n%s\n%s", seed, src, again)
		}
		for i := range got.Triggers {
			got.Triggers[i].lines = nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: lost something\n%s\n%+v\n%+v", seed, src, got, want)
		}
	}
}

// FuzzParse: no bytes make it panic, and what it accepts it writes and reads
// again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(`{"usercall": 1, "study": {"key": "s"}, "triggers": [{"key": "a", "on": {"event": "e"}}]}`))
	f.Add([]byte("a: &a [*a, *a]\n<<: *a"))
	f.Add([]byte("usercall: 1\nstudy: {key: s}\nguide: {questions: [{id: a, ask: b}], texts: {de: {a: {ask: c}}}}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		file, err := Parse(src)
		if d := time.Since(start); d > 2*time.Second {
			t.Fatalf("took %s", d)
		}
		if err != nil {
			return
		}
		_, _ = Compile(file)
		once := file.Marshal()
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s\n%s", err, src, once)
		}
		if twice := again.Marshal(); !bytes.Equal(once, twice) {
			t.Fatalf("not stable:\n%s\n%s", once, twice)
		}
	})
}

// maker makes files at random.
type maker struct{ *rand.Rand }

func (m maker) maybe() bool { return m.IntN(2) == 0 }

func pick[T any](m maker, of ...T) T { return of[m.IntN(len(of))] }

func (m maker) text() string {
	return pick(m, "pro", "yes", "on", "1e3", "0x10", "null", "~", "2026-11-23", "12:30:00", "25%", "30d", "/app", "- a", "a: b", "a #b", `"q"`, `\`, "é ü",
		"😀", "\u2028", "line\nbreak", " lead", "trail ", "{x}", "[y]", "*a", "&b", "!c", "|", ">", "%d", "@e", "`f`", "a\tb", "\u0085", "\ufeff", strings.Repeat("long words ", 12)+"end")
}

func (m maker) line() string {
	return strings.NewReplacer("\n", " ", "\t", " ", "\u0085", "").Replace(m.text()) + "."
}

func (m maker) prose() string { return strings.ReplaceAll(m.text(), "\u0085", "") + "." }

func some[T any](m maker, most int, one func() T) (out []T) {
	for range m.IntN(most + 1) {
		out = append(out, one())
	}
	return out
}

func (m maker) file() *File {
	f := &File{Usercall: 1, Interview: InterviewSpec{Mode: pick(m, ModeChoice, ModeText), Minutes: m.IntN(16), Patience: pick(m, Normal, Quick, Patient), Voice: pick(m, "", "nova"), Record: pick(m, true, false), Languages: pick(m, []string{"en"}, []string{"de", "pt-BR"})}}
	f.Study = StudySpec{Key: "why", Interviews: m.IntN(50)}
	if m.maybe() {
		f.Study.Name, f.Study.Goal, f.Study.Context = m.line(), m.prose(), m.prose()
		f.Study.Quotas = []QuotaSpec{{Name: "q", Where: m.condition(WhoRoots, 2), Interviews: 1 + m.IntN(9)}}
	}
	switch m.IntN(3) {
	case 0:
		f.GuideID = "cancellation"
	case 1:
		f.Guide = m.guide()
	}
	for i := range m.IntN(4) {
		f.Triggers = append(f.Triggers, m.trigger(string(rune('a'+i))))
	}
	return f
}

func (m maker) guide() *research.Guide {
	g := &research.Guide{ID: pick(m, "", "g_1"), Goal: m.prose(), MaxSeconds: pick(m, 0, 300)}
	for _, id := range []string{"q1", "q2"} {
		g.Questions = append(g.Questions, research.Question{ID: id, Topic: m.line(), Must: m.maybe(), Ask: m.prose(), Again: pick(m, "", "So?"), MaxProbes: m.IntN(4)})
	}
	if m.maybe() {
		g.Texts = map[string]map[string]research.Wording{"de": {"q1": {Ask: m.prose()}, "q2": {Ask: m.prose(), Again: m.prose()}}}
	}
	return g
}

func (m maker) trigger(key string) Spec {
	t := Spec{Key: key, On: m.match(), People: pick(m, Identified, Anyone), Sample: pick(m, Percent(""), "25", "0.5", "0"),
		Cooldown: m.duration(), Expires: m.duration(), Delay: m.duration(), PerDay: m.IntN(30), Total: m.IntN(300), Priority: m.IntN(21) - 10}
	t.On.Times, t.On.Within = m.IntN(4), m.duration()
	if m.maybe() {
		t.Name, t.Who = m.line(), m.condition(WhoRoots, 3)
	}
	t.Then = some(m, 2, m.match)
	t.Did = some(m, 2, m.match)
	t.DidNot = some(m, 2, m.match)
	if m.maybe() {
		absent := m.match()
		absent.For = 36 * time.Hour
		t.Absent = &absent
	}
	if m.maybe() {
		t.Page = PageSpec{URL: []PartTest{{"path", []Test{{StartsWith, []Literal{Text(m.text())}}}}, {"host", []Test{m.list()}}}, Dwell: 20 * time.Second}
	}
	t.Invite = InviteSpec{Delivery: pick(m, Card, Email), Title: m.localized(), Body: m.localized(), Accept: pick(m, nil, research.Text{"": "Ok"})}
	return t
}

func (m maker) localized() research.Text {
	return pick(m, nil, research.Text{"": m.short()}, research.Text{"en": m.short(), "de": m.short()})
}

func (m maker) short() string {
	r := []rune(m.line())
	return string(r[max(0, len(r)-100):])
}

func (m maker) duration() time.Duration {
	return pick(m, 0, time.Second, 90*time.Minute, 24*time.Hour, DefaultCooldown, DefaultExpires)
}

func (m maker) match() MatchSpec {
	s := MatchSpec{Type: pick(m, research.Track, research.Page), Events: pick(m, []string{m.line()}, []string{"one", "two: 2"})}
	if m.maybe() {
		s.Where = m.condition(WhereRoots, 3)
	}
	if m.maybe() {
		s.Sources = pick(m, []research.Source{research.FromServer}, []research.Source{research.FromBrowser, research.FromCustom})
	}
	return s
}

func (m maker) condition(roots []Root, depth int) *Condition {
	names := pick(m, []string{"a"}, []string{"a.b", "0"}, []string{m.text()}, []string{"", `q"]`})
	root := pick(m, roots...)
	if root == RootEmail {
		names = nil
	}
	c := &Condition{Terms: []Term{{Path: Path{root, names}, Tests: []Test{m.test()}}}}
	if m.maybe() {
		c.Terms[0].Tests = append(c.Terms[0].Tests, m.list())
	}
	if depth > 0 && m.maybe() {
		c.Terms = append(c.Terms, Term{Join: All, Of: []Condition{*m.condition(roots, depth-1), {}}}, Term{Join: Not, Of: []Condition{*m.condition(roots, depth-1)}})
	}
	return c
}

func (m maker) literal() Literal {
	return pick(m, Text(m.text()), Text(m.text()), Number("1e3"), Number("-0.50"), Number("12345678901234567890"), Bool(true), Bool(false))
}

func (m maker) list() Test {
	return Test{pick(m, In, NotIn), []Literal{m.literal(), m.literal()}}
}

func (m maker) test() Test {
	switch op := pick(m, Equals, NotEquals, Contains, StartsWith, Exists, Less, GreaterEq, Matches); op {
	case Equals, NotEquals, Contains:
		return Test{op, []Literal{m.literal()}}
	case StartsWith:
		return Test{op, []Literal{Text(m.text())}}
	case Exists:
		return Test{op, []Literal{Bool(m.maybe())}}
	case Matches:
		return Test{op, []Literal{Text(`^a.*"\d$`)}}
	default:
		return Test{op, []Literal{pick(m, Number("7.10"), Text("now-1d12h"), Text("2026-11-23"))}}
	}
}
