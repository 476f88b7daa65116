package main

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// test bundles sdk/test/*.test.ts and runs them with Node's own test runner.
func test(root string) error {
	files, err := filepath.Glob(filepath.Join(root, "sdk/test/*.test.ts"))
	if err != nil {
		return err
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
