package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// tour opens every page that a reader can reach from the rail, and one of each
// kind below, on a desk and on a phone: each has a title, says nothing of a
// fault, and fits its width.
func tour(t *testing.T, p *program, reader *tab) {
	t.Helper()
	base := "http://" + p.addr
	pages := map[string]string{"home": "/", "studies": "/studies", "new-study": "/studies/new", "interviews": "/interviews",
		"themes": "/themes", "people": "/people", "events": "/events", "decisions": "/decisions", "connect": "/connect", "settings": "/settings"}
	for name, below := range map[string]string{"interview": "/interviews", "person": "/people"} {
		reader.open(base + below)
		first := eval[string](reader, `document.querySelector('main a[href^="`+below+`/"]')?.pathname ?? ""`)
		if first == "" {
			t.Errorf("%s lists nothing that can be opened", below)
			continue
		}
		pages[name] = first
	}
	reader.open(base + "/studies")
	study := eval[string](reader, `document.querySelector('main a[href*="/studies/stu_"]').pathname`)
	for _, tab := range []string{"interviews", "triggers", "guide", "settings"} {
		pages["study-"+tab] = study + "/" + tab
	}
	for name, path := range pages {
		for size, width := range map[string]int64{"desk": 1280, "phone": 390} {
			reader.do(chromedp.EmulateViewport(width, 900))
			reader.open(base + path)
			look(t, reader, path)
			reader.picture("tour-" + name + "-" + size)
		}
	}
	reader.do(chromedp.EmulateViewport(1280, 900))
}

func look(t *testing.T, reader *tab, path string) {
	t.Helper()
	if title := eval[string](reader, `document.querySelector("h1")?.innerText ?? ""`); strings.TrimSpace(title) == "" {
		t.Errorf("%s has no title", path)
	}
	if status := eval[int](reader, `performance.getEntriesByType("navigation")[0].responseStatus`); status != 200 {
		t.Errorf("%s answered %d", path, status)
	}
	if wide := eval[int](reader, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		t.Errorf("%s is %d px wider than its window of %d", path, wide, eval[int](reader, "innerWidth"))
	}
}
