package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Format is the version of the study file that this package reads and writes.
const Format = 1

// File is a study file: what Parse reads and Marshal writes. Defaults are
// filled in, so a zero Cooldown means none and not "left out".
type File struct {
	Usercall  int // version of the format
	Study     StudySpec
	Interview InterviewSpec
	GuideID   string          // an id of the guides that come with usercall; "": not named
	Guide     *research.Guide // the guide written out; nil: not written out
	Triggers  []Spec
}

// StudySpec is the part of the file that says what is to be found out.
type StudySpec struct {
	Key        string
	Name       string
	Goal       string
	Context    string
	Interviews int // target of completed interviews; 0: none
	Quotas     []QuotaSpec
}

// QuotaSpec is a target inside the target, for the people that Where holds of.
type QuotaSpec struct {
	Name       string
	Where      *Condition
	Interviews int
}

// Mode is how an interview is held.
type Mode string

const (
	ModeVoice  Mode = "voice"
	ModeText   Mode = "text"
	ModeChoice Mode = "choice" // the participant chooses
)

// InterviewSpec is how the interviews of a study are held.
type InterviewSpec struct {
	Mode      Mode
	Minutes   int // 0: as long as the guide says
	Languages []string
	Patience  Patience // how long people may think before they are taken to have finished
	Voice     string   // by the name that the speech server knows; "": the usual one
	Record    bool     // ask for consent to keep the sound
}

// Patience is how long a spoken interview waits in a silence.
type Patience string

const (
	Quick   Patience = "quick"
	Normal  Patience = "normal"
	Patient Patience = "patient"
)

// People is whom a trigger may invite.
type People string

const (
	Identified People = "identified" // persons with a userId
	Anyone     People = "anyone"
)

// Delivery is the way an invite reaches the person.
type Delivery string

const (
	Card    Delivery = "card"
	Link    Delivery = "link"
	Email   Delivery = "email"
	Webhook Delivery = "webhook"
	Slack   Delivery = "slack"
)

// Defaults of a trigger.
const (
	DefaultCooldown = 30 * 24 * time.Hour
	DefaultExpires  = 7 * 24 * time.Hour
	DefaultMinutes  = 4
)

// Spec is one trigger as its file says it.
type Spec struct {
	Key      string
	Name     string
	On       MatchSpec
	Then     []MatchSpec
	Absent   *MatchSpec
	Did      []MatchSpec
	DidNot   []MatchSpec
	Who      *Condition
	People   People
	Delay    time.Duration
	Sample   Percent
	Cooldown time.Duration
	PerDay   int // 0: no limit
	Total    int // 0: no limit
	Priority int
	Expires  time.Duration // 0: never
	Page     PageSpec
	Invite   InviteSpec

	lines map[string]int // where each key stood; nil in a Spec that was not parsed
}

// MatchSpec is what an event must be: one entry of on, then, absent, did or
// did_not. Only some of those know Times, Within and For.
type MatchSpec struct {
	Events  []string // any of these names; empty: any page or screen
	Type    research.EventType
	Where   *Condition
	Sources []research.Source // empty: all
	Times   int               // 0: not said
	Within  time.Duration     // 0: no limit
	For     time.Duration
}

// PageSpec is where a card may show: on pages whose address passes URL, after
// Dwell on them.
type PageSpec struct {
	URL   []PartTest
	Dwell time.Duration
}

// PartTest is what one part of a page's address must be: "full", "host" or "path".
type PartTest struct {
	Part  string
	Tests []Test
}

// InviteSpec is what the invite says and how it travels. Nil texts mean the
// default ones.
type InviteSpec struct {
	Title    research.Text
	Body     research.Text
	Accept   research.Text
	Decline  research.Text
	Delivery Delivery
}
