package eventlog

// Tag is 32 bits that stand for the user beside an anonymousId; 0 is nobody.
type Tag uint32

// Unsure is the Tag of somebody who cannot be told: a doubted event may be
// believed later, and old runs do not say.
const Unsure Tag = 1

// Tag is whom an event says its anonymousIds belong to.
func (h *Head) Tag() Tag {
	switch {
	case h.User == 0:
		return 0
	case h.Flags&Doubted != 0:
		return Unsure
	}
	return max(Tag(h.User>>32), Unsure+1)
}

// Says tells whether an event says whom its browser belongs to.
func (h *Head) Says() bool { return h.Anon != 0 && h.Tag() > Unsure }

// Said is who stood beside an anonymousId in the latest event that had somebody,
// and when that was, in Unix milliseconds.
type Said struct {
	User Tag
	At   int64
}

// Nothing is what was said of an anonymousId that stood with nobody.
var Nothing = Said{At: never}

// Later is what was said last, where entries of the same anonymousId are known
// besides. Of two at one time, the one that was received later counts.
func (s Said) Later(entries []Entry) Said {
	var seq int64
	for _, e := range entries {
		if e.User != 0 && (e.At > s.At || e.At == s.At && e.Seq > seq && seq > 0) {
			s, seq = Said{e.User, e.At}, e.Seq
		}
	}
	return s
}
