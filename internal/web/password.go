package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/usercall/usercall/internal/research"
)

// Parameters of argon2id, from OWASP's password storage cheat sheet. Stored
// hashes carry their own, so these may grow.
const (
	argonTime   = 2
	argonMemory = 19 * 1024 // KiB
	argonLanes  = 1
	argonKey    = 32
)

// Limits of a password, in bytes. Long ones are welcome, endless ones are not.
const (
	minPassword = 10
	maxPassword = 256
)

// hashing bounds how many passwords are computed at once: each takes 19 MiB.
var hashing = make(chan struct{}, 2)

// HashPassword makes the stored form of a password; invalid where it is too
// short or too long.
func HashPassword(password string) (string, error) {
	if len(password) < minPassword {
		return "", research.Errorf(research.Invalid, "A password needs at least %d characters. Several words make a good one.", minPassword)
	}
	if len(password) > maxPassword {
		return "", research.Errorf(research.Invalid, "A password may have at most %d bytes.", maxPassword)
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	key := argon(password, salt, argonTime, argonMemory, argonLanes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func argon(password string, salt []byte, time, memory uint32, lanes uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, time, memory, lanes, argonKey)
}

// decoy is checked where there is no account or no password, so that the answer
// takes as long.
var decoy = func() string {
	h, err := HashPassword("nobody has this password")
	if err != nil {
		panic(err) // it is long enough
	}
	return h
}()

// passwordIs tells whether stored is the hash of password. It takes the same
// time where stored is "".
func passwordIs(stored, password string) bool {
	if len(password) > maxPassword {
		return false
	}
	known := stored != ""
	if !known {
		stored = decoy
	}
	var version int
	var memory, time uint32
	var lanes uint8
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &lanes)
	salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err4 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || version != argon2.Version {
		return false
	}
	got := argon(password, salt, time, memory, lanes)
	return subtle.ConstantTimeCompare(got, want) == 1 && known
}

// newToken is 256 random bits as they stand in a cookie or a link.
func newToken() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenHash is what is stored of a token.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
