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
	swap int    // pair to change places: 1 is what begins it and the first element, 2 the first two; 0: none
}

// ParseAction reads the value of a button: "add:then", "any:who", "drop:then.0",
// "up:then.1", "down:then.0". What begins the trigger is "then.-1".
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
	if dot <= 0 || err != nil || i < -1 || i >= maxFields {
		return Action{}
	}
	switch verb {
	case "drop":
		return Action{List: at[:dot], drop: i + 1}
	case "up":
		return Action{List: at[:dot], swap: i + 1}
	case "down":
		return Action{List: at[:dot], swap: i + 2}
	}
	return Action{}
}

// Do changes the form as the action says. It tells the name of what was added, ""
// where nothing was.
func (f *Form) Do(a Action) (added string) {
	if a == (Action{}) {
		return ""
	}
	if a.leads() {
		f.lead()
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
	if i := a.swap - 1; i > 0 && i < len(*list) {
		(*list)[i-1], (*list)[i] = (*list)[i], (*list)[i-1]
	}
}

// leads tells whether it would let another step begin the trigger.
func (a Action) leads() bool { return a.List == "then" && a.swap == 1 }

// lead lets what begins the trigger and the step after it change places. How soon the
// one follows the other stays between them, and what is counted stays where it is.
func (f *Form) lead() {
	if len(f.Then) == 0 || f.counted() {
		return
	}
	on, next := &f.On, &f.Then[0]
	*on, *next = *next, *on
	on.Times, next.Times = next.Times, on.Times
	on.Within, next.Within = next.Within, on.Within
}

// counted tells whether what begins the trigger has to happen several times.
func (f *Form) counted() bool {
	times := strings.TrimSpace(f.On.Times)
	return times != "" && times != "1"
}

// Stays says why a step does not move, and beside which field; "" where it does.
func (f *Form) Stays(a Action) (field, words string) {
	if !a.leads() || len(f.Then) == 0 || !f.counted() {
		return "", ""
	}
	return "on.times", "Only what comes first can be counted. Empty this field, then move the step."
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
