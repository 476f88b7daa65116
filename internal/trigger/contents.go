package trigger

import "bytes"

// contents is where the members of an object stand in its JSON. Many questions
// about one event are answered by walking through it once.
type contents struct {
	state contentsState
	n     int
	spots [maxSpots]spot
}

// spot is a member: its key without quotes, and its value.
type spot struct{ key, keyEnd, value, end uint32 }

// maxSpots is how many members are kept. A larger object is walked through for
// every question, as if there were no contents, and so is one whose keys have
// escapes in them.
const maxSpots = 24

type contentsState uint8

const (
	untaken contentsState = iota
	taken
	refused
)

// take walks through an object, the first time. It tells whether its contents
// can be asked.
func (c *contents) take(raw []byte) bool {
	if c.state == untaken {
		c.walk(raw)
	}
	return c.state == taken
}

func (c *contents) walk(raw []byte) {
	c.state = taken
	if valueOf(raw).kind != object {
		return
	}
	place := func(part []byte) uint32 { return uint32(cap(raw) - cap(part)) } // all are pieces of raw
	members(skipSpace(raw), func(key, v []byte) bool {
		if c.n == maxSpots || bytes.IndexByte(key, '\\') >= 0 {
			c.state = refused
			return false
		}
		k, at := place(key), place(v)
		c.spots[c.n] = spot{k + 1, k + uint32(len(key)) - 1, at, at + uint32(len(v))}
		c.n++
		return true
	})
}

// get is the value of a key, nil where there is none. Of a key that stands twice
// the last one counts.
func (c *contents) get(raw []byte, key string) []byte {
	for i := c.n - 1; i >= 0; i-- {
		s := &c.spots[i]
		if int(s.keyEnd-s.key) == len(key) && string(raw[s.key:s.keyEnd]) == key {
			return raw[s.value:s.end]
		}
	}
	return nil
}
