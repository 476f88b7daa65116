package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestQuick is all of it, of which the figures mean nothing.
func TestQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of real time")
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-quick"}, &out); err != nil {
		t.Fatal(err)
	}
	tables := strings.Split(out.String(), "\n\n")
	if len(tables) != 4 || !strings.Contains(tables[0], "| 2 | 2 |") || !strings.HasPrefix(tables[1], "| interruptions") || !strings.HasSuffix(tables[2], "| 0 |") {
		t.Errorf("printed\n%s", &out)
	}
}

func TestFiguresOfASmokeTestAreNotKept(t *testing.T) {
	if err := run(t.Context(), []string{"-quick", "-write"}, nil); err == nil {
		t.Error("they are")
	}
}

func TestQuantile(t *testing.T) {
	all := []time.Duration{5, 1, 4, 2, 3}
	if quantile(all, 0.5) != 3 || quantile(all, 1) != 5 || quantile(all, 0.01) != 1 || quantile(nil, 0.5) != 0 {
		t.Error("quantiles are off")
	}
}

func TestPut(t *testing.T) {
	got, err := put("a "+begins+" old "+ends+" z", "new")
	if err != nil || got != "a "+begins+"\n\nnew\n\n"+ends+" z" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := put("no place", "new"); err == nil {
		t.Error("written nowhere")
	}
}

// TestDocument: there is a place for the figures.
func TestDocument(t *testing.T) {
	dir, err := root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, document))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put(string(text), "new"); err != nil {
		t.Error(err)
	}
}
