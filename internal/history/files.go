package history

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// Stdin is the path of standard input.
const Stdin = "-"

// unknown is the size of what has none before it is read.
const unknown = -1

// found is a file to read.
type found struct {
	path string // as somebody would write it
	size int64  // bytes on disk; unknown for what is no file, like a pipe
}

// find lists the files behind the paths, in the order in which they are read: as
// given, and in a folder by name, which in Segment's archives is by time.
func find(paths []string) (all []found, err error) {
	for _, path := range paths {
		files := []found{{path, unknown}}
		if path != Stdin {
			if files, err = behind(path); err != nil {
				return nil, err
			}
		}
		all = append(all, files...)
	}
	return all, nil
}

func behind(path string) ([]found, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, withoutPath(err))
	case info.IsDir():
		return inside(path)
	case info.Mode().IsRegular():
		return []found{{path, info.Size()}}, nil
	}
	return []found{{path, unknown}}, nil
}

// inside lists what a folder holds. What is named like no export is passed over.
func inside(folder string) (all []found, err error) {
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !exported(path) {
			return err
		}
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		all = append(all, found{filepath.Join(folder, strings.TrimPrefix(path, root)), info.Size()})
		return nil
	})
	if err == nil && len(all) == 0 {
		err = research.Errorf(research.NotFound, "%s holds no file that ends in %s.", folder, strings.Join(endings, ", "))
	}
	return all, err
}

// sizeOf is what there is to read, in bytes; 0 where that is not known.
func sizeOf(files []found) (total int64) {
	for _, f := range files {
		if f.size == unknown {
			return 0
		}
		total += f.size
	}
	return total
}

var endings = []string{".json", ".jsonl", ".ndjson", ".gz"}

func exported(path string) bool {
	return slices.Contains(endings, strings.ToLower(filepath.Ext(path)))
}
