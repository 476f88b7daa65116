package trigger

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// value is a piece of raw JSON that a path led to. Its string or number is
// decoded only when a test asks.
type value struct {
	kind kind
	raw  []byte
}

func valueOf(raw []byte) value {
	raw = skipSpace(raw)
	if len(raw) == 0 {
		return value{}
	}
	switch raw[0] {
	case '"':
		return value{text, raw}
	case '{':
		return value{object, raw}
	case '[':
		return value{list, raw}
	case 't', 'f':
		return value{boolean, raw}
	case 'n':
		return value{}
	}
	return value{number, raw}
}

// string is the text of a value of kind text.
func (v value) string() string { return unquote(v.raw) }

// isText tells whether a value of kind text is that text.
func (v value) isText(s string) bool {
	if inner, ok := plainText(v.raw); ok {
		return string(inner) == s
	}
	return v.string() == s
}

func unquote(raw []byte) string {
	if inner, ok := plainText(raw); ok {
		return string(inner)
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// plainText is what stands between the quotes, where that is the text itself.
func plainText(raw []byte) ([]byte, bool) {
	inner := raw[1:max(1, len(raw)-1)]
	return inner, bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner)
}

// find follows names into raw JSON without decoding what lies beside the way.
// Of a key that stands twice the last one counts, as in encoding/json. A number
// is a place in an array, and a key in an object.
func find(raw []byte, names string) value {
	for more := true; more; {
		var n string
		n, names, more = strings.Cut(names, between)
		switch v := valueOf(raw); v.kind {
		case object:
			raw = member(v.raw, n)
		case list:
			raw = element(v.raw, n)
		default:
			return value{}
		}
	}
	return valueOf(raw)
}

const jsonSpace = " \t\r\n"

// member is the value of a key in an object, nil where there is none.
func member(raw []byte, key string) (found []byte) {
	members(raw, func(this, v []byte) bool {
		if isKey(this, key) {
			found = v
		}
		return true
	})
	return found
}

// members gives each key of an object, in its quotes, and its value, until
// yield has had enough.
func members(raw []byte, yield func(key, value []byte) bool) {
	rest := skipSpace(raw[1:])
	for len(rest) > 0 && rest[0] == '"' {
		n := textEnd(rest)
		key := rest[:n]
		rest = skipSpace(rest[n:])
		if len(rest) == 0 || rest[0] != ':' {
			return
		}
		rest = skipSpace(rest[1:])
		end := valueEnd(rest)
		if !yield(key, rest[:end]) {
			return
		}
		rest = skipComma(rest[end:])
	}
}

func isKey(raw []byte, key string) bool {
	if len(raw) == len(key)+2 && string(raw[1:len(raw)-1]) == key {
		return bytes.IndexByte(raw, '\\') < 0
	}
	return len(raw) > len(key)+2 && bytes.IndexByte(raw, '\\') >= 0 && unquote(raw) == key
}

// element is one place of an array, nil where it has no such place.
func element(raw []byte, index string) (found []byte) {
	if !isIndex(index) {
		return nil
	}
	wanted, _ := strconv.Atoi(index)
	at := 0
	elements(raw, func(e []byte) bool {
		if at == wanted {
			found = e
		}
		at++
		return found == nil
	})
	return found
}

// elements gives each element of an array until yield has had enough.
func elements(raw []byte, yield func([]byte) bool) {
	rest := skipSpace(raw[1:])
	for len(rest) > 0 && rest[0] != ']' {
		end := valueEnd(rest)
		if end == 0 || !yield(rest[:end]) {
			return
		}
		rest = skipComma(rest[end:])
	}
}

func skipSpace(b []byte) []byte {
	i := 0
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return b[i:]
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func skipComma(b []byte) []byte {
	b = skipSpace(b)
	if len(b) > 0 && b[0] == ',' {
		b = skipSpace(b[1:])
	}
	return b
}

// valueEnd is the length of the value that b begins with.
func valueEnd(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case '"':
		return textEnd(b)
	case '{', '[':
		return nestedEnd(b)
	}
	i := 0
	for i < len(b) && b[i] != ',' && b[i] != ']' && b[i] != '}' && !isSpace(b[i]) {
		i++
	}
	return i
}

// textEnd jumps from quote to quote; one with an odd number of backslashes
// before it is part of the text.
func textEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return len(b)
		}
		i += n
		escapes := 0
		for b[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
	return len(b)
}

func nestedEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += textEnd(b[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(b)
}
