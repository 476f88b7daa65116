package trigger

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Study is a study file, compiled.
type Study struct {
	Key       string
	Name      string
	Goal      string
	Context   string
	Target    int // completed interviews wanted; 0: no limit
	Quotas    []Quota
	Interview InterviewSpec // Minutes filled in
	GuideID   string
	Guide     *research.Guide
	Rules     []*Rule
}

// Quota is a target inside a study's target.
type Quota struct {
	Name   string
	Target int
	where  *compiled
}

// Rule is a trigger, compiled: everything that decides about its matches.
// Compile fills in what the file says and the caller the fields of identity and
// life; after that a Rule is never changed, so that many may read it at once.
type Rule struct {
	// Identity and life, by the caller.
	Project   research.ProjectID
	StudyID   research.StudyID
	TriggerID research.TriggerID
	Version   int
	Active    bool
	Testing   bool   // for test people only
	Timezone  string // of the project, for days; "": UTC

	StudyKey string
	Key      string
	Name     string

	// What makes a match. Steps[0] is on.
	Steps  []Step
	Absent *Step
	Did    []Step
	DidNot []Step
	Delay  time.Duration

	// Whom, how many, how often.
	People   People
	Sample   Percent
	Cooldown time.Duration
	PerDay   int // 0: no limit
	Total    int // 0: no limit
	Priority int
	Expires  time.Duration // 0: never; see ExpiresAt
	Target   int           // of the study; 0: no limit
	Quotas   []Quota       // of the study

	// What is offered, and where.
	Title    research.Text
	Body     research.Text
	Accept   research.Text
	Decline  research.Text
	Language string // of the texts where they do not speak the page's
	Delivery Delivery
	Page     Page

	who *compiled
}

// Step is what one event must be.
type Step struct {
	Type    research.EventType
	Names   []string          // any of these; empty: any name
	Sources []research.Source // empty: all
	Times   int               // at least; 1 where nothing is said
	Within  time.Duration     // 0: no limit
	For     time.Duration     // of absent
	where   *compiled
}

// takesEvent tells whether the event of a view satisfies the step.
func (s *Step) takesEvent(v *view) bool {
	if e := v.event; s.Type != e.Type || !s.takes(e.Source) || len(s.Names) > 0 && !slices.Contains(s.Names, e.Name) {
		return false
	}
	return s.where.holds(v)
}

func (s *Step) takes(from research.Source) bool {
	return len(s.Sources) == 0 || slices.Contains(s.Sources, from)
}

// never is a moment that no invite reaches.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// ExpiresAt is when an invite that was reserved at that time ends unanswered.
func (r *Rule) ExpiresAt(reserved time.Time) time.Time {
	if r.Expires == 0 {
		return never
	}
	return reserved.Add(r.Expires)
}

// Compare is negative where a goes before b: the higher priority, then the study
// key, then the trigger key.
func Compare(a, b *Rule) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.StudyKey, b.StudyKey), cmp.Compare(a.Key, b.Key))
}

// Page is where a card may show. Its JSON is what the SDK reads.
type Page struct{ PageSpec }

// MarshalJSON writes {"url": {"path": {"starts_with": "/app"}}, "dwell_ms": 20000},
// and null where a card may show anywhere at once.
func (p Page) MarshalJSON() ([]byte, error) {
	if len(p.URL) == 0 && p.Dwell == 0 {
		return []byte("null"), nil
	}
	url := map[string]map[Op]any{}
	for _, part := range p.URL {
		url[part.Part] = map[Op]any{}
		for _, t := range part.Tests {
			url[part.Part][t.Op] = t.json()
		}
	}
	return json.Marshal(struct {
		URL   map[string]map[Op]any `json:"url,omitempty"`
		Dwell int64                 `json:"dwell_ms,omitempty"`
	}{url, p.Dwell.Milliseconds()})
}

func (t Test) json() any {
	values := make([]json.RawMessage, len(t.Operands))
	for i, o := range t.Operands {
		values[i] = json.RawMessage(o.text)
		if o.kind == text {
			values[i] = json.RawMessage(jsonText(o.text))
		}
	}
	if t.Op == In || t.Op == NotIn {
		return values
	}
	return values[0]
}

// DayKey is the day that now falls on in a time zone: the period of per_day.
// An unknown zone counts as UTC.
func DayKey(now time.Time, timezone string) string {
	return now.In(research.ZoneOrUTC(timezone)).Format(time.DateOnly)
}
