package config

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// minSecret is the least length of an instance key, in characters.
const minSecret = 32

// InstanceKey is the secret that links are made from: the configured one, else
// the one in the data folder, which the first start makes.
func (c Config) InstanceKey() ([]byte, error) {
	if c.Secret != "" {
		if len(c.Secret) < minSecret {
			return nil, fmt.Errorf("USERCALL_SECRET is shorter than %d characters; make one with `openssl rand -hex 32`", minSecret)
		}
		return []byte(c.Secret), nil
	}
	path := filepath.Join(c.DataDir, "secret")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the instance key: %w", err)
	}
	if key := strings.TrimSpace(string(b)); len(key) >= minSecret {
		return []byte(key), nil
	}
	return nil, fmt.Errorf("the instance key in %s is damaged; restore it from a backup, or links sent so far stop working", path)
}

// makeSecret writes a new key beside its place and links it there, so that of
// two programs that start at once both end up with the same one.
func makeSecret(path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	key := hex.EncodeToString(randomBytes(32))
	tmp, err := os.CreateTemp(filepath.Dir(path), "secret-*") // 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(key + "\n")
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	b, err := os.ReadFile(path)
	return []byte(strings.TrimSpace(string(b))), err
}

// randomBytes never fails: crypto/rand ends the program where it cannot.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
