package research

import "time"

// StudyID and TriggerID number studies and triggers inside one database.
type (
	StudyID   int64
	TriggerID int64
)

// StudyState is whether a study still asks people.
type StudyState string

const (
	StudyOpen   StudyState = "open"
	StudyClosed StudyState = "closed" // its target is reached, or somebody closed it
)

// Study is a research question with its guide, target and triggers.
type Study struct {
	ID       StudyID
	PublicID string // stu_…
	Project  ProjectID
	Key      string // [a-z0-9-], 1..64, permanent
	Name     string
	Goal     string
	Target   int    // completed interviews wanted; 0: no limit
	File     []byte // the study file in its canonical form, triggers.md §1
	State    StudyState
	Version  int // grows with every change of the file
	Triggers []Trigger
	Created  time.Time
}

// Trigger is one way into a study, as stored. What it means is in the study's
// File; package trigger compiles that.
type Trigger struct {
	ID       TriggerID
	PublicID string // trg_…
	Study    StudyID
	Key      string
	Name     string
	Version  int // grows with every change but of texts and gates
	Active   bool
	Testing  bool // not active, and invites the project's test people
	Replay   Replay
}

// Replay is how far a trigger's activation is in going over the stored events, or
// how far back it went.
type Replay struct {
	Running     bool
	Done, Total int       // events
	Since       time.Time // of the first event that was looked at; zero: there was none
}

// Text is a text in several languages. The key "" is the one that serves where
// the language asked for is missing.
type Text map[string]string

// In is the text in a language: exact, then without region, then the default.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	if len(lang) > 2 {
		if s, ok := t[lang[:2]]; ok {
			return s
		}
	}
	if s, ok := t[""]; ok {
		return s
	}
	return t["en"]
}

// Guide is what the moderator works from: one entry of guides.json, or the
// guide of a study file.
type Guide struct {
	ID            string     `json:"id,omitempty" yaml:"id,omitempty"`
	Title         string     `json:"title,omitempty" yaml:"title,omitempty"`
	Goal          string     `json:"goal,omitempty" yaml:"goal,omitempty"`
	TargetSeconds int        `json:"target_seconds,omitempty" yaml:"target_seconds,omitempty"`
	MaxSeconds    int        `json:"max_seconds,omitempty" yaml:"max_seconds,omitempty"`
	Context       string     `json:"context,omitempty" yaml:"context,omitempty"`
	Questions     []Question `json:"questions" yaml:"questions"`
	Last          string     `json:"last,omitempty" yaml:"last,omitempty"`
	// Texts holds other languages: language, question id, wording.
	Texts map[string]map[string]Wording `json:"texts,omitempty" yaml:"texts,omitempty"`
}

// Question is one thing the moderator wants to know.
type Question struct {
	ID        string `json:"id" yaml:"id"`
	Topic     string `json:"topic,omitempty" yaml:"topic,omitempty"`
	Must      bool   `json:"must,omitempty" yaml:"must,omitempty"`
	Ask       string `json:"ask" yaml:"ask"`
	Again     string `json:"again,omitempty" yaml:"again,omitempty"` // the other wording
	MaxProbes int    `json:"max_probes,omitempty" yaml:"max_probes,omitempty"`
}

// Wording is a question in another language.
type Wording struct {
	Ask   string `json:"ask" yaml:"ask"`
	Again string `json:"again,omitempty" yaml:"again,omitempty"`
}
