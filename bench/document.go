package main

import (
	"fmt"
	"os"
	"strings"
)

// document is the file that keeps the figures, between markers of their own:
// what stands around them is written by hand.
const document = "docs/benchmarks.md"

// put replaces what stands between the markers of a section.
func put(text, section, content string) (string, error) {
	from, to := fmt.Sprintf("<!-- %s: measured -->", section), fmt.Sprintf("<!-- %s: end -->", section)
	before, rest, found := strings.Cut(text, from)
	_, after, closed := strings.Cut(rest, to)
	if !found || !closed {
		return "", fmt.Errorf("%s has no %s … %s to write between", document, from, to)
	}
	return before + from + "\n\n" + strings.TrimSpace(content) + "\n\n" + to + after, nil
}

// write puts measured sections into the document.
func write(path string, measured map[string]string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text := string(b)
	for section, content := range measured {
		if text, err = put(text, section, content); err != nil {
			return err
		}
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
