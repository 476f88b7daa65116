package analysis

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func studyOf(all []research.Interview, previous []byte) StudyResult {
	return Study(StudyInput{Study: 7, Interviews: all, Previous: previous, NewID: counter()})
}

// people lists who stands in the theme whose label contains a word.
func people(t *testing.T, r StudyResult, label string) []string {
	t.Helper()
	for _, th := range r.Themes {
		if strings.Contains(th.Label, label) {
			return quoted(th)
		}
	}
	t.Fatalf("no theme %q among %v", label, labelsOf(r))
	return nil
}

func quoted(th research.Theme) []string {
	var out []string
	for _, q := range th.Quotes {
		out = append(out, q.Interview)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func labelsOf(r StudyResult) (out []string) {
	for _, th := range r.Themes {
		out = append(out, th.Label)
	}
	return out
}

func TestTwelvePeopleGiveThreeThemes(t *testing.T) {
	r := studyOf(interviews(twelve), nil)
	for label, want := range map[string][]string{
		"price":  {"itv_001", "itv_002", "itv_003", "itv_004"},
		"export": {"itv_005", "itv_006", "itv_007"},
		"slow":   {"itv_008", "itv_009", "itv_010"},
	} {
		if got := people(t, r, label); !slices.Equal(got, want) {
			t.Errorf("%s: people %v, want %v", label, got, want)
		}
	}
	if len(r.Themes) != 3 || r.Of != 12 || !slices.Equal(r.Ungrouped, []string{"itv_011", "itv_012"}) {
		t.Errorf("themes %v of %d, ungrouped %v", labelsOf(r), r.Of, r.Ungrouped)
	}
}

func TestThemesOfASetup(t *testing.T) {
	r := studyOf(interviews(stalled()), nil)
	for label, want := range map[string][]string{
		"domain": {"itv_001", "itv_002", "itv_003"},
		"card":   {"itv_004", "itv_005"},
		"import": {"itv_006", "itv_007", "itv_008"},
	} {
		if got := people(t, r, label); !slices.Equal(got, want) {
			t.Errorf("%s: people %v, want %v", label, got, want)
		}
	}
}

func TestOneMoreInTheirOwnWords(t *testing.T) {
	before := studyOf(interviews(twelve), nil)
	for _, c := range []struct{ says, sentence, theme string }{
		{"The price went up and my boss said it was too expensive for a team of four", "The price went up and my boss said it was too expensive for a team of four", "price"},
		{"Hm. We could not pay so much for it. We are only two people.", "We could not pay so much for it.", "price"},
		{"It was out of our budget", "It was out of our budget", "price"},
		{"it costs way more than it gives us 😕", "it costs way more than it gives us 😕", "price"},
		{"Everything felt sluggish on my machine. I switched it off.", "Everything felt sluggish on my machine.", "slow"},
		{"the reports just hung and nothing ever came up", "the reports just hung and nothing ever came up", "slow"},
		{"we use datev and there was no way to get our numbers over there. an export to the accounting would have done", "an export to the accounting would have done", "export"},
	} {
		all := append(interviews(twelve), script{qTrigger, c.says, qLast, "no, thanks"}.interview(13))
		after := studyOf(all, before.State)
		if !hasQuote(after, c.theme, "itv_013", c.sentence) {
			t.Errorf("%q is no quote under %q; themes %v", c.sentence, c.theme, labelsOf(after))
		}
		for i, th := range before.Themes {
			if !slices.ContainsFunc(after.Themes, func(o research.Theme) bool { return o.ID == th.ID && o.Label == th.Label }) {
				t.Errorf("%q: theme %d lost its id or label: %v", c.says, i, labelsOf(after))
			}
		}
	}
}

func hasQuote(r StudyResult, label, interview, text string) bool {
	for _, th := range r.Themes {
		for _, q := range th.Quotes {
			if strings.Contains(th.Label, label) && q.Interview == interview && q.Text == text {
				return true
			}
		}
	}
	return false
}

// TestQuotesStandInTheirTurns is P1 and P3 over everything a study gives.
func TestQuotesStandInTheirTurns(t *testing.T) {
	all := append(interviews(twelve), interviews(strange)...)
	for i := range all {
		all[i].PublicID = all[i].PublicID + string(rune('a'+i))
	}
	byID := map[string]research.Interview{}
	for _, iv := range all {
		byID[iv.PublicID] = iv
	}
	r := studyOf(all, nil)
	for _, th := range r.Themes {
		if low, high := Wilson(th.People, th.Of); low != th.Low || high != th.High || th.People != len(quoted(th)) {
			t.Errorf("%s: %d of %d, %v..%v, quoted %v", th.Label, th.People, th.Of, th.Low, th.High, quoted(th))
		}
		if !slices.ContainsFunc(th.Quotes, func(q research.Quote) bool { return q.Text == th.Definition }) {
			t.Errorf("%s: definition %q is no quote", th.Label, th.Definition)
		}
		for _, q := range th.Quotes {
			turns := byID[q.Interview].Turns
			if !slices.ContainsFunc(turns, q.In) {
				t.Errorf("quote %+v does not stand in %v", q, turns)
			}
			if found, ok := Locate(turns, q.Turn, q.Text); !ok || found.Text != q.Text {
				t.Errorf("quote %+v is not located", q)
			}
		}
	}
}

// strange are answers whose offsets are easy to get wrong.
var strange = []script{
	{qTrigger, "👩‍👩‍👧 The price, 100 %! The price was too much — für uns. ", qReason, "  é́ price went up  "},
	{qTrigger, "Too expensive. Too expensive. Too expensive.", qReason, "Too expensive…\nThe price — “too high” — 😤"},
	{qTrigger, "naı̈ve me thought the price was fixed 🙃🙃. İt is too expensive now", qReason, "価格が高すぎる。 the price"},
}

func TestOnlyCountedInterviewsAndTurns(t *testing.T) {
	all := interviews(twelve)
	all[0].State = research.Declined
	all[1].State, all[1].Reason = research.Stopped, "distress"
	for i := range all[2].Turns {
		all[2].Turns[i].Excluded = true
	}
	r := studyOf(all, nil)
	if r.Of != 10 {
		t.Errorf("of %d, want 10", r.Of)
	}
	for _, th := range r.Themes {
		for _, q := range th.Quotes {
			if q.Interview < "itv_004" {
				t.Errorf("quoted %+v", q)
			}
		}
		if th.People > 3 {
			t.Errorf("%s counts %d people", th.Label, th.People)
		}
	}
}

func TestInterviewersAreNeverQuoted(t *testing.T) {
	s := script{"Was it too expensive? The price went up.", "yes", qReason, "No."}
	r := studyOf([]research.Interview{s.interview(1), s.interview(2), s.interview(3)}, nil)
	if len(r.Themes) != 0 || len(r.Ungrouped) != 3 {
		t.Errorf("themes %v, ungrouped %v", labelsOf(r), r.Ungrouped)
	}
}

func TestThemesBeginWithThreeInterviews(t *testing.T) {
	s := script{qTrigger, "It was too expensive for us."}
	all := []research.Interview{s.interview(1), s.interview(2), s.interview(3)}
	if r := studyOf(all[:2], nil); len(r.Themes) != 0 || r.Of != 2 {
		t.Errorf("two interviews: %v of %d", labelsOf(r), r.Of)
	}
	if r := studyOf(all, nil); len(r.Themes) != 1 || r.Themes[0].People != 3 {
		t.Errorf("three interviews: %+v", r.Themes)
	}
	if r := studyOf(nil, nil); r.Themes == nil || r.Ungrouped == nil || len(r.State) == 0 {
		t.Errorf("none: %+v", r)
	}
}

// TestOrderDoesNotMatter is P5 and M24.
func TestOrderDoesNotMatter(t *testing.T) {
	all := interviews(twelve)
	want := studyOf(all, nil)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := studyOf(all, nil); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", labelsOf(got), labelsOf(want))
		}
	}
}

// TestRepeatIsIdentical is P4 and M16: ids, quotes and state stay, and no new
// id is asked for.
func TestRepeatIsIdentical(t *testing.T) {
	all := interviews(twelve)
	first := studyOf(all, nil)
	again := Study(StudyInput{Study: 7, Interviews: all, Previous: first.State, NewID: func(prefix string) string {
		t.Errorf("a new id %s…", prefix)
		return ""
	}})
	if !reflect.DeepEqual(again, first) {
		t.Errorf("got %+v\nwant %+v", again, first)
	}
}

func TestUnreadableStateCountsAsNone(t *testing.T) {
	for _, previous := range []string{"", "{", "null", `{"version":99}`, `{"version":1,"themes":[{}]}`} {
		if r := studyOf(interviews(twelve), []byte(previous)); len(r.Themes) != 3 {
			t.Errorf("%q: %v", previous, labelsOf(r))
		}
	}
}

func TestFillersMakeNoTheme(t *testing.T) {
	s := script{qTrigger, "Um, well, you know.", qReason, "I don't know, nothing really.", qAlternative, "We use Excel spreadsheets now.", qLast, "Nothing else, thanks!"}
	var all []research.Interview
	for i := range 6 {
		all = append(all, s.interview(i))
	}
	if r := studyOf(all, nil); len(r.Themes) != 0 {
		t.Errorf("themes %v", r.Themes)
	}
}

func TestAtMostFiveQuotesEach(t *testing.T) {
	s := script{qTrigger, strings.Repeat("It was too expensive for us. ", 9)}
	r := studyOf([]research.Interview{s.interview(1), s.interview(2), s.interview(3)}, nil)
	if len(r.Themes) != 1 || len(r.Themes[0].Quotes) != 15 || r.Themes[0].People != 3 {
		t.Errorf("%+v", r.Themes)
	}
}

// TestGrowingKeepsThemes is G7: a fifth more interviews move hardly a clause.
func TestGrowingKeepsThemes(t *testing.T) {
	var all []research.Interview
	for i, l := range written("shop", 96, 8) {
		all = append(all, script{qReason, l.Text, qLast, "No, thanks."}.interview(i))
	}
	before := studyOf(all[:80], nil)
	after := studyOf(all, before.State)
	was, is := placesOf(before), placesOf(after)
	moved := 0
	for k, theme := range was {
		if is[k] != theme {
			moved++
		}
	}
	if 20*moved > len(was) {
		t.Errorf("%d of %d quotes moved", moved, len(was))
	}
	if len(is) <= len(was)+8 {
		t.Errorf("%d quotes of 80 people, only %d of 96", len(was), len(is))
	}
	if grouped := after.Of - len(after.Ungrouped); 10*grouped < 8*after.Of {
		t.Errorf("%d of %d people are grouped", grouped, after.Of)
	}
}

func placesOf(r StudyResult) map[clauseKey]string {
	out := map[clauseKey]string{}
	for _, th := range r.Themes {
		for _, q := range th.Quotes {
			out[clauseKey{q.Interview, q.Turn, q.Start, q.End}] = th.ID
		}
	}
	return out
}

// BenchmarkStudy is a study of 300 interviews: its first fit, and one
// interview more (G9: at most 50 ms).
func BenchmarkStudy(b *testing.B) {
	var all []research.Interview
	for i, l := range written("bank", 301, 9) {
		all = append(all, script{qTrigger, l.Text, qReason, "The main thing was that " + l.Text, qLast, "No, thanks."}.interview(i))
	}
	first := studyOf(all[:300], nil)
	b.Run("fit", func(b *testing.B) {
		for b.Loop() {
			studyOf(all[:300], nil)
		}
	})
	b.Run("one more", func(b *testing.B) {
		for b.Loop() {
			studyOf(all, first.State)
		}
	})
}
