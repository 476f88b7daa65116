package trigger

import "fmt"

// kind is what a node or a value of JSON is.
type kind uint8

const (
	missing kind = iota // not there, or null
	text
	number
	boolean
	list
	object
)

func (k kind) String() string {
	return [...]string{"nothing", "a text", "a number", "true or false", "a list", "a map"}[k]
}

// node is a study file before it means anything, whether it came as YAML or as
// JSON. The kind missing is a null.
type node struct {
	line  int
	kind  kind
	text  string  // of a text; of a number, as JSON writes it; "true", "false"
	items []*node // of a list; the values of an object
	names []name  // the keys of an object, beside items
}

type name struct {
	text string
	line int
}

// Limits of a study file. A file within them is read in milliseconds.
const (
	maxFile  = 256 << 10 // bytes
	maxDepth = 40
	maxNodes = 20_000
)

// budget refuses a tree that is too deep or too large while it is being built.
type budget struct{ nodes int }

func (b *budget) take(line, depth int) *Problem {
	b.nodes++
	if depth > maxDepth {
		return &Problem{Line: line, Message: fmt.Sprintf("nested more than %d levels deep", maxDepth)}
	}
	if b.nodes > maxNodes {
		return &Problem{Line: line, Message: fmt.Sprintf("more than %d values: a study file is smaller", maxNodes)}
	}
	return nil
}

// scalar tells whether n is a single value that is not null.
func (n *node) scalar() bool {
	return n.kind == text || n.kind == number || n.kind == boolean
}
