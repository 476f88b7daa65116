package research

import "time"

// Project is one product whose users are interviewed. Secrets are not part of
// it: stores keep only their hashes.
type Project struct {
	ID       ProjectID
	Key      string // prj_…; public
	Name     string
	WriteKey WriteKey
	Origins  []string // exact origins whose pages may use the SDK
	Open     bool     // development: every origin, no limits per key or address
	Sample   bool     // made by `usercall demo --people`
	Settings Settings
	Created  time.Time
}

// Settings are a project's choices. Zero values mean the defaults.
type Settings struct {
	Cooldown time.Duration // between any two invites of one person; default 7 days
	MaxAge   time.Duration // of an event that may still invite; default 1 hour
	Timezone string        // IANA name, for days; default UTC
	Excluded []string      // userIds, e-mail addresses, @domains never invited
	// ConsentCategory is one of the customer's consent manager, as it stands in
	// context.consent.categoryPreferences. An event that brings consent and does
	// not allow this category is not stored. "" asks for none.
	ConsentCategory string
}

// Defaults of Settings, from triggers.md §5.
const (
	DefaultProjectCooldown = 7 * 24 * time.Hour
	DefaultMaxAge          = time.Hour
)
