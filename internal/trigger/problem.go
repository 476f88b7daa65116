package trigger

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// maxProblems bounds a report: nobody reads the hundredth.
const maxProblems = 50

// Problem is one thing wrong with a study file.
type Problem struct {
	Line    int    // 0: not known
	Key     string // path of the key, "triggers[0].on.where"
	Message string // what is wrong and what would be right, for the author of the file
}

// FileError is everything wrong with a study file, in the order of its lines.
// Its research code is invalid.
type FileError struct {
	Problems []Problem
}

// Format writes the problems a line each, as compilers do, under the name that
// the author knows the file by.
func (e *FileError) Format(name string) string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = name + ": " + p.Message
		if p.Line > 0 {
			lines[i] = fmt.Sprintf("%s:%d: %s", name, p.Line, p.Message)
		}
	}
	return strings.Join(lines, "\n")
}

// Error is the problems a line each, with the numbers of their lines.
func (e *FileError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Message
		if p.Line > 0 {
			lines[i] = fmt.Sprintf("line %d: %s", p.Line, p.Message)
		}
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the error its code.
func (e *FileError) Unwrap() error {
	return &research.Error{Code: research.Invalid, Message: e.Error()}
}

// quoted is a stranger's text inside a message: escaped and cut.
func quoted(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// nearest is the known word that s was probably meant to be, "" where none is
// near.
func nearest(s string, known []string) string {
	if len(s) > 64 {
		return ""
	}
	best, bestAt := "", max(2, len(s)/3)+1
	for _, k := range known {
		if d := distance(s, k); d < bestAt && d < len(k) {
			best, bestAt = k, d
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out, replaced or
// swapped with their neighbour to make b of a.
func distance(a, b string) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	var before, last []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before, last, row = last, row, make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			row[j+1] = min(last[j]+differ(x[i], y[j]), last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(y)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}

// listed is words for a message: "a, b or c".
func listed(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
