package interview_test

import (
	"testing"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
)

func say(text string) interview.Input { return interview.Input{Kind: interview.Answer, Text: text} }

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
