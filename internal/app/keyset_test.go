package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// publisher is a customer's server of keys, and what it signs with.
type publisher struct {
	*httptest.Server
	t       *testing.T
	private map[string]any // by kid
	mu      sync.Mutex
	answer  func(http.ResponseWriter) // nil: the keys
	shown   []object
	asked   atomic.Int64
}

func publishes(t *testing.T) *publisher {
	p := &publisher{t: t, private: map[string]any{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.answer != nil {
			p.answer(w)
			return
		}
		if err := json.NewEncoder(w).Encode(object{"keys": p.shown}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// rotates publishes new keys in the place of those so far.
func (p *publisher) rotates(kids ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown = nil
	for i, kid := range kids {
		if i%2 == 0 {
			k, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				p.t.Fatal(err)
			}
			p.private[kid] = k
			p.shown = append(p.shown, object{"kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": encoded(k.N.Bytes()), "e": encoded(big.NewInt(int64(k.E)).Bytes())})
			continue
		}
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			p.t.Fatal(err)
		}
		point, err := k.PublicKey.Bytes()
		if err != nil {
			p.t.Fatal(err)
		}
		p.private[kid] = k
		p.shown = append(p.shown, object{"kty": "EC", "crv": "P-256", "kid": kid, "x": encoded(point[1:33]), "y": encoded(point[33:])})
	}
}

func (p *publisher) answers(with func(http.ResponseWriter)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = with
}

func (p *publisher) token(project, kid string) string {
	var method jwt.SigningMethod = jwt.SigningMethodES256
	if _, ok := p.private[kid].(*rsa.PrivateKey); ok {
		method = jwt.SigningMethodRS256
	}
	t := jwt.NewWithClaims(method, jwt.MapClaims{"sub": "ann", "aud": project, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	t.Header["kid"] = kid
	text, err := t.SignedString(p.private[kid])
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// proves tells whether a token is believed now.
func (s *site) proves(token string) bool {
	e := research.Event{UserID: "ann", Token: token}
	s.app.Verify(s.of(s.keys), &e, time.Now())
	return e.Verified
}

// aMinuteLater lets key sets be read again.
func (s *site) aMinuteLater() {
	s.app.keySets.work.Wait()
	s.app.keySets.mu.Lock()
	defer s.app.keySets.mu.Unlock()
	clear(s.app.keySets.looks)
}

func TestKeysAreFoundAtAnAddress(t *testing.T) {
	for engine, database := range map[string]string{"sqlite": "", "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			s := startWith(t, database, func(c *config.Config) { c.PrivateWebhooks = true })
			p := publishes(t)
			p.rotates("one", "two")
			set, err := s.app.SetKeySet(t.Context(), s.of(s.keys), p.URL+"/jwks.json")
			if err != nil || len(set.Keys) != 2 || set.Wrong != "" {
				t.Fatalf("%+v %v", set, err)
			}
			s.identity(s.keys, research.IdentityRequired)
			one, two := p.token(s.keys.Project, "one"), p.token(s.keys.Project, "two")
			if !s.proves(one) || !s.proves(two) || s.proves(p.token("prj_other", "one")) {
				t.Error("the keys of the set do not prove")
			}
			if n := p.asked.Load(); n != 1 {
				t.Errorf("read %d times for keys that are known", n)
			}

			p.rotates("three")
			if three := p.token(s.keys.Project, "three"); !s.proves(three) {
				t.Error("a new key is not found")
			}
			if s.proves(one) {
				t.Error("a key that is published no more is believed")
			}
			for range 50 {
				if s.proves(one) {
					t.Error("believed")
				}
			}
			if n := p.asked.Load(); n != 2 {
				t.Errorf("read %d times within a minute", n)
			}
			s.keepsKeysWhileTheAddressIsDown(p)
			s.endsKeysThatCannotBeRead(p)
			s.endsTheKeySet()
		})
	}
}

func (s *site) keepsKeysWhileTheAddressIsDown(p *publisher) {
	s.t.Helper()
	old := p.token(s.keys.Project, "three")
	p.rotates("four")
	four := p.token(s.keys.Project, "four")
	for says, answer := range map[string]func(http.ResponseWriter){
		"answered 500": func(w http.ResponseWriter) { http.Error(w, "down", http.StatusInternalServerError) },
		"no key set":   func(w http.ResponseWriter) { fmt.Fprint(w, "<!doctype html>") },
		"no key to":    func(w http.ResponseWriter) { fmt.Fprint(w, `{"keys":[]}`) },
		"a secret": func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"keys":[{"kty":"oct","kid":"four","k":"c2VjcmV0LW9mLWhvc3RpbGU"}]}`)
		},
		"than 64 KiB": func(w http.ResponseWriter) { fmt.Fprint(w, strings.Repeat(" ", identity.MaxSet+1)) },
		"a redirect":  func(w http.ResponseWriter) { w.Header().Set("Location", "/other"); w.WriteHeader(http.StatusFound) },
	} {
		p.answers(answer)
		s.aMinuteLater()
		if s.proves(four) || !s.proves(old) {
			s.t.Errorf("%s: the new key proves %v, the known one %v", says, s.proves(four), s.proves(old))
		}
		set, err := s.app.db.Reports().KeySet(s.t.Context(), s.of(s.keys).ID)
		if err != nil || !strings.Contains(set.Wrong, says) || len(set.Keys) != 1 {
			s.t.Errorf("%s: %+v %v", says, set, err)
		}
		if c := s.app.checkIdentity(s.t.Context()); !strings.Contains(c.Problem, says) || !strings.Contains(c.Problem, s.keys.Project) {
			s.t.Errorf("%s: doctor says %+v", says, c)
		}
	}
	if strings.Contains(s.log.String(), "c2VjcmV0") || !strings.Contains(s.log.String(), "a key set cannot be used") {
		s.t.Error("the log has a secret, or nothing")
	}
	p.answers(nil)
	s.aMinuteLater()
	if !s.proves(four) || s.proves(old) {
		s.t.Error("the address is back and not read")
	}
}

// endsKeysThatCannotBeRead lets the address be down for a day.
func (s *site) endsKeysThatCannotBeRead(p *publisher) {
	s.t.Helper()
	four := p.token(s.keys.Project, "four")
	p.answers(func(w http.ResponseWriter) { http.Error(w, "down", http.StatusInternalServerError) })
	down := store.KeySet{Project: s.of(s.keys).ID, URL: p.URL + "/jwks.json", Wrong: "It is down.", Tried: time.Now().Add(store.UnreadLife)}
	if err := errors.Join(s.app.db.RenewKeySet(s.t.Context(), down), s.app.catalog.refresh(s.t.Context())); err != nil {
		s.t.Fatal(err)
	}
	if s.proves(four) {
		s.t.Error("a key that nobody could read for a day is believed")
	}
	p.answers(nil)
	s.aMinuteLater()
	if !s.proves(four) {
		s.t.Error("the address is back and its key is not believed")
	}
}

func (s *site) endsTheKeySet() {
	s.t.Helper()
	if _, err := s.app.SetKeySet(s.t.Context(), s.of(s.keys), ""); research.CodeOf(err) != research.Conflict {
		s.t.Errorf("ended, and tokens are required: %v", err)
	}
	key := s.rotate(s.keys, research.KeyIdentity)
	if set, err := s.app.SetKeySet(s.t.Context(), s.of(s.keys), ""); set != nil || err != nil {
		s.t.Errorf("%+v, %v", set, err)
	}
	if !s.proves(tokenOf(key, "ann")) {
		s.t.Error("the project's own key does not prove")
	}
}

func TestAddressesThatAreNoKeySet(t *testing.T) {
	p := publishes(t)
	p.rotates("one")
	strict, open := start(t, ""), startWith(t, "", func(c *config.Config) { c.PrivateWebhooks = true })
	for url, says := range map[string]string{p.URL: "https://", "https://127.0.0.1/keys": "private network", "https://169.254.169.254/latest": "private network", "x": "no address",
		"https://u:hush@example.com/keys": "before its host", "https://example.com:8443/keys": "port 443"} {
		if _, err := strict.app.SetKeySet(t.Context(), strict.of(strict.keys), url); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if p.asked.Load() > 0 {
		t.Error("an address of this machine was called")
	}
	p.answers(func(w http.ResponseWriter) { fmt.Fprint(w, `{"keys":[]}`) })
	if _, err := open.app.SetKeySet(t.Context(), open.of(open.keys), p.URL); research.CodeOf(err) != research.Invalid {
		t.Errorf("nothing in it: %v", err)
	}
	if set, err := open.app.db.Reports().KeySet(t.Context(), open.of(open.keys).ID); set != nil || err != nil {
		t.Errorf("kept: %+v %v", set, err)
	}
}

// setStore is a store of one key set.
type setStore struct {
	mu   sync.Mutex
	sets []store.KeySet
	kept []store.KeySet
}

func (s *setStore) KeySets(context.Context) ([]store.KeySet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]store.KeySet{}, s.sets...), nil
}

func (s *setStore) RenewKeySet(_ context.Context, k store.KeySet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, k)
	s.sets[0].Tried, s.sets[0].Wrong = k.Tried, k.Wrong
	return nil
}

// first is the key set as the next request reads it.
func (s *setStore) first() store.KeySet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sets[0]
}

// reads is how often it was read.
func (s *setStore) reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

// slowSets is key sets whose address takes so long.
func slowSets(takes time.Duration) (*keySets, *setStore) {
	kept := &setStore{sets: []store.KeySet{{Project: 1, URL: "https://one.example", Tried: time.Now()}}}
	return &keySets{store: kept, now: time.Now, log: slog.New(slog.DiscardHandler), taken: func(context.Context) error { return nil },
		read: func(ctx context.Context, _ string, _ int) ([]byte, error) {
			select {
			case <-time.After(takes):
				return nil, research.Errorf(research.Invalid, "It answered 500.")
			case <-ctx.Done():
				return nil, research.Errorf(research.Invalid, "It did not answer in time.")
			}
		}}, kept
}

func TestNobodyWaitsLongForAKeySet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sets, kept := slowSets(time.Hour)
		began := time.Now()
		var waiting sync.WaitGroup
		for range 2500 { // a batch, and other requests beside it
			waiting.Go(func() {
				for range 3 {
					if sets.renewed(kept.first()) {
						t.Error("worth another look")
					}
				}
			})
		}
		waiting.Wait()
		if waited := time.Since(began); waited != setPatience {
			t.Errorf("waited %v", waited)
		}
		sets.work.Wait()
		if took := time.Since(began); took != setTimeout || len(kept.kept) != 1 || kept.kept[0].Wrong != "It did not answer in time." {
			t.Errorf("%v, kept %+v", took, kept.kept)
		}
	})
}

func TestAKeySetIsReadAtMostOnceAMinuteForStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sets, kept := slowSets(10 * time.Millisecond)
		for range 600 { // ten minutes of kids that are made up
			sets.renewed(kept.first())
			time.Sleep(time.Second)
		}
		if n := kept.reads(); n != 10 {
			t.Errorf("read %d times", n)
		}
	})
}

func TestKeySetsAreReadNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sets, kept := slowSets(0)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); sets.run(ctx) }()
		time.Sleep(setEvery + time.Second) // the first failure
		synctest.Wait()
		if n := kept.reads(); n != 1 {
			t.Errorf("read %d times in %v", n, setEvery)
		}
		time.Sleep(5 * setAgain) // and again until it is well
		synctest.Wait()
		if n := kept.reads(); n != 6 {
			t.Errorf("read %d times after a failure", n)
		}
		stop()
		<-done
	})
}
