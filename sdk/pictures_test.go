package sdk_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// settle is how long a test waits for something that must not happen.
const settle = 400 * time.Millisecond

// shot keeps pictures for people, where SCREENSHOTS names a folder.
func shot(t *testing.T, p *tab, name string) {
	t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	for size, width := range map[string]int64{"wide": 1280, "phone": 390} {
		for _, scheme := range []string{"light", "dark"} {
			p.media("prefers-color-scheme", scheme)
			p.do(chromedp.EmulateViewport(width, 720), chromedp.Sleep(200*time.Millisecond))
			png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+size+"-"+scheme+".png"), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// media sets a media feature, such as the colour scheme.
func (p *tab) media(feature, value string) {
	p.t.Helper()
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, params); err != nil {
		p.t.Fatal(err)
	}
}
