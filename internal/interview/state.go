package interview

import "slices"

// State is where an interview stands. It round-trips through JSON and is stored
// after every turn; nothing but Start and Step should make or change one.
type State struct {
	Phase  string `json:"phase"`            // disclose, main, wrap, close
	Reason string `json:"reason,omitempty"` // of close
	Turns  int    `json:"turns"`            // inputs taken
	Asked  int    `json:"asked"`            // questions since consent

	// What is open: the question that the next answer answers.
	Open     string `json:"open,omitempty"`      // id of the guide question; "last": the closing one
	Line     string `json:"line,omitempty"`      // the question as asked
	Probing  bool   `json:"probing,omitempty"`   // Line is a probe into Open
	Reworded bool   `json:"reworded,omitempty"`  // Open was asked in its other wording
	Choice   string `json:"choice,omitempty"`    // "distress" or "abuse": we offered to stop
	About    string `json:"about,omitempty"`     // the answer that probes are about
	Rich     string `json:"rich,omitempty"`      // the last answer with much new in it
	LastCue  string `json:"last_cue,omitempty"`  // of the last probe
	LastLead string `json:"last_lead,omitempty"` // how it began
	LastAck  int    `json:"last_ack,omitempty"`  // its index, counted from 1

	// What has been said.
	Lines  []string `json:"lines,omitempty"`  // every question asked
	Spent  []string `json:"spent,omitempty"`  // templates used
	Echoed []string `json:"echoed,omitempty"` // stems put back to them
	Heard  []string `json:"heard,omitempty"`  // stems of all they said, sorted
	Done   []string `json:"done,omitempty"`   // ids of guide questions asked or covered

	// What has been used up.
	Probes   int  `json:"probes,omitempty"`
	Here     int  `json:"here,omitempty"`  // probes into Open
	Fresh    int  `json:"fresh,omitempty"` // new words of the last answer
	Dry      bool `json:"dry,omitempty"`   // two answers with nothing new
	Terse    int  `json:"terse,omitempty"`
	TerseRun int  `json:"terse_run,omitempty"`
	Quotes   int  `json:"quotes,omitempty"`
	Silences int  `json:"silences,omitempty"` // in a row
	Unclear  int  `json:"unclear,omitempty"`  // answers to the question for consent
	Abuses   int  `json:"abuses,omitempty"`
	Comforts int  `json:"comforts,omitempty"`

	// Time, in seconds.
	At      float64 `json:"at"`                // of the last input
	Spans   float64 `json:"spans,omitempty"`   // sum of the turns: line, thinking, answer
	Longest float64 `json:"longest,omitempty"` // of them
	Counted int     `json:"counted,omitempty"` // how many
	Thought float64 `json:"thought,omitempty"` // sum of silences before answers
	Spoke   float64 `json:"spoke,omitempty"`   // sum of speech
	Words   int     `json:"words,omitempty"`   // said in that time
}

// Phases of State.
const (
	phaseDisclose = "disclose"
	phaseMain     = "main"
	phaseWrap     = "wrap"
	phaseClose    = "close"
)

// clone makes a State that shares nothing with s, so that a caller who keeps s
// can replay from it.
func (s State) clone() State {
	s.Lines = slices.Clone(s.Lines)
	s.Spent = slices.Clone(s.Spent)
	s.Echoed = slices.Clone(s.Echoed)
	s.Heard = slices.Clone(s.Heard)
	s.Done = slices.Clone(s.Done)
	return s
}

// knows tells whether they have used a word with this stem.
func (s *State) knows(stem string) bool {
	_, found := slices.BinarySearch(s.Heard, stem)
	return found
}

// listen adds an answer's words to what was heard and tells how many were new.
func (s *State) listen(text string) int {
	fresh := 0
	for _, w := range content(text) {
		if i, found := slices.BinarySearch(s.Heard, w); !found {
			s.Heard = slices.Insert(s.Heard, i, w)
			fresh++
		}
	}
	return fresh
}
