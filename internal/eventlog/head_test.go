package eventlog

import (
	"math/rand/v2"
	"testing"
	"testing/quick"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

func TestHeadsAreReadAsTheyWereWritten(t *testing.T) {
	round := func(heads []Head, rest [5]byte) bool {
		stored := append(AppendHeads(nil, heads), rest[:]...)
		return cmp.Diff(append([]Head{}, heads...), ParseHeads(stored)) == ""
	}
	if err := quick.Check(round, nil); err != nil {
		t.Error(err)
	}
}

func TestHashes(t *testing.T) {
	const p, other = research.ProjectID(7), research.ProjectID(8)
	ids := func(id string) bool {
		user, anon := UserHash(p, research.UserID(id)), AnonHash(p, research.AnonymousID(id))
		if id == "" {
			return user == 0 && anon == 0
		}
		return user != 0 && anon != 0 && user != anon && user.asOther() == anon && anon.asOther() == user &&
			user != UserHash(other, research.UserID(id)) && anon != AnonHash(other, research.AnonymousID(id)) &&
			PersonHash(p, research.UserKey(research.UserID(id))) == user && PersonHash(p, research.AnonymousKey(research.AnonymousID(id))) == anon &&
			NameHash(p, research.Track, id) != NameHash(p, research.Page, id) && NameHash(p, research.Track, id) != NameHash(other, research.Track, id) &&
			NameHash(p, "", id) != user
	}
	for _, id := range []string{"", "a", "\x00", "u:a"} {
		if !ids(id) {
			t.Errorf("hashes of %q", id)
		}
	}
	if err := quick.Check(ids, nil); err != nil {
		t.Error(err)
	}
	twice := func(h Hash) bool { return h.asOther().asOther() == h && (h == 0) == (h.asOther() == 0) }
	for _, h := range []Hash{0, 1, anonymous, anonymous - 1, ^Hash(0)} {
		if !twice(h) {
			t.Errorf("%x has no other", h)
		}
	}
	if err := quick.Check(twice, nil); err != nil {
		t.Error(err)
	}
}

func TestAHeadSaysWhatItsEventSays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, b := anyEvent(r), anyEvent(r)
		b.Project = a.Project
		x, y := HeadOf(&a), HeadOf(&b)
		if (x.Message == y.Message) != (a.MessageID == b.MessageID) {
			t.Fatalf("messages %q and %q", a.MessageID, b.MessageID)
		}
		same := a.Type == b.Type && a.Name == b.Name && a.UserID == b.UserID && a.AnonymousID == b.AnonymousID && (a.Type != research.Alias || a.PreviousID == b.PreviousID)
		if (x.Print == y.Print) != same {
			t.Fatalf("prints of %+v and %+v", a, b)
		}
		if (x.Prev != 0) != (a.Type == research.Alias && a.PreviousID != "") || x.At != a.Timestamp.UnixMilli() {
			t.Fatalf("%+v of %+v", x, a)
		}
		if got, want := x.Repeats(&y), !a.Signed && !a.Verified || b.Signed || same; got != want {
			t.Fatalf("%+v repeats %+v: %v", a, b, got)
		}
		b.Project++
		if y = HeadOf(&b); x.Message == y.Message {
			t.Fatal("two projects meet")
		}
	}
}
