package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/usercall/usercall/internal/research"
)

type jwk map[string]any

func (k jwk) with(name string, v any) jwk {
	changed := jwk{}
	for n, v := range k {
		changed[n] = v
	}
	changed[name] = v
	return changed
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func rsaJWK(kid string, k *rsa.PublicKey) jwk {
	return jwk{"kty": "RSA", "kid": kid, "n": encoded(k.N.Bytes()), "e": encoded(big.NewInt(int64(k.E)).Bytes())}
}

func ecJWK(kid, curve string, k *ecdsa.PublicKey) jwk {
	point := must(k.Bytes())
	half := (len(point) - 1) / 2
	return jwk{"kty": "EC", "crv": curve, "kid": kid, "x": encoded(point[1 : 1+half]), "y": encoded(point[1+half:])}
}

func setOf(keys ...jwk) []byte { return must(json.Marshal(map[string]any{"keys": keys})) }

var (
	goodRSA = rsaJWK("r", &rsaPrivate.PublicKey)
	goodEC  = ecJWK("e", "P-256", &ecPrivate.PublicKey)
)

func TestKeysOfASetProveTokens(t *testing.T) {
	all, err := KeySet(setOf(goodRSA.with("use", "sig").with("alg", "RS256"), goodEC.with("key_ops", []string{"verify"}).with("x5c", []string{"AAAA"})))
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	known := Keys{Audience: project, ByID: map[string]Key{}}
	for _, p := range all {
		known.ByID[p.KID] = must(PublicKey(p.PEM))
	}
	for _, c := range []struct {
		kid    string
		method jwt.SigningMethod
		key    any
		want   error
	}{
		{"r", jwt.SigningMethodRS256, rsaPrivate, nil},
		{"e", jwt.SigningMethodES256, ecPrivate, nil},
		{"e", jwt.SigningMethodRS256, rsaPrivate, BadAlgorithm},
		{"r", jwt.SigningMethodHS256, []byte(all[0].PEM), BadAlgorithm}, // the public key as a secret
		{"r", jwt.SigningMethodHS256, []byte(goodRSA["n"].(string)), BadAlgorithm},
	} {
		k := good()
		k.method, k.key, k.header["kid"] = c.method, c.key, c.kid
		if _, err := Verify(k.String(), known, noon); err != c.want {
			t.Errorf("%s with %s: %v, want %v", c.kid, c.method.Alg(), err, c.want)
		}
	}
}

func TestKeysThatASetIsWithout(t *testing.T) {
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	short := must(rsa.GenerateKey(rand.Reader, 1024))
	huge := new(big.Int).Lsh(big.NewInt(1), maxRSA)
	for name, k := range map[string]jwk{
		"no kid": goodRSA.with("kid", ""), "a kid that rings": goodRSA.with("kid", "x\x07"), "NUL": goodRSA.with("kid", "x\x00"), "a long kid": goodRSA.with("kid", strings.Repeat("k", maxKID+1)), "encryption": goodRSA.with("use", "enc"),
		"wraps keys": goodRSA.with("key_ops", []string{"wrapKey"}), "another algorithm": goodRSA.with("alg", "PS256"), "an algorithm of secrets": goodRSA.with("alg", "HS256"),
		"none": goodRSA.with("alg", "none"), "the other's algorithm": goodEC.with("alg", "RS256"), "short": rsaJWK("x", &short.PublicKey),
		"huge": goodRSA.with("n", encoded(huge.Bytes())), "e is 1": goodRSA.with("e", "AQ"), "e is even": goodRSA.with("e", "BA"), "e is huge": goodRSA.with("e", "_________w"),
		"no e": goodRSA.with("e", ""), "no n": goodRSA.with("n", ""), "padded": goodRSA.with("n", goodRSA["n"].(string)+"=="), "another curve": ecJWK("x", "P-384", &p384.PublicKey),
		"P-384 called P-256": ecJWK("x", "P-256", &p384.PublicKey), "no point": goodEC.with("x", encoded(make([]byte, 32))), "the point of nothing": goodEC.with("x", encoded(make([]byte, 32))).with("y", encoded(make([]byte, 32))),
		"another kind": {"kty": "OKP", "crv": "Ed25519", "kid": "x", "x": "AAAA"}, "no kind": {"kid": "x"}, "nothing": {},
	} {
		if all, err := KeySet(setOf(k, goodEC.with("kid", "good"))); err != nil || len(all) != 1 || all[0].KID != "good" {
			t.Errorf("%s beside a good one: %v %v", name, all, err)
		}
		if _, err := KeySet(setOf(k)); research.CodeOf(err) != research.Invalid || !strings.Contains(err.Error(), "no key to check") {
			t.Errorf("%s alone: %v", name, err)
		}
	}
}

func TestSetsThatAreRefused(t *testing.T) {
	var many []jwk
	for i := range maxKeys + 1 {
		many = append(many, goodEC.with("kid", fmt.Sprint(i)))
	}
	for name, c := range map[string]struct{ document, says string }{
		"nothing":           {"", "no key set"},
		"a page":            {"<!doctype html>", "no key set"},
		"keys is no list":   {`{"keys":{}}`, "no key set"},
		"n is no text":      {`{"keys":[{"kty":"RSA","kid":"x","n":7}]}`, "no key set"},
		"null":              {"null", "no key to check"},
		"no keys":           {`{"keys":[]}`, "no key to check"},
		"a private key":     {string(setOf(goodEC, goodRSA.with("d", "AAAA"))), "private key"},
		"a secret":          {string(setOf(goodEC, jwk{"kty": "oct", "kid": "s", "k": "AAAA"})), "private key or a secret"},
		"one kid twice":     {string(setOf(goodRSA.with("kid", "e"), goodEC)), "the same kid"},
		"too many":          {string(setOf(many...)), "at most 50 keys"},
		"too long":          {strings.Repeat(" ", MaxSet+1), "at most 64 KiB"},
		"nested to no end":  {strings.Repeat(`{"keys":[`, 5000), "no key set"},
		"something behind":  {string(setOf(goodEC)) + "x", "no key set"},
		"two documents":     {string(setOf(goodEC)) + string(setOf(goodEC)), "no key set"},
		"a single key":      {string(must(json.Marshal(goodEC))), "no key to check"},
		"a kid of a number": {`{"keys":[{"kty":"EC","kid":1}]}`, "no key set"},
	} {
		if all, err := KeySet([]byte(c.document)); research.CodeOf(err) != research.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v", name, all, err)
		}
	}
}

func FuzzKeySet(f *testing.F) {
	f.Add(setOf(goodRSA, goodEC))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"x","x":"","y":""}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		all, err := KeySet(document)
		for _, p := range all {
			if key, readErr := PublicKey(p.PEM); err == nil && (readErr != nil || key.Algorithm != p.Algorithm || p.Algorithm == HS256) {
				t.Errorf("%+v cannot be read again: %v", p, readErr)
			}
		}
	})
}
