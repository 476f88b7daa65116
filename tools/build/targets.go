package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// A target is a folder with sources whose dist/ we fill.
type target struct {
	dir   string
	build func(root, dir string, out *output) error
}

var targets = []target{
	{"sdk", buildSDK},
	{"sdk/segmentjs", buildLibrary},
	{"internal/web/assets", buildPages},
	{"examples/northdesk", buildPages},
}

// buildSDK goes from the inside out, since each part carries the hashed name of the next one it
// loads. The loader keeps its plain name, as it stands in customers' pages.
func buildSDK(root, dir string, out *output) error {
	define := map[string]string{}
	for _, part := range []string{"frame", "core"} {
		built, err := bundle(root, filepath.Join(dir, "src", part+".ts"), api.FormatIIFE, define)
		if err != nil {
			return err
		}
		define[strings.ToUpper(part)] = quoted(out.addHashed(part+".js", built[".js"]))
	}
	loader, err := bundle(root, filepath.Join(dir, "src/loader.ts"), api.FormatIIFE, define)
	if err != nil {
		return err
	}
	out.add("usercall.js", loader[".js"])
	types, err := os.ReadFile(filepath.Join(dir, "usercall.d.ts"))
	if err != nil {
		return err
	}
	out.add("usercall.d.ts", types)
	return nil
}

// buildPages makes each src/*.ts and src/*.css an entry point with a hashed name, and hashes what
// lies in static/ as it is.
func buildPages(root, dir string, out *output) error {
	entries, err := entryPoints(filepath.Join(dir, "src"))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		built, err := bundle(root, entry, api.FormatESModule, nil)
		if err != nil {
			return err
		}
		base := strings.TrimSuffix(filepath.Base(entry), filepath.Ext(entry))
		for ext, content := range built {
			out.addHashed(base+ext, content)
		}
	}
	return addStatic(filepath.Join(dir, "static"), out)
}

func entryPoints(src string) ([]string, error) {
	var entries []string
	for _, pattern := range []string{"*.ts", "*.css"} {
		found, err := filepath.Glob(filepath.Join(src, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			if !strings.HasSuffix(file, ".d.ts") && !strings.HasSuffix(file, ".test.ts") {
				entries = append(entries, file)
			}
		}
	}
	return entries, nil
}

func addStatic(dir string, out *output) error {
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		out.addHashed(filepath.ToSlash(name), content)
		return nil
	})
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always marshals
	return string(b)
}
