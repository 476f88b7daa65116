package builder

import (
	"slices"
	"strconv"
	"strings"
)

// Action is a change of one of the form's lists that a button asks for.
type Action struct {
	List string // its name: "then", "on.where"
	Add  bool   // one more element
	Join string // "all", "any" or "not": one more of those
	drop int    // element to take away, from 1; 0: none
	swap int    // element to change places with the one after it, from 1; 0: none
}

// ParseAction reads the value of a button: "add:then", "any:who", "drop:then.0",
// "up:then.1", "down:then.0".
// It is the zero Action for every other button.
func ParseAction(s string) Action {
	verb, at, _ := strings.Cut(s, ":")
	switch verb {
	case "add":
		return Action{List: at, Add: true}
	case "all", "any", "not":
		return Action{List: at, Join: verb}
	}
	dot := strings.LastIndexByte(at, '.')
	i, err := strconv.Atoi(at[dot+1:])
	if dot <= 0 || err != nil || i < 0 || i >= maxFields {
		return Action{}
	}
	switch verb {
	case "drop":
		return Action{List: at[:dot], drop: i + 1}
	case "up":
		return Action{List: at[:dot], swap: i}
	case "down":
		return Action{List: at[:dot], swap: i + 1}
	}
	return Action{}
}

// Do changes the form as the action says. It tells the name of what was added, ""
// where nothing was.
func (f *Form) Do(a Action) (added string) {
	if a == (Action{}) {
		return ""
	}
	before := f.count(a.List)
	f.walk(&walk{act: a})
	if after := f.count(a.List); after > before {
		return a.List + "." + strconv.Itoa(after-1)
	}
	return ""
}

// count is how many elements a list has.
func (f *Form) count(list string) int {
	n, err := strconv.Atoi(f.Values().Get(list + count))
	if err != nil {
		return 0
	}
	return n
}

// change adds to a list, takes from it, and puts it into another order.
func change[T any](a Action, at string, list *[]T) {
	if a.List != at {
		return
	}
	if a.Add {
		*list = append(*list, *new(T))
	}
	if i := a.drop - 1; a.drop > 0 && i < len(*list) {
		*list = slices.Delete(*list, i, i+1)
	}
	if i := a.swap; i > 0 && i < len(*list) {
		(*list)[i-1], (*list)[i] = (*list)[i], (*list)[i-1]
	}
}

// joined is a new group with a line to fill in; of a choice there are two.
func joined(join string) Term {
	t := Term{Join: join, Of: []Group{{[]Term{{}}}}}
	if join == "any" {
		t.Of = append(t.Of, Group{[]Term{{}}})
	}
	return t
}

// Pad gives lists a line to type into where they have none, so that a page shows
// one.
func (f *Form) Pad() {
	f.On.pad()
	for _, list := range [][]Match{f.Then, f.Absent, f.Did, f.DidNot} {
		for i := range list {
			list[i].pad()
		}
	}
	if len(f.Texts) == 0 {
		f.Texts = []Texts{{}}
	}
}

func (m *Match) pad() {
	if len(m.Events) == 0 {
		m.Events = []string{""}
	}
}
