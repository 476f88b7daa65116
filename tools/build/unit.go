package main

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// unitTests is where tests lie of what needs no browser.
var unitTests = []string{"sdk/test/*.test.ts", "internal/web/assets/test/*.test.ts"}

// test bundles the unit tests and runs them with Node's own test runner.
func test(root string) error {
	var files []string
	for _, pattern := range unitTests {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	dir, err := os.MkdirTemp("", "usercall-test-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: root, EntryPoints: files, Outdir: dir, OutExtension: map[string]string{".js": ".mjs"},
		Bundle: true, Format: api.FormatESModule, Platform: api.PlatformNode, Write: true,
	})
	if len(result.Errors) > 0 {
		return failure(result.Errors)
	}
	args := []string{"--test"}
	for _, file := range result.OutputFiles {
		args = append(args, file.Path)
	}
	node := exec.Command("node", args...)
	node.Stdout, node.Stderr = os.Stdout, os.Stderr
	return node.Run()
}
