package e2e

import (
	"os/exec"
	"syscall"
	"testing"
)

type eventRow struct {
	Type      string `json:"type"`
	Event     string `json:"event"`
	UserID    string `json:"user_id"`
	MessageID string `json:"message_id"`
	Source    string `json:"source"`
}

// TestSegmentsNodeLibrary lets the real library deliver to us: each message is
// stored, without an error on its side.
func TestSegmentsNodeLibrary(t *testing.T) {
	p := newProgram(t)
	keys := createProject(t, p)
	p.serve()
	node := exec.Command("node", "node.mjs", "http://"+p.addr, keys.WriteKey)
	if out, err := node.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := map[string]bool{}
	for _, e := range export[eventRow](p, "events", keys.Project) {
		seen[e.Type] = true
		if e.UserID != "node-user" || e.MessageID == "" || e.Source != "browser" {
			t.Errorf("stored %+v", e)
		}
	}
	for _, kind := range []string{"identify", "group", "page", "track", "alias"} {
		if !seen[kind] {
			t.Errorf("no %s is stored", kind)
		}
	}
	p.stop(syscall.SIGTERM)
}
