package participant_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/store/storetest"
)

// TestPictures keeps a picture of every state of the page, for people to look
// at, where SCREENSHOTS names a folder.
func TestPictures(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return // pictures are made on request: SCREENSHOTS=folder
	}
	w := newServer(t, storetest.SQLite(t))
	page := browse(t)
	page.open(w.url + "/i/unknown")
	page.shot(dir, "unknown")
	page.open(w.url + "/i/" + w.invite(t))
	page.do(chromedp.WaitEnabled(mark("consent")))
	page.shot(dir, "consent")
	page.press("consent")
	first := page.question("")
	page.shot(dir, "first")
	page.write("The export to our accounting broke in March, and nobody on the team could tell us why for two weeks.")
	page.shot(dir, "typed")
	page.write("\r")
	second := page.question(first)
	page.write("لم يعمل التصدير 👩‍👧\r")
	page.question(second)
	page.run(`document.querySelector('details').open = true`)
	page.shot(dir, "talk")
	page.run(`document.querySelector('details').open = false`)
	w.network.lose(true)
	page.write("Said in a tunnel.\r")
	page.until(`document.querySelector('#status').textContent.startsWith('Connecting again')`)
	page.shot(dir, "away")
	w.network.lose(false)
	page.until(`document.querySelector('[data-uc=answer]').value === ''`)
	page.press("pause")
	page.until(`document.querySelector('.is-paused')`)
	page.shot(dir, "paused")
	page.do(chromedp.Click(chromedp.CSS("[data-do=continue]")))
	page.until(`!document.querySelector('.is-paused')`)
	page.press("leave")
	page.do(chromedp.WaitVisible(mark("end")))
	page.shot(dir, "end")
}

// shot takes the page wide and as a phone shows it, light and dark.
func (w *window) shot(dir, name string) {
	w.t.Helper()
	for size, width := range map[string]int64{"wide": 1280, "phone": 390} {
		for _, scheme := range []string{"light", "dark"} {
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, media)
			must(w.t, err)
			w.do(chromedp.EmulateViewport(width, 780), chromedp.Sleep(200*time.Millisecond)) // for what fades in
			png, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
			must(w.t, err)
			must(w.t, os.WriteFile(filepath.Join(dir, name+"-"+size+"-"+scheme+".png"), png, 0o644))
		}
	}
	w.do(chromedp.EmulateViewport(1280, 780))
}
