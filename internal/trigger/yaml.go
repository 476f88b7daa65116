package trigger

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// readYAML reads one YAML document. Plain scalars are resolved by YAML 1.2's
// core schema here, not by the library, which still knows some of 1.1's.
func readYAML(src []byte) (*node, *Problem) {
	loader, err := yaml.NewLoader(bytes.NewReader(src))
	if err != nil {
		return nil, yamlProblem(err)
	}
	var doc, second yaml.Node
	if err := loader.Load(&doc); err != nil {
		return nil, yamlProblem(err)
	}
	if err := loader.Load(&second); err == nil {
		return nil, &Problem{Line: second.Line, Message: "a second document: a study file holds one"}
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlProblem(err)
	}
	if len(doc.Content) != 1 {
		return nil, &Problem{Line: 1, Message: "the file is empty"}
	}
	return (&budget{}).yaml(doc.Content[0], 1)
}

// The library's own words: "go-yaml load error in parser (…) at L1.C4-L2.C2: …".
var yamlError = regexp.MustCompile(`^.* at L(\d+)\.C\d+(?:-(?:L(\d+)\.)?C\d+)?: (.*)$`)

// yamlProblem says what the library says, with its line where ours stand.
func yamlProblem(err error) *Problem {
	if errors.Is(err, io.EOF) {
		return &Problem{Line: 1, Message: "the file is empty"}
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	p := &Problem{Message: "this is no YAML: " + message}
	if m := yamlError.FindStringSubmatch(message); m != nil {
		p.Line, _ = strconv.Atoi(orElse(m[2], m[1]))
		p.Message = "this is no YAML: " + m[3]
	}
	return p
}

func (b *budget) yaml(n *yaml.Node, depth int) (*node, *Problem) {
	if p := b.take(n.Line, depth); p != nil {
		return nil, p
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return nil, &Problem{Line: n.Line, Message: "anchors (&) and aliases (*) have no place in a study file: write the value out"}
	}
	if n.Style&yaml.TaggedStyle != 0 {
		return nil, &Problem{Line: n.Line, Message: "tags (!) have no place in a study file: quote a text to keep it one"}
	}
	switch n.Kind {
	case yaml.MappingNode:
		return b.yamlObject(n, depth)
	case yaml.SequenceNode:
		return b.yamlList(n, depth)
	}
	return yamlScalar(n)
}

func (b *budget) yamlObject(n *yaml.Node, depth int) (*node, *Problem) {
	out := &node{line: n.Line, kind: object}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" {
			return nil, &Problem{Line: key.Line, Message: "a key has to be a single word or text"}
		}
		v, p := b.yaml(n.Content[i+1], depth+1)
		if p != nil {
			return nil, p
		}
		out.names = append(out.names, name{key.Value, key.Line})
		out.items = append(out.items, v)
	}
	return out, nil
}

func (b *budget) yamlList(n *yaml.Node, depth int) (*node, *Problem) {
	out := &node{line: n.Line, kind: list}
	for _, c := range n.Content {
		v, p := b.yaml(c, depth+1)
		if p != nil {
			return nil, p
		}
		out.items = append(out.items, v)
	}
	return out, nil
}

func yamlScalar(n *yaml.Node) (*node, *Problem) {
	out := &node{line: n.Line, kind: text, text: n.Value}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return out, nil
	}
	k, value, ok := resolve(n.Value)
	if !ok {
		return nil, &Problem{Line: n.Line, Message: quoted(n.Value) + " is a number that JSON cannot hold; quote it if it is a text"}
	}
	out.kind, out.text = k, value
	return out, nil
}

var (
	yamlInt   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	yamlFloat = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	yamlBase  = regexp.MustCompile(`^0(o[0-7]+|x[0-9a-fA-F]+)$`)
	yamlNaN   = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// resolve is the core schema of YAML 1.2 (§10.3.2) on a plain scalar; numbers
// come out as JSON writes them. It is not ok for infinities and the like.
func resolve(s string) (k kind, value string, ok bool) {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return missing, "", true
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return boolean, strings.ToLower(s), true
	}
	switch {
	case yamlNaN.MatchString(s):
		return missing, "", false
	case yamlBase.MatchString(s):
		return baseNumber(s)
	case yamlInt.MatchString(s), yamlFloat.MatchString(s):
		return number, jsonNumber(s), true
	}
	return text, s, true
}

func baseNumber(s string) (kind, string, bool) {
	if len(s) > 64 { // converting is quadratic
		return missing, "", false
	}
	n, ok := new(big.Int).SetString(s, 0)
	if !ok {
		return missing, "", false
	}
	return number, n.String(), true
}

// jsonNumber rewrites a YAML number as JSON: no plus, no leading zeros, digits
// on both sides of the point.
func jsonNumber(s string) string {
	sign := ""
	if s[0] == '-' || s[0] == '+' {
		sign, s = strings.Trim(s[:1], "+"), s[1:]
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], "e"+s[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction + exponent
}
