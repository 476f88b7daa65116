package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// keyList is a project's keys of a kind, the newest first: "c" the current one,
// "p" one that is valid still, "r" a revoked one.
func keyList(t *testing.T, db *store.DB, p *research.Project, kind research.KeyKind) string {
	t.Helper()
	all, err := db.Reports().Keys(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, k := range all {
		state := "p"
		switch {
		case k.Current:
			state = "c"
		case !k.Revoked.IsZero():
			state = "r"
		}
		if k.Kind == kind {
			out = append(out, k.Prefix+" "+state)
		}
	}
	return strings.Join(out, ", ")
}

func TestKeysRotateTwoValidAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct {
			kind                        research.KeyKind
			made, once, twice, released string
		}{
			{research.KeyServer, "sk_se c", "sk_1 c, sk_se p", "sk_2 c, sk_1 p, sk_se r", "sk_2 c, sk_1 r, sk_se r"},
			{research.KeyAPI, "uc_ap c", "uc_1 c, uc_ap p", "uc_2 c, uc_1 p, uc_ap r", "uc_2 c, uc_1 r, uc_ap r"},
			{research.KeyWrite, "wk_wr c", "wk_1 c, wk_wr p", "wk_2 c, wk_1 p, wk_wr r", "wk_2 c, wk_1 r, wk_wr r"},
			{research.KeyWebhook, "webhook 1 c", "webhook 2 c, webhook 1 p", "webhook 3 c, webhook 2 p, webhook 1 r", "webhook 3 c, webhook 2 r, webhook 1 r"},
			{research.KeyIdentity, "", "idk_1 c", "idk_2 c, idk_1 p", "idk_2 c, idk_1 r"},
		} {
			p := project(t, db, string(c.kind[:2]))
			step := func(what, want string) {
				t.Helper()
				if got := keyList(t, db, p, c.kind); got != want {
					t.Errorf("%s, %s: %s, want %s", c.kind, what, got, want)
				}
			}
			step("made", c.made)
			rotate(t, db, p, c.kind, 1)
			step("rotated", c.once)
			rotate(t, db, p, c.kind, 2)
			step("rotated again", c.twice)
			if n, err := db.RevokeOldKeys(t.Context(), p.ID, c.kind, noon); n != 1 || err != nil {
				t.Errorf("%s: revoked %d, %v", c.kind, n, err)
			}
			step("old ones revoked", c.released)
			if n, err := db.RevokeOldKeys(t.Context(), p.ID, c.kind, noon); n != 0 || err != nil {
				t.Errorf("%s: revoked %d again, %v", c.kind, n, err)
			}
		}
	})
}

// rotate makes the nth new key of a kind, all in one millisecond.
func rotate(t *testing.T, db *store.DB, p *research.Project, kind research.KeyKind, n int) {
	t.Helper()
	name, err := fmt.Sprint(n), error(nil)
	switch kind {
	case research.KeyServer:
		err = db.RotateSecret(t.Context(), p.ID, kind, "sk_"+name, noon)
	case research.KeyAPI:
		err = db.RotateSecret(t.Context(), p.ID, kind, "uc_"+name, noon)
	case research.KeyWrite:
		err = db.RotateWriteKey(t.Context(), p.ID, research.WriteKey("wk_"+name), noon)
	case research.KeyWebhook:
		var generation int
		if generation, err = db.RotateWebhook(t.Context(), p.ID, noon); generation != n {
			t.Errorf("generation %d, want %d", generation, n)
		}
	case research.KeyIdentity:
		err = db.PutIdentityKey(t.Context(), store.IdentityKey{Project: p.ID, KID: "idk_" + name, Algorithm: "HS256"}, noon)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRevokedKeysOpenNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, other := project(t, db, "one"), project(t, db, "two")
		for n := 1; n <= 2; n++ {
			for _, kind := range research.KeyKinds {
				if kind != research.KeyServer && kind != research.KeyAPI {
					rotate(t, db, p, kind, n)
				}
			}
			if err := db.RotateSecret(t.Context(), p.ID, research.KeyServer, fmt.Sprint("sk_n", n), noon); err != nil {
				t.Fatal(err)
			}
		}
		for key, valid := range map[string]bool{"sk_one": false, "sk_n1": true, "sk_n2": true, "sk_two": true} {
			if _, err := db.ProjectBySecret(t.Context(), "server", key); (err == nil) != valid {
				t.Errorf("%s: %v", key, err)
			}
		}
		k, err := db.ValidKeys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprintf("%+v", k), fmt.Sprintf("{Identity:[{Project:%[1]d KID:idk_1 Algorithm:HS256 PublicKey:} {Project:%[1]d KID:idk_2 Algorithm:HS256 PublicKey:}] "+
			"Write:[{Project:%[1]d Key:wk_1}] Webhooks:[{Project:%[1]d Generation:1} {Project:%[1]d Generation:2}]}", p.ID); got != want {
			t.Errorf("valid are %s, want %s", got, want)
		}
		if got := keyList(t, db, other, research.KeyServer); got != "sk_two c" {
			t.Errorf("the neighbour's: %s", got)
		}
	})
}

func TestRotationIsTakenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := project(t, db, "seen")
		for _, kind := range research.KeyKinds {
			before, err := db.Revision(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			rotate(t, db, p, kind, 1)
			if after, err := db.Revision(t.Context()); err != nil || after <= before {
				t.Errorf("%s: revision %d, then %d, %v", kind, before, after, err)
			}
		}
	})
}
