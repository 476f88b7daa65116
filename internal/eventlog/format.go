package eventlog

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// Format is how a run is divided into parts, and what its entries hold. Runs of an
// older version stay as they were written until retention deletes them.
type Format int

// The formats, never to be renumbered. No number of a part belongs to two.
const (
	// Plain is 256 parts, and entries of a Hash, a time and a number.
	Plain Format = iota
	// Tagged is finer parts, for what a look-up costs is reading one, and entries
	// that say who stands beside an anonymousId.
	Tagged
)

// Formats is all of them.
var Formats = []Format{Plain, Tagged}

const (
	plainParts = 1 << 8
	taggedBits = 14 // of the Hash, that tell parts apart
)

// Part is the part of a run that a Hash is in.
func (f Format) Part(h Hash) int {
	if f == Plain {
		return int(h >> 56)
	}
	return plainParts + int(h>>(64-taggedBits))
}

func (f Format) entrySize() int {
	if f == Plain {
		return 20
	}
	return 24
}

// Find is the entries of a Hash in the right part of a run that begins at first.
func (f Format) Find(part []byte, first int64, h Hash) (found []Entry) {
	var key [8]byte
	binary.BigEndian.PutUint64(key[:], uint64(h))
	size := f.entrySize()
	n := len(part) / size
	i := sort.Search(n, func(i int) bool { return bytes.Compare(part[i*size:i*size+8], key[:]) >= 0 })
	for ; i < n && bytes.Equal(part[i*size:i*size+8], key[:]); i++ {
		found = append(found, f.entry(part[i*size:], first))
	}
	return found
}

func (f Format) entry(b []byte, first int64) Entry {
	e := Entry{Hash(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:])), first + int64(binary.BigEndian.Uint32(b[16:])), Unsure}
	if f == Tagged {
		e.User = Tag(binary.BigEndian.Uint32(b[20:]))
	}
	return e
}

// Without is a part of a run that begins at first without the entries of a Hash
// that gone picks.
func (f Format) Without(part []byte, first int64, h Hash, gone func(seq int64) bool) []byte {
	rest := make([]byte, 0, len(part))
	for size := f.entrySize(); len(part) >= size; part = part[size:] {
		if e := f.entry(part, first); e.Hash != h || !gone(e.Seq) {
			rest = append(rest, part[:size]...)
		}
	}
	return rest
}
