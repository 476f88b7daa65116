package trigger

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Facts is everything the gates ask about one match at the moment of decision,
// besides the rule. A zero value never closes a gate, but for the person's.
type Facts struct {
	// At is when the decision is taken; zero means when the event was received.
	At time.Time
	// Moment is when it was to be taken, which who looks at; zero means At.
	Moment      time.Time
	StudyClosed bool
	PausedSince time.Time // everything of the project; zero: it is not
	Tester      bool      // the rule is in test mode, and the person on the project's list

	// The match. A zero MaxAge does not ask how old the event was: for waits
	// that came due and for backtests.
	EventAt    time.Time
	ReceivedAt time.Time
	MaxAge     time.Duration
	// Unproved: the project asks for proof of who somebody is, and the event
	// brought none.
	Unproved bool

	// The person, as of the moment of decision.
	Person      research.Person
	GroupTraits research.Traits // of Person.Group
	OptedOut    bool
	Deleted     bool     // after they had opted out
	Excluded    []string // the project's list: userIds, e-mail addresses, domains

	// Earlier invites of the person. Times are those of being shown or sent;
	// zero: never.
	OpenInvite      bool
	OpenSince       time.Time // when it was reserved; zero: not known
	LastByTrigger   time.Time
	LastByAny       time.Time
	Dismissals      int  // in a row
	Never           bool // "don't ask again"
	ProjectCooldown time.Duration

	// How many there are already.
	Interviews int            // of the study, completed and running
	ByQuota    map[string]int // of these, by quota
	Today      int            // invites of the trigger that count for per_day
	Ever       int            // invites of the trigger that count for total
}

// setMatch fills in the match and the project's choices.
func (f *Facts) setMatch(r *Rule, m *Match, p *research.Project) {
	f.EventAt, f.ReceivedAt = fromMilli(m.At), fromMilli(m.Received)
	if r.Absent == nil {
		f.MaxAge = cmp.Or(p.Settings.MaxAge, research.DefaultMaxAge)
	}
	f.SetProject(p)
	f.Unproved = p.Settings.Identity == research.IdentityRequired && !m.Proved
}

// SetProject fills in the project's choices that do not depend on a match.
func (f *Facts) SetProject(p *research.Project) {
	f.ProjectCooldown = p.Settings.CooldownBetween()
	f.Excluded = p.Settings.Excluded
}

// SetLife fills in what only a live server knows of a project and its rule. The
// person stands already.
func (f *Facts) SetLife(r *Rule, p *research.Project) {
	f.PausedSince = p.Paused
	f.Tester = r.Testing && f.among(p.Settings.TestPeople)
}

// among tells whether the person stands on a list of userIds and e-mail addresses.
func (f *Facts) among(list []string) bool {
	email, _ := emailOf(f.Person.Traits)
	return slices.ContainsFunc(list, func(entry string) bool {
		return entry != "" && (f.Person.Key.Identified() && entry == f.Person.Key.ID() || strings.EqualFold(entry, email))
	})
}

// quotasOf names the quotas of the rule's study that the person falls in.
func (f *Facts) quotasOf(r *Rule) (names []string) {
	for _, q := range r.quotasFor(f) {
		names = append(names, q.Name)
	}
	return names
}

func (r *Rule) quotasFor(f *Facts) (in []Quota) {
	v := f.view()
	for _, q := range r.Quotas {
		if q.where.holds(v) {
			in = append(in, q)
		}
	}
	return in
}

// view is what who sees.
func (f *Facts) view() *view {
	now := f.Moment
	if now.IsZero() {
		now = cmp.Or(f.At, f.ReceivedAt)
	}
	return &view{person: f.Person.Traits, group: f.GroupTraits, now: now}
}
