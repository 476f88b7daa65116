package invite

import (
	"bytes"
	"testing"
)

func TestTokens(t *testing.T) {
	key, other := []byte("key"), []byte("other key")
	token := Token(key, "inv_1")
	if len(token) != 22 || token != Token(key, "inv_1") {
		t.Errorf("token %q: 128 bits, the same again", token)
	}
	if token == Token(key, "inv_2") || token == Token(other, "inv_1") {
		t.Error("two invites, or two instances, share a token")
	}
	if bytes.Contains(TokenHash(token), []byte(token)) || !bytes.Equal(TokenHash(token), TokenHash(token)) {
		t.Error("the hash tells the token, or changes")
	}
}

func TestTickets(t *testing.T) {
	if TicketHash("") != nil {
		t.Error("no ticket has a hash: everybody without one would share it")
	}
	if !bytes.Equal(TicketHash("a"), TicketHash("a")) || bytes.Equal(TicketHash("a"), TicketHash("b")) {
		t.Error("hashes of tickets")
	}
}

func TestSteps(t *testing.T) {
	for _, s := range []Step{Shown, Accepted, Declined, Later, Never, Refused} {
		if !s.Known() {
			t.Errorf("%s is not known", s)
		}
	}
	if Step("eaten").Known() {
		t.Error("anything is known")
	}
}
