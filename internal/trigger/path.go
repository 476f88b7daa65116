package trigger

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Root is where a path of a condition begins.
type Root string

const (
	RootProperties Root = "properties"
	RootTraits     Root = "traits"
	RootContext    Root = "context"
	RootEmail      Root = "email" // the trait email; it has nothing below it
	RootGroup      Root = "group" // the traits of the person's group
)

// WhereRoots is what the where of an event sees; WhoRoots is what who, and the
// where of a quota, see.
var (
	WhereRoots = []Root{RootProperties, RootTraits, RootContext}
	WhoRoots   = []Root{RootTraits, RootEmail, RootGroup}
)

// Path leads to a value: a root and the names under it.
type Path struct {
	Root  Root
	Names []string
}

// trail is a path in one comparable piece: many rules look at few paths, so
// compiled conditions share them.
type trail struct {
	root  Root
	names string // between them stands what no text has in it
}

const between = "\xff" // never a byte of UTF-8

func (p Path) trail() trail { return trail{p.Root, strings.Join(p.Names, between)} }

func (t trail) path() Path {
	if t.root == RootEmail {
		return Path{Root: RootEmail}
	}
	return Path{t.root, strings.Split(t.names, between)}
}

const (
	maxPath  = 500
	maxNames = 20
)

// parsePath reads properties.a.b and properties["a.b"].
func parsePath(s string) (Path, error) {
	if len(s) > maxPath {
		return Path{}, fmt.Errorf("%s is longer than %d characters", quoted(s), maxPath)
	}
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		end = len(s)
	}
	p, rest := Path{Root: Root(s[:end])}, s[end:]
	for rest != "" {
		var one string
		var err error
		if one, rest, err = nextName(rest); err != nil {
			return Path{}, fmt.Errorf("%s is no path: %w", quoted(s), err)
		}
		p.Names = append(p.Names, one)
	}
	if len(p.Names) > maxNames {
		return Path{}, fmt.Errorf("%s has more than %d parts", quoted(s), maxNames)
	}
	return p, nil
}

func nextName(s string) (one, rest string, err error) {
	if s[0] == '[' {
		return bracketed(s)
	}
	if s[0] != '.' {
		return "", "", errors.New("after ] comes a dot, another [ or nothing")
	}
	s = s[1:]
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return "", "", errors.New("a name is missing")
	}
	if i := strings.IndexAny(s[:end], `]"`); i >= 0 {
		return "", "", errors.New(`a name with a dot, a bracket or a quote is written ["a.b"]`)
	}
	return s[:end], s[end:], nil
}

// bracketed reads ["a.b"], and [0] as another spelling of .0.
func bracketed(s string) (one, rest string, err error) {
	if end := strings.IndexByte(s, ']'); end > 1 && isIndex(s[1:end]) {
		return s[1:end], s[end+1:], nil
	}
	dec := json.NewDecoder(strings.NewReader(s[1:]))
	token, err := dec.Token()
	one, isText := token.(string)
	if err != nil || !isText {
		return "", "", errors.New(`between [ and ] stands a name in double quotes, as in ["a.b"]`)
	}
	rest, closed := strings.CutPrefix(s[1+dec.InputOffset():], "]")
	if !closed {
		return "", "", errors.New("a [ is not closed by ]")
	}
	return one, rest, nil
}

// isIndex tells whether a name can also be a place in an array.
func isIndex(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && strconv.Itoa(n) == s
}

// check tells what is wrong with a path where only those roots can be seen.
func (p Path) check(roots []Root) error {
	known := make([]string, len(roots))
	for i, r := range roots {
		known[i] = string(r)
	}
	switch {
	case !slices.Contains(roots, p.Root):
		return fmt.Errorf("%s cannot be looked at here, only %s%s", quoted(string(p.Root)), listed(known, "and"), meant(string(p.Root), known))
	case p.Root == RootEmail && len(p.Names) > 0:
		return errors.New("email has nothing below it")
	case p.Root != RootEmail && len(p.Names) == 0:
		return fmt.Errorf("%s needs a name, as in %s.plan", p.Root, p.Root)
	}
	return nil
}

// String is the path as a study file writes it.
func (p Path) String() string { return string(p.Root) + joinNames(p.Names) }

func joinNames(names []string) string {
	var b strings.Builder
	for _, n := range names {
		if n == "" || strings.ContainsAny(n, `.[]"`) {
			b.WriteString("[" + jsonText(n) + "]")
			continue
		}
		b.WriteString("." + n)
	}
	return b.String()
}

// jsonText is s as a string of JSON, with < > & as they are.
func jsonText(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil { // a string always encodes
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// meant is the end of a message about a word that nobody knows.
func meant(s string, known []string) string {
	if n := nearest(s, known); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}
