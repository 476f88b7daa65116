package ingest

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	jsonx "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// text is a JSON string's value, "" for anything else.
func text(v jsontext.Value) string {
	if len(v) == 0 || v.Kind() != '"' {
		return ""
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return ""
	}
	return string(b)
}

// id is a string or a number as a string; null, absence and anything else are "".
func id(v jsontext.Value) string {
	if len(v) > 0 && v.Kind() == '0' {
		return string(v)
	}
	return clean(text(v))
}

// clean replaces the one character that PostgreSQL cannot hold in a text.
func clean(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }

// cut keeps the first n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// object is a JSON object as it came, nil for anything else.
func object(v jsontext.Value) json.RawMessage {
	if len(v) == 0 || v.Kind() != '{' {
		return nil
	}
	return json.RawMessage(v)
}

// under lays an event's own context over the batch's, by top-level key.
func under(own, batch jsontext.Value) jsontext.Value {
	if len(batch) == 0 || batch.Kind() != '{' {
		return own
	}
	if len(own) == 0 || own.Kind() != '{' {
		return batch
	}
	merged := map[string]jsontext.Value{}
	if jsonx.Unmarshal(batch, &merged, options) != nil || jsonx.Unmarshal(own, &merged, options) != nil {
		return own
	}
	out, err := jsonx.Marshal(merged, jsonx.Deterministic(true), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil {
		return own
	}
	return out
}

// withoutIP drops the address of the person's machine, and the SDK's identity
// token: neither is ours to keep.
func withoutIP(context json.RawMessage) json.RawMessage {
	if !strings.Contains(string(context), `"ip"`) && !strings.Contains(string(context), `"usercallToken"`) {
		return context
	}
	fields := map[string]jsontext.Value{}
	if jsonx.Unmarshal(context, &fields, options) != nil {
		return nil
	}
	delete(fields, "ip")
	delete(fields, "usercallToken")
	out, err := jsonx.Marshal(fields, jsonx.Deterministic(true), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil {
		return nil
	}
	return out
}

// clock is what a request says of its sender's clock.
type clock struct{ sentAt jsontext.Value }

// correct is the time of an event, segment.md §3: the time the client claims,
// moved by how wrong its clock was when it sent, never after the receipt. skew
// is how far that clock was ahead.
func (c clock) correct(w wire, received time.Time) (at time.Time, skew time.Duration) {
	received = received.Truncate(time.Millisecond)
	sent, known := instant(c.sentAt)
	if known {
		skew = sent.Sub(received)
	}
	claimed, ok := instant(w.Original)
	if !ok {
		claimed, ok = instant(w.Timestamp)
	}
	if !ok {
		return received, skew
	}
	if known {
		claimed = received.Add(claimed.Sub(sent))
	}
	if claimed.After(received) {
		return received, skew
	}
	return claimed.UTC().Truncate(time.Millisecond), skew
}

// earliest bounds what a stored time can be: a client may claim the year 1.
var earliest = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)

func instant(v jsontext.Value) (time.Time, bool) {
	s := text(v)
	if s == "" || len(s) > 40 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil && t.After(earliest)
}
