package web

import (
	"strings"

	udiff "github.com/aymanbagabas/go-udiff"
)

// diffLine is a line of a difference.
type diffLine struct {
	Kind string // "added", "gone", "same"; "cut": lines that are the same are left out here
	Text string
	N    int // its number in the newer text, in the older one where it is gone
}

// Mark is what stands in front of the line, for those who see no colours.
func (l diffLine) Mark() string {
	return map[string]string{"added": "+", "gone": "−", "cut": "…"}[l.Kind]
}

// aroundDiff is how many lines are shown around what differs.
const aroundDiff = 3

// diff is the lines in which two texts differ, with some around them; none where they
// are the same.
func diff(before, after string) (lines []diffLine) {
	edits := udiff.Lines(before, after)
	u, err := udiff.ToUnifiedDiff("", "", before, edits, aroundDiff)
	if err != nil { // edits that were just made fit the text
		return nil
	}
	old, now := 1, 1
	for _, h := range u.Hunks {
		if skipped := h.FromLine - old; skipped > 0 {
			lines = append(lines, diffLine{Kind: "cut"})
			old, now = old+skipped, now+skipped
		}
		for _, l := range h.Lines {
			text := strings.TrimSuffix(l.Content, "\n")
			switch l.Kind {
			case udiff.Delete:
				lines = append(lines, diffLine{"gone", text, old})
				old++
			case udiff.Insert:
				lines = append(lines, diffLine{"added", text, now})
				now++
			default:
				lines = append(lines, diffLine{"same", text, now})
				old, now = old+1, now+1
			}
		}
	}
	return lines
}
