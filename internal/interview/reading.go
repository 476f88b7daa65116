package interview

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// reading is what an answer tells a moderator who knows no more than words.
type reading struct {
	text    string
	clauses []clause
	hits    []hit // cues, the best first
	words   int
	fresh   int  // content words not heard before
	terse   bool // three words at most
	closed  bool // "that's it"
}

// clause is a part of an answer that says one thing.
type clause struct {
	lead    string   // the conjunction that opens it
	words   []string // as said
	at      float64  // 0 at the beginning of the answer, 1 at its end
	novelty float64  // share of content words not heard before
}

// hit is a cue found in a clause.
type hit struct {
	cue    *cue
	clause int
	first  int // words of the clause that matched; -1: its conjunction
	last   int
	score  float64
}

var (
	splitters = set("but because so then until although though however except unless which whereas")
	negators  = set("no not nothing never without hardly isn't wasn't aren't weren't don't didn't doesn't none neither nor")
	deniable  = set("negative broken usability positive")
	// idioms hold words of cues and mean none of them.
	cueIdioms = regexp.MustCompile(`\b(?:more or less|(?:that's|that is|is) enough(?: of)?|enough of|once more|what's more|even more|not bad|too bad|bad luck|hard to (?:say|tell|remember|explain)|of course|good (?:while|deal|bit|few|question|point|morning|afternoon|evening)|for good|as good as|more than|lost count|so far so good|good enough|fair enough|(?:feel|felt|looks?|looked|sounds?|seems?|something|things|stuff|just|was|is|it's) like|no problem|hard (?:drive|copy|deadline)|years? or more|wrong with me|of sorts|right off|on and off|day off|week off|off and on)\b`)
	letters   = regexp.MustCompile(`\S`)
	closings  = exactly(`(?:no|nope|nah|not really|nothing(?: else| more| really| at all| comes to mind)*|that's (?:it|all|about it|everything|pretty much it|the (?:whole |main )?(?:story|thing))|that is (?:it|all)|that was (?:it|all)|not that i(?: can)? (?:know|think|remember|recall)(?: of)?|i (?:don't )?think (?:so|not|that's (?:it|all|everything)|we(?:'ve)? covered (?:it|everything))|i don't think so|no(?:thing)? (?:more|else)(?: to (?:add|say))?|all good|we(?:'re| are) good|i(?:'m| am) good|(?:nothing|not) (?:much|a lot|lots|too much|many)\b.{0,40}|i (?:couldn't|can't|could not|cannot|don't (?:really )?have (?:much|a lot|anything)(?: more| else)?(?: to)?|wouldn't) (?:add|say|think of)\b.{0,30}|there(?:'s| is|'s really| really is)(?: really)? (?:nothing|not much|no more)\b.{0,30}|same|none|n/a|na|no,? (?:that's|that is|i think that's)(?: \w+)? (?:it|all|everything))(?:,? (?:really|to be honest|thanks|thank you|from me|from my side|i think|i guess|for now|honestly))*`)
)

// read takes an answer apart and adds its words to what was heard.
func (m *moderator) read(h *hearing) *reading {
	a := &reading{text: h.raw, words: len(spoken(h.plain))}
	a.clauses = m.clauses(clip(h.raw, 2000))
	a.hits = m.find(a.clauses)
	a.fresh = m.s.listen(clip(h.raw, maxHeard))
	a.terse = a.words <= 3
	a.closed = closed(h)
	return a
}

// closed tells whether an answer ends its thread: every sentence of it does.
func closed(h *hearing) bool {
	for _, s := range h.sentences {
		if closings.MatchString(s.text) {
			continue
		}
		for _, c := range s.clauses {
			if !closings.MatchString(c) {
				return false
			}
		}
	}
	return true
}

// maxClauses of an answer are read, the last ones: more than anybody says in a
// breath, and a bound on what an answer can cost.
const maxClauses = 20

// clauses cuts at punctuation and before conjunctions.
func (m *moderator) clauses(text string) []clause {
	var out []clause
	current := clause{}
	flush := func(next string) {
		if len(current.words) > 0 {
			out = append(out, current)
		}
		current = clause{lead: next}
	}
	for _, field := range strings.Fields(text) {
		word := strings.TrimFunc(field, func(r rune) bool { return !letterOrDigit(r) })
		if lower := strings.ToLower(word); splitters[lower] {
			flush(lower)
		} else if word != "" {
			current.words = append(current.words, word)
		}
		if strings.ContainsAny(field[len(field)-1:], `.,!?;:)-`) {
			flush("")
		}
	}
	flush("")
	out = out[max(len(out)-maxClauses, 0):]
	for i := range out {
		out[i].at = float64(i+1) / float64(len(out))
		out[i].novelty = m.novelty(out[i])
	}
	return out
}

func (m *moderator) novelty(c clause) float64 {
	words := content(strings.Join(c.words, " "))
	fresh := 0
	for _, w := range words {
		if !m.s.knows(w) {
			fresh++
		}
	}
	return float64(fresh) / float64(max(len(words), 1))
}

// find looks for every cue in every clause and puts the best first. Later
// clauses win ties: people put the reason last.
func (m *moderator) find(clauses []clause) []hit {
	var hits []hit
	for i := range clauses {
		text := clauses[i].spoken()
		for j := range m.lang.Cues {
			if h, ok := m.match(clauses[i], text, &m.lang.Cues[j]); ok {
				h.clause = i
				hits = append(hits, h)
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.clause, a.clause))
	})
	return hits
}

func (m *moderator) match(c clause, text string, q *cue) (hit, bool) {
	at := q.pattern.FindStringIndex(text)
	if at == nil || q.Echo == "after" && len(content(strings.Join(c.words, " "))) == 0 {
		return hit{}, false
	}
	h := hit{cue: q, first: strings.Count(text[:at[0]], " ") - 2}
	h.last = h.first + strings.Count(text[at[0]:at[1]], " ")
	if deniable[q.ID] && c.denied(h.first) {
		return hit{}, false
	}
	h.score = q.Weight + c.at + 2*c.novelty
	if m.s.echoed(text[at[0]:at[1]]) {
		h.score -= 6
	}
	if m.s.LastCue == q.ID {
		h.score -= 3
	}
	return h, true
}

// spoken is the clause as the cues read it: each word between spaces, its
// conjunction in front, idioms blotted out.
func (c clause) spoken() string {
	lead := c.lead
	if lead == "" {
		lead = "_"
	}
	text := plain(lead + " " + strings.Join(c.words, " "))
	return cueIdioms.ReplaceAllStringFunc(text, func(s string) string { return letters.ReplaceAllString(s, "_") })
}

// denied tells whether one of the two words before word i says no.
func (c clause) denied(i int) bool {
	for j := max(i-2, 0); j < min(i, len(c.words)); j++ {
		if negators[strings.TrimSpace(plain(c.words[j]))] {
			return true
		}
	}
	return false
}

// echoed tells whether these words were put back to them before.
func (s *State) echoed(words string) bool {
	for _, w := range content(words) {
		if slices.Contains(s.Echoed, w) {
			return true
		}
	}
	return false
}
