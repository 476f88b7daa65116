package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// runNode sends one of each type with the real library for Node.
func (f *field) runNode(t *testing.T, keys projectKeys, more ...string) {
	t.Helper()
	cmd := exec.Command("node", append([]string{"node.mjs", f.gateway.URL, keys.WriteKey}, more...)...)
	cmd.Env = append(os.Environ(), "NODE_TLS_REJECT_UNAUTHORIZED=0", "NODE_NO_WARNINGS=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// checkNode expects each type once, as the library sent it.
func (f *field) checkNode(t *testing.T, keys projectKeys) {
	t.Helper()
	var types []string
	for _, row := range f.checkStored(t, keys) {
		types = append(types, row.Type)
		if row.UserID != "node-user" || row.Source != "browser" {
			t.Errorf("stored %+v", row)
		}
	}
	slices.Sort(types)
	if want := []string{"alias", "group", "identify", "page", "screen", "track"}; !slices.Equal(types, want) {
		t.Errorf("stored %q, want %q", types, want)
	}
}

// TestSegmentsNodeLibrary lets the real library deliver to us, as it is and
// with a customer's own transport that compresses: no error on its side, and
// each message once on ours.
func TestSegmentsNodeLibrary(t *testing.T) {
	f := newField(t, "plain", "gzip")
	for name, keys := range f.keys {
		t.Run(name, func(t *testing.T) {
			f.runNode(t, keys, name)
			f.checkNode(t, keys)
		})
	}
	if n := len(slices.DeleteFunc(f.gateway.to(http.MethodPost, "/v1/batch"), func(e exchange) bool { return e.Header.Get("Content-Encoding") != "gzip" })); n != 1 {
		t.Errorf("inconclusive: %d batches came compressed, want 1", n)
	}
}

// TestNodeRetries refuses a delivery in both ways that say "later", loses the
// answer to the third, and takes the fourth: the library comes back each time,
// says how often, and the messages are stored once.
func TestNodeRetries(t *testing.T) {
	f := newField(t, "project")
	keys := f.keys["project"]
	n := 0 // the library sends one batch, one request at a time
	f.gateway.with(t, func(w http.ResponseWriter, r *http.Request, pass func(http.ResponseWriter)) bool {
		n++
		switch n {
		case 1:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case 3:
			pass(&discard{header: http.Header{}})
			panic(http.ErrAbortHandler) // the connection breaks
		default:
			return false
		}
		return true
	})
	f.runNode(t, keys)
	tries := f.gateway.to(http.MethodPost, "/v1/batch")
	if len(tries) != 4 {
		t.Fatalf("%d tries, want 4", len(tries))
	}
	for i, try := range tries {
		if got, want := try.Header.Get("X-Retry-Count"), []string{"", "1", "2", "3"}[i]; got != want {
			t.Errorf("try %d says it is retry %q", i, got)
		}
	}
	if waited := tries[2].At.Sub(tries[1].At); waited < time.Second {
		t.Errorf("it waited %s after a 429 that asks for a second", waited)
	}
	f.checkNode(t, keys)
}
