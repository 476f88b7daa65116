package research

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
	"testing/quick"
	"time"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// TestTraitsNeedNoOrder says identifies in every order, and splits them between
// an anonymous person and the user it folds into: what is known is the same.
func TestTraitsNeedNoOrder(t *testing.T) {
	said := func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 1))
		type identify struct {
			traits string
			at     time.Time
			seq    int64
		}
		var all []identify
		for i := range 6 {
			value := []string{"1", "2", `"x"`, "null"}[r.IntN(4)]
			all = append(all, identify{fmt.Sprintf(`{%q:%s}`, string(rune('a'+r.IntN(2))), value), noon.Add(time.Duration(r.IntN(3)) * time.Second), int64(i)})
		}
		apply := func(order []int, split int) string {
			user, anonymous := Traits{}, Traits{}
			for n, i := range order {
				into := user
				if n < split {
					into = anonymous
				}
				into.Set([]byte(all[i].traits), all[i].at, all[i].seq)
			}
			user.Fold(anonymous)
			return string(user.JSON())
		}
		return apply([]int{0, 1, 2, 3, 4, 5}, 0) == apply(r.Perm(6), r.IntN(7))
	}
	if err := quick.Check(said, nil); err != nil {
		t.Error(err)
	}
}

func TestTraits(t *testing.T) {
	tr := Traits{}
	tr.Set([]byte(`{"plan":"pro","seats":3}`), noon, 1)
	tr.Set([]byte(`{"plan":null}`), noon.Add(time.Second), 2)
	tr.Set([]byte(`{"plan":"late and older"}`), noon, 3)
	tr.Set([]byte(`["no","object"]`), noon, 4)
	if got := string(tr.JSON()); got != `{"seats":3}` {
		t.Errorf("got %s", got)
	}
	if tr.Get("plan") != nil || string(tr.Get("seats")) != "3" {
		t.Errorf("plan %s, seats %s", tr.Get("plan"), tr.Get("seats"))
	}
}

func TestPersonKeys(t *testing.T) {
	e := Event{UserID: "x", AnonymousID: "a"}
	if e.Person() != "u:x" || !e.Person().Identified() || e.Person().ID() != "x" {
		t.Errorf("user %q", e.Person())
	}
	e.UserID = ""
	if e.Person() != "a:a" || e.Person().Identified() {
		t.Errorf("anonymous %q", e.Person())
	}
	if UserKey("x").Shard(1) < 0 || UserKey("x").Shard(1) >= Shards || UserKey("x").Shard(1) == UserKey("x").Shard(2) {
		t.Error("a shard is a number below Shards, and follows from the project too")
	}
}

func TestIDsSayWhenAndAreUUIDs(t *testing.T) {
	id, err := NewID(PrefixInvite, noon, bytes.NewReader(bytes.Repeat([]byte{0xff}, 10)))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^inv_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("id %s", id)
	}
	later, err := NewID(PrefixInvite, noon.Add(time.Millisecond), bytes.NewReader(make([]byte, 10)))
	if err != nil || later <= id {
		t.Errorf("%s is not after %s, %v", later, id, err)
	}
	if _, err := NewID("x", noon, bytes.NewReader(nil)); err == nil {
		t.Error("an id without randomness")
	}
}

func TestAQuoteStandsRuneByRune(t *testing.T) {
	turn := Turn{N: 2, Speaker: Participant, Text: "Wir zahlen 🙈 zu viel, e\u0301cht."}
	quote := Quote{Turn: 2, Start: 11, End: 21, Text: "🙈 zu viel,"}
	for name, test := range map[string]struct {
		quote Quote
		turn  Turn
		stand bool
	}{
		"as said":         {quote, turn, true},
		"bytes for runes": {Quote{Turn: 2, Start: 11, End: 24, Text: "🙈 zu viel,"}, turn, false},
		"another case":    {Quote{Turn: 2, Start: 11, End: 21, Text: "🙈 zu Viel,"}, turn, false},
		"another turn":    {Quote{Turn: 3, Start: 11, End: 21, Text: "🙈 zu viel,"}, turn, false},
		"the interviewer": {quote, Turn{N: 2, Speaker: Interviewer, Text: turn.Text}, false},
		"set aside":       {quote, Turn{N: 2, Speaker: Participant, Text: turn.Text, Excluded: true}, false},
		"past the end":    {Quote{Turn: 2, Start: 11, End: 99, Text: "🙈 zu viel,"}, turn, false},
		"nothing":         {Quote{Turn: 2, Start: 3, End: 3}, turn, false},
		"negative":        {Quote{Turn: 2, Start: -1, End: 1, Text: "W"}, turn, false},
	} {
		if test.quote.In(test.turn) != test.stand {
			t.Errorf("%s: stands %v", name, !test.stand)
		}
	}
}

func TestInvitesOnlyMoveOn(t *testing.T) {
	states := []InviteState{InviteReserved, InviteShown, InviteAccepted, InviteDeclined, InviteExpired, InviteRevoked}
	may := map[InviteState]string{InviteReserved: "shown accepted declined expired revoked", InviteShown: "accepted declined expired revoked"}
	for _, from := range states {
		for _, to := range states {
			want := bytes.Contains([]byte(" "+may[from]+" "), []byte(" "+string(to)+" "))
			if from.CanBecome(to) != want {
				t.Errorf("%s to %s: %v", from, to, !want)
			}
		}
	}
}

func TestWhichInterviewsCount(t *testing.T) {
	answers := func(n int) (turns []Turn) {
		for range n {
			turns = append(turns, Turn{Speaker: Interviewer}, Turn{Speaker: Participant})
		}
		return turns
	}
	for name, test := range map[string]struct {
		i      Interview
		counts bool
	}{
		"completed":              {Interview{State: Completed, Turns: answers(1)}, true},
		"completed, then erased": {Interview{State: Completed}, false},
		"stopped early":          {Interview{State: Stopped, Turns: answers(1)}, false},
		"stopped with two":       {Interview{State: Stopped, Turns: answers(2)}, true},
		"abandoned with two":     {Interview{State: Abandoned, Turns: answers(2)}, true},
		"in distress":            {Interview{State: Stopped, Reason: "distress", Turns: answers(5)}, false},
		"running":                {Interview{State: Running, Turns: answers(5)}, false},
		"declined":               {Interview{State: Declined}, false},
	} {
		if test.i.Countable() != test.counts {
			t.Errorf("%s: counts %v", name, !test.counts)
		}
	}
}

func TestErrorsKeepTheirCode(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("around: %w", &Error{Code: NotFound, Message: "There is none.", Err: cause})
	if CodeOf(err) != NotFound || !errors.Is(err, cause) || CodeOf(cause) != Internal || CodeOf(nil) != "" {
		t.Errorf("codes %s, %s, %s", CodeOf(err), CodeOf(cause), CodeOf(nil))
	}
	if got := Errorf(Invalid, "no %d", 7).Error(); got != "no 7" {
		t.Errorf("message %q", got)
	}
}

func TestTextInALanguage(t *testing.T) {
	text := Text{"": "base", "de": "deutsch", "pt-BR": "brasileiro"}
	for lang, want := range map[string]string{"de": "deutsch", "de-AT": "deutsch", "pt-BR": "brasileiro", "fr": "base", "": "base"} {
		if got := text.In(lang); got != want {
			t.Errorf("%q: %s", lang, got)
		}
	}
	if got := (Text{"en": "hello"}).In("fr"); got != "hello" {
		t.Errorf("without a base: %s", got)
	}
	if _, err := json.Marshal(text); err != nil {
		t.Error(err)
	}
}
