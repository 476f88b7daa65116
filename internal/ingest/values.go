package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/usercall/usercall/internal/research"
)

// text is a JSON string's value, "" for anything else.
func text(v raw) string {
	if len(v) < 2 || v[0] != '"' {
		return ""
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1])
	}
	b, _ := jsontext.AppendUnquote(nil, v) // what it may mind is a lone surrogate, which becomes U+FFFD
	return string(b)
}

// eventType is the type that a message claims.
func eventType(v raw) research.EventType {
	for _, t := range [...]research.EventType{research.Track, research.Page, research.Identify, research.Screen, research.Group, research.Alias} {
		if len(v) == len(t)+2 && string(v[1:len(v)-1]) == string(t) {
			return t
		}
	}
	return research.EventType(text(v))
}

// id is a string or a number as a string; null, absence and anything else are "".
func id(v raw) string {
	if len(v) > 0 && (v[0] == '-' || v[0] >= '0' && v[0] <= '9') {
		return string(v)
	}
	return clean(text(v))
}

// clean replaces the one character that PostgreSQL cannot hold in a text.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", "\uFFFD")
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// messageID is the id a message brought, else one of ours.
func messageID(m *message, o *Origin) string {
	if own := cut(id(m.field[fMessageID]), maxMessageID); own != "" {
		return own
	}
	if !o.HashIDs {
		return o.NewID()
	}
	sum := sha256.Sum256(m.all)
	return "hash-" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// identityToken is the token that the SDK or the customer's page put into the
// context. One longer than any token is none.
func identityToken(v raw) string {
	if len(v) > maxToken+2 {
		return ""
	}
	return text(v)
}

// object is a JSON object as it came, nil for anything else.
func object(v raw) json.RawMessage {
	if len(v) == 0 || v[0] != '{' {
		return nil
	}
	return json.RawMessage(v)
}

// under lays an event's own context over the batch's, by top-level key.
func under(own, batch json.RawMessage) json.RawMessage {
	switch {
	case batch == nil:
		return own
	case own == nil:
		return batch
	}
	taken := map[string]bool{}
	each(raw(own), func(name string, _ raw) { taken[name] = true })
	if len(taken) == 0 {
		return batch
	}
	out := append(make([]byte, 0, len(own)+len(batch)), '{')
	if out = members(out, raw(batch), func(name string) bool { return !taken[name] }); len(out) > 1 {
		out = append(out, ',')
	}
	return append(out, own[1:]...)
}

// without is a context as it came, but for the address of the person's machine
// and the identity token: neither is ours to keep.
func without(context raw, seen contextNote) json.RawMessage {
	if !seen.secret {
		return object(context)
	}
	out := append(make([]byte, 0, len(context)), '{')
	out = members(out, context, func(name string) bool { return name != "ip" && name != "usercallToken" })
	return append(out, '}')
}

// members appends the members of an object that keep allows, with commas
// between them; names and values stay as they came.
func members(out []byte, v raw, keep func(name string) bool) []byte {
	s, begin := scanner{b: v}, len(out)
	s.object(func(s *scanner, name []byte) {
		value := s.value()
		if s.bad || !keep(string(plainName(name))) {
			return
		}
		if len(out) > begin {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), value...)
	})
	return out
}

// claimed is when the sender says that it happened, zero where it does not say.
// What was corrected before is in timestamp, and the uncorrected time beside it.
func (m *message) claimed(o *Origin) time.Time {
	first, second := m.field[fOriginal], m.field[fTimestamp]
	if o.Final {
		first, second = second, first
	}
	t, ok := instant(first)
	if !ok {
		t, _ = instant(second)
	}
	return t
}

// correct is the time of an event, segment.md §3: the time the client claims,
// moved by how wrong its clock was when it sent, never after the receipt.
func correct(claimed, sent time.Time, o Origin) time.Time {
	received := o.ReceivedAt.Truncate(time.Millisecond)
	if claimed.IsZero() {
		return received
	}
	if !sent.IsZero() && !o.Final {
		claimed = received.Add(claimed.Sub(sent))
	}
	if claimed.After(received) {
		return received
	}
	return claimed.UTC().Truncate(time.Millisecond)
}

// earliest bounds what a stored time can be: a client may claim the year 1.
var earliest = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)

// instant reads a time; the zero time and false stand for none.
func instant(v raw) (time.Time, bool) {
	if len(v) == 0 || len(v) > 42 || v[0] != '"' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text(v))
	if err != nil || !t.After(earliest) {
		return time.Time{}, false
	}
	return t, true
}
