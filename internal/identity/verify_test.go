package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/usercall/usercall/internal/research"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const (
	project  = "prj_1"
	newer    = "is_newer-0123456789-0123456789-0123456789"
	older    = "is_older-0123456789-0123456789-0123456789"
	strange  = "is_other-0123456789-0123456789-0123456789"
	newerKid = "idk_2"
	olderKid = "idk_1"
)

var (
	rsaPrivate = must(rsa.GenerateKey(rand.Reader, 2048))
	ecPrivate  = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	rsaPEM     = publicPEM(&rsaPrivate.PublicKey)
	ecPEM      = publicPEM(&ecPrivate.PublicKey)
	keys       = Keys{Audience: project, ByID: map[string]Key{
		newerKid: must(SecretKey(newer)), olderKid: must(SecretKey(older)),
		"rsa": must(PublicKey(rsaPEM)), "ec": must(PublicKey(ecPEM)),
	}}
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func publicPEM(public any) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(public))}))
}

// token is a good token, changed.
type token struct {
	method jwt.SigningMethod
	header map[string]any
	claims jwt.MapClaims
	key    any
}

func good() token {
	return token{method: jwt.SigningMethodHS256, key: []byte(newer), header: map[string]any{"kid": newerKid},
		claims: jwt.MapClaims{"sub": "u_1", "aud": project, "iat": noon.Add(-time.Minute).Unix(), "exp": noon.Add(time.Hour).Unix()}}
}

func (k token) String() string {
	t := jwt.NewWithClaims(k.method, k.claims)
	for name, v := range k.header {
		t.Header[name] = v
	}
	return must(t.SignedString(k.key))
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*token)
		want   error
	}{
		{"good", func(*token) {}, nil},
		{"the older key while rotating", func(k *token) { k.key, k.header["kid"] = []byte(older), olderKid }, nil},
		{"RS256", func(k *token) { k.method, k.key, k.header["kid"] = jwt.SigningMethodRS256, rsaPrivate, "rsa" }, nil},
		{"ES256", func(k *token) { k.method, k.key, k.header["kid"] = jwt.SigningMethodES256, ecPrivate, "ec" }, nil},
		{"several audiences", func(k *token) { k.claims["aud"] = []string{"other", project} }, nil},
		{"expired within the leeway", func(k *token) { k.claims["exp"] = noon.Add(-59 * time.Second).Unix() }, nil},
		{"clock a little ahead", func(k *token) { k.claims["iat"] = noon.Add(59 * time.Second).Unix() }, nil},
		{"exactly a day", func(k *token) { k.claims["exp"] = noon.Add(24*time.Hour - time.Minute).Unix() }, nil},

		{"alg none", func(k *token) { k.method, k.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType }, BadSignature},
		{"another secret", func(k *token) { k.key = []byte(strange) }, BadSignature},
		{"the older key under the newer kid", func(k *token) { k.key = []byte(older) }, BadSignature},
		{"HS384", func(k *token) { k.method = jwt.SigningMethodHS384 }, BadSignature},
		{"the public key as a secret", func(k *token) { k.key, k.header["kid"] = []byte(rsaPEM), "rsa" }, BadAlgorithm},
		{"RS256 under the kid of a secret", func(k *token) { k.method, k.key = jwt.SigningMethodRS256, rsaPrivate }, BadAlgorithm},
		{"ES256 under the kid of RSA", func(k *token) { k.method, k.key, k.header["kid"] = jwt.SigningMethodES256, ecPrivate, "rsa" }, BadAlgorithm},
		{"PS256", func(k *token) { k.method, k.key, k.header["kid"] = jwt.SigningMethodPS256, rsaPrivate, "rsa" }, BadSignature},
		{"kid of another project", func(k *token) { k.key, k.header["kid"] = []byte(strange), "idk_9" }, UnknownKey},
		{"no kid", func(k *token) { delete(k.header, "kid") }, UnknownKey},
		{"kid that is no string", func(k *token) { k.header["kid"] = 1 }, UnknownKey},
		{"jku", func(k *token) { k.header["jku"] = "https://evil.example/keys" }, BadHeader},
		{"x5u", func(k *token) { k.header["x5u"] = "https://evil.example/cert" }, BadHeader},
		{"jwk", func(k *token) { k.header["jwk"] = map[string]any{"kty": "oct"} }, BadHeader},
		{"crit", func(k *token) { k.header["crit"] = []string{"b64"} }, BadHeader},
		{"expired", func(k *token) { k.claims["exp"] = noon.Add(-61 * time.Second).Unix() }, Expired},
		{"no exp", func(k *token) { delete(k.claims, "exp") }, Incomplete},
		{"no iat", func(k *token) { delete(k.claims, "iat") }, TooLong},
		{"exp too far", func(k *token) { k.claims["exp"] = noon.Add(24 * time.Hour).Unix() }, TooLong},
		{"iat in the future", func(k *token) { k.claims["iat"] = noon.Add(61 * time.Second).Unix() }, Early},
		{"nbf in the future", func(k *token) { k.claims["nbf"] = noon.Add(61 * time.Second).Unix() }, Early},
		{"another project's aud", func(k *token) { k.claims["aud"] = "prj_2" }, BadAudience},
		{"no aud", func(k *token) { delete(k.claims, "aud") }, Incomplete},
		{"no sub", func(k *token) { delete(k.claims, "sub") }, Nobody},
		{"exp as text", func(k *token) { k.claims["exp"] = "tomorrow" }, Malformed},
		{"traits that are no object", func(k *token) { k.claims["traits"] = "pro" }, Malformed},
		{"huge", func(k *token) { k.claims["traits"] = map[string]string{"t": strings.Repeat("x", MaxToken)} }, Huge},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := good()
			c.change(&k)
			claims, err := Verify(k.String(), keys, noon)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if (claims == nil) != (c.want != nil) || claims != nil && claims.UserID != "u_1" {
				t.Errorf("claims %v", claims)
			}
		})
	}
}

func TestTokensThatWereTamperedWith(t *testing.T) {
	parts := strings.Split(good().String(), ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"u_2","aud":"prj_1","iat":1764072000,"exp":1764075600}`))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"idk_2"}`))
	for name, text := range map[string]string{
		"empty": "", "no JWT": "u_1", "stripped signature": parts[0] + "." + parts[1] + ".", "two parts": parts[0] + "." + parts[1],
		"four parts": strings.Join(parts, ".") + ".x", "another payload": parts[0] + "." + forged + "." + parts[2],
		"none, unsigned": none + "." + parts[1] + ".", "padded": strings.Join(parts, ".") + "=", "NUL": "\x00.\x00.\x00",
		"more than is read": strings.Repeat("a", MaxToken+1),
	} {
		claims, err := Verify(text, keys, noon)
		if claims != nil || research.CodeOf(err) != research.Unauthenticated {
			t.Errorf("%s: %v, %v", name, claims, err)
		}
	}
}

func TestNothingIsProvedWithoutKeys(t *testing.T) {
	if claims, err := Verify(good().String(), Keys{Audience: project}, noon); claims != nil || !errors.Is(err, UnknownKey) {
		t.Errorf("%v, %v", claims, err)
	}
}

func TestWhatIsProved(t *testing.T) {
	k := good()
	for _, c := range []struct {
		name        string
		anonymousID string // of the token
		event       research.Event
		want        bool
	}{
		{"its user", "", research.Event{UserID: "u_1", AnonymousID: "a"}, true},
		{"another user", "", research.Event{UserID: "u_2"}, false},
		{"another case", "", research.Event{UserID: "U_1"}, false},
		{"a space more", "", research.Event{UserID: "u_1 "}, false},
		{"nobody", "", research.Event{AnonymousID: "a"}, false},
		{"its browser", "a", research.Event{UserID: "u_1", AnonymousID: "a"}, true},
		{"another browser", "a", research.Event{UserID: "u_1", AnonymousID: "b"}, false},
		{"no browser named", "a", research.Event{UserID: "u_1"}, true},
	} {
		delete(k.claims, "anonymousId")
		if c.anonymousID != "" {
			k.claims["anonymousId"] = c.anonymousID
		}
		claims, err := Verify(k.String(), keys, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := claims.Proves(&c.event); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if (*Claims)(nil).Proves(&research.Event{UserID: "u_1"}) {
		t.Error("no claims prove nothing")
	}
}

func TestSignedTraits(t *testing.T) {
	k := good()
	k.claims["traits"], k.claims["email"] = map[string]any{"plan": "pro", "email": "old@example.com", "seats": json.Number("12345678901234567890")}, "ann@example.com"
	claims, err := Verify(k.String(), keys, noon)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(claims.Traits), `{"email":"ann@example.com","plan":"pro","seats":12345678901234567890}`; got != want {
		t.Errorf("traits %s, want %s", got, want)
	}
	if claims, _ = Verify(good().String(), keys, noon); claims.Traits != nil {
		t.Errorf("traits of nothing: %s", claims.Traits)
	}
}

func TestPublicKeysThatAreRefused(t *testing.T) {
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(ecPrivate))}))
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "ssh-ed25519 AAAA", "short RSA": publicPEM(&small.PublicKey), "P-384": publicPEM(&p384.PublicKey),
		"private": private, "two": rsaPEM + ecPEM, "a certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"no key inside": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "endless": strings.Repeat(" ", maxPEM+1),
	} {
		if _, err := PublicKey(text); research.CodeOf(err) != research.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := SecretKey("short"); research.CodeOf(err) != research.Invalid {
		t.Errorf("short secret: %v", err)
	}
}
