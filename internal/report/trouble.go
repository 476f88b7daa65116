package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Trouble is one thing that goes wrong with what comes in: what it is, and what
// to do about it. Nothing in it is a value of a message.
type Trouble struct {
	Words  string
	Remedy string
	Info   bool // nothing is wrong, it is only good to know
	Fresh  bool // within the last hour
	N      int
	Last   time.Time
	From   []research.Source
	Key    string   // the first characters of the key it came with
	Names  []string // top-level keys of the last body
}

// KeyHint is a key by which a mistaken one may be recognised.
type KeyHint struct {
	Kind    string // "write key", "server key" or apiKey
	Prefix  string
	Project string // its name
}

// maxKeys is how many keys that nobody has are listed; the rest is counted.
const maxKeys = 5

// Troubles says what is wrong, the latest first, and then what is only good to
// know. unknown is what came in for no project, shown to everybody.
func Troubles(counts, unknown []Count, hints []KeyHint, now time.Time) []Trouble {
	var all []Trouble
	listed := 0
	for _, c := range joinSources(append(slices.Clone(unknown), counts...)) {
		t, ok := c.trouble(hints)
		if !ok {
			continue
		}
		if c.Kind == "dropped" && c.Why == "not_an_event" && told(counts, "refused", c.Why) {
			continue // the whole delivery was none, which says it with its keys
		}
		if c.Why == "unknown_key" {
			if listed++; listed > maxKeys {
				continue
			}
		}
		t.Fresh = now.Sub(t.Last) < time.Hour
		all = append(all, t)
	}
	if listed > maxKeys {
		all = append(all, Trouble{Words: fmt.Sprintf("%d other keys that no project has were tried.", listed-maxKeys),
			Remedy: "Somebody may be guessing. An unknown key is answered with 401 and nothing of it is kept.", Info: true})
	}
	slices.SortStableFunc(all, func(a, b Trouble) int { return cmp.Compare(truth(a.Info), truth(b.Info)) })
	return all
}

func told(counts []Count, kind, why string) bool {
	return slices.ContainsFunc(counts, func(c Count) bool { return c.Kind == kind && c.Why == why })
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// joined is a count with every source it has.
type joined struct {
	Count
	from []research.Source
}

// joinSources puts together what differs by source only, the latest first.
func joinSources(counts []Count) (all []joined) {
	at := map[[3]string]int{}
	for _, c := range counts {
		key := [3]string{c.Kind, c.Why, c.Key}
		i, ok := at[key]
		if !ok {
			i = len(all)
			at[key] = i
			all = append(all, joined{Count: c})
			all[i].N = 0
		}
		j := &all[i]
		j.N += c.N
		if c.Last.After(j.Last) {
			j.Last = c.Last
		}
		if len(c.Names) > 0 {
			j.Names = c.Names
		}
		if c.Source != "" && !slices.Contains(j.from, c.Source) {
			j.from = append(j.from, c.Source)
		}
	}
	slices.SortStableFunc(all, func(a, b joined) int { return b.Last.Compare(a.Last) })
	return all
}

// said is what we say about a cause.
type said struct {
	words, remedy string
	info          bool
}

// causes is what is known to go wrong, by kind and cause.
var causes = map[string]said{
	"refused no_key":           {"Requests come without a key.", "Send the write key as the user name of Basic authentication, or as writeKey in the body.", false},
	"refused bad_signature":    {"The webhook's signature is wrong, so its deliveries are refused.", "Copy the secret from Webhook below into the destination's shared secret again, without a space around it. In Segment's Actions destination, leave batching off.", false},
	"refused unsigned":         {"Webhook deliveries come without a signature.", "Set the destination's shared secret to the secret from Webhook below. Who cannot sign sends it as Authorization: Bearer.", false},
	"refused no_webhook_token": {"Webhook deliveries come to an address without this project's token, or with a wrong one.", "Copy the whole URL from Webhook below: it ends with the token.", false},
	"refused too_large":        {"Requests are too large, and nothing of them was kept.", "Send at most 500 KiB and 2,500 events in one request. In a webhook destination, set the batch size to 100 or turn batching off.", false},
	"refused too_fast":         {"Requests came faster than this project may send, and were told to come again.", "Segment's libraries wait and send again by themselves. If it goes on, send in batches.", false},
	"refused bad_json":         {"Requests are not JSON.", "Send one Segment message, or {\"batch\": [message, …]}, as JSON.", false},
	"refused bad_body":         {"Requests broke off before their body was read.", "Segment's libraries send them again. If it goes on, look at what stands between them and this server.", false},
	"refused bad_encoding":     {"Requests are compressed in another way than gzip.", "Use gzip, or leave Content-Encoding out.", false},
	"refused unknown_path":     {"Requests come to a path that does not exist.", "Events go to /v1/batch, /v1/track and their like. Most often the host in the settings has a path at its end.", false},
	"refused wrong_method":     {"Requests come with another method than POST.", "Send events with POST. A webhook destination may also use PUT or PATCH.", false},
	"refused bad_gzip":         {"Requests say that they are gzip, and are not.", "Leave Content-Encoding out, or compress the body.", false},
	"refused not_an_event":     {"Webhook deliveries are no Segment messages.", "Let the mapping send the whole event. A message has type, and userId or anonymousId.", false},
	"refused unavailable":      {"Events could not be stored for a moment. Their senders were asked to send them again.", "The server's log says why.", false},

	"refused unproved":       {"Pages say that they are a user, and show no token that proves it, so they are refused.", "Pass identityToken to init, or token to identify, made for whoever is signed in. A token of another user proves nothing.", false},
	"refused token_expired":  {"Identity tokens have expired, so they prove nothing.", "Let your server make one for each page load, and give a new one to usercall.identify on a page that stays open.", false},
	"refused token_key":      {"Identity tokens are not signed with a key of this project, so they prove nothing.", "Take the secret and its kid from Settings, Signed identity. With a key set, publish a key before you sign with it. Somebody may also be making tokens up.", false},
	"refused token_early":    {"Identity tokens are from the future, so they prove nothing.", "Let the server that makes them set its clock by itself (NTP).", false},
	"refused token_audience": {"Identity tokens are for something else, so they prove nothing.", "Put this project's id, which begins with prj_, into aud.", false},
	"refused token_form":     {"Identity tokens are not as they have to be, so they prove nothing.", "They need kid, sub, aud, iat and exp, at most 24 hours apart. The server's log says what is wrong.", false},

	"dropped not_an_event": {"Parts of webhook deliveries are no Segment messages.", "Let the mapping send the whole event. A message has type, and userId or anonymousId.", false},
	"dropped no_type":      {"Messages have no type that Segment knows.", "A message has type: track, identify, page, screen, group or alias.", false},
	"dropped no_identity":  {"Messages have neither a userId nor an anonymousId.", "Add one of them where the event is made. An alias needs previousId and userId.", false},
	"dropped no_event":     {"Track messages have no name.", "Give track its event: analytics.track(\"Order Completed\").", false},
	"dropped too_large":    {"Messages have more than 32 KiB.", "Leave long texts and lists out of the properties.", false},
	"dropped not_object":   {"Parts of a batch are no objects.", "Each element of batch is a Segment message.", false},
	"dropped bad_id":       {"Messages have an id or a name of more than 512 bytes.", "Look at what is put into userId, anonymousId and event.", false},
	"dropped integrations": {"Messages were not meant for usercall, as their integrations say.", "Their sender set All or Usercall to false. If that is wrong, set integrations.Usercall to true.", true},
	"dropped consent":      {"Messages of people who did not consent to the category of this project were left out.", "Nothing is to do, if that is what they chose.", true},
	"dropped own_event":    {"Events that usercall itself sent to Segment came back, and were ignored.", "Nothing is to do: they may not invite anybody again.", true},

	"skewed ahead":  {"The clocks of some senders are more than 5 minutes ahead.", "Their events' times were corrected. On a server of yours, let it set its clock by itself (NTP).", true},
	"skewed behind": {"The clocks of some senders are more than 5 minutes behind, or their messages wait long before they are sent.", "Their events' times were corrected. On a server of yours, let it set its clock by itself (NTP).", true},
	"duplicate ":    {"The same message came again, or by two ways. It was counted once.", "Nothing is to do.", true},
}

func (c joined) trouble(hints []KeyHint) (Trouble, bool) {
	if c.Kind == "accepted" {
		return Trouble{}, false
	}
	s, known := causes[c.Kind+" "+c.Why]
	switch {
	case c.Kind == "refused" && c.Why == "unknown_key":
		s = said{unknownKey(c.Key), keyRemedy(c.Key, hints), false}
	case !known && c.Kind == "refused":
		s = said{"Requests are refused: " + plain(c.Why) + ".", "The answer to the request says what to do.", false}
	case !known:
		s = said{"Messages are left out: " + plain(c.Why) + ".", "Segment's debugger shows them as they were sent.", false}
	}
	t := Trouble{Words: s.words, Remedy: s.remedy, Info: s.info, N: c.N, Last: c.Last, From: c.from, Names: c.Names}
	if c.Key != "other" {
		t.Key = c.Key
	}
	return t, true
}

func plain(word string) string { return strings.ReplaceAll(word, "_", " ") }

func unknownKey(key string) string {
	if key == "" || key == "other" {
		return "Requests come with keys that no project has."
	}
	return "Requests come with a key that no project has."
}

const apiKey = "API key"

// alike tells whether two beginnings of keys agree, where they are long enough
// for that to mean something.
func alike(a, b string) bool {
	n := min(len(a), len(b))
	return n >= 6 && a[:n] == b[:n]
}

// keyRemedy guesses what a key that nobody has was meant to be.
func keyRemedy(key string, hints []KeyHint) string {
	for _, h := range hints {
		if !alike(key, h.Prefix) {
			continue
		}
		if h.Kind == apiKey {
			return fmt.Sprintf("Did you mean the write key? It begins like the API key of %s, which only reads. Use the key that begins with wk_, and replace the API key: it was sent to where it does not belong.", h.Project)
		}
		return fmt.Sprintf("It begins like the %s of %s. Copy the whole key again; if it was replaced, use the new one.", h.Kind, h.Project)
	}
	switch {
	case strings.HasPrefix(key, "prj_"):
		return "Did you mean the write key? This is a project id, which only the SDK takes. Segment's libraries want the key that begins with wk_."
	case strings.HasPrefix(key, "uc_"):
		return "Did you mean the write key? This is an API key, which only reads. Use the key that begins with wk_, and replace the API key: it was sent to where it does not belong."
	case strings.HasPrefix(key, "sk_"):
		return "It looks like a server key that was revoked or mistyped. Copy the current one, or use the write key, which begins with wk_."
	case strings.HasPrefix(key, "wk_"):
		return "It looks like a write key of another installation, or of a project that is gone. Copy the one from the code below."
	}
	return "It does not look like a key of usercall. If it is the write key of a source in Segment, put the one from the code below in its place."
}
