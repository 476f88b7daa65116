package trigger

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// shelf holds events as bytes.
type shelf struct {
	blocks [][]byte
	buf    []byte
	names  names
	seed   maphash.Seed
}

func newShelf() shelf { return shelf{seed: maphash.MakeSeed()} }

const shelfBlock = 1 << 20

// put stores an event and tells where.
func (s *shelf) put(e *research.Event) uint64 {
	b := s.buf[:0]
	b = binary.AppendVarint(b, e.Timestamp.UnixMilli())
	b = binary.AppendVarint(b, e.ReceivedAt.UnixMilli())
	b = append(b, flags(e))
	for _, name := range [...]string{string(e.Type), string(e.Source), e.Name, string(e.UserID)} {
		b = binary.AppendUvarint(b, uint64(s.names.number(maphash.String(s.seed, name), name)))
	}
	for _, text := range [...]string{e.MessageID, string(e.AnonymousID), e.PreviousID, e.GroupID} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	for _, raw := range [...][]byte{e.Properties, e.Traits, e.Context, e.TicketHash} {
		b = append(binary.AppendUvarint(b, uint64(len(raw))), raw...)
	}
	s.buf = b
	n := len(s.blocks)
	if n == 0 || len(s.blocks[n-1])+len(b) > cap(s.blocks[n-1]) {
		s.blocks = append(s.blocks, make([]byte, 0, max(shelfBlock, len(b))))
		n++
	}
	at := len(s.blocks[n-1])
	s.blocks[n-1] = append(s.blocks[n-1], b...)
	return uint64(n-1)<<32 | uint64(at)
}

// get makes e what was put there. Its JSON shares the shelf's memory.
func (s *shelf) get(at uint64, e *research.Event) {
	r := shelfReader(s.blocks[at>>32][at&(1<<32-1):])
	*e = research.Event{Timestamp: r.time(), ReceivedAt: r.time()}
	r.flags(e)
	e.Type, e.Source = research.EventType(s.name(&r)), research.Source(s.name(&r))
	e.Name, e.UserID = s.name(&r), research.UserID(s.name(&r))
	e.MessageID, e.AnonymousID = string(r.bytes()), research.AnonymousID(r.bytes())
	e.PreviousID, e.GroupID = string(r.bytes()), string(r.bytes())
	e.Properties, e.Traits, e.Context, e.TicketHash = r.bytes(), r.bytes(), r.bytes(), r.bytes()
}

func (s *shelf) name(r *shelfReader) string { return s.names.list[r.number()] }

// flags is what an event may claim, a bit each.
func flags(e *research.Event) (f byte) {
	for i, set := range [...]bool{e.Signed, e.Verified, e.Doubted, e.Quiet, e.Short} {
		if set {
			f |= 1 << i
		}
	}
	return f
}

func (r *shelfReader) flags(e *research.Event) {
	f := (*r)[0]
	*r = (*r)[1:]
	for i, set := range [...]*bool{&e.Signed, &e.Verified, &e.Doubted, &e.Quiet, &e.Short} {
		*set = f&(1<<i) != 0
	}
}

// shelfReader is the rest of an event. put wrote it, so nothing is out of place.
type shelfReader []byte

func (r *shelfReader) number() uint64 {
	n, size := binary.Uvarint(*r)
	*r = (*r)[size:]
	return n
}

func (r *shelfReader) time() time.Time {
	ms, size := binary.Varint(*r)
	*r = (*r)[size:]
	return time.UnixMilli(ms).UTC()
}

func (r *shelfReader) bytes() []byte {
	n := r.number()
	b := (*r)[:n:n]
	if *r = (*r)[n:]; n == 0 {
		return nil
	}
	return b
}

// names numbers strings that come again and again, by their hashes: to compare a
// string with one of a million others costs more than that is worth.
type names struct {
	numbers map[uint64]int32
	list    []string
}

func (n *names) number(hash uint64, s string) int32 {
	if i, ok := n.numbers[hash]; ok {
		return i
	}
	if n.numbers == nil {
		n.numbers = map[uint64]int32{}
	}
	i := int32(len(n.list))
	n.numbers[hash], n.list = i, append(n.list, s)
	return i
}
