package research_test

import (
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func TestAQuoteIsFoundAmongItsWords(t *testing.T) {
	ms := func(n int64) *int64 { return &n }
	words := func(text string) (all []research.Word) {
		for i, w := range strings.Fields(text) { // a word a second, said in half of it
			all = append(all, research.Word{Text: w, Start: int64(i) * 1000, End: int64(i)*1000 + 500})
		}
		return all
	}
	for name, c := range map[string]struct {
		text, words, quote string
		from, to           int64
	}{
		"by its words":                    {"It broke, and then it broke again.", "it broke and then it broke again", "it broke again", 4000, 6500},
		"the first of two":                {"It broke, and then it broke again.", "it broke and then it broke again", "It broke", 0, 1500},
		"with marks and capitals":         {`He said: "Ärger!" Twice.`, "he said ärger twice", `"Ärger!"`, 2000, 2500},
		"after what was masked":           {"Mail … if the export fails.", "mail ann@example.com if the export fails", "the export fails", 3000, 5500},
		"no part of a word":               {"Another an hour", "another an hour", "an hour", 1000, 2500},
		"a word that nobody timed at end": {"one two xxx yyyy", "one two three four", "two xxx", 1000 * 4, 1000 * 11},
		"no words at all":                 {"abcdefghij klmno", "", "klmno", 11000, 16000},
	} {
		t.Run(name, func(t *testing.T) {
			turn := research.Turn{Text: c.text, StartMS: ms(0), EndMS: ms(int64(len([]rune(c.text))) * 1000), Words: words(c.words)}
			start := len([]rune(c.text[:strings.Index(c.text, c.quote)]))
			from, to, ok := turn.Span(start, start+len([]rune(c.quote)))
			if !ok || from != c.from || to != c.to {
				t.Errorf("from %d to %d (%t), want %d to %d", from, to, ok, c.from, c.to)
			}
		})
	}
	typed := research.Turn{Text: "It broke."}
	if _, _, ok := typed.Span(0, 2); ok {
		t.Error("what was typed has a place in the recording")
	}
	spoken := research.Turn{Text: "It broke.", StartMS: ms(5), EndMS: ms(900)}
	for _, bad := range [][2]int{{-1, 2}, {2, 2}, {0, 10}} {
		if _, _, ok := spoken.Span(bad[0], bad[1]); ok {
			t.Errorf("runes %v have a place", bad)
		}
	}
}

func TestWordsThatWereMaskedAreNotKept(t *testing.T) {
	turn := research.Turn{Text: "Mail … if the export fails."}
	heard := []research.Word{{Text: " Mail", Start: 1}, {Text: "ann@example.com", Start: 2}, {Text: "if", Start: 3}, {Text: "SPORT", Start: 4}, {Text: "Fails.", Start: 5}}
	got := turn.Standing(heard)
	if len(got) != 3 || got[0] != heard[0] || got[1] != heard[2] || got[2] != heard[4] || turn.Words != nil {
		t.Errorf("kept %v", got)
	}
}
