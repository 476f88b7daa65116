package ingest

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	jsonx "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Kinds is which types of JSON stood at a path.
type Kinds uint8

const (
	Texts Kinds = 1 << iota
	Numbers
	Booleans
	Objects
	Lists
	Nulls
	Withheld // some value was not kept: it could be personal
)

var kindWords = []struct {
	kind Kinds
	word string
}{{Texts, "text"}, {Numbers, "number"}, {Booleans, "true or false"}, {Lists, "list"}, {Objects, "object"}, {Nulls, "null"}}

// Words is the types as one reads them.
func (k Kinds) Words() (all []string) {
	for _, w := range kindWords {
		if k&w.kind != 0 {
			all = append(all, w.word)
		}
	}
	return all
}

// lenient reads what was accepted before: the last of two equal names counts.
var lenient = jsonx.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

const (
	maxLevels = 3   // of a path below properties or traits
	maxFound  = 200 // paths of one message
)

// walk adds the paths below an object to found.
func walk(found map[string]PathSeen, root string, raw jsontext.Value) {
	if len(raw) > 0 {
		descend(found, root, raw, 1, false)
	}
}

func descend(found map[string]PathSeen, at string, raw jsontext.Value, level int, private bool) {
	fields := map[string]jsontext.Value{}
	if jsonx.Unmarshal(raw, &fields, lenient) != nil {
		return
	}
	for name, v := range fields {
		if len(found) >= maxFound {
			return
		}
		private := private || personal(name)
		path := at + step(name)
		found[path] = found[path].plus(look(v, private))
		if v.Kind() == '{' && level < maxLevels {
			descend(found, path, v, level+1, private)
		}
	}
}

// step is a name of a path as a study file spells it.
func step(name string) string {
	name = clean(name)
	if variable(name) {
		return ".*"
	}
	if name == "" || strings.ContainsAny(name, `.[]"`) {
		quoted, _ := json.Marshal(name) // a string always marshals
		return "[" + string(quoted) + "]"
	}
	return "." + name
}

var (
	digits  = regexp.MustCompile(`[0-9]{6}`)
	address = regexp.MustCompile(`(?i)[@＠]|%40|\(at\)|\[at\]|mailto:|//`)
)

// variable tells whether a key is a value itself, such as somebody's id: it
// must neither be shown nor fill the catalogue.
func variable(name string) bool {
	return address.MatchString(name) || numbered(name) || utf8.RuneCountInString(name) > maxKeyLength ||
		name != "" && strings.Trim(name, "0123456789") == ""
}

// look is what is seen of one value.
func look(v jsontext.Value, private bool) PathSeen {
	seen := PathSeen{N: 1}
	switch v.Kind() {
	case '"':
		seen.Kinds = Texts
		seen.keep(v, !private && harmless(text(v)))
	case '0':
		seen.Kinds = Numbers
		seen.keep(v, !private && len(v) <= 12 && !digits.Match(v))
	case 't', 'f':
		seen.Kinds = Booleans
		seen.keep(v, true)
	case '{':
		seen.Kinds = Objects
	case '[':
		seen.Kinds = Lists
	default:
		seen.Kinds = Nulls
	}
	return seen
}

func (p *PathSeen) keep(v jsontext.Value, may bool) {
	if !may {
		p.Kinds |= Withheld
		return
	}
	p.Values = map[string]bool{string(v): true}
}

// harmless tells whether a text reads like one of a few words, and not like
// something of a person.
func harmless(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxKeyLength && !strings.ContainsAny(s, "\x00\uFFFD\n\r") &&
		!address.MatchString(s) && !numbered(s) && !made(s)
}

// numbered tells whether a text has the number of a phone, a card or a date in it.
func numbered(s string) bool { return digits.MatchString(strings.Map(closeUp, s)) }

// closeUp leaves out what stands between the digits of a number, and makes those
// of every script alike.
func closeUp(r rune) rune {
	switch {
	case unicode.IsDigit(r):
		return '0'
	case unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) || strings.ContainsRune("+./()_:\u2212", r):
		return -1
	}
	return r
}

// made tells whether a text reads like an id that a machine made, which goes from
// letters to digits and back again and again.
func made(s string) bool {
	switches, digit := 0, false
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if is := unicode.IsDigit(r); is != digit && i > 0 {
			switches++
		}
		digit = unicode.IsDigit(r)
	}
	return switches >= 6
}

// inNames are pieces, and words whole words, of keys whose values could be
// personal.
var (
	inNames = []string{"name", "mail", "phone", "address", "street", "password", "passwd", "secret", "token", "birth", "gender",
		"comment", "message", "feedback", "description", "search", "query", "latitude", "longitude", "session", "cookie", "credit"}
	words = map[string]bool{"city": true, "zip": true, "postal": true, "postcode": true, "dob": true, "age": true, "sex": true, "ip": true, "tel": true,
		"mobile": true, "fax": true, "lat": true, "lng": true, "lon": true, "ssn": true, "iban": true, "bic": true, "card": true, "tax": true, "pin": true,
		"key": true, "auth": true, "user": true, "users": true, "customer": true, "person": true, "member": true, "contact": true, "owner": true,
		"author": true, "login": true, "text": true, "note": true, "notes": true, "answer": true, "url": true, "uri": true, "href": true, "referrer": true,
		"link": true, "title": true, "employer": true, "diagnosis": true, "religion": true, "salary": true, "avatar": true, "signature": true, "uuid": true,
		"guid": true, "hash": true, "company": true}
)

// personal tells whether a key smells of personal data.
func personal(key string) bool {
	lower := strings.ToLower(key)
	for _, piece := range inNames {
		if strings.Contains(lower, piece) {
			return true
		}
	}
	for _, w := range keyWords(key) {
		if words[w] {
			return true
		}
	}
	return false
}

// keyWords divides a key: userId and user_id are user, id.
func keyWords(key string) []string {
	var b strings.Builder
	var last rune
	for _, r := range key {
		if unicode.IsUpper(r) && unicode.IsLower(last) || !unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		if unicode.IsLetter(r) {
			b.WriteRune(unicode.ToLower(r))
		}
		last = r
	}
	return strings.Fields(b.String())
}

// library is what an event's context says of what sent it.
func library(context []byte) string {
	var c struct {
		Library struct {
			Name    jsontext.Value `json:"name"`
			Version jsontext.Value `json:"version"`
		} `json:"library"`
	}
	if len(context) == 0 || jsonx.Unmarshal(context, &c, lenient) != nil {
		return ""
	}
	name, version := text(c.Library.Name), text(c.Library.Version)
	if v, next := strings.CutPrefix(strings.TrimPrefix(version, "npm:"), "next-"); next {
		name, version = "analytics-next", v // its own name for itself is that of its predecessor
	}
	return startOf(strings.TrimSpace(name+" "+version), 60)
}
