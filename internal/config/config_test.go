package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func env(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

func TestDefaults(t *testing.T) {
	c, err := FromEnv(env(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.URL() != "http://127.0.0.1:8080" || c.Database() != filepath.Join("data", "usercall.db") || c.Check() != nil ||
		c.IngestRate != 1000 || c.IngestBurst != 10_000 {
		t.Errorf("%+v", c)
	}
}

func TestTheEnvironment(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("k", 40)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := FromEnv(env(map[string]string{"USERCALL_ADDR": "0.0.0.0:90", "USERCALL_SECRET_FILE": secret, "USERCALL_LOG": "debug",
		"USERCALL_LOG_FORMAT": "json", "USERCALL_TRUSTED_PROXIES": "10.1.2.3/8, ::1", "USERCALL_DATABASE_URL": "postgres://x"}))
	if err != nil {
		t.Fatal(err)
	}
	if key, err := c.InstanceKey(); err != nil || string(key) != strings.Repeat("k", 40) {
		t.Errorf("key %q %v", key, err)
	}
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	if fmt.Sprint(c.Proxies) != fmt.Sprint(want) || !c.LogJSON || c.URL() != "http://127.0.0.1:90" || c.Database() != "postgres://x" {
		t.Errorf("%+v", c)
	}
	for _, shown := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
		if strings.Contains(shown, "kkk") {
			t.Errorf("the secret shows in %s", shown)
		}
	}
}

func TestWhatCannotWorkIsRefused(t *testing.T) {
	for name, values := range map[string]map[string]string{
		"a level":   {"USERCALL_LOG": "loud"},
		"a file":    {"USERCALL_SECRET_FILE": "/does/not/exist"},
		"a proxy":   {"USERCALL_TRUSTED_PROXIES": "everywhere"},
		"a rate":    {"USERCALL_INGEST_RATE": "0"},
		"a burst":   {"USERCALL_INGEST_BURST": "many"},
		"a URL":     {"USERCALL_PUBLIC_URL": "usercall.example.com"},
		"a path":    {"USERCALL_PUBLIC_URL": "https://example.com/usercall"},
		"an addr":   {"USERCALL_ADDR": "8080"},
		"a short k": {"USERCALL_SECRET": "short"},
		"half mail": {"USERCALL_SMTP_URL": "smtp://mail.example.com"},
		"a sender":  {"USERCALL_SMTP_URL": "smtp://mail.example.com", "USERCALL_SMTP_FROM": "nobody"},
		"a scheme":  {"USERCALL_SMTP_URL": "https://mail.example.com", "USERCALL_SMTP_FROM": "a@example.com"},
		"open auth": {"USERCALL_SMTP_URL": "smtp://u:hunter2@mail.example.com?tls=none", "USERCALL_SMTP_FROM": "a@example.com"},
		"mail port": {"USERCALL_SMTP_URL": "smtp://u:hunter2@mail.example.com:99999", "USERCALL_SMTP_FROM": "a@example.com"},
		"perhaps":   {"USERCALL_PRIVATE_WEBHOOKS": "perhaps"},
	} {
		c, err := FromEnv(env(values))
		if err == nil {
			err = c.Check()
		}
		if err == nil {
			_, err = c.InstanceKey()
		}
		if err == nil || !strings.Contains(err.Error(), "USERCALL_") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheMailServer(t *testing.T) {
	for address, want := range map[string]Mail{
		"smtp://mail.example.com":               {Host: "mail.example.com", Port: 587, TLS: "starttls"},
		"smtp://u:p%40ss@mail.example.com:2525": {Host: "mail.example.com", Port: 2525, TLS: "starttls", User: "u", Password: "p@ss"},
		"smtps://u:p@mail.example.com":          {Host: "mail.example.com", Port: 465, TLS: "tls", User: "u", Password: "p"},
		"smtp://relay.internal:25?tls=none":     {Host: "relay.internal", Port: 25, TLS: "none"},
		"smtp://u:p@127.0.0.1:1025?tls=none":    {Host: "127.0.0.1", Port: 1025, TLS: "none", User: "u", Password: "p"},
	} {
		c, err := FromEnv(env(map[string]string{"USERCALL_SMTP_URL": address, "USERCALL_SMTP_FROM": "Northdesk <hello@northdesk.example>"}))
		want.From = "Northdesk <hello@northdesk.example>"
		if err != nil || c.Mail == nil || *c.Mail != want {
			t.Errorf("%s: %+v, %v", address, c.Mail, err)
		}
	}
	if c, err := FromEnv(env(nil)); err != nil || c.Mail != nil || c.PrivateWebhooks {
		t.Errorf("%+v %v", c.Mail, err)
	}
}

// TestTheKeyIsMadeOnce starts many programs at once over one empty folder.
func TestTheKeyIsMadeOnce(t *testing.T) {
	c := Config{DataDir: filepath.Join(t.TempDir(), "data")}
	keys := make([]string, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			key, err := c.InstanceKey()
			if err != nil {
				t.Error(err)
			}
			keys[i] = string(key)
		})
	}
	all.Wait()
	for _, k := range keys {
		if k != keys[0] || len(k) < minSecret {
			t.Fatalf("keys differ: %q", keys)
		}
	}
	info, err := os.Stat(filepath.Join(c.DataDir, "secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(c.DataDir, "secret"), []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.InstanceKey(); err == nil {
		t.Error("a damaged key is taken for a key")
	}
}
