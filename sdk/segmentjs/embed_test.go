package segmentjs

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

var hash = regexp.MustCompile(`\d+:"([0-9a-f]{20})"`)

// TestTheScriptFindsItsParts reads the script's own table of its chunks: each is
// there, and packed to the same bytes.
func TestTheScriptFindsItsParts(t *testing.T) {
	script, err := fs.ReadFile(Files(), "analytics.min.js")
	if err != nil {
		t.Fatalf("%v; run make build", err)
	}
	hashes := hash.FindAllSubmatch(script, -1)
	if len(hashes) < 5 {
		t.Fatalf("the script names %d chunks", len(hashes))
	}
	for _, h := range hashes {
		found, _ := fs.Glob(Files(), "*.bundle."+string(h[1])+".js") // the pattern is valid
		if len(found) != 1 {
			t.Errorf("the chunk %s is missing", h[1])
			continue
		}
		same(t, found[0])
	}
	same(t, "analytics.min.js")
}

func same(t *testing.T, name string) {
	t.Helper()
	plain, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := Files().Open(name + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, unpacked) {
		t.Errorf("%s.gz is something else: %v", name, err)
	}
}

// TestLicencesGoWithIt looks for the notices of the library and of what is in it.
func TestLicencesGoWithIt(t *testing.T) {
	text, err := fs.ReadFile(Files(), "LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	for _, notice := range []string{"@segment/analytics-next\n", "Copyright © 2021 Segment", "@segment/facade\n", "js-cookie\n", "The Stdlib Authors"} {
		if !strings.Contains(string(text), notice) {
			t.Errorf("LICENSE lacks %q", notice)
		}
	}
}
