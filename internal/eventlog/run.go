package eventlog

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// RunEvents is how many events are sealed into one run.
const RunEvents = 1 << 18

// Run is the index of a stretch of the log.
type Run struct {
	First, Last int64  // numbers of its first and last event
	Latest      int64  // time of its latest event, Unix milliseconds
	Filter      Filter // of every Hash that is in it, and of its names
	Parts       []Part // those that hold something, in order
}

// Part is the sorted entries of some neighbouring Hashes. A look-up reads one.
type Part struct {
	Number  int
	Entries []byte
}

// Entry says that a Hash stands in an event's head.
type Entry struct {
	Hash Hash
	At   int64 // of the event, Unix milliseconds
	Seq  int64
	User Tag // where Hash is an anonymousId: who stands beside it
}

// NewRun indexes the heads of consecutive events.
func NewRun(first int64, heads []Head) *Run {
	r := &Run{First: first, Last: first + int64(len(heads)) - 1, Latest: never}
	entries := make([]Entry, 0, 3*len(heads))
	names := map[Hash]bool{}
	for i := range heads {
		h := &heads[i]
		if h.Project == 0 {
			continue
		}
		r.Latest = max(r.Latest, h.At)
		names[h.Name], names[ProjectHash(h.Project)] = true, true
		entries = h.appendEntries(entries, first+int64(i))
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Seq, b.Seq)) })
	r.Filter = NewFilter(hashesOf(entries, names))
	r.Parts = divide(entries, first)
	return r
}

// appendEntries appends what a head is found by.
func (h *Head) appendEntries(to []Entry, seq int64) []Entry {
	for _, e := range [...]Entry{{Hash: h.Key()}, {Hash: h.User}, {Hash: h.Anon, User: h.Tag()}, {Hash: h.Prev, User: h.Tag()}} {
		if e.Hash != 0 {
			e.At, e.Seq = h.At, seq
			to = append(to, e)
		}
	}
	return to
}

// hashesOf is the Hashes of sorted entries, once each, and the names.
func hashesOf(entries []Entry, names map[Hash]bool) []Hash {
	hashes := make([]Hash, 0, len(entries)+len(names))
	var last Hash
	for _, e := range entries {
		if e.Hash != last {
			hashes, last = append(hashes, e.Hash), e.Hash
		}
	}
	for name := range names {
		hashes = append(hashes, name)
	}
	return hashes
}

// divide writes sorted entries of a run that begins at first into its parts.
func divide(entries []Entry, first int64) (parts []Part) {
	stored := make([]byte, 0, len(entries)*Tagged.entrySize())
	for i := 0; i < len(entries); {
		part, begin := Tagged.Part(entries[i].Hash), len(stored)
		for ; i < len(entries) && Tagged.Part(entries[i].Hash) == part; i++ {
			stored = appendEntry(stored, entries[i], first)
		}
		parts = append(parts, Part{part, stored[begin:len(stored):len(stored)]})
	}
	return parts
}

func appendEntry(to []byte, e Entry, first int64) []byte {
	to = binary.BigEndian.AppendUint64(to, uint64(e.Hash)) // so that bytes sort as Hashes do
	to = binary.BigEndian.AppendUint64(to, uint64(e.At))
	to = binary.BigEndian.AppendUint32(to, uint32(e.Seq-first))
	return binary.BigEndian.AppendUint32(to, uint32(e.User))
}

// ProjectHash stands in a run's filter for a project that has events in it.
func ProjectHash(project uint32) Hash { return Hash(max(mix(uint64(project)+1<<40), 1)) }
