package provider_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

func TestSpeak(t *testing.T) {
	p, s := openAI(t)
	got := speak(t, p, "What led you to that?")
	if want := providertest.Tone(21 * 60 * time.Millisecond); !bytes.Equal(got, want) {
		t.Errorf("%d bytes of sound, want %d", len(got), len(want))
	}
	var asked map[string]any
	if err := json.Unmarshal(s.Requests()[0].Body, &asked); err != nil || asked["response_format"] != "pcm" || asked["input"] != "What led you to that?" || asked["voice"] != "alloy" {
		t.Errorf("asked %v", asked)
	}
}

func speak(t *testing.T, p provider.TTS, text string) []byte {
	t.Helper()
	s, err := p.Speak(t.Context(), provider.Line{Text: text, Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b, err := io.ReadAll(s)
	if err != nil || s.Rate < 8000 {
		t.Fatal(s.Rate, err)
	}
	return b
}

func wav(rate uint32, size uint32, extra string, pcm []byte) string {
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	put(size)
	b.WriteString("WAVE" + extra + "fmt ")
	put([]uint32{16})
	put([]uint16{1, 1})
	put([]uint32{rate, rate * 2})
	put([]uint16{2, 16})
	b.WriteString("data")
	put(size)
	b.Write(pcm)
	return b.String()
}

// TestKindsOfSound is what servers send for pcm, a quirk a row.
func TestKindsOfSound(t *testing.T) {
	pcm := providertest.Tone(100 * time.Millisecond)
	half := len(pcm) / 2 &^ 1
	for name, c := range map[string]struct {
		body string
		want []byte
		rate int
	}{
		"PCM":                                   {string(pcm), pcm, 24000},
		"PCM that ends inside a sample":         {string(pcm[:101]), pcm[:100], 24000},
		"WAV (speaches)":                        {wav(22050, uint32(len(pcm)), "", pcm), pcm, 22050},
		"WAV of unknown size (speaches 493)":    {wav(24000, 0xffffffff, "", pcm), pcm, 24000},
		"WAV with a note before the samples":    {wav(16000, 0, "LIST\x03\x00\x00\x00abc\x00", pcm), pcm, 16000},
		"a header for every chunk (Kokoro 57)":  {wav(24000, 0xffffffff, "", pcm[:half]) + wav(24000, 0xffffffff, "", pcm[half:]), pcm, 24000},
		"a header and nothing else, then sound": {wav(24000, 0, "", nil) + wav(24000, 0, "", pcm), pcm, 24000},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := openAI(t)
			s.Break(providertest.Fault{Type: "audio/wav", Body: c.body})
			sp, err := p.Speak(t.Context(), provider.Line{Text: "x"})
			if err != nil {
				t.Fatal(err)
			}
			defer sp.Close()
			var got []byte
			buf := make([]byte, 333) // an odd one: reads are whole samples all the same
			for {
				n, err := sp.Read(buf)
				if n%2 != 0 {
					t.Fatal("half a sample")
				}
				got = append(got, buf[:n]...)
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(got, c.want) || sp.Rate != c.rate {
				t.Errorf("%d bytes at %d, want %d at %d", len(got), sp.Rate, len(c.want), c.rate)
			}
		})
	}
}

// TestNoSound: what is no sound, or none that can be played, is an error before
// anything is played.
func TestNoSound(t *testing.T) {
	stereo := []byte(wav(24000, 0, "", []byte("abcd")))
	stereo[22] = 2
	for name, c := range map[string]struct {
		fault providertest.Fault
		code  research.Code
	}{
		"JSON":   {providertest.Fault{Type: "application/json", Body: `{"error":"x"}`}, research.Unavailable},
		"HTML":   {providertest.Fault{Type: "text/html", Body: "<html>"}, research.Unavailable},
		"MP3":    {providertest.Fault{Type: "audio/mpeg", Body: "ID3\x04aaaaaaaaaaaaaaa"}, research.Invalid},
		"Opus":   {providertest.Fault{Type: "audio/ogg", Body: "OggSaaaaaaaaaaaaaaaa"}, research.Invalid},
		"empty":  {providertest.Fault{Type: "audio/pcm", Body: ""}, research.Unavailable},
		"stereo": {providertest.Fault{Type: "audio/wav", Body: string(stereo)}, research.Invalid},
		"no end": {providertest.Fault{Type: "audio/wav", Body: "RIFF\xff\xff\xff\xffWAVEjunk\xff\xff\xff\xff"}, research.Invalid},
	} {
		if name == "empty" {
			c.fault.Status = 200
		}
		p, s := openAI(t)
		s.Break(c.fault)
		_, err := p.Speak(t.Context(), provider.Line{Text: "x"})
		if research.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, s := openAI(t)
	for _, text := range []string{"", strings.Repeat("é", 4097)} {
		if _, err := p.Speak(t.Context(), provider.Line{Text: text}); research.CodeOf(err) != research.Invalid {
			t.Errorf("%d characters: %v", len(text), err)
		}
	}
	if len(s.Requests()) != 0 {
		t.Error("asked for a line that cannot be said")
	}
	s.Break(providertest.Fault{Type: "audio/pcm", Body: "abcd", Cut: true})
	sp, err := p.Speak(t.Context(), provider.Line{Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	if b, err := io.ReadAll(sp); string(b) != "abcd" || research.CodeOf(err) != research.Unavailable {
		t.Errorf("%q, %v", b, err)
	}
}

func TestEspeak(t *testing.T) {
	e, found := provider.FindEspeak()
	if !found {
		t.Fatal("espeak-ng is not installed; `make deps` does that")
	}
	s, err := e.Speak(t.Context(), provider.Line{Text: "--help is not an option here", Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(s)
	if err != nil || s.Rate != 22050 || len(b) < 22050 || len(b) > 10*22050 || len(b)%2 != 0 {
		t.Errorf("%d bytes at %d: %v", len(b), s.Rate, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s, err = e.Speak(ctx, provider.Line{Text: strings.Repeat("a very long line ", 200), Language: "../x"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestEspeakThatIsNone(t *testing.T) {
	for _, program := range []string{"true", "echo", "does-not-exist"} {
		path, err := exec.LookPath(program)
		if err != nil {
			path = "/does/not/exist"
		}
		e := &provider.Espeak{Path: path}
		if s, err := e.Speak(t.Context(), provider.Line{Text: "x"}); err == nil {
			s.Close()
			if program != "echo" { // its output is taken for sound: nothing says that it is none
				t.Errorf("%s speaks", program)
			}
		} else if research.CodeOf(err) != research.Unavailable {
			t.Errorf("%s: %v", program, err)
		}
	}
}

// TestVoiceOfALine: a line may name a voice of its own.
func TestVoiceOfALine(t *testing.T) {
	p, s := openAI(t)
	sound, err := p.Speak(t.Context(), provider.Line{Text: "Hello.", Voice: "nova"})
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()
	var asked map[string]any
	if err := json.Unmarshal(s.Requests()[0].Body, &asked); err != nil || asked["voice"] != "nova" {
		t.Errorf("asked %v", asked)
	}
}
