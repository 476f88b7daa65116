package eventlog

import (
	"encoding/binary"
	"fmt"

	"github.com/klauspost/compress/s2"

	"github.com/usercall/usercall/internal/research"
)

// Pack is the events of one commit, as stored. The event at place i has the
// number First+i.
type Pack struct {
	First int64
	Heads []byte // AppendHeads
	Body  []byte // the records, each with its length before it, compressed together
}

// NewPack packs events whose heads these are. An event whose Project is 0 keeps
// its place and nothing else.
func NewPack(first int64, heads []Head, events []research.Event) Pack {
	p := Pack{First: first, Heads: AppendHeads(make([]byte, 0, len(heads)*HeadSize), heads)}
	var plain, record []byte
	for i := range events {
		record = record[:0]
		if events[i].Project != 0 {
			record = AppendRecord(record, &events[i])
		}
		plain = appendPlain(plain, record)
	}
	p.Body = s2.Encode(nil, plain)
	return p
}

func appendPlain(to, record []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(record))), record...)
}

// Remove erases the events at the places that gone picks: their records go, and
// of their heads what is not needed to know their messages again.
func (p *Pack) Remove(gone func(place int) bool) error {
	records, err := p.Records()
	if err != nil {
		return err
	}
	heads := ParseHeads(p.Heads)
	for i := range records {
		if gone(i) {
			heads[i], records[i] = heads[i].removed(), nil
		}
	}
	p.rewrite(heads, records)
	return nil
}

// rewrite makes the pack one of other heads and records.
func (p *Pack) rewrite(heads []Head, records [][]byte) {
	var plain []byte
	for _, record := range records {
		plain = appendPlain(plain, record)
	}
	p.Heads, p.Body = AppendHeads(make([]byte, 0, len(p.Heads)), heads), s2.Encode(nil, plain)
}

// Replace puts another version of an event at its place. The source and times of
// the first one stay.
func (p *Pack) Replace(place int, better *research.Event) (*research.Event, error) {
	records, err := p.Records()
	if err != nil || len(records[place]) == 0 {
		return nil, err
	}
	e, err := ParseRecord(records[place])
	if err != nil {
		return nil, err
	}
	e.Seq = p.First + int64(place)
	e.Better(better)
	heads := ParseHeads(p.Heads)
	heads[place], records[place] = HeadOf(&e), AppendRecord(nil, &e)
	p.rewrite(heads, records)
	return &e, nil
}

// Len is how many places the pack has.
func (p *Pack) Len() int { return len(p.Heads) / HeadSize }

// Head is the head at a place.
func (p *Pack) Head(i int) Head { return parseHead(p.Heads[i*HeadSize:]) }

// These bound what a damaged length can make us allocate, in bytes. A pack holds
// at most a few thousand events of 32 KiB, each under its batch's context.
const (
	maxPlain  = 256 << 20
	maxRecord = 1 << 20
)

// Records are the stored records of the pack, by place; a removed event's is empty.
func (p *Pack) Records() ([][]byte, error) {
	if n, err := s2.DecodedLen(p.Body); err != nil || n > min(maxPlain, 1+p.Len()*maxRecord) {
		return nil, fmt.Errorf("open the pack at event %d: %w", p.First, errCut)
	}
	plain, err := s2.Decode(nil, p.Body)
	if err != nil {
		return nil, fmt.Errorf("open the pack at event %d: %w", p.First, err)
	}
	r, records := reader{rest: plain}, make([][]byte, p.Len())
	for i := range records {
		records[i] = r.bytes()
	}
	return records, r.err
}

// Events are the events at the places that want picks, in order, with their
// numbers. Removed ones are left out.
func (p *Pack) Events(want func(place int) bool) ([]research.Event, error) {
	records, err := p.Records()
	if err != nil {
		return nil, err
	}
	var out []research.Event
	for i, record := range records {
		if len(record) == 0 || !want(i) {
			continue
		}
		e, err := ParseRecord(record)
		if err != nil {
			return nil, err
		}
		e.Seq = p.First + int64(i)
		out = append(out, e)
	}
	return out, nil
}
