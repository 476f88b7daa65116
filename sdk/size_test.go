package sdk_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"testing"

	"github.com/usercall/usercall/sdk"
)

// The promises of the contract, in bytes after gzip -9.
var budgets = map[string]int{
	"usercall.js": 1_000,
	"core.js":     10_000,
	"frame.js":    2_000,
}

func TestSizes(t *testing.T) {
	files, names := built(t)
	for name, budget := range budgets {
		content, err := fs.ReadFile(files, names[name])
		if err != nil {
			t.Fatal(err)
		}
		size := gzipped(t, content)
		t.Logf("%s: %d of %d bytes", name, size, budget)
		if size > budget {
			t.Errorf("%s is %d bytes gzipped, %d over its budget", name, size, size-budget)
		}
	}
}

func built(t *testing.T) (fs.FS, map[string]string) {
	t.Helper()
	files, err := sdk.Files()
	if err != nil {
		t.Fatal(err)
	}
	names, err := sdk.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	return files, names
}

func gzipped(t *testing.T, content []byte) int {
	t.Helper()
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Len()
}
