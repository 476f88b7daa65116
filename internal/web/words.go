package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/web/assets"
)

// functions is what templates may call: words and numbers, never markup.
var functions = template.FuncMap{
	"asset":      assets.URL,
	"ago":        ago,
	"exact":      exact,
	"iso":        func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") },
	"n":          number,
	"count":      count,
	"length":     length,
	"percent":    percent,
	"partOf":     partOf,
	"place":      place,
	"playQuote":  playQuote,
	"millis":     millis,
	"person":     personName,
	"personAt":   personURL,
	"eventAt":    eventURL,
	"outcome":    report.OutcomeWords,
	"nowWords":   report.NowWords,
	"gate":       report.GateWords,
	"invite":     inviteWords,
	"state":      stateWords,
	"meaning":    meaning,
	"facts":      facts,
	"link":       func(parts ...string) string { return link(parts...) },
	"spark":      spark,
	"daily":      daily,
	"steps":      func(path string) []string { return strings.SplitAfter(path, ".") },
	"bar":        bar,
	"sumOf":      sumOf,
	"source":     sourceWords,
	"sourceList": sourceList,
	"ending":     endingWords,
	"dict":       dict,
	"indexed":    indexed,
	"join":       strings.Join,
	"initial":    initial,
	"channel":    func(c research.Channel) string { return channelWords[c] },
	"delivery":   func(s research.DeliveryState) string { return deliveryWords[s] },
	"shape":      func(s research.DeliveryState) string { return deliveryMeaning[s] },
	"sentWhy":    deliveryWhy,
	"attempt":    attemptWords,
	"keyName":    func(k research.KeyKind) string { return keyName[k] },
	"keyUse":     func(k research.KeyKind) string { return keyUse[k] },
}

// dict hands several values to a part.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// indexed is the name of the nth element of a list in a form.
func indexed(list string, i int) string { return list + "." + strconv.Itoa(i) }

// initial is the letter that stands for a name where there is no room for it.
func initial(name string) string {
	for _, r := range strings.TrimSpace(name) {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// ago is a time as a reader thinks of it, the same as in app.ts.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := max(0, now.Sub(t))
	switch days := int(d / (24 * time.Hour)); {
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d/time.Minute))
	case days == 0:
		return fmt.Sprintf("%d h ago", int(d/time.Hour))
	case days == 1:
		return "1 day ago"
	case days < 14:
		return fmt.Sprintf("%d days ago", days)
	case t.UTC().Year() == now.UTC().Year():
		return t.UTC().Format("2 Jan")
	}
	return t.UTC().Format("2 Jan 2006")
}

func exact(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// number groups digits in threes with a thin space.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// count is a number and its noun: "1 interview", "3 interviews".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

func length(d time.Duration) string {
	switch {
	case d < time.Second:
		return ""
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d", int(d/time.Minute), int(d/time.Second)%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d/time.Hour), int(d/time.Minute)%60)
}

// percent is a share, only where n is large enough for one to mean anything.
func percent(k, n int) string {
	if n < 20 {
		return ""
	}
	switch {
	case k > 0 && 100*k < n:
		return "under 1 %"
	case k < n && 100*k > 99*n: // all is all, and nothing less
		return "over 99 %"
	}
	return fmt.Sprintf("%d %%", (100*k+n/2)/n)
}

// personName is whom a key names: the userId, or a short form of an anonymous id.
func personName(k research.PersonKey) string {
	if k.Identified() || k == "" {
		return k.ID()
	}
	id := []rune(k.ID())
	if len(id) > 8 {
		id = append(id[:8], '…')
	}
	return "anonymous " + string(id)
}

// eventURL is the page of an event of the catalogue. Some have no name.
func eventURL(n report.EventName) string {
	return link("catalogue", string(n.Type)) + "/" + url.PathEscape(n.Name)
}

func personURL(k research.PersonKey) string { return link("people", string(k)) }

// link is the path of the given segments, each escaped.
func link(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

var states = map[research.InterviewState]string{
	research.Consenting: "asked for consent",
	research.Running:    "talking now",
	research.Paused:     "paused",
	research.Completed:  "completed",
	research.Stopped:    "stopped",
	research.Abandoned:  "abandoned",
	research.Declined:   "no consent",
}

func stateWords(s research.InterviewState) string {
	if w, ok := states[s]; ok {
		return w
	}
	return string(s)
}

var endings = map[string]string{
	"complete": "every question was asked", "time": "the time was up", "stop": "the participant stopped",
	"no_consent": "no consent was given", "distress": "stopped for the participant's sake", "minor": "a minor: everything said was deleted",
	"abuse": "stopped after abuse", "erased": "what was said has been deleted", "silence": "nothing more was said",
}

func endingWords(reason string) string {
	if w, ok := endings[reason]; ok {
		return w
	}
	return reason
}

// meaning is the shape beside a state: what it means, not what it is.
func meaning(state any) string {
	switch fmt.Sprint(state) {
	case "completed", "invited", "accepted", "open", "active":
		return "good"
	case "running", "consenting", "waiting", "reserved", "shown", "paused":
		return "info"
	case "stopped", "abandoned":
		return "attention"
	}
	return ""
}

var inviteStates = map[string]string{
	"reserved": "waiting to be shown or sent", "shown": "shown or sent, not answered yet", "accepted": "accepted",
	"declined": "declined", "expired": "expired unanswered", "revoked": "withdrawn",
}

var inviteReasons = map[string]string{
	"closed": "closed the card", "never": "said “don't ask again”", "later": "said “not now” twice", "paused": "its trigger was paused",
	"merged": "another invite of the same person stayed", "no_consent": "gave no consent",
	"undelivered": "it could not be sent",
}

// inviteWords is how an invite stands, with the reason where it adds something.
func inviteWords(state any, reason string) string {
	words, known := inviteStates[fmt.Sprint(state)]
	if !known {
		words = fmt.Sprint(state)
	}
	if why, ok := inviteReasons[reason]; ok {
		return words + ": " + why
	}
	if strings.HasPrefix(reason, "not shown: ") {
		return words + ", " + reason
	}
	return words
}

var sources = map[research.Source]string{research.FromBrowser: "browser", research.FromServer: "server",
	research.FromWebhook: "webhook", research.FromCustom: "usercall.trigger"}

func sourceWords(s research.Source) string { return sources[s] }

// sourceN is how often something came by one way.
type sourceN struct {
	Source research.Source
	N      int
}

// sourceList is counts by source, the most first.
func sourceList(counts map[research.Source]int) (all []sourceN) {
	for s, n := range counts {
		all = append(all, sourceN{s, n})
	}
	slices.SortFunc(all, func(a, b sourceN) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Source, b.Source)) })
	return all
}

// facts is stored JSON as it may be read: indented, and "" where there is none.
func facts(raw json.RawMessage) string {
	if s := strings.TrimSpace(string(raw)); s == "" || s == "{}" || s == "null" {
		return ""
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if e.Encode(v) != nil {
		return string(raw)
	}
	return strings.TrimSpace(b.String())
}
