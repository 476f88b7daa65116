// Package studies is the ready-made studies: files to pick, adapt and apply. It
// owns their texts and nothing else; what they mean is package trigger's. Start
// with the YAML files beside this one.
package studies

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed *.yaml
var files embed.FS

// Ready is one ready-made study.
type Ready struct {
	Key         string // of the study
	Name        string
	Description string // what it asks, and when: the comment at the top of the file
	Source      []byte // the study file
}

// All is every ready-made study, by the name of its file. It fails only where a
// file in this folder is no study.
func All() ([]Ready, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Ready
	for _, name := range names {
		r, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("read ready-made study %s: %w", name, err)
		}
		out = append(out, r)
	}
	return out, nil
}

func read(name string) (Ready, error) {
	src, err := files.ReadFile(name)
	if err != nil {
		return Ready{}, err
	}
	var head struct {
		Study struct{ Key, Name string }
	}
	if err := yaml.Unmarshal(src, &head); err != nil {
		return Ready{}, err
	}
	first, _, _ := strings.Cut(string(src), "\n")
	return Ready{Key: head.Study.Key, Name: head.Study.Name, Description: strings.TrimPrefix(first, "# "), Source: src}, nil
}
