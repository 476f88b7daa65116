package provider

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// number is a number that some servers write as a string, or not at all.
type number struct {
	value float64
	known bool
}

func (n *number) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `" `)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil // null, "", true: it is not said
	}
	n.value, n.known = f, true
	return nil
}

// list is an array of which some servers make null, or something else.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	var items []json.RawMessage
	if json.Unmarshal(b, &items) != nil {
		return nil
	}
	for _, raw := range items {
		var item T
		if json.Unmarshal(raw, &item) == nil {
			*l = append(*l, item)
		}
	}
	return nil
}

// text is a string, or nothing.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
	}
	return nil
}

// written is a transcript as servers write it.
type written struct {
	Text     text          `json:"text"`
	Language text          `json:"language"`
	Words    list[spoken]  `json:"words"`
	Segments list[stretch] `json:"segments"`
}

type spoken struct {
	Word  text   `json:"word"`
	Text  text   `json:"text"` // of some servers
	Start number `json:"start"`
	End   number `json:"end"`
}

type stretch struct {
	Text     text         `json:"text"`
	Start    number       `json:"start"`
	End      number       `json:"end"`
	NoSpeech number       `json:"no_speech_prob"`
	Words    list[spoken] `json:"words"`
}

// decodeTranscript reads what a server answered about a recording of this
// length; false where it is no transcript.
func decodeTranscript(body []byte, length time.Duration) (Transcript, bool) {
	var has struct {
		Text json.RawMessage `json:"text"`
	}
	var w written
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("[")) { // a list of one
		var all []json.RawMessage
		if json.Unmarshal(body, &all) != nil || len(all) != 1 {
			return Transcript{}, false
		}
		body = all[0]
	}
	if json.Unmarshal(body, &has) != nil || json.Unmarshal(body, &w) != nil {
		return Transcript{}, false
	}
	if has.Text == nil && w.Segments == nil {
		return Transcript{}, false
	}
	return w.transcript(length), true
}

func (w *written) transcript(length time.Duration) Transcript {
	t := Transcript{Text: clean(string(w.Text)), Language: clean(string(w.Language)), NoSpeech: -1}
	words := w.Words
	for _, s := range w.Segments {
		seg := Segment{Text: clean(string(s.Text)), NoSpeech: -1}
		if p := s.NoSpeech; p.known && p.value >= 0 && p.value <= 1 {
			seg.NoSpeech = p.value
			t.NoSpeech = max(t.NoSpeech, p.value)
		}
		t.Segments = append(t.Segments, seg)
		if len(w.Words) == 0 {
			words = append(words, s.Words...)
		}
	}
	if t.Text == "" {
		t.Text = joined(t.Segments)
	}
	w.times(&t, words, length)
	return t
}

func joined(segments []Segment) string {
	var all []string
	for _, s := range segments {
		all = append(all, s.Text)
	}
	return clean(strings.Join(all, " "))
}

// times adds the times, if those of the server make sense.
func (w *written) times(t *Transcript, words []spoken, length time.Duration) {
	if unit, ok := unitOf(segmentEnds(w.Segments), length); ok {
		for i, s := range w.Segments {
			t.Segments[i].Start, t.Segments[i].End = span(s.Start, s.End, unit, length)
		}
	}
	ends := make([]limits, 0, len(words))
	for _, s := range words {
		ends = append(ends, limits{s.Start, s.End})
	}
	unit, ok := unitOf(ends, length)
	if !ok {
		return
	}
	// Where words come with the space before them, one without it is the rest of
	// the word before: a piece of a model's vocabulary.
	spaced := slices.ContainsFunc(words, func(s spoken) bool { return strings.HasPrefix(s.said(), " ") })
	for _, s := range words {
		said := clean(s.said())
		start, end := span(s.Start, s.End, unit, length)
		switch n := len(t.Words); {
		case said == "":
		case spaced && n > 0 && !strings.HasPrefix(s.said(), " "):
			t.Words[n-1].Text += said
			t.Words[n-1].End = end
		default:
			t.Words = append(t.Words, Word{said, start, end})
		}
	}
}

func (s spoken) said() string { return cmp.Or(string(s.Word), string(s.Text)) }

type limits struct{ start, end number }

func segmentEnds(segments []stretch) (all []limits) {
	for _, s := range segments {
		all = append(all, limits{s.Start, s.End})
	}
	return all
}

// units are what servers count time in.
var units = []time.Duration{time.Second, time.Millisecond, 10 * time.Millisecond, time.Nanosecond, time.Microsecond}

// unitOf finds the unit in which times fit a recording of this length: none
// after its end, and where they are no seconds the last not in its first tenth.
func unitOf(times []limits, length time.Duration) (time.Duration, bool) {
	last := 0.0
	for i, s := range times {
		if !s.start.known || !s.end.known || s.start.value < 0 || s.end.value < s.start.value {
			return 0, false
		}
		if i > 0 && s.start.value < times[i-1].start.value {
			return 0, false
		}
		last = max(last, s.end.value)
	}
	if last == 0 || length <= 0 {
		return 0, false
	}
	for _, unit := range units {
		if end := last * float64(unit); end <= float64(length)*1.1+float64(time.Second) && (unit == time.Second || end >= float64(length)/10) {
			return unit, true
		}
	}
	return 0, false
}

func span(start, end number, unit, length time.Duration) (time.Duration, time.Duration) {
	at := func(n number) time.Duration { return min(time.Duration(n.value*float64(unit)), length) }
	return at(start), at(end)
}

// clean is a stranger's text in one line: valid, without control characters.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xa0 }), " ")
}
