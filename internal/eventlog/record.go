package eventlog

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// errCut is what a damaged record or pack is answered with.
var errCut = errors.New("a stored event is damaged")

// Codes of a record, never to be renumbered. The first stands for the unknown.
var (
	types   = []research.EventType{"", research.Track, research.Identify, research.Page, research.Screen, research.Group, research.Alias}
	sources = []research.Source{"", research.FromBrowser, research.FromServer, research.FromWebhook, research.FromCustom}
)

const (
	recordSigned = 1 << iota
	recordVerified
	recordQuiet
)

// AppendRecord appends an event as it is stored: three codes, three numbers and
// nine strings, each with its length before it. Seq, TicketHash and Token are
// no part of it.
func AppendRecord(to []byte, e *research.Event) []byte {
	to = append(to, code(types, e.Type), code(sources, e.Source), recordFlags(e))
	to = binary.AppendUvarint(to, uint64(e.Project))
	to = binary.AppendVarint(to, e.ReceivedAt.UnixMilli())
	to = binary.AppendVarint(to, e.ReceivedAt.UnixMilli()-e.Timestamp.UnixMilli())
	for _, s := range [...]string{e.Name, e.MessageID, string(e.UserID), string(e.AnonymousID), e.PreviousID, e.GroupID} {
		to = append(binary.AppendUvarint(to, uint64(len(s))), s...)
	}
	for _, raw := range [...][]byte{e.Properties, e.Traits, e.Context} {
		to = append(binary.AppendUvarint(to, uint64(len(raw))), raw...)
	}
	return to
}

func code[T comparable](all []T, v T) byte { return byte(max(slices.Index(all, v), 0)) }

func recordFlags(e *research.Event) (flags byte) {
	if e.Signed {
		flags |= recordSigned
	}
	if e.Verified {
		flags |= recordVerified
	}
	if e.Quiet {
		flags |= recordQuiet
	}
	return flags
}

// ParseRecord reads what AppendRecord wrote. The event shares the JSON of b.
func ParseRecord(b []byte) (e research.Event, err error) {
	if len(b) < 3 || int(b[0]) >= len(types) || int(b[1]) >= len(sources) {
		return e, errCut
	}
	e.Type, e.Source = types[b[0]], sources[b[1]]
	e.Signed, e.Verified, e.Quiet = b[2]&recordSigned != 0, b[2]&recordVerified != 0, b[2]&recordQuiet != 0
	r := reader{rest: b[3:]}
	e.Project = research.ProjectID(r.uvarint())
	received := r.varint()
	e.ReceivedAt, e.Timestamp = time.UnixMilli(received).UTC(), time.UnixMilli(received-r.varint()).UTC()
	e.Name, e.MessageID = string(r.bytes()), string(r.bytes())
	e.UserID, e.AnonymousID = research.UserID(r.bytes()), research.AnonymousID(r.bytes())
	e.PreviousID, e.GroupID = string(r.bytes()), string(r.bytes())
	e.Properties, e.Traits, e.Context = r.json(), r.json(), r.json()
	if len(r.rest) > 0 {
		r.err = errCut
	}
	return e, r.err
}

// reader takes a record apart; its first error stays.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	return v * r.took(n)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	return v * int64(r.took(n))
}

// took moves on by n bytes; 0 says that it cannot.
func (r *reader) took(n int) uint64 {
	if n <= 0 {
		r.rest, r.err = nil, errCut
		return 0
	}
	r.rest = r.rest[n:]
	return 1
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.rest, r.err = nil, errCut
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// json is nil where nothing was stored.
func (r *reader) json() json.RawMessage {
	if b := r.bytes(); len(b) > 0 {
		return json.RawMessage(b)
	}
	return nil
}
