package research

import "testing"

func TestWhenAQuoteWasSaid(t *testing.T) {
	start, end := int64(1000), int64(3000)
	text := "We left, it cost too much."
	words := []Word{{"We", 1000, 1100}, {"left,", 1150, 1400}, {"it", 1900, 2000}, {"cost", 2010, 2300}, {"too", 2310, 2600}, {"much.", 2610, 2950}}
	for name, c := range map[string]struct {
		turn       Turn
		start, end int
		from, to   int64
		ok         bool
	}{
		"words with times":        {Turn{Text: text, StartMS: &start, EndMS: &end, Words: words}, 9, 26, 1900, 2950, true},
		"one of them":             {Turn{Text: text, StartMS: &start, EndMS: &end, Words: words}, 3, 7, 1150, 1400, true},
		"inside of a word":        {Turn{Text: text, StartMS: &start, EndMS: &end, Words: words}, 13, 15, 2010, 2300, true},
		"a time is missing":       {Turn{Text: text, StartMS: &start, EndMS: &end, Words: words[1:]}, 0, 13, 1000, 2000, true},
		"no times of words":       {Turn{Text: text, StartMS: &start, EndMS: &end}, 13, 26, 2000, 3000, true},
		"typed":                   {Turn{Text: text}, 0, 2, 0, 0, false},
		"beyond the end":          {Turn{Text: text, StartMS: &start, EndMS: &end}, 20, 27, 0, 0, false},
		"nothing":                 {Turn{Text: text, StartMS: &start, EndMS: &end}, 5, 5, 0, 0, false},
		"of which nothing sounds": {Turn{Text: text, StartMS: &start, EndMS: &start}, 0, 2, 0, 0, false},
	} {
		from, to, ok := c.turn.Span(c.start, c.end)
		if from != c.from || to != c.to || ok != c.ok {
			t.Errorf("%s: from %d to %d, %v; want %d, %d, %v", name, from, to, ok, c.from, c.to, c.ok)
		}
	}
}
