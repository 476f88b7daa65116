package interview

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Slots are the values that may be spoken of an event: those the guide has a
// place for and the allow-list lets through. All else, and every value that
// fails a check, is left to the slot's default. Traits never come in here.
//
// The event's name is not spoken: it is the developers' word, not the person's.
func Slots(g research.Guide, product, eventName string, properties json.RawMessage, eventTime, now time.Time) map[string]string {
	var props map[string]any
	_ = json.Unmarshal(properties, &props) // anything but an object has no properties
	places := slotsOf(g)
	out := make(map[string]string)
	put := func(slot, value string) {
		if slices.Contains(places, slot) && value != "" {
			out[slot] = value
		}
	}
	if speakable(product) {
		out["product"] = product
	}
	put("when_phrase", when(eventTime, now))
	put("plan_phrase", planPhrase(g, props))
	put("feature", label(first(props, "feature", "feature_name", "featureName")))
	put("step_phrase", stepPhrase(first(props, "step", "step_name", "stepName", "last_step")))
	put("score", scoreWord(props))
	return out
}

var slotName = regexp.MustCompile(`\{(\w+)\}`)

// slotsOf names the slots that a guide has a place for.
func slotsOf(g research.Guide) []string {
	var names []string
	for _, text := range guideTexts(g) {
		for _, m := range slotName.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
	}
	return names
}

func guideTexts(g research.Guide) []string {
	texts := []string{g.Context, g.Last}
	for _, q := range g.Questions {
		texts = append(texts, q.Ask, q.Again)
	}
	return texts
}

// first is the first of the named properties that is a string.
func first(props map[string]any, names ...string) string {
	for _, n := range names {
		if s, ok := props[n].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

var (
	slotShape = regexp.MustCompile(`^[\p{L}\p{N} ._+&()/-]{1,40}$`)
	slotURL   = regexp.MustCompile(`(?i)\bwww\.|\p{L}\.\p{L}{2,}|https?|//`)
	command   = regexp.MustCompile(`(?i)\b(ignore|disregard|forget|pretend|reveal|override|obey|execute)\b|` +
		`^(say|tell|repeat|read|give|print|send|click|visit|call|email|write|answer|stop|delete|refund|ask|act|promise|offer|show|output|you|system|assistant)\b`)
	longNumber = regexp.MustCompile(`\d{3}`)
)

// speakable tells whether a configured or tracked value may be said aloud.
func speakable(v string) bool {
	return slotShape.MatchString(v) && strings.TrimSpace(v) != "" && len(strings.Fields(v)) <= 5 &&
		!slotURL.MatchString(v) && !command.MatchString(v) && !longNumber.MatchString(v)
}

// label is a tracked identifier as words ("bulk_export": "bulk export"), ""
// where it may not be said.
func label(v string) string {
	if strings.ContainsAny(v, "_") || !strings.Contains(v, " ") && camel.MatchString(v) {
		v = eventWords(v)
	}
	if !speakable(v) {
		return ""
	}
	return strings.TrimSpace(v)
}

func planPhrase(g research.Guide, props map[string]any) string {
	names := []string{"plan", "plan_name", "planName", "from"}
	article := "your "
	if strings.Contains(g.Context, "to {plan_phrase}") {
		names, article = []string{"to", "new_plan", "newPlan", "plan", "plan_name", "planName"}, "the "
	}
	plan := label(first(props, names...))
	if plan == "" {
		if article == "the " {
			return "a new plan"
		}
		return ""
	}
	if strings.HasSuffix(strings.ToLower(plan), "plan") {
		return article + plan
	}
	return article + plan + " plan"
}

func stepPhrase(step string) string {
	step = strings.ToLower(label(step))
	if step == "" {
		return ""
	}
	return " and got to the " + strings.TrimSuffix(step, " step") + " step"
}

var digits = strings.Fields("zero one two three four five six seven eight nine ten")

// scoreWord is a score of 0 to 10 in words.
func scoreWord(props map[string]any) string {
	for _, name := range []string{"score", "nps", "nps_score", "rating"} {
		switch v := props[name].(type) {
		case float64:
			if n := int(v); v >= 0 && v <= 10 && float64(n) == v {
				return digits[n]
			}
		case string:
			if n, err := strconv.Atoi(v); err == nil && n >= 0 && n <= 10 {
				return digits[n]
			}
		}
	}
	return ""
}

// when says how long ago it was, in words that are true in every time zone.
func when(event, now time.Time) string {
	ago := now.Sub(event)
	switch {
	case event.IsZero() || now.IsZero() || ago < 0:
		return "recently"
	case ago < time.Hour:
		return "just now"
	case ago < 6*24*time.Hour && ago > 48*time.Hour:
		return "a few days ago"
	}
	return "recently"
}

// fill puts slot values, or else their defaults, in their places.
func (su Setup) fill(text string) string {
	// "You {when_phrase} cancelled" has room for an adverb only.
	text = strings.ReplaceAll(text, "You {when_phrase} ", "You recently ")
	text = slotName.ReplaceAllStringFunc(text, func(place string) string {
		return su.slot(strings.Trim(place, "{}"))
	})
	return strings.ReplaceAll(text, " a eight", " an eight")
}

func (su Setup) slot(name string) string {
	switch v := su.Slots[name]; {
	case name == "product" && speakable(su.Product):
		return su.Product
	case name == "length":
		return su.length()
	case v != "":
		return v
	}
	return english().Slots[name]
}

// length is how long it will probably take: an interview aims at three fifths
// of its limit.
func (su Setup) length() string {
	minutes := min(max((su.limit()*3/5+59)/60, 1), 10)
	if minutes == 1 {
		return "a minute"
	}
	return digits[minutes] + " minutes"
}
