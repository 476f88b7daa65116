package interview

import (
	"regexp"
	"slices"
)

// topics are the words that show that a topic was spoken of before its question
// came. Two different ones are needed, and only clear topics are listed: to ask
// once too often is better than to miss a reason.
var topics = map[string]*regexp.Regexp{
	"alternative": alternatives(`\b(?:instead|went back to|back to|switched to|moved to|went with|replaced|we now use|i now use|now we use|now i use|we use|i use|using|spreadsheets?|excel|google sheets|by hand|manually|built our own|competitor)\b`),
	"price":       alternatives(`\b(?:expensive|price|pricing|cost|costs|budget|afford|cheaper|money|worth)\b`),
	"people":      alternatives(`\b(?:boss|manager|team|colleagues?|cto|ceo|cfo|finance|procurement|partner|approval|approve|sign off|decides?)\b`),
	"doubt":       alternatives(`\b(?:worried|nervous|unsure|hesitated|hesitant|doubts?|skeptical|sceptical|concern(?:ed|s)?|risky|not sure)\b`),
	"change":      alternatives(`\b(?:would have stayed|would stay|would come back|if it had|if you had|if only|needs to|should have|would need)\b`),
	"impact":      alternatives(`\b(?:cost (?:me|us)|lost|hours|had to redo|redo|delayed|late|missed|overtime|weekend|days)\b`),
}

// cover ticks the topics that an answer spoke of, so that nobody is asked what
// they have said.
func (m *moderator) cover(a *reading) {
	text := plain(clip(a.text, 2000))
	for _, q := range m.su.Guide.Questions {
		p := topics[q.Topic]
		if p == nil || slices.Contains(m.s.Done, q.ID) {
			continue
		}
		if marks := p.FindAllString(text, -1); len(distinct(marks)) >= 2 {
			m.s.Done = append(m.s.Done, q.ID)
		}
	}
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// striking tells whether an answer is worth a question even when the guide is
// done: it has a cue, in something new.
func (a *reading) striking() bool { return len(a.hits) > 0 && a.fresh >= 3 }
