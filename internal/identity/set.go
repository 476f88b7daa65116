package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"github.com/usercall/usercall/internal/research"
)

// Limits of a key set.
const (
	MaxSet  = 64 << 10 // bytes
	maxKeys = 50       // that can be used
	maxKID  = 200      // bytes
)

// Published is a key that a customer publishes: as PublicKey reads it.
type Published struct {
	KID       string
	Algorithm Algorithm
	PEM       string
}

// KeySet reads a JSON Web Key Set (RFC 7517). Keys that cannot sign a token here
// are left out: those for encryption, of other kinds, or without a kid. A set with
// nothing else in it, and one that says what nobody may know, is refused whole.
func KeySet(document []byte) ([]Published, error) {
	var set struct {
		Keys []published `json:"keys"`
	}
	if len(document) > MaxSet {
		return nil, research.Errorf(research.Invalid, "A key set has at most %d KiB.", MaxSet>>10)
	}
	if json.Unmarshal(document, &set) != nil {
		return nil, research.Errorf(research.Invalid, "This is no key set: it is JSON like {\"keys\":[{\"kty\":\"RSA\",\"kid\":\"…\",\"n\":\"…\",\"e\":\"AQAB\"}]}.")
	}
	var all []Published
	for _, k := range set.Keys {
		if k.private() {
			return nil, research.Errorf(research.Invalid, "This key set has a private key or a secret in it, where everybody can read it. Nothing of it was kept. Take it out, and replace that key.")
		}
		if p, err := k.public(); err == nil {
			all = append(all, p)
		}
	}
	return all, usable(all)
}

// usable says what is wrong with the keys of a set together.
func usable(all []Published) error {
	seen := map[string]bool{}
	for _, p := range all {
		if seen[p.KID] {
			return research.Errorf(research.Invalid, "Two keys of this key set have the same kid, so a token cannot say which it means.")
		}
		seen[p.KID] = true
	}
	switch {
	case len(all) == 0:
		return research.Errorf(research.Invalid, "This key set has no key to check a token with. One has a kid, and is RSA with %d to %d bits (RS256) or P-256 (ES256).", minRSA, maxRSA)
	case len(all) > maxKeys:
		return research.Errorf(research.Invalid, "A key set has at most %d keys.", maxKeys)
	}
	return nil
}

// published is a key as a set has it.
type published struct {
	Kind       string   `json:"kty"`
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	Algorithm  string   `json:"alg"`
	KID        string   `json:"kid"`
	N          string   `json:"n"`
	E          string   `json:"e"`
	Curve      string   `json:"crv"`
	X          string   `json:"x"`
	Y          string   `json:"y"`
	D          any      `json:"d"` // of a private key
	K          any      `json:"k"` // of a secret
}

func (k published) private() bool { return k.D != nil || k.K != nil }

var errUnfit = research.Errorf(research.Invalid, "This key is for something else.")

// public is the key as others are kept, so that there is one way to read them.
func (k published) public() (Published, error) {
	if k.KID == "" || len(k.KID) > maxKID || strings.ContainsFunc(k.KID, unicode.IsControl) || k.Use != "" && k.Use != "sig" || len(k.Operations) > 0 && !slices.Contains(k.Operations, "verify") {
		return Published{}, errUnfit
	}
	public, err := k.read()
	if err != nil {
		return Published{}, err
	}
	key, err := fit(public)
	if err != nil || k.Algorithm != "" && k.Algorithm != string(key.Algorithm) {
		return Published{}, errUnfit
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return Published{}, err
	}
	return Published{k.KID, key.Algorithm, string(pem.EncodeToMemory(&pem.Block{Type: pemKind, Bytes: der}))}, nil
}

func (k published) read() (any, error) {
	switch {
	case k.Kind == "RSA":
		n, errN := number(k.N)
		e, errE := number(k.E)
		if errN != nil || errE != nil || e.BitLen() > 31 || e.Int64() < 3 || e.Bit(0) == 0 {
			return nil, errUnfit
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
	case k.Kind == "EC" && k.Curve == "P-256":
		x, errX := part(k.X)
		y, errY := part(k.Y)
		if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
			return nil, errUnfit
		}
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	}
	return nil, errUnfit
}

func part(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }

func number(s string) (*big.Int, error) {
	b, err := part(s)
	return new(big.Int).SetBytes(b), err
}
