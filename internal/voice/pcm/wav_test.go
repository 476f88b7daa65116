package pcm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/usercall/usercall/internal/research"
)

var mono = Format{Rate: 24000, Channels: 1}

func readAll(t *testing.T, r io.Reader) (Format, []int16) {
	t.Helper()
	w, err := NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	var all []int16
	for part := make([]int16, 77); ; {
		n, err := w.Read(part)
		all = append(all, part[:n]...)
		if err == io.EOF {
			return w.Format, all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriteAndRead(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, f := range []Format{mono, {16000, 2}} {
		samples := randomSamples(random, 3000)
		format, got := readAll(t, iotest.OneByteReader(bytes.NewReader(AppendWAV(nil, f, samples))))
		if diff := cmp.Diff(samples, got); format != f || diff != "" {
			t.Errorf("read %v: %s", format, diff)
		}
	}
}

// TestLenient reads what servers send that do not know yet how long they will speak.
func TestLenient(t *testing.T) {
	samples := randomSamples(rand.New(rand.NewPCG(7, 8)), 999)
	whole := AppendWAV(nil, mono, samples)
	length := func(data uint32) []byte {
		b := bytes.Clone(whole)
		binary.LittleEndian.PutUint32(b[40:], data)
		binary.LittleEndian.PutUint32(b[4:], data)
		return b
	}
	inside := func(part string) []byte { return append(append(bytes.Clone(whole[:36]), part...), whole[36:]...) }
	extended := append(bytes.Clone(whole[:36]), make([]byte, 24)...)
	extended[16] = 40
	copy(extended[20:], "\xfe\xff")
	copy(extended[44:], "\x01\x00")
	extended = append(extended, whole[36:]...)
	for name, c := range map[string]struct {
		file []byte
		want []int16
	}{
		"all ones":                  {length(0xFFFFFFFF), samples},
		"half of all ones":          {length(0x7FFFFFFF), samples},
		"as sox says it":            {length(0x7FFFF000), samples},
		"nothing":                   {length(0), samples},
		"longer than it is":         {length(5000), samples},
		"a tag before the sound":    {inside("LIST\x04\x00\x00\x00abcd"), samples},
		"a tag of odd length":       {inside("junk\x03\x00\x00\x00abc\x00"), samples},
		"a tag behind the sound":    {append(bytes.Clone(whole), "LIST\x04\x00\x00\x00abcd"...), samples},
		"half a sample at the end":  {append(length(0xFFFFFFFF), 5), samples},
		"cut off":                   {whole[:44+101], samples[:50]},
		"no sound":                  {whole[:44], nil},
		"the form with a subformat": {extended, samples},
	} {
		for _, r := range []io.Reader{bytes.NewReader(c.file), iotest.OneByteReader(bytes.NewReader(c.file)), iotest.DataErrReader(bytes.NewReader(c.file))} {
			if _, got := readAll(t, r); !cmp.Equal(c.want, got) {
				t.Errorf("%s: %d samples, want %d", name, len(got), len(c.want))
			}
		}
	}
}

func TestNoWAV(t *testing.T) {
	good := AppendWAV(nil, mono, []int16{1, 2, 3})
	with := func(at int, b ...byte) []byte {
		c := bytes.Clone(good)
		copy(c[at:], b)
		return c
	}
	for name, file := range map[string][]byte{
		"empty":               nil,
		"a page":              []byte("<!doctype html><title>502 Bad Gateway</title>"),
		"MP3":                 append([]byte("ID3"), make([]byte, 100)...),
		"another RIFF":        with(8, []byte("AVI ")...),
		"floats":              with(20, 3),
		"8 bits":              with(34, 8),
		"24 bits":             with(34, 24),
		"no channels":         with(22, 0),
		"600 channels":        with(22, 88, 2),
		"no rate":             with(24, 0, 0, 0, 0),
		"a rate out of reach": with(24, 0xff, 0xff, 0xff, 0x7f),
		"no format":           with(12, []byte("junk")...),
		"a tiny format":       with(16, 2),
		"a giant format":      with(16, 0xff, 0xff, 0xff, 0xff),
		"a giant tag":         with(12, []byte("junk\xff\xff\xff\xff")...),
		"many tags":           append(bytes.Clone(good[:12]), strings.Repeat("junk\x00\x00\x00\x00", maxBefore/8)...),
		"half a header":       good[:30],
	} {
		if _, err := NewReader(bytes.NewReader(file)); research.CodeOf(err) != research.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadTellsWhatBroke(t *testing.T) {
	broken := errors.New("connection reset")
	file := AppendWAV(nil, mono, []int16{1, 2, 3})
	for n := range file {
		r := io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken))
		w, err := NewReader(r)
		for samples := make([]int16, 2); err == nil; {
			_, err = w.Read(samples)
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// TestRepair cuts a file at every byte.
func TestRepair(t *testing.T) {
	f := Format{Rate: 16000, Channels: 2}
	samples := randomSamples(rand.New(rand.NewPCG(9, 9)), 40)
	whole := append(Header(f, 0), AppendBytes(nil, samples)...)
	name := filepath.Join(t.TempDir(), "cut.wav")
	for size := range len(whole) + 1 {
		if err := os.WriteFile(name, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		moments := max(0, size-HeaderSize) / 4
		for range 2 {
			if got := repair(t, name, f); got != int64(moments) {
				t.Errorf("cut at %d: %d moments, want %d", size, got, moments)
			}
		}
		repaired, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if want := AppendWAV(nil, f, samples[:2*moments]); !bytes.Equal(want, repaired) {
			t.Errorf("cut at %d: the repaired file is not a WAV of what was there", size)
		}
	}
}

func repair(t *testing.T, name string, f Format) int64 {
	t.Helper()
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	moments, err := Repair(file, info.Size(), f)
	if err != nil {
		t.Fatal(err)
	}
	return moments
}

// FuzzReader: whatever a server sends, reading ends, and gives no more than was sent.
func FuzzReader(f *testing.F) {
	f.Add(AppendWAV(nil, mono, []int16{1, 2, 3}))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVE"))
	f.Fuzz(func(t *testing.T, file []byte) {
		w, err := NewReader(bytes.NewReader(file))
		if err != nil {
			return
		}
		total, part := 0, make([]int16, 5)
		for {
			n, err := w.Read(part)
			total += n
			if err != nil {
				break
			}
		}
		if 2*total > len(file) {
			t.Errorf("%d samples in %d bytes", total, len(file))
		}
	})
}
