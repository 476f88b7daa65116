package provider

import (
	"context"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Espeak is espeak-ng on this machine, the [TTS] of last resort: it sounds like
// a machine and is always there. It is run as a program of its own and never
// linked.
type Espeak struct {
	Path string // of the program
}

// FindEspeak looks for the program; false where it is not installed.
func FindEspeak() (*Espeak, bool) {
	path, err := exec.LookPath("espeak-ng")
	return &Espeak{path}, err == nil
}

const espeakName = "The speech program espeak-ng"

var twoLetters = regexp.MustCompile(`^[a-z]{2}(-[a-z]{2,4})?$`)

// Speak implements [TTS]. The line goes in as input and not as an argument, so
// that no line is an option and no list of programs shows one.
func (e *Espeak) Speak(ctx context.Context, l Line) (*Speech, error) {
	if n := utf8.RuneCountInString(l.Text); n == 0 || n > longestLine {
		return nil, wrong(espeakName, "cannot say an empty line, or one of more than 4096 characters")
	}
	voice := "en"
	if twoLetters.MatchString(l.Language) {
		voice = l.Language
	}
	ctx, cancel := context.WithCancel(ctx)
	c := exec.CommandContext(ctx, e.Path, "--stdin", "--stdout", "-b", "1", "-v", voice)
	c.Stdin = strings.NewReader(l.Text)
	c.WaitDelay = time.Second
	c.Env = []string{} // it needs none, and must not see ours
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		cancel()
		return nil, unavailable(espeakName, "cannot be started: install it, or set up another voice", nil)
	}
	s, err := speech(ctx, espeakName, &process{ReadCloser: out, wait: sync.OnceValue(func() error { cancel(); return c.Wait() })}, 22050)
	if err != nil {
		cancel()
		_ = c.Wait() // it was killed, or said why by sending nothing
		return nil, err
	}
	return s, nil
}

// process is the output of a program that ends with it.
type process struct {
	io.ReadCloser
	wait func() error
}

// Close ends the program. That it was stopped before its end is no failure.
func (p *process) Close() error {
	_ = p.wait()
	return nil
}
