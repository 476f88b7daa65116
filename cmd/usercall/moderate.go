package main

import (
	"io"
	"os"

	"github.com/usercall/usercall/internal/interview"
)

type moderateCmd struct{}

// Run moderates one interview over standard input and output.
func (moderateCmd) Run(out io.Writer) error { return interview.Moderate(os.Stdin, out) }
