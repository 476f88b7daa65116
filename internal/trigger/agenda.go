package trigger

import (
	"cmp"
	"container/heap"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// due is a line of an agenda: a match to be decided, or one that was cancelled.
type due struct {
	at   int64 // Unix milliseconds
	who  research.PersonKey
	rule *Rule
	Match
	cancelled bool
	again     bool // it was decided before
	off       bool // taken off the agenda; it is passed over
}

// compareDue is the order in which decisions are taken: triggers.md §8.
func compareDue(a, b *due) int {
	return cmp.Or(cmp.Compare(a.at, b.at), compareKeys(a.who, b.who), Compare(a.rule, b.rule), a.compare(b.Point))
}

// compareKeys orders persons by the bytes of their ids, of the same id the user
// first.
func compareKeys(a, b research.PersonKey) int {
	if c := strings.Compare(a.ID(), b.ID()); c != 0 {
		return c
	}
	return strings.Compare(string(b), string(a)) // "u:" goes before "a:"
}

// agenda is what is due, the first on top.
type agenda []*due

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return compareDue(a[i], a[j]) < 0 }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }

// Push implements heap.Interface.
func (a *agenda) Push(d any) { *a = append(*a, d.(*due)) }

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	d := (*a)[last]
	(*a)[last] = nil
	*a = (*a)[:last]
	return d
}

func (a *agenda) add(d *due) { heap.Push(a, d) }

// next takes the first off that is due before a time, nil where none is.
func (a *agenda) next(before int64) *due {
	for len(*a) > 0 && (*a)[0].at < before {
		if d := heap.Pop(a).(*due); !d.off {
			return d
		}
	}
	return nil
}
