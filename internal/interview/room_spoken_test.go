package interview_test

import (
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// speaking is a spoken interview right after consent.
func (w *world) speaking(t *testing.T, c interview.Choice) *interview.Record {
	t.Helper()
	w.Voice, w.Recordings = true, true
	w.Plan = func([]byte) (interview.Plan, error) {
		return interview.Plan{GuideID: "cancellation", Minutes: 4, Mode: "choice", Record: true}, nil
	}
	rec, err := w.Consent(t.Context(), w.enter(t, w.invite(t)), []string{"en"}, c)
	must(t, err)
	return rec
}

var answered = interview.Input{Kind: interview.Answer, Text: "The export broke every Friday."}

func TestAProposalStoresNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.speaking(t, interview.Choice{Mode: "voice"})
		for _, text := range []string{"The export", "The export broke every Friday."} {
			p, err := w.Propose(t.Context(), rec.Key(), interview.Input{Kind: interview.Answer, Text: text}, "a1")
			if err != nil || p.Say == "" || p.Question == "" || p.Last || p.Share <= 0 {
				t.Fatalf("proposed %+v, %v", p, err)
			}
		}
		now, err := w.db.LoadInterview(t.Context(), rec.Key())
		must(t, err)
		if len(now.Turns) != 1 || string(now.Progress) != string(rec.Progress) {
			t.Errorf("%d turns are stored, and where it stands moved", len(now.Turns))
		}
	})
}

func TestAProposalIsKeptOnceAndWhole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.speaking(t, interview.Choice{Mode: "voice", Record: true})
		shorter, err := w.Propose(t.Context(), rec.Key(), say("The export"), "a1") // they went on speaking
		must(t, err)
		p, err := w.Propose(t.Context(), rec.Key(), answered, "a1")
		must(t, err)
		from, to := int64(1200), int64(3400)
		words := []research.Word{{Text: "The", Start: 1200, End: 1300}}
		for range 2 {
			kept, err := w.Keep(t.Context(), p, interview.Spoken{StartMS: &from, EndMS: &to, Words: words})
			if err != nil || len(kept.Turns) != 3 || kept.Turns[2].Text != p.Say {
				t.Fatalf("kept %+v, %v", kept, err)
			}
		}
		if _, err := w.Keep(t.Context(), shorter, interview.Spoken{}); err != nil {
			t.Errorf("the same answer once more: %v", err)
		}
		for _, in := range []interview.Input{answered, say("something else")} {
			again, err := w.Propose(t.Context(), rec.Key(), in, "a1")
			must(t, err)
			if again.Say != p.Say {
				t.Errorf("asked again, it is answered %q and not %q", again.Say, p.Say)
			}
		}
		now, err := w.db.LoadInterview(t.Context(), rec.Key())
		must(t, err)
		turn := now.Turns[1]
		if len(now.Turns) != 3 || turn.Text != answered.Text || turn.StartMS == nil || *turn.StartMS != from || *turn.EndMS != to || len(turn.Words) != 1 {
			t.Errorf("%d turns; said: %+v", len(now.Turns), turn)
		}
		if now.Turns[2].StartMS != nil {
			t.Error("the reply was heard before it was said")
		}
	})
}

// TestTheTimesOfWordsAreFoundLater: of what was said, can be quoted and has none yet.
func TestTheTimesOfWordsAreFoundLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.speaking(t, interview.Choice{Mode: "voice", Record: true})
		from, to := int64(1200), int64(3400)
		_, err := w.KeepAnswer(t.Context(), rec.Key(), "typed", "Somebody typed this to us.", interview.Spoken{})
		must(t, err)
		_, err = w.KeepAnswer(t.Context(), rec.Key(), "a1", answered.Text, interview.Spoken{StartMS: &from, EndMS: &to, Words: []research.Word{{Text: "secret", Start: 1}}})
		must(t, err)
		turns, language, err := w.Untimed(t.Context(), rec.Key())
		if err != nil || language != "en" || len(turns) != 1 || turns[0].Text != answered.Text {
			t.Fatalf("untimed are %+v in %q, %v", turns, language, err)
		}
		for _, words := range [][]research.Word{nil, {{Text: "nothing", Start: 1300, End: 1400}}} {
			must(t, w.KeepWords(t.Context(), rec.Key(), turns[0], words))
		}
		must(t, w.KeepWords(t.Context(), rec.Key(), turns[0], []research.Word{{Text: "export", Start: 1500, End: 1900}, {Text: "masked", Start: 2000, End: 2100}}))
		now, err := w.db.LoadInterview(t.Context(), rec.Key())
		must(t, err)
		turn := now.Turns[3]
		if *turn.StartMS != from || *turn.EndMS != to || len(turn.Words) != 1 || turn.Words[0] != (research.Word{Text: "export", Start: 1500, End: 1900}) {
			t.Errorf("kept %+v from %d to %d", turn.Words, *turn.StartMS, *turn.EndMS)
		}
		if left, _, err := w.Untimed(t.Context(), rec.Key()); err != nil || len(left) != 0 {
			t.Errorf("left are %+v, %v", left, err)
		}
		gone := turns[0]
		gone.N = 99
		must(t, w.KeepWords(t.Context(), rec.Key(), gone, []research.Word{{Text: "export"}}))
		w.exec(t, "UPDATE turns SET excluded = 1, words = ''")
		if left, _, err := w.Untimed(t.Context(), rec.Key()); err != nil || len(left) != 0 {
			t.Errorf("what is never quoted is heard again: %+v, %v", left, err)
		}
	})
}

// TestAStaleProposalIsRefused: another socket went on since it was made.
func TestAStaleProposalIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.speaking(t, interview.Choice{Mode: "voice"})
		stale, err := w.Propose(t.Context(), rec.Key(), answered, "a1")
		must(t, err)
		_, err = w.KeepAnswer(t.Context(), rec.Key(), "b1", "It was too slow for us.", interview.Spoken{})
		must(t, err)
		if _, err := w.Keep(t.Context(), stale, interview.Spoken{}); research.CodeOf(err) != research.Conflict {
			t.Errorf("a stale proposal: %v", err)
		}
		if n := w.count(t, "SELECT count(*) FROM turns"); n != 3 {
			t.Errorf("%d turns", n)
		}
	})
}

func TestWhatIsChosenIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			choice   interview.Choice
			mode     string
			recorded bool
			says     string
		}{
			{interview.Choice{Mode: "voice", Record: true}, "voice", true, "It is recorded"},
			{interview.Choice{Mode: "voice"}, "voice", false, "the sound is not kept"},
			{interview.Choice{Mode: "text", Record: true}, "text", false, "reads your answers"},
			{interview.Choice{}, "text", false, "reads your answers"},
		} {
			rec := w.speaking(t, c.choice)
			now, err := w.db.LoadInterview(t.Context(), rec.Key())
			must(t, err)
			if now.Mode != c.mode || now.Setup.Recorded != c.recorded || now.Consent != interview.ConsentVersion || now.ConsentAt.IsZero() || !strings.Contains(now.Turns[0].Text, c.says) {
				t.Errorf("%+v: %s, recorded %t, %q", c.choice, now.Mode, now.Setup.Recorded, now.Turns[0].Text)
			}
		}
		w.Voice = false
		_, err := w.Consent(t.Context(), w.enter(t, w.invite(t)), nil, interview.Choice{Mode: "voice"})
		if research.CodeOf(err) != research.Invalid {
			t.Errorf("voice where nobody can be heard: %v", err)
		}
	})
}

// TestEveryTurnOfASpokenInterviewHasAReply: whatever the machine of turns asks for,
// there is a line, and the time is watched.
func TestEveryTurnOfASpokenInterviewHasAReply(t *testing.T) {
	su := interview.Setup{ID: "itv_1", Guide: guide(t), Mode: "voice", Language: "en", Product: "Northdesk", LimitSeconds: 240, Buttons: true}
	begun, first := interview.Start(su, 0)
	for _, c := range []struct {
		in       interview.Input
		says     string
		question bool
		done     bool
	}{
		{interview.Input{Kind: interview.NotHeard}, "Sorry, I didn't catch that.", true, false},
		{interview.Input{Kind: interview.ByTyping}, "type your answer", true, false},
		{interview.Input{Kind: interview.Cut, Text: "uh"}, "", true, false},
		{interview.Input{Kind: interview.Cut, Text: "stop please"}, "Thank", false, true},
		{interview.Input{Kind: interview.Silence}, "Take your time.", false, false},
		{interview.Input{Kind: interview.TimeUp}, "", false, true},
		{interview.Input{Kind: interview.Skip, Text: "I am fifteen years old"}, "only for adults", false, true},
		{interview.Input{Kind: interview.Leave, Text: "I want to kill myself"}, "emergency", false, true},
	} {
		c.in.At = 20
		_, out := interview.Step(su, begun, c.in)
		if out.Say == "" || !strings.Contains(out.Say, c.says) || out.Done != c.done || (out.Question != "") != c.question || out.Rule == "" {
			t.Errorf("%+v: %+v", c.in, out)
		}
		if c.question && (len(out.Say) >= len(first.Say) || !strings.Contains(first.Say, out.Question)) {
			t.Errorf("%s: %q is no short form of %q", c.in.Kind, out.Say, first.Say)
		}
		if words := len(strings.Fields(out.Say)); words > 35 && !out.Done {
			t.Errorf("%s: %d words aloud", c.in.Kind, words)
		}
		c.in.At = 236
		if _, out := interview.Step(su, begun, c.in); !out.Done && c.in.Kind != interview.Skip {
			t.Errorf("%s in the last seconds: %+v", c.in.Kind, out)
		}
	}
}

func guide(t *testing.T) research.Guide {
	t.Helper()
	g, ok := interview.GuideByID("cancellation")
	if !ok {
		t.Fatal("the guide is gone")
	}
	return g
}

// TestWordsUnderAButtonAreKept: what somebody was saying when they pressed it.
func TestWordsUnderAButtonAreKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.speaking(t, interview.Choice{Mode: "voice"})
		w.pass(5 * time.Second)
		p, err := w.Propose(t.Context(), rec.Key(), interview.Input{Kind: interview.Skip, Text: "My mail is ann@example.com and the export broke."}, "a1")
		must(t, err)
		kept, err := w.Keep(t.Context(), p, interview.Spoken{})
		must(t, err)
		if len(kept.Turns) != 3 || strings.Contains(kept.Turns[1].Text, "ann@") || !strings.Contains(kept.Turns[1].Text, "export") {
			t.Errorf("kept %+v", kept.Turns)
		}
	})
}
