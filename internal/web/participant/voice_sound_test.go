package participant_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/pcm/pcmtest"
)

// talker is a browser whose microphone hears a voice, over and over.
func talker(t *testing.T, flags ...chromedp.ExecAllocatorOption) (w *window, voice []int16) {
	t.Helper()
	voice, err := pcmtest.Say("The export to our accounting broke in March, and nobody could tell us why for two weeks.", "en", 16000)
	must(t, err)
	file := filepath.Join(t.TempDir(), "voice.wav")
	must(t, os.WriteFile(file, wav(voice), 0o600))
	return listener(t, file, flags...), voice
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
	return pcm.AppendWAV(nil, pcm.Format{Rate: 16000, Channels: 1}, sound)
}
