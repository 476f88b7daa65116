package eventlog

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// Parts is into how many parts an index is divided, by the first byte of the
// Hash: a look-up reads one.
const Parts = 256

// RunEvents is how many events are sealed into one run.
const RunEvents = 1 << 18

// Run is the index of a stretch of the log.
type Run struct {
	First, Last int64         // numbers of its first and last event
	Filter      Filter        // of every Hash that is in it, and of its names
	Parts       [Parts][]byte // sorted entries
}

// Entry says that a Hash stands in an event's head.
type Entry struct {
	Hash Hash
	At   int64 // of the event, Unix milliseconds
	Seq  int64
}

// entrySize is the bytes of a stored entry: Hash, At, and Seq counted from the
// run's first. Hashes are big-endian, so that bytes sort as they do.
const entrySize = 20

// NewRun indexes the heads of consecutive events.
func NewRun(first int64, heads []Head) *Run {
	entries := make([]Entry, 0, 3*len(heads))
	hashes := make([]Hash, 0, 3*len(heads))
	names := map[Hash]bool{}
	for i := range heads {
		h := &heads[i]
		if h.Project == 0 {
			continue
		}
		names[h.Name], names[ProjectHash(h.Project)] = true, true
		for _, hash := range [...]Hash{h.Key(), h.User, h.Anon, h.Prev} {
			if hash != 0 {
				entries = append(entries, Entry{hash, h.At, first + int64(i)})
			}
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Seq, b.Seq)) })
	r := &Run{First: first, Last: first + int64(len(heads)) - 1}
	var last Hash
	for _, e := range entries {
		r.put(e)
		if e.Hash != last {
			hashes, last = append(hashes, e.Hash), e.Hash
		}
	}
	for name := range names {
		hashes = append(hashes, name)
	}
	r.Filter = NewFilter(hashes)
	return r
}

// ProjectHash stands in a run's filter for a project that has events in it.
func ProjectHash(project uint32) Hash { return Hash(max(mix(uint64(project)+1<<40), 1)) }

func (r *Run) put(e Entry) {
	part := &r.Parts[e.Hash.Part()]
	*part = binary.BigEndian.AppendUint64(*part, uint64(e.Hash))
	*part = binary.BigEndian.AppendUint64(*part, uint64(e.At))
	*part = binary.BigEndian.AppendUint32(*part, uint32(e.Seq-r.First))
}

// Part is the part of a run that a Hash is in.
func (h Hash) Part() int { return int(h >> 56) }

// Find is the entries of a Hash in the right part of a run that begins at first.
func Find(part []byte, first int64, h Hash) (found []Entry) {
	var key [8]byte
	binary.BigEndian.PutUint64(key[:], uint64(h))
	n := len(part) / entrySize
	i := sort.Search(n, func(i int) bool { return bytes.Compare(part[i*entrySize:i*entrySize+8], key[:]) >= 0 })
	for ; i < n && bytes.Equal(part[i*entrySize:i*entrySize+8], key[:]); i++ {
		b := part[i*entrySize:]
		found = append(found, Entry{h, int64(binary.BigEndian.Uint64(b[8:])), first + int64(binary.BigEndian.Uint32(b[16:]))})
	}
	return found
}

// Without is a part of a run that begins at first without the entries of a Hash
// that gone picks.
func Without(part []byte, first int64, h Hash, gone func(seq int64) bool) []byte {
	rest := make([]byte, 0, len(part))
	for ; len(part) >= entrySize; part = part[entrySize:] {
		b := part[:entrySize]
		if Hash(binary.BigEndian.Uint64(b)) != h || !gone(first+int64(binary.BigEndian.Uint32(b[16:]))) {
			rest = append(rest, b...)
		}
	}
	return rest
}
