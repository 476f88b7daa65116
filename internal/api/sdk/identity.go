package sdk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/research"
)

// proved marks the events whose userId the page's token proves, and puts what
// the token says of the person's traits before them. Where the project requires
// identity, a page that claims to be a user and is not proved to be is refused
// whole; what comes of anonymous people is taken.
func (c Config) proved(v visitor, events []research.Event, now time.Time) ([]research.Event, *identity.Claims, error) {
	claims, wrong := c.Identity.Prove(v.project, v.token, now)
	for i := range events {
		e := &events[i]
		e.Token, e.Verified = "", claims.Proves(e)
		if e.UserID != "" && !e.Verified && v.project.Settings.Identity == research.IdentityRequired {
			if wrong == nil {
				c.Identity.Unproved(v.project)
			}
			return nil, nil, unproved(wrong, claims)
		}
		if e.Verified && e.Type == research.Identify {
			e.Traits = over(e.Traits, claims.Traits)
		}
	}
	return signedTraits(v, claims, events), claims, nil
}

// unproved says why a page is not believed.
func unproved(wrong error, claims *identity.Claims) error {
	switch {
	case wrong != nil:
		return wrong
	case claims != nil:
		return research.Errorf(research.Unauthenticated, "The identity token is of another user, or another browser, than the event. Pass the token of who is signed in.")
	}
	return research.Errorf(research.Unauthenticated, "This project requires a signed identity and the page passed none. Pass identityToken to init, or token to identify.")
}

// signedTraits puts an identify of what the token says before the person's first
// event. Its messageId follows from what is said, so that it is stored once.
func signedTraits(v visitor, claims *identity.Claims, events []research.Event) []research.Event {
	for i := range events {
		if e := events[i]; e.Verified && len(claims.Traits) > 0 {
			said := research.Event{Project: e.Project, Type: research.Identify, UserID: e.UserID, Traits: claims.Traits,
				MessageID: "idt-" + sumOf(claims), Timestamp: claims.IssuedAt.UTC().Truncate(time.Millisecond), ReceivedAt: e.ReceivedAt,
				Source: e.Source, Verified: true, TicketHash: v.ticket}
			if said.Timestamp.After(said.ReceivedAt) { // within the leeway
				said.Timestamp = said.ReceivedAt
			}
			return append([]research.Event{said}, events...)
		}
	}
	return events
}

// sumOf is the same for two tokens that say the same of the same user at the same
// time.
func sumOf(c *identity.Claims) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(c.UserID), c.Traits, []byte(c.IssuedAt.UTC().Format(time.RFC3339))} {
		h.Write(part)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// over is traits with the top-level keys of the signed ones in their place:
// where both say something, the signature counts.
func over(said, signed json.RawMessage) json.RawMessage {
	if len(signed) == 0 {
		return said
	}
	all := map[string]json.RawMessage{}
	if len(said) > 0 && json.Unmarshal(said, &all) != nil {
		all = map[string]json.RawMessage{}
	}
	if json.Unmarshal(signed, &all) != nil {
		return said
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(all) != nil {
		return said
	}
	return bytes.TrimSpace(b.Bytes())
}
