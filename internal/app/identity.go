package app

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"math/bits"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
)

// Verify says of an event that came in whether its userId is proved: by the
// secret it came with, or by the project's identity token. It takes the token
// away: nobody keeps it. Call it once the event's project and Signed are known.
func (a *App) Verify(p *research.Project, e *research.Event, now time.Time) {
	token := e.Token
	e.Token, e.Verified = "", e.Signed
	if !e.Signed && token != "" && e.UserID != "" {
		claims, _ := a.Prove(p, token, now) // counted there; the event stays a rumour
		e.Verified = claims.Proves(e)
	}
	e.Doubted = p.Settings.Identity == research.IdentityRequired && !e.Proved()
}

// Prove implements sdk.Identity: what a token says, nil where there is none or
// the project does not look at tokens.
func (a *App) Prove(p *research.Project, token string, now time.Time) (*identity.Claims, error) {
	if p.Settings.Identity == research.IdentityOff || token == "" {
		return nil, nil
	}
	claims, err := identity.Verify(token, a.catalog.identityKeys(p), now)
	if set, there := a.catalog.keySet(p); there && errors.Is(err, identity.UnknownKey) && a.keySets.renewed(set) {
		claims, err = identity.Verify(token, a.catalog.identityKeys(p), now)
	}
	if err != nil {
		a.refused.count(p.Key, err)
		a.tally.Refused(ingest.Refusal{Project: p.ID, Source: research.FromBrowser, Why: tokenWhy(err)})
	}
	return claims, err
}

// Unproved implements sdk.Identity.
func (a *App) Unproved(p *research.Project) {
	a.tally.Refused(ingest.Refusal{Project: p.ID, Source: research.FromBrowser, Why: "unproved"})
}

// tokenWhy is what is wrong with a token, as Connect counts it.
func tokenWhy(err error) string {
	switch {
	case errors.Is(err, identity.Expired):
		return "token_expired"
	case errors.Is(err, identity.UnknownKey), errors.Is(err, identity.BadSignature), errors.Is(err, identity.BadAlgorithm):
		return "token_key"
	case errors.Is(err, identity.Early):
		return "token_early"
	case errors.Is(err, identity.BadAudience):
		return "token_audience"
	}
	return "token_form"
}

// refusals counts identity tokens that proved nothing, by project and reason.
type refusals struct {
	log *slog.Logger
	mu  sync.Mutex
	n   map[[2]string]uint
}

// count logs the 1st, 2nd, 4th, 8th and so on: anybody can send a bad token.
func (r *refusals) count(project string, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == nil {
		r.n = map[[2]string]uint{}
	}
	key := [2]string{project, why.Error()}
	r.n[key]++
	if n := r.n[key]; bits.OnesCount(n) == 1 {
		r.log.Warn("identity tokens were refused", "project", project, "times", n, "reason", why.Error())
	}
}

// identitySecret is the secret that the customer's server signs tokens with. It
// follows from the instance key, so that only kid is stored.
func (a *App) identitySecret(project, kid string) string {
	b, err := hkdf.Key(sha256.New, a.key, nil, "identity-secret:"+project+":"+kid, sha256.Size)
	if err != nil { // only for more bytes than a hash can give
		panic(err)
	}
	return "is_" + base64.RawURLEncoding.EncodeToString(b)
}

// identityKey is a stored key, ready to verify with.
func (a *App) identityKey(project string, k store.IdentityKey) (identity.Key, error) {
	if k.PublicKey == "" {
		return identity.SecretKey(a.identitySecret(project, k.KID))
	}
	return identity.PublicKey(k.PublicKey)
}
