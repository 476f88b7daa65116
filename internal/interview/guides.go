package interview

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/usercall/usercall/internal/research"
)

//go:embed guides.json
var guidesJSON []byte

var shipped = sync.OnceValue(func() []research.Guide {
	var file struct{ Guides []research.Guide }
	if err := json.Unmarshal(guidesJSON, &file); err != nil {
		panic("interview: guides.json: " + err.Error()) // embedded, and a test loads it
	}
	return file.Guides
})

// Guides are the guides that ship with usercall, the general one last. The
// caller owns the slice, not what is in it.
func Guides() []research.Guide { return slices.Clone(shipped()) }

// GuideByID finds a shipped guide.
func GuideByID(id string) (research.Guide, bool) {
	for _, g := range shipped() {
		if g.ID == id {
			return g, true
		}
	}
	return research.Guide{}, false
}

// occasions tell from an event's name, spelled as words, which guide fits. The
// first that matches wins: "trial cancelled" is a cancellation, and "onboarding
// feature skipped" is about onboarding.
var occasions = []struct {
	guide   string
	pattern *regexp.Regexp
}{
	{"cancellation", regexp.MustCompile(`\b(cancel\w*|churn\w*|unsubscribed?|account (deleted|closed)|delete account|downgraded?|(subscription|plan) (ended|stopped|paused|expired))\b`)},
	{"nps_detractor", regexp.MustCompile(`\b(nps|csat|score|rating|rated|survey|feedback)\b`)},
	{"onboarding_abandoned", regexp.MustCompile(`\b(onboarding|setup|set up|checklist|tour|wizard|activation)\b`)},
	{"upgrade", regexp.MustCompile(`\b(upgraded?|upgrade|plan (changed|purchased|started)|trial converted|converted|subscribed|subscription (started|created)|seats? added|checkout completed|order completed)\b`)},
	{"new_signup", regexp.MustCompile(`\b(sign(ed)? ?up|signup|registered|registration|account created|user created|trial started|joined)\b`)},
	{"feature_abandoned", regexp.MustCompile(`\b(feature|opened|tried|viewed|abandoned|not revisited|first use|used)\b`)},
}

// GuideForEvent is the guide that fits an event by its name, however it is
// spelled; the general one where none does.
func GuideForEvent(event string) research.Guide {
	name := eventWords(event)
	for _, o := range occasions {
		if o.pattern.MatchString(name) {
			g, _ := GuideByID(o.guide)
			return g
		}
	}
	g, _ := GuideByID("general")
	return g
}

var (
	camel  = regexp.MustCompile(`(\p{Ll}|\d)(\p{Lu})`)
	nameIs = regexp.MustCompile(`[^\p{L}\p{N}]+`)
)

// eventWords spells FeatureOpened, feature_opened and "Feature Opened" alike.
func eventWords(event string) string {
	spaced := camel.ReplaceAllString(event, "$1 $2")
	return strings.TrimSpace(nameIs.ReplaceAllString(strings.ToLower(spaced), " "))
}
