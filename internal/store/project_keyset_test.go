package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func publishedAt(p *research.Project, url string, at time.Time, kids ...string) store.KeySet {
	s := store.KeySet{Project: p.ID, URL: url, Read: at, Tried: at}
	for _, kid := range kids {
		s.Keys = append(s.Keys, store.IdentityKey{Project: p.ID, KID: kid, Algorithm: "RS256", PublicKey: "PEM " + kid})
	}
	return s
}

func (k kept) is(p *research.Project, url, kids, wrong string, read, tried time.Time) {
	k.t.Helper()
	got, err := k.db.Reports().KeySet(k.t.Context(), p.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	if got == nil {
		got = &report.KeySet{}
	}
	var have []string
	for _, key := range got.Keys {
		have = append(have, key.Prefix+" "+key.Algorithm)
	}
	if got.URL != url || strings.Join(have, ", ") != kids || got.Wrong != wrong || url != "" && (!got.Read.Equal(read) || !got.Tried.Equal(tried)) {
		k.t.Errorf("is %+v, want %s with %q, wrong %q, read %v, tried %v", got, url, kids, wrong, read, tried)
	}
}

type kept struct {
	t  *testing.T
	db *store.DB
}

func (k kept) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// grew tells whether running servers were told of a change.
func (k kept) grew(change func() error) bool {
	k.t.Helper()
	before, err := k.db.Revision(k.t.Context())
	k.must(err)
	k.must(change())
	after, err := k.db.Revision(k.t.Context())
	k.must(err)
	return after > before
}

// TestKeysThatCannotBeReadEnd: an owner who took a key away must not be kept from
// it for ever by an address that is down.
func TestKeysThatCannotBeReadEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k, p := kept{t, db}, project(t, db, "one")
		const url = "https://one.example/keys"
		fails := func(after time.Duration) func() error {
			s := publishedAt(p, url, noon.Add(after), "evil")
			s.Wrong = "It answered 500."
			return func() error { return db.RenewKeySet(t.Context(), s) }
		}
		rotate(t, db, p, research.KeyIdentity, 1)
		k.must(db.PutKeySet(t.Context(), publishedAt(p, url, noon, "a")))
		for _, step := range []struct {
			after time.Duration
			kids  string
			told  bool
		}{
			{store.UnreadLife - time.Millisecond, "a RS256", false},
			{store.UnreadLife, "", true},
			{store.UnreadLife + time.Minute, "", false},
		} {
			if told := k.grew(fails(step.after)); told != step.told {
				t.Errorf("%v: servers are told: %v", step.after, told)
			}
			k.is(p, url, step.kids, "It answered 500.", noon, noon.Add(step.after))
		}
		valid, err := db.ValidKeys(t.Context())
		if k.must(err); len(valid.IdentityOf(p.ID)) != 1 || valid.IdentityOf(p.ID)[0].KID != "idk_1" {
			t.Errorf("the project's own keys are %+v", valid.IdentityOf(p.ID))
		}
		back := noon.Add(48 * time.Hour)
		if !k.grew(func() error { return db.RenewKeySet(t.Context(), publishedAt(p, url, back, "a")) }) {
			t.Error("nobody is told that it is back")
		}
		k.is(p, url, "a RS256", "", back, back)
	})
}

func TestAKeySet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k, p, other := kept{t, db}, project(t, db, "one"), project(t, db, "two")
		put := func(s store.KeySet) func() error { return func() error { return db.PutKeySet(t.Context(), s) } }
		renew := func(s store.KeySet) func() error { return func() error { return db.RenewKeySet(t.Context(), s) } }
		later, last := noon.Add(time.Hour), noon.Add(2*time.Hour)
		k.is(p, "", "", "", noon, noon)
		k.must(put(publishedAt(other, "https://two.example/keys", noon, "a"))())
		if !k.grew(put(publishedAt(p, "https://one.example/keys", noon, "a", "b"))) {
			t.Error("nobody is told of a key set")
		}
		k.is(p, "https://one.example/keys", "a RS256, b RS256", "", noon, noon)
		if k.grew(renew(publishedAt(p, "https://one.example/keys", later, "b", "a"))) {
			t.Error("the same keys are told as a change")
		}
		k.is(p, "https://one.example/keys", "a RS256, b RS256", "", later, later)
		failed := publishedAt(p, "https://one.example/keys", last)
		failed.Wrong = "It answered 500."
		if k.grew(renew(failed)) {
			t.Error("an outage is told as a change")
		}
		k.is(p, "https://one.example/keys", "a RS256, b RS256", "It answered 500.", later, last)
		if !k.grew(renew(publishedAt(p, "https://one.example/keys", last, "B", "a"))) {
			t.Error("nobody is told of another key")
		}
		k.must(renew(publishedAt(p, "https://former.example/keys", last, "evil"))())
		k.is(other, "https://two.example/keys", "a RS256", "", noon, noon)
		rotate(t, db, p, research.KeyIdentity, 1)
		valid, err := db.ValidKeys(t.Context())
		k.must(err)
		if got := fmt.Sprint(valid.IdentityOf(p.ID)); !strings.HasPrefix(got, fmt.Sprintf("[{%d idk_1 HS256 }", p.ID)) || len(valid.IdentityOf(p.ID)) != 3 || strings.Contains(got, "evil") {
			t.Errorf("valid are %s", got)
		}
		k.must(put(publishedAt(p, "https://new.example/keys", last, "c"))())
		k.is(p, "https://new.example/keys", "c RS256", "", last, last)
		all, err := db.KeySets(t.Context())
		if k.must(err); len(all) != 2 || all[0].URL != "https://new.example/keys" || all[1].Project != other.ID {
			t.Errorf("key sets %+v", all)
		}
		if !k.grew(put(store.KeySet{Project: p.ID})) {
			t.Error("nobody is told of the end")
		}
		k.is(p, "", "", "", noon, noon)
		k.must(renew(publishedAt(p, "https://new.example/keys", last, "c"))()) // that was under way
		k.is(p, "", "", "", noon, noon)
	})
}
