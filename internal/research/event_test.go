package research

import "testing"

func TestWhatAnEventMayDoToAPerson(t *testing.T) {
	user, nobody := UserKey("u_2"), AnonymousKey("a")
	rumour, token, signed := Event{UserID: "u_1"}, Event{UserID: "u_1", Verified: true}, Event{UserID: "u_1", Signed: true, Verified: true}
	for _, c := range []struct {
		name                       string
		event                      Event
		person                     PersonKey
		required                   bool
		mayFold, mayTeach, isProof bool
	}{
		{"a rumour of an anonymous person", rumour, nobody, false, true, true, false},
		{"a rumour of a user", rumour, user, false, false, true, false},
		{"a rumour where identity is required", rumour, nobody, true, false, true, false},
		{"a rumour of a user where identity is required", rumour, user, true, false, false, false},
		{"a token with an anonymous person", token, nobody, false, true, true, true},
		{"a token with another user", token, user, false, false, true, true},
		{"a token where identity is required", token, nobody, true, true, true, true},
		{"a token with another user where identity is required", token, user, true, false, true, true},
		{"signed, with another user", signed, user, false, true, true, true},
		{"signed, with another user where identity is required", signed, user, true, true, true, true},
		{"signed before anything is verified", Event{Signed: true}, user, true, true, true, true},
	} {
		c.event.Doubted = c.required && !c.event.Proved()
		if got := c.event.MayFold(c.person); got != c.mayFold {
			t.Errorf("%s: may fold %v", c.name, got)
		}
		if got := c.event.MayTeach(c.person); got != c.mayTeach {
			t.Errorf("%s: may teach %v", c.name, got)
		}
		if got := c.event.Proved(); got != c.isProof {
			t.Errorf("%s: proved %v", c.name, got)
		}
	}
}
