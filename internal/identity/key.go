package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// Algorithm is how a key signs. It belongs to the key, never to a token.
type Algorithm string

const (
	HS256 Algorithm = "HS256" // a secret of ours
	RS256 Algorithm = "RS256" // a public key of the customer's
	ES256 Algorithm = "ES256"
)

var algorithms = []string{string(HS256), string(RS256), string(ES256)}

// Key is one key of a project.
type Key struct {
	Algorithm Algorithm
	verifier  any // []byte, *rsa.PublicKey or *ecdsa.PublicKey, as Algorithm wants
}

// minSecret is the least length of a secret, in bytes: that of the hash.
const minSecret = 32

// SecretKey is a key of a secret that both sides have.
func SecretKey(secret string) (Key, error) {
	if len(secret) < minSecret {
		return Key{}, research.Errorf(research.Invalid, "An identity secret has at least %d bytes.", minSecret)
	}
	return Key{HS256, []byte(secret)}, nil
}

const (
	maxPEM  = 8 << 10
	minRSA  = 2048 // bits
	maxRSA  = 8192 // beyond, looking at a signature is work that a stranger can ask for
	pemKind = "PUBLIC KEY"
)

// PublicKey reads a public key in PEM: RSA of 2048 to 8192 bits for RS256, or P-256
// for ES256.
func PublicKey(text string) (Key, error) {
	if len(text) > maxPEM {
		return Key{}, research.Errorf(research.Invalid, "A public key has at most %d bytes of PEM.", maxPEM)
	}
	block, rest := pem.Decode([]byte(strings.TrimSpace(text)))
	switch {
	case block == nil:
		return Key{}, research.Errorf(research.Invalid, "This is no PEM. It begins with -----BEGIN PUBLIC KEY-----.")
	case strings.Contains(block.Type, "PRIVATE"):
		return Key{}, research.Errorf(research.Invalid, "This is a private key. It was not kept; paste the public one, and think about whether this one is still private.")
	case block.Type != pemKind || len(strings.TrimSpace(string(rest))) > 0:
		return Key{}, research.Errorf(research.Invalid, "This is no single PUBLIC KEY. `openssl pkey -in private.pem -pubout` prints one.")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return Key{}, &research.Error{Code: research.Invalid, Message: "This public key cannot be read. `openssl pkey -in private.pem -pubout` prints one that can.", Err: err}
	}
	return fit(public)
}

// fit gives a public key the one algorithm that it is for.
func fit(public any) (Key, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits >= minRSA && bits <= maxRSA {
			return Key{RS256, k}, nil
		}
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return Key{ES256, k}, nil
		}
	}
	return Key{}, research.Errorf(research.Invalid, "Of public keys, RSA with %d to %d bits (RS256) and P-256 (ES256) are known here.", minRSA, maxRSA)
}
