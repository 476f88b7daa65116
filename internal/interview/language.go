package interview

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"sync"
)

//go:embed english.json
var englishJSON []byte

// language is everything the moderator can say in one language, the guides
// apart, and the cues it listens for.
type language struct {
	Slots        map[string]string   `json:"slots"`
	Disclosure   map[string]string   `json:"disclosure"`
	Handlers     map[string]string   `json:"handlers"`
	Closing      map[string]string   `json:"closing"`
	Acks         []string            `json:"acks"`
	Leads        map[string][]string `json:"leads"`
	Cues         []cue               `json:"cues"`
	Things       []string            `json:"things"`
	Departure    []string            `json:"departure"`
	Consequences []string            `json:"consequences"`
	Quotes       []string            `json:"quotes"`
	Generic      []string            `json:"generic"`

	vocabulary map[string]bool // stems of all templates
}

// cue is a kind of thing people say that is worth a question.
type cue struct {
	ID     string   `json:"id"`
	Weight float64  `json:"weight"`
	Match  string   `json:"match"`
	Echo   string   `json:"echo"` // "after": what follows the match is echoed, not the match
	Probes []string `json:"probes"`

	pattern *regexp.Regexp
}

// english is loaded at first use: most commands never moderate.
var english = sync.OnceValue(func() *language {
	l := new(language)
	if err := json.Unmarshal(englishJSON, l); err != nil {
		panic("interview: english.json: " + err.Error()) // embedded, and a test loads it
	}
	for i := range l.Cues {
		l.Cues[i].pattern = regexp.MustCompile(l.Cues[i].Match)
	}
	l.vocabulary = l.learn()
	return l
})

// learn collects the words of every template, so that the filter can tell them
// from invented ones.
func (l *language) learn() map[string]bool {
	known := make(map[string]bool)
	add := func(lines ...string) {
		for _, line := range lines {
			for _, w := range content(line) {
				known[w] = true
			}
		}
	}
	for _, c := range l.Cues {
		add(c.Probes...)
	}
	for _, leads := range l.Leads {
		add(leads...)
	}
	add(l.Things...)
	add(l.Departure...)
	add(l.Consequences...)
	add(l.Quotes...)
	add(l.Generic...)
	add(l.Acks...)
	return known
}
