package deliver

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/usercall/usercall/internal/research"
)

// Sealer keeps addresses that are secrets themselves, as those of Slack are, so
// that a copy of the database alone tells none of them.
type Sealer struct{ aead cipher.AEAD }

// NewSealer seals with a key that follows from the instance key.
func NewSealer(instanceKey []byte) *Sealer {
	mac := hmac.New(sha256.New, instanceKey)
	mac.Write([]byte("deliver: seal"))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	return &Sealer{aead}
}

func place(project string, c research.Channel) []byte { return []byte(project + ":" + string(c)) }

// Seal hides an address of a channel of a project.
func (s *Sealer) Seal(project string, c research.Channel, address string) []byte {
	return s.aead.Seal(nil, nil, []byte(address), place(project, c))
}

// Open reads it again; unavailable where it was sealed with another key, or for
// another place.
func (s *Sealer) Open(project string, c research.Channel, sealed []byte) (string, error) {
	plain, err := s.aead.Open(nil, nil, sealed, place(project, c))
	if err != nil {
		return "", research.Errorf(research.Unavailable, "The address cannot be read with this server's instance key. Enter it again.")
	}
	return string(plain), nil
}
