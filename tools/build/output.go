package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// output collects the files of one dist folder: what was built, a .gz beside each, and
// manifest.json, which maps plain names to hashed ones.
type output struct {
	files    map[string][]byte
	manifest map[string]string
}

func newOutput() *output {
	return &output{files: map[string][]byte{}, manifest: map[string]string{}}
}

// add keeps a file under its own name.
func (o *output) add(name string, content []byte) {
	o.put(name, name, content)
}

// addHashed keeps a file under a name that changes with its content, and returns that name.
func (o *output) addHashed(name string, content []byte) string {
	sum := sha256.Sum256(content)
	ext := filepath.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:5]) + ext
	o.put(name, hashed, content)
	return hashed
}

func (o *output) put(name, stored string, content []byte) {
	o.manifest[name] = stored
	o.files[stored] = content
	o.files[stored+".gz"] = compressed(content)
}

// compressed has no name and no time in its header, so that equal content gives equal bytes.
func compressed(content []byte) []byte {
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression) // the level is valid
	w.Write(content)
	w.Close() // a bytes.Buffer never fails
	return buf.Bytes()
}

// write brings dir to exactly the collected files; .gitkeep stays.
func (o *output) write(dir string) error {
	manifest, err := json.MarshalIndent(o.manifest, "", "  ")
	if err != nil {
		return err
	}
	o.files["manifest.json"] = append(manifest, '\n')
	for name, content := range o.files {
		if err := writeIfChanged(filepath.Join(dir, filepath.FromSlash(name)), content); err != nil {
			return err
		}
	}
	return o.removeStale(dir)
}

func writeIfChanged(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

func (o *output) removeStale(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == ".gitkeep" {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if _, ours := o.files[filepath.ToSlash(name)]; ours {
			return nil
		}
		return os.Remove(path)
	})
}

// summary names each file with what a browser downloads.
func (o *output) summary() string {
	var parts []string
	for name, stored := range o.manifest {
		parts = append(parts, fmt.Sprintf("%s %.1f KB", name, float64(len(o.files[stored+".gz"]))/1000))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
