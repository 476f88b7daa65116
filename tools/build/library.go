package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const segmentPackage = "@segment/analytics-next"

// buildLibrary takes Segment's browser library as its npm package has it: the script that a
// snippet loads, the chunks that this one loads by their hashed names, and the licences of all
// that is in them.
func buildLibrary(root, _ string, out *output) error {
	dir := filepath.Join(root, "node_modules", segmentPackage, "dist/umd")
	files, err := filepath.Glob(filepath.Join(dir, "*.bundle.*.js"))
	if err != nil {
		return err
	}
	for _, file := range append(files, filepath.Join(dir, "standalone.js")) {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("%w; run npm ci --ignore-scripts", err)
		}
		out.add(strings.Replace(filepath.Base(file), "standalone.js", "analytics.min.js", 1), content)
	}
	text, err := licences(root)
	out.add("LICENSE", []byte(text))
	return err
}

// licences is the notice of the library, of what it has copied, and of each package that it is
// made of.
func licences(root string) (string, error) {
	modules := filepath.Join(root, "node_modules")
	names, err := dependencies(root, segmentPackage)
	if err != nil {
		return "", err
	}
	patterns := []string{filepath.Join(modules, segmentPackage, "src/vendor/*/*LICENSE*")}
	for _, name := range names {
		patterns = append(patterns, filepath.Join(modules, name, "[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*"))
	}
	var text strings.Builder
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern) // the patterns are valid
		for _, file := range found {
			notice, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			name, _ := filepath.Rel(modules, filepath.Dir(file)) // it is below
			fmt.Fprintf(&text, "%s\n\n%s\n\n\n", filepath.ToSlash(name), strings.TrimSpace(string(notice)))
		}
	}
	return text.String(), nil
}

// dependencies is a package, and below it what it needs, each once.
func dependencies(root, first string) ([]string, error) {
	names := []string{first}
	for i := 0; i < len(names); i++ {
		content, err := os.ReadFile(filepath.Join(root, "node_modules", names[i], "package.json"))
		if err != nil {
			return nil, err
		}
		var manifest struct{ Dependencies map[string]string }
		if err := json.Unmarshal(content, &manifest); err != nil {
			return nil, err
		}
		for name := range manifest.Dependencies {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names[1:]) // the same packages give the same bytes
	return names, nil
}
