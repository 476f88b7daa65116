package participant_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/voice/pcm"
)

// talker is a browser whose microphone hears a voice, over and over.
func talker(t *testing.T, flags ...chromedp.ExecAllocatorOption) (w *window, voice []int16) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "voice.wav")
	out, err := exec.Command("espeak-ng", "-v", "en", "-s", "150", "-w", file,
		"The export to our accounting broke in March, and nobody could tell us why for two weeks.").CombinedOutput()
	if err != nil {
		t.Fatalf("espeak-ng: %v %s; run make deps", err, out)
	}
	b, err := os.ReadFile(file)
	must(t, err)
	return listener(t, file, flags...), samples(t, b)
}

// listener is a browser with that sound for a microphone, and the permission to
// use it.
func listener(t *testing.T, file string, flags ...chromedp.ExecAllocatorOption) *window {
	t.Helper()
	return browse(t, append(flags, chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-audio-capture", file))...)
}

// wav is a file of that sound at 16 kHz.
func wav(sound []int16) []byte {
	b := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 16, 0, 0, 0, 1, 0, 1, 0)
	b = binary.LittleEndian.AppendUint32(b, 16000)
	b = binary.LittleEndian.AppendUint32(b, 32000)
	b = append(b, 2, 0, 16, 0)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(2*len(sound)))
	for _, s := range sound {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

// samples are those of a WAV file of espeak-ng, at 16 kHz.
func samples(t *testing.T, wav []byte) []int16 {
	t.Helper()
	const head = 44
	in := make([]int16, (len(wav)-head)/2)
	for i := range in {
		in[i] = int16(binary.LittleEndian.Uint16(wav[head+2*i:]))
	}
	r, err := pcm.NewResampler(int(binary.LittleEndian.Uint32(wav[24:])), 16000)
	must(t, err)
	return r.Flush(r.Append(nil, in))
}
