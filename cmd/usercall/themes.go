package main

import (
	"io"
	"os"

	"github.com/usercall/usercall/internal/analysis"
)

type themesCmd struct{}

// Run reads answers from standard input and writes their themes.
func (themesCmd) Run(out io.Writer) error { return analysis.ThemesJSONL(os.Stdin, out) }
