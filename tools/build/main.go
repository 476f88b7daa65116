// Command build makes everything that the browser gets: the SDK, the dashboard's islands and
// style sheets, and the demo product's page. Run it as "make build", or from anywhere as
//
//	go -C tools run ./build ..
//	go -C tools run ./build -test ..    unit tests of what needs no browser, in Node
//	go -C tools run ./build -bundle FILE ..    print a script with what it imports, for tests
//
// Each folder dist/ that it fills is ignored by git and embedded by the package beside it.
// The same sources give the same bytes.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	tests := flag.Bool("test", false, "run the unit tests of scripts instead of building")
	script := flag.String("bundle", "", "print this script with all that it imports, instead of building")
	flag.Parse()
	root, err := filepath.Abs(cmp.Or(flag.Arg(0), ".."))
	if err == nil && *tests {
		err = test(root)
	} else if err == nil && *script != "" {
		err = printBundle(root, *script)
	} else if err == nil {
		err = run(root)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	start := time.Now()
	for _, target := range targets {
		dir := filepath.Join(root, filepath.FromSlash(target.dir))
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			continue
		}
		out := newOutput()
		if err := target.build(root, dir, out); err != nil {
			return fmt.Errorf("%s: %w", target.dir, err)
		}
		if err := out.write(filepath.Join(dir, "dist")); err != nil {
			return fmt.Errorf("%s: %w", target.dir, err)
		}
		fmt.Printf("%-24s %s\n", target.dir, out.summary())
	}
	fmt.Printf("built in %s\n", time.Since(start).Round(time.Millisecond))
	return nil
}
