// Package sdk holds the browser SDK as it is served: the loader usercall.js, the core that it
// loads, and their types. The sources are TypeScript in src/; "make build" fills dist/.
package sdk

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says that the binary was made without the built SDK in it.
var ErrNotBuilt = errors.New("the SDK is not built: run make build")

// Files returns the built files by the names they are served under, each with a .gz beside it.
// Names with a hash never change their content. It fails with ErrNotBuilt.
func Files() (fs.FS, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(files, "usercall.js"); err != nil {
		return nil, ErrNotBuilt
	}
	return files, nil
}

// Manifest maps the plain names (usercall.js, core.js, frame.js) to those of Files.
func Manifest() (map[string]string, error) {
	files, err := Files()
	if err != nil {
		return nil, err
	}
	content, err := fs.ReadFile(files, "manifest.json")
	if err != nil {
		return nil, err
	}
	var names map[string]string
	return names, json.Unmarshal(content, &names)
}
