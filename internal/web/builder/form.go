// Package builder is a trigger as a form: every field as somebody typed it, right
// or wrong. It turns a trigger into a form, a form into what a browser sends and
// back, and a form into the trigger's text in a study file, so that what is wrong
// with it is found, and said, by the one parser that reads study files.
//
// It owns the names of the form's fields. It must not decide what is right: that is
// package trigger's. It knows no HTTP and no HTML. Start at [Of], [Read] and
// [Form.Check].
package builder

// Form is a trigger with every field as typed. An empty field is left out of the
// file.
type Form struct {
	Key, Name string
	On        Match
	Then      []Match
	Absent    []Match // none or one
	Did       []Match
	DidNot    []Match
	Who       []Term

	People, Delay, Sample, Cooldown string
	PerDay, Total, Priority         string
	Expires                         string

	URL   []Term // the path of each is a part of the page's address
	Dwell string

	Texts    []Texts
	Delivery string
}

// Match is what an event must be. Only some matches of a trigger have Times,
// Within and For.
type Match struct {
	Events             []string
	Type               string
	Where              []Term
	Sources            []string
	Times, Within, For string
}

// Term is one line of a condition: a test of the value at a path, or other
// conditions joined. Lines about the same path are one entry of the file.
type Term struct {
	Join  string // "": Path, Op, Kind and Value count; else Of
	Path  string
	Op    string // a test of the language; for exists see [Known] and [Unknown]
	Kind  string
	Value string
	Of    []Group
}

// Group is conditions that all must hold.
type Group struct {
	Terms []Term
}

// The tests of a form that take no value.
const (
	Known   = "exists"
	Unknown = "exists_not"
)

// What a typed value is to mean.
const (
	Auto   = ""       // a number or yes and no where it looks like one, else a text
	Text   = "text"   //
	Number = "number" //
	YesNo  = "yes/no" //
	JSON   = "json"   // as the file spells it; a list in brackets
)

// Texts is what a card says in a language; "" is the one that serves for all.
type Texts struct {
	Language, Title, Body, Accept, Decline string
}
