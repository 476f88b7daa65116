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
	// Paused is since when nobody is invited and nothing shown or sent; zero: it is
	// not.
	Paused time.Time
}

// Settings are a project's choices. Zero values mean the defaults.
type Settings struct {
	// Cooldown between any two invites of one person: see CooldownBetween. Below 0
	// there is none.
	Cooldown time.Duration
	MaxAge   time.Duration // of an event that may still invite; default 1 hour
	Grace    time.Duration // that a wait which is over waits for late events; default 1 minute
	Timezone string        // IANA name, for days; default UTC
	Excluded []string      // userIds, e-mail addresses, @domains never invited
	Identity IdentityMode  // what is asked of a browser's userId
	// ConsentCategory is one of the customer's consent manager, as it stands in
	// context.consent.categoryPreferences. An event that brings consent and does
	// not allow this category is not stored. "" asks for none.
	ConsentCategory string
	// CardsPerSession is how many cards one session of a browser shows; 0 is the
	// default, one, and below 0 there is no limit.
	CardsPerSession int
	// DialogSelector is what makes a card wait while it can be seen, as CSS; "" is
	// the default.
	DialogSelector string
	// InPage says that an accepted interview opens in a frame on the page; else in a
	// tab of its own.
	InPage bool
	Pacing Pacing // when invites may be shown or sent
	// TestPeople is whom triggers in test mode invite, and nobody else: userIds and
	// e-mail addresses.
	TestPeople []string
}

// CooldownBetween is how long a person is left alone between any two invites; 0 is
// none.
func (s Settings) CooldownBetween() time.Duration {
	switch {
	case s.Cooldown < 0:
		return 0
	case s.Cooldown == 0:
		return DefaultProjectCooldown
	}
	return s.Cooldown
}

// Pause is a time in which everything of a project was paused, and who did it: an
// account's address, or the command line.
type Pause struct {
	At, Resumed   time.Time // Resumed is zero while it lasts
	By, ResumedBy string
}

// Defaults of what surrounds a card.
const (
	DefaultCardsPerSession = 1
	DefaultDialogSelector  = "dialog[open],[role=dialog],[aria-modal=true]"
)

// IdentityMode says what the browser has to show for the userId that it sends.
type IdentityMode string

const (
	IdentityOff         IdentityMode = ""             // nothing: tokens are not looked at
	IdentityWhenPresent IdentityMode = "when_present" // a token that is there is checked
	IdentityRequired    IdentityMode = "required"     // without one, nobody is invited as a user
)

// Known tells whether m is one of the three modes.
func (m IdentityMode) Known() bool {
	return m == IdentityOff || m == IdentityWhenPresent || m == IdentityRequired
}

// KeyKind is what a key opens. A key rotates: a new one is made beside the old,
// which stays valid until the next rotation or until it is revoked.
type KeyKind string

const (
	KeyWrite    KeyKind = "write"    // public: adds events
	KeyServer   KeyKind = "server"   // secret: adds signed events
	KeyAPI      KeyKind = "api"      // secret: reads
	KeyWebhook  KeyKind = "webhook"  // the address and the secret of Segment's webhook
	KeyIdentity KeyKind = "identity" // proves whose a browser's event is
)

// KeyKinds is every kind, in the order in which they are listed.
var KeyKinds = []KeyKind{KeyWrite, KeyServer, KeyAPI, KeyWebhook, KeyIdentity}

// Defaults of Settings, from triggers.md §5.
const (
	DefaultProjectCooldown = 7 * 24 * time.Hour
	DefaultMaxAge          = time.Hour
	DefaultGrace           = time.Minute
)
