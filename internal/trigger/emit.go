package trigger

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// lineWidth is how wide a line may be before a map or list is written a line an
// entry.
const lineWidth = 100

// emit writes a tree as YAML: what fits on a line in braces, the rest below.
func emit(top *node) []byte {
	e := &emitter{}
	e.entries(top, 0)
	return e.Bytes()
}

type emitter struct{ bytes.Buffer }

func (e *emitter) entries(n *node, indent int) {
	for i, key := range n.names {
		if i > 0 || indent == 0 { // in a list the first stands beside its dash
			e.WriteString(strings.Repeat(" ", indent))
		}
		e.WriteString(scalar(key.text, true) + ":")
		e.below(n.items[i], indent, indent+utf8.RuneCountInString(key.text)+2)
	}
}

// below writes the value of a key or list entry that begins at a column.
func (e *emitter) below(v *node, indent, column int) {
	if short := v.flow(); indent > 0 && column+utf8.RuneCountInString(short) <= lineWidth || !v.nests() {
		e.WriteString(" " + short + "\n")
		return
	}
	e.WriteString("\n")
	indent += 2
	if v.kind == object {
		e.WriteString(strings.Repeat(" ", indent))
		e.entries(v, indent)
		return
	}
	for _, item := range v.items {
		e.WriteString(strings.Repeat(" ", indent) + "-")
		if item.kind == object && len(item.items) > 0 && utf8.RuneCountInString(item.flow()) > lineWidth-indent {
			e.WriteString(" ")
			e.entries(item, indent+2)
			continue
		}
		e.below(item, indent, indent+2)
	}
}

func (n *node) nests() bool { return (n.kind == object || n.kind == list) && len(n.items) > 0 }

// flow is a value on one line.
func (n *node) flow() string {
	parts := make([]string, len(n.items))
	for i, item := range n.items {
		parts[i] = item.flow()
		if n.kind == object {
			parts[i] = scalar(n.names[i].text, true) + ": " + parts[i]
		}
	}
	switch inner := strings.Join(parts, ", "); {
	case n.kind == object && inner == "":
		return "{}"
	case n.kind == object:
		return "{ " + inner + " }"
	case n.kind == list:
		return "[" + inner + "]"
	case n.kind == text:
		return scalar(n.text, false)
	}
	return n.text
}

var (
	plainForm = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*$`)
	shareForm = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?%$`)
	spanForm  = regexp.MustCompile(`^([0-9]+[smhdw])+$`)
	// Words that are no texts to readers of YAML 1.1.
	loaded = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// scalar is a text as YAML reads it back: plain where no reader could take it
// for something else, in double quotes otherwise.
func scalar(s string, isKey bool) string {
	if isKey && s == "on" {
		return s
	}
	plain := plainForm.MatchString(s) || shareForm.MatchString(s) || spanForm.MatchString(s)
	if plain && !loaded.MatchString(s) && len(s) < lineWidth {
		return s
	}
	return doubleQuoted(s)
}

func doubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c < 0x20 || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029 || c == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, c)
		case c == 0xfffe || c == 0xffff:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
