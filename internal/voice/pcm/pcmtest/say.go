package pcmtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/usercall/usercall/internal/voice/pcm"
)

// Say is a text in a voice of espeak-ng, 160 words a minute, at a rate.
func Say(text, voice string, rate int) ([]int16, error) {
	c := exec.Command("espeak-ng", "--stdin", "--stdout", "-v", voice, "-s", "160")
	c.Stdin = strings.NewReader(text)
	wav, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w; run `make deps`", err)
	}
	return Samples(wav, rate)
}

// Samples are those of a WAV, at a rate.
func Samples(wav []byte, rate int) ([]int16, error) {
	r, err := pcm.NewReader(bytes.NewReader(wav))
	if err != nil {
		return nil, err
	}
	var all []int16
	for part := make([]int16, 4096); err == nil; {
		var n int
		n, err = r.Read(part)
		all = append(all, part[:n]...)
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	to, err := pcm.NewResampler(r.Format.Rate, rate)
	if err != nil {
		return nil, err
	}
	return to.Flush(to.Append(nil, all)), nil
}
