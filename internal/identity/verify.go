package identity

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/usercall/usercall/internal/research"
)

// Limits of a token.
const (
	MaxToken = 4 << 10        // bytes, asked before anything is decoded
	MaxLife  = 24 * time.Hour // from iat to exp
	leeway   = 60 * time.Second
)

// Keys is what proves the tokens of one project.
type Keys struct {
	Audience string         // what aud has to name: the project's key
	ByID     map[string]Key // by kid; keys of other projects are never among them
}

// Claims is what a token says once it is proved.
type Claims struct {
	UserID      research.UserID
	AnonymousID research.AnonymousID // "": of any browser
	Traits      json.RawMessage      // an object with the e-mail address in it; nil: none
	IssuedAt    time.Time
}

// Proves tells whether the claims are about the user, and the browser, of the
// event. Ids are compared as bytes.
func (c *Claims) Proves(e *research.Event) bool {
	if c == nil || e.UserID == "" || e.UserID != c.UserID {
		return false
	}
	return c.AnonymousID == "" || e.AnonymousID == "" || e.AnonymousID == c.AnonymousID
}

// Verify reads a token. The key is the project's own that kid names, and the
// algorithm is that key's: a header that says another is refused. Every error is
// a *research.Error that says what the customer's server has to do.
func Verify(token string, k Keys, now time.Time) (*Claims, error) {
	if len(token) > MaxToken {
		return nil, Huge
	}
	var c body
	_, err := jwt.ParseWithClaims(token, &c, k.find, jwt.WithValidMethods(algorithms), jwt.WithAudience(k.Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		return nil, refusal(err)
	}
	return c.claims()
}

// body is the payload of a token.
type body struct {
	jwt.RegisteredClaims
	AnonymousID string                     `json:"anonymousId"`
	Email       string                     `json:"email"`
	Traits      map[string]json.RawMessage `json:"traits"`
}

// claims checks what is ours to ask of a token whose signature and times hold.
func (b *body) claims() (*Claims, error) {
	switch {
	case b.Subject == "":
		return nil, Nobody
	case b.IssuedAt == nil || b.ExpiresAt.Sub(b.IssuedAt.Time) > MaxLife:
		return nil, TooLong
	}
	traits, err := b.traits()
	return &Claims{UserID: research.UserID(b.Subject), AnonymousID: research.AnonymousID(b.AnonymousID),
		Traits: traits, IssuedAt: b.IssuedAt.Time}, err
}

// traits puts the e-mail address where other traits are.
func (b *body) traits() (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	for k, v := range b.Traits {
		all[k] = v
	}
	if b.Email != "" {
		email, err := json.Marshal(b.Email)
		if err != nil {
			return nil, err
		}
		all["email"] = email
	}
	if len(all) == 0 {
		return nil, nil
	}
	return json.Marshal(all)
}

// fromOutside is header parameters that bring a key along, or say where one is,
// and crit, which asks for what we do not know.
var fromOutside = []string{"jku", "x5u", "jwk", "x5c", "crit"}

// find picks the key for a token before its signature is looked at.
func (k Keys) find(t *jwt.Token) (any, error) {
	for _, name := range fromOutside {
		if _, there := t.Header[name]; there {
			return nil, BadHeader
		}
	}
	kid, _ := t.Header["kid"].(string)
	key, ok := k.ByID[kid]
	switch {
	case !ok:
		return nil, UnknownKey
	case t.Method.Alg() != string(key.Algorithm):
		return nil, BadAlgorithm
	}
	return key.verifier, nil
}

// What can be wrong with a token.
var (
	Huge         = refuse("The identity token has more than %d bytes. Put fewer traits into it.", MaxToken)
	Malformed    = refuse("The identity token is no JWT of three parts.")
	BadHeader    = refuse("The identity token's header names a key of its own or an extension. Sign it with alg, kid and typ only.")
	UnknownKey   = refuse("The identity token's kid names no valid key of this project. Take it from Settings, Keys.")
	BadAlgorithm = refuse("The identity token is signed with another algorithm than its key is for.")
	BadSignature = refuse("The identity token's signature is not of this project's key.")
	Expired      = refuse("The identity token has expired. Let your server make one for each page load.")
	Incomplete   = refuse("The identity token lacks exp or aud. Let it end within 24 hours of iat, and put this project's key into aud.")
	Early        = refuse("The identity token is from the future. Set the clock of your server.")
	TooLong      = refuse("The identity token has no iat, or is valid for more than 24 hours from it.")
	BadAudience  = refuse("The identity token's aud is not this project's key.")
	Nobody       = refuse("The identity token's sub is empty. Put the userId there.")
)

func refuse(format string, args ...any) *research.Error {
	return research.Errorf(research.Unauthenticated, format, args...)
}

// refusal says in our words what the library found first.
func refusal(err error) error {
	var own *research.Error
	if errors.As(err, &own) {
		return own
	}
	for _, r := range []struct{ is, say error }{
		{jwt.ErrTokenSignatureInvalid, BadSignature}, {jwt.ErrTokenRequiredClaimMissing, Incomplete}, {jwt.ErrTokenExpired, Expired},
		{jwt.ErrTokenNotValidYet, Early}, {jwt.ErrTokenUsedBeforeIssued, Early}, {jwt.ErrTokenInvalidAudience, BadAudience},
	} {
		if errors.Is(err, r.is) {
			return r.say
		}
	}
	return Malformed
}
