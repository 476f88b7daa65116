package eventlog

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/usercall/usercall/internal/research"
)

// Head is what must be known of an event without reading it. Hashes are of the
// project and a value together, so two projects never meet; 0 stands for none.
type Head struct {
	Message [16]byte // of the SHA-256 of the messageId: what makes two messages one
	Print   uint64   // of the SHA-256 of type, name and ids: what a forger would have to change
	User    Hash     // of the userId
	Anon    Hash     // of the anonymousId
	Prev    Hash     // of an alias's previousId, as an anonymousId
	Name    Hash     // of type and name
	At      int64    // Unix milliseconds of the event's time
	Project uint32   // 0: no event; its place in the log is empty
	Flags   uint32
}

// Flags of a Head.
const (
	Signed uint32 = 1 << iota
	// Removed: the event was erased. Its message is remembered, so that it is not
	// stored when it comes again, and nothing else.
	Removed
	// Verified: an identity token proved its userId.
	Verified
	// Doubted: the project asks for proof of userIds, and it brought none.
	Doubted
	// Short: it is the SDK's copy, with no more in it than triggers read.
	Short
)

// HeadSize is the bytes of a stored Head.
const HeadSize = 72

// Hash is 64 bits that stand for a value in look-ups. Two values may share one,
// so what is found by a Hash is compared with the event itself.
type Hash uint64

// The kinds of values keep an id and a name of the same text apart.
const (
	kindID   = 'i'
	kindName = 'n'
)

// anonymous keeps a user and a browser of the same id apart. The one follows
// from the other, since an alias may name either.
const anonymous = 0x5bd1e9955bd1e995

// UserHash is the Hash of a userId.
func UserHash(p research.ProjectID, id research.UserID) Hash {
	return hashOf(kindID, p, "", string(id))
}

// AnonHash is the Hash of an anonymousId.
func AnonHash(p research.ProjectID, id research.AnonymousID) Hash {
	return hashOf(kindID, p, "", string(id)).asOther()
}

// asOther is the user of an anonymousId's text, and the other way round.
func (h Hash) asOther() Hash {
	if h == 0 || h == anonymous { // the one that would become 0, which is none
		return h
	}
	return h ^ anonymous
}

// NameHash is the Hash of a type of event and its name.
func NameHash(p research.ProjectID, t research.EventType, name string) Hash {
	return hashOf(kindName, p, string(t), name)
}

// PersonHash is the Hash that events of exactly that key are found by.
func PersonHash(p research.ProjectID, key research.PersonKey) Hash {
	if key.Identified() {
		return UserHash(p, research.UserID(key.ID()))
	}
	return AnonHash(p, research.AnonymousID(key.ID()))
}

// hashOf is FNV-1a with a final mix, for filters want every bit to depend on
// every byte. An empty value has no Hash.
func hashOf(kind byte, p research.ProjectID, first, second string) Hash {
	if second == "" && first == "" {
		return 0
	}
	const prime = 1099511628211
	h := (uint64(14695981039346656037) ^ uint64(kind)) * prime
	h = (h ^ uint64(p)) * prime
	for i := range len(first) {
		h = (h ^ uint64(first[i])) * prime
	}
	h = (h ^ 0xff) * prime // ends first: no string holds this byte
	for i := range len(second) {
		h = (h ^ uint64(second[i])) * prime
	}
	return Hash(max(mix(h), 1))
}

func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// HeadOf is the Head of an event.
func HeadOf(e *research.Event) Head {
	h := Head{
		Print: fingerprint(e), User: UserHash(e.Project, e.UserID), Anon: AnonHash(e.Project, e.AnonymousID),
		Name: NameHash(e.Project, e.Type, e.Name), At: e.Timestamp.UnixMilli(), Project: uint32(e.Project),
	}
	h.Message = messageHash(e.Project, e.MessageID)
	if e.Type == research.Alias {
		h.Prev = AnonHash(e.Project, research.AnonymousID(e.PreviousID))
	}
	h.Flags = flagsOf(e)
	return h
}

func flagsOf(e *research.Event) (flags uint32) {
	for _, f := range [...]struct {
		flag uint32
		set  bool
	}{{Signed, e.Signed}, {Verified, e.Verified}, {Doubted, e.Doubted}, {Short, e.Short}} {
		if f.set {
			flags |= f.flag
		}
	}
	return flags
}

func messageHash(p research.ProjectID, id string) (out [16]byte) {
	var space [160]byte
	buf := binary.LittleEndian.AppendUint64(space[:0], uint64(p))
	sum := sha256.Sum256(append(buf, id...))
	copy(out[:], sum[:])
	return out
}

// fingerprint is of what a forger would have to change to make an event of his
// pass for another one.
func fingerprint(e *research.Event) uint64 {
	var space [256]byte
	buf := space[:0]
	for _, s := range [...]string{string(e.Type), e.Name, string(e.UserID), string(e.AnonymousID)} {
		buf = append(append(buf, s...), 0)
	}
	if e.Type == research.Alias {
		buf = append(buf, e.PreviousID...)
	}
	sum := sha256.Sum256(buf)
	return binary.BigEndian.Uint64(sum[:])
}

// Repeats tells whether h is the same event as an earlier one of its message.
// What is not proved never suppresses what is and differs, and what a token
// proved, of which everybody has one of their own, never what a secret signed:
// triggers.md §3. One that was erased suppresses all: how it differs is not known
// any more.
func (h *Head) Repeats(earlier *Head) bool {
	if h.Print == earlier.Print || earlier.Flags&(Signed|Removed) != 0 {
		return true
	}
	return h.Flags&(Signed|Verified) == 0
}

// Betters tells whether h, which repeats an earlier event, had best take its
// place: it is whole where that was short, or proved where that was doubted.
func (h *Head) Betters(earlier *Head) bool {
	if h.Print != earlier.Print || earlier.Flags&Removed != 0 {
		return false
	}
	return earlier.Flags&^h.Flags&(Short|Doubted) != 0
}

// Holds tells whether there is an event of that project at the head's place.
func (h *Head) Holds(project research.ProjectID) bool {
	return h.Project == uint32(project) && h.Flags&Removed == 0
}

// removed is what is left of a head when its event is erased.
func (h *Head) removed() Head {
	return Head{Message: h.Message, Project: h.Project, Flags: h.Flags&Signed | Removed}
}

// Hashes is what an event is found by besides its message; 0 where it has none.
func (h *Head) Hashes() [3]Hash { return [...]Hash{h.User, h.Anon, h.Prev} }

// Key is what the message is looked up by; Message itself decides.
func (h *Head) Key() Hash { return messageKey(h.Message) }

func messageKey(m [16]byte) Hash { return Hash(max(binary.LittleEndian.Uint64(m[:]), 1)) }

// AppendHeads appends heads as they are stored.
func AppendHeads(to []byte, heads []Head) []byte {
	for i := range heads {
		h := &heads[i]
		to = append(to, h.Message[:]...)
		for _, v := range [...]uint64{h.Print, uint64(h.User), uint64(h.Anon), uint64(h.Prev), uint64(h.Name), uint64(h.At)} {
			to = binary.LittleEndian.AppendUint64(to, v)
		}
		to = binary.LittleEndian.AppendUint32(to, h.Project)
		to = binary.LittleEndian.AppendUint32(to, h.Flags)
	}
	return to
}

// ParseHeads reads what AppendHeads wrote; what is left of a cut one is ignored.
func ParseHeads(stored []byte) []Head {
	heads := make([]Head, len(stored)/HeadSize)
	for i := range heads {
		heads[i] = parseHead(stored[i*HeadSize:])
	}
	return heads
}

func parseHead(b []byte) (h Head) {
	at := func(i int) uint64 { return binary.LittleEndian.Uint64(b[16+8*i:]) }
	copy(h.Message[:], b)
	h.Print, h.User, h.Anon, h.Prev, h.Name, h.At = at(0), Hash(at(1)), Hash(at(2)), Hash(at(3)), Hash(at(4)), int64(at(5))
	h.Project, h.Flags = binary.LittleEndian.Uint32(b[64:]), binary.LittleEndian.Uint32(b[68:])
	return h
}
