package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProjectIdentity(t *testing.T) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := k.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	half := base64.RawURLEncoding.EncodeToString
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","kid":"login-1","x":%q,"y":%q}]}`, half(point[1:33]), half(point[33:]))
	}))
	defer server.Close()
	x, project := newTerminal(t)
	const notYet = "There is no identity key yet"
	for _, c := range []struct {
		private      string
		args         []string
		status       int
		says, grouse string
	}{
		{"no", nil, exitUsage, "", "--mode, --jwks or both"},
		{"no", []string{"--mode", "required"}, exitFailed, "", notYet},
		{"no", []string{"--jwks", server.URL}, exitFailed, "", "https://"},
		{"yes", []string{"--jwks", server.URL + "/keys", "--mode", "required"}, 0, "login-1  ES256\nSigned identity is required.\n", ""},
		{"yes", []string{"--jwks", "none"}, exitFailed, "", "no token could be checked"},
		{"yes", []string{"--jwks", "none", "--mode", "off"}, 0, "Signed identity is off.\nNo key set is read any more.\n", ""},
		{"yes", []string{"--mode", "when_present"}, exitFailed, "", notYet},
	} {
		t.Setenv("USERCALL_PRIVATE_WEBHOOKS", c.private)
		out, complaints, status := x.types("", append([]string{"project", "identity", "--project", project}, c.args...)...)
		if status != c.status || !strings.HasSuffix(out, c.says) || !strings.Contains(complaints, c.grouse) {
			t.Errorf("%q: status %d, %q, %q", c.args, status, out, complaints)
		}
		if c.says != "" && c.args[1] != "none" {
			if out, _, _ := x.types("", "project", "keys", "--project", project, "--format", "csv"); !strings.Contains(out, "identity,login-1,published,ES256,") {
				t.Errorf("keys are %s", out)
			}
		}
	}
}
