package research

import "unicode"

// Sounds is when the runes [start, end) of a turn were said, in milliseconds of the
// recording: by the times of its words where they are known, and else by where they
// stand in it, as if somebody spoke evenly. Not ok: nobody knows when it was said.
func (t *Turn) Sounds(start, end int) (from, to int64, ok bool) {
	if t.StartMS == nil || t.EndMS == nil || *t.EndMS <= *t.StartMS {
		return 0, 0, false
	}
	text := []rune(t.Text)
	if start < 0 || end > len(text) || start >= end {
		return 0, 0, false
	}
	if from, to, ok = t.words(text, start, end); ok {
		return from, to, true
	}
	length := *t.EndMS - *t.StartMS
	at := func(rune int) int64 { return *t.StartMS + length*int64(rune)/int64(len(text)) }
	return at(start), at(end), true
}

// words is Sounds by the words, where there is a time for each.
func (t *Turn) words(text []rune, start, end int) (from, to int64, ok bool) {
	n := 0
	for i := 0; i < len(text); {
		if unicode.IsSpace(text[i]) {
			i++
			continue
		}
		first := i
		for i < len(text) && !unicode.IsSpace(text[i]) {
			i++
		}
		if n < len(t.Words) && first < end && i > start {
			if !ok {
				from, ok = t.Words[n].Start, true
			}
			to = t.Words[n].End
		}
		n++
	}
	return from, to, ok && n == len(t.Words) && from < to
}
