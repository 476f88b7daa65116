package interview

import (
	"fmt"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// CheckGuide tells what is wrong with a guide that somebody wrote: invalid,
// naming the question and the reason. A guide that passes asks open, neutral
// questions that fit a breath.
func CheckGuide(g research.Guide) error {
	var ids []string
	must := false
	for i, q := range g.Questions {
		switch {
		case q.ID == "":
			return fault(fmt.Sprintf("Question %d", i+1), "has no id")
		case slices.Contains(ids, q.ID) || q.ID == "last":
			return fault(q.ID, "has an id that is taken")
		case strings.TrimSpace(q.Ask) == "":
			return fault(q.ID, "has nothing to ask")
		case q.MaxProbes < 0:
			return fault(q.ID, "has a negative max_probes")
		}
		ids, must = append(ids, q.ID), must || q.Must
		if err := checkWordings(q); err != nil {
			return err
		}
	}
	if !must {
		return research.Errorf(research.Invalid, "The guide has no question with must: true, so it could end before it asked anything.")
	}
	return checkFrame(g)
}

func fault(question, what string) error {
	return research.Errorf(research.Invalid, "Question %s of the guide %s.", question, what)
}

func checkWordings(q research.Question) error {
	for _, text := range []string{q.Ask, q.Again} {
		if text == "" {
			continue
		}
		if why := refusedInGuide(text); why != "" {
			return fault(q.ID, fmt.Sprintf("cannot be asked: %q %s", text, why))
		}
	}
	return nil
}

// checkFrame checks the lines around the questions. The last question may begin
// with "Is there"; the context asks nothing.
func checkFrame(g research.Guide) error {
	for _, line := range []struct{ name, text string }{{"context", g.Context}, {"last", g.Last}} {
		u := utterance{text: filledIn(line.text), guide: true}
		for _, c := range checks {
			if frameChecks[c.name] && line.text != "" && c.bad(u, nil) {
				return fault(line.name, fmt.Sprintf("cannot be said: %q %s", line.text, reasons[c.name]))
			}
		}
	}
	return nil
}

var frameChecks = set("shape promise advice praise human data sensitive")

// reasons say of each rule why a line was refused.
var reasons = map[string]string{
	"slot":         "has a slot that does not exist",
	"shape":        "must be one plain line of at most 240 characters, without mark-up, links or addresses",
	"script":       "is not in the interview's script",
	"length":       "is longer than 20 words",
	"one_question": "must ask one thing",
	"open":         "can be answered with yes or no; begin with what, how, when, who, or tell me",
	"leading":      "puts an answer or a judgement into their mouth",
	"options":      "offers options to choose from",
	"promise":      "promises something",
	"advice":       "advises, sells or presses",
	"praise":       "judges their answer",
	"human":        "speaks as if a person or a program talked about itself",
	"data":         "has data in it that must not be said",
}

// refusedInGuide says why a guide's question may not be asked; "" where it may.
func refusedInGuide(text string) string {
	for _, name := range slotName.FindAllStringSubmatch(text, -1) {
		if _, known := english().Slots[name[1]]; !known {
			return reasons["slot"]
		}
	}
	return reasons[broken(utterance{text: filledIn(text), guide: true}, nil)]
}

// filledIn is a text of the guide with every slot's default in it.
func filledIn(text string) string { return Setup{}.fill(text) }
