package interview_test

import (
	"testing"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
)

func say(text string) interview.Input { return interview.Input{Kind: interview.Answer, Text: text} }

// TestWhatIsProposedIsStoredOnlyWhenItIsKept is somebody who goes on speaking while
// a reply is looked for: nothing of it was ever there.
func TestWhatIsProposedIsStoredOnlyWhenItIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		first, err := w.Propose(t.Context(), rec.Key(), say(answers[0]), "a1")
		must(t, err)
		if n := w.count(t, "SELECT count(*) FROM turns"); n != 1 || first.Say == "" || first.Last {
			t.Fatalf("%d turns are stored; proposed is %+v", n, first)
		}
		second, err := w.Propose(t.Context(), rec.Key(), say(answers[0]+" And the price."), "a1")
		must(t, err)
		start, end := int64(1200), int64(4800)
		words := []research.Word{{Text: "We", Start: 4000, End: 4100}}
		kept, err := w.Keep(t.Context(), second, interview.Spoken{StartMS: &start, EndMS: &end, Words: words})
		must(t, err)
		said := kept.Turns[1]
		if len(kept.Turns) != 3 || *said.StartMS != start || *said.EndMS != end || len(said.Words) != 1 || kept.Turns[2].Text != second.Say {
			t.Errorf("kept %+v", kept.Turns)
		}
		if _, err := w.Keep(t.Context(), first, interview.Spoken{}); err != nil {
			t.Errorf("the same answer once more: %v", err)
		}
		again, err := w.Propose(t.Context(), rec.Key(), say("something else"), "a1")
		must(t, err)
		if again.Say != second.Say {
			t.Errorf("for an answer that is kept %q is proposed", again.Say)
		}
		if n := w.count(t, "SELECT count(*) FROM turns"); n != 3 {
			t.Errorf("%d turns after the same answer three times", n)
		}
	})
}

func TestAProposalOfAnInterviewThatWentOnElsewhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		p, err := w.Propose(t.Context(), rec.Key(), say(answers[0]), "voice")
		must(t, err)
		_, _, err = w.Answer(t.Context(), rec.Key(), "typed", answers[1])
		must(t, err)
		if _, err := w.Keep(t.Context(), p, interview.Spoken{}); research.CodeOf(err) != research.Conflict {
			t.Errorf("kept: %v", err)
		}
	})
}

func TestWhatIsChosenOfWhatIsOffered(t *testing.T) {
	for name, c := range map[string]struct {
		offers        string
		voice, record bool
		choice        interview.Choice
		mode          string
		recorded      bool
		refused       bool
	}{
		"as the study says":        {offers: "voice", voice: true, record: true, mode: "voice"},
		"with the sound":           {offers: "choice", voice: true, record: true, choice: interview.Choice{Mode: "voice", Record: true}, mode: "voice", recorded: true},
		"without":                  {offers: "choice", voice: true, record: true, choice: interview.Choice{Mode: "voice"}, mode: "voice"},
		"the sound was not asked":  {offers: "choice", voice: true, choice: interview.Choice{Mode: "voice", Record: true}, mode: "voice"},
		"typing where voice is":    {offers: "voice", voice: true, record: true, choice: interview.Choice{Mode: "text", Record: true}, mode: "text"},
		"voice where typing is":    {offers: "text", voice: true, choice: interview.Choice{Mode: "voice"}, refused: true},
		"voice where nobody hears": {offers: "voice", choice: interview.Choice{Mode: "voice"}, refused: true},
		"nobody hears":             {offers: "voice", mode: "text"},
		"by a horn":                {offers: "choice", voice: true, choice: interview.Choice{Mode: "horn"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			w.Voice, w.Recordings = c.voice, true
			w.Plan = func([]byte) (interview.Plan, error) {
				return interview.Plan{GuideID: "cancellation", Mode: c.offers, Record: c.record}, nil
			}
			rec, err := w.Consent(t.Context(), w.enter(t, w.invite(t)), nil, c.choice)
			if c.refused {
				if research.CodeOf(err) != research.Invalid {
					t.Errorf("agreed: %v", err)
				}
				return
			}
			must(t, err)
			if rec.Mode != c.mode || rec.Setup.Mode != c.mode || rec.Setup.Recorded != c.recorded {
				t.Errorf("it is %s, recorded %v", rec.Mode, rec.Setup.Recorded)
			}
		})
	}
}
