package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestPreflightsMatter proves that the tests of analytics-next would notice a
// wrong answer to a preflight: with the one that was right before the library
// sent Authorization, nothing arrives, and with ours everything does.
func TestPreflightsMatter(t *testing.T) {
	f := newField(t, "project")
	keys := f.keys["project"]
	f.gateway.with(t, func(w http.ResponseWriter, r *http.Request, _ func(http.ResponseWriter)) bool {
		if r.Method != http.MethodOptions {
			return false
		}
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type, X-Retry-Count")
		w.WriteHeader(http.StatusNoContent)
		return true
	})
	p := f.visitor(t)
	p.open(f.site.page("/", segmentsSnippet(t, f, keys.WriteKey, "")+recorder))
	p.until(loaded)
	eval[bool](p, `analytics.track("left").then(() => true)`) // ends when the delivery has failed
	if asked, came := len(f.gateway.to(http.MethodOptions, "/v1/")), len(f.gateway.to(http.MethodPost, "/v1/")); asked == 0 || came > 0 {
		t.Fatalf("after %d wrong preflights %d requests came", asked, came)
	}
	f.gateway.with(t, nil)
	p.open(f.site.URL + "/") // the queue that the library keeps is sent again
	f.arrive(t, p, keys)
	f.checkStored(t, keys)
}

// TestLeavingWithABatch closes the page over a batch that is not full: the
// library sends it with keepalive while the page goes away.
func TestLeavingWithABatch(t *testing.T) {
	const patient = `{"strategy":"batching","config":{"size":3,"timeout":60000}}`
	f := newField(t, "new", "old")
	for name, way := range map[string]way{"new": {head: ourSnippet}, "old": {head: ourSnippet, old: true}} {
		t.Run(name, func(t *testing.T) {
			if way.old {
				f.serveOldLibrary(t)
			}
			keys := f.keys[name]
			p := f.visitor(t)
			p.open(f.site.page("/", way.head(t, f, keys.WriteKey, patient)+recorder))
			f.site.page("/away", "")
			p.until(loaded)
			// A full batch goes at once, and leaves a preflight's answer in the browser.
			eval[bool](p, `Promise.all([analytics.identify("user-1"), analytics.track("stayed")]).then(() => true)`)
			f.arrive(t, p, keys)
			eval[bool](p, `Promise.all([analytics.track("left"), analytics.track("left")]).then(() => { location = "/away"; return true })`)
			p.until(`location.pathname == "/away"`)
			f.arrive(t, p, keys)
			if stored := f.checkStored(t, keys); len(stored) != 5 {
				t.Errorf("%d messages are stored, want 5", len(stored))
			}
		})
	}
}

// TestLeavingDuringADelivery leaves the page after the program has stored the
// messages and before the browser has heard so: the next page sends them once
// more, and they are stored once.
func TestLeavingDuringADelivery(t *testing.T) {
	f := newField(t, "new", "old")
	for name, old := range map[string]bool{"new": false, "old": true} {
		t.Run(name, func(t *testing.T) {
			keys := f.keys[name]
			if old {
				f.serveOldLibrary(t)
			}
			p := f.visitor(t)
			f.site.page("/away", "")
			p.open(f.site.page("/", segmentsSnippet(t, f, keys.WriteKey, "")+recorder))
			p.until(loaded + " && localStorage.sent")
			f.arrive(t, p, keys)
			f.holdAnswers(t)
			eval[bool](p, `["left", "left", "other"].forEach(name => { analytics.track(name) }), true`)
			p.until(`JSON.parse(localStorage.sent).length == 4`)
			f.arrive(t, p, keys) // at the program; nobody tells the page
			p.open(f.site.URL + "/away")
			f.letGo(t, old)
			p.open(f.site.URL + "/")
			f.arriveAgain(t, p, keys)
			f.checkStored(t, keys)
		})
	}
}

// holdAnswers lets the program store what comes and keeps its answer back until
// the client is gone.
func (f *field) holdAnswers(t *testing.T) {
	t.Helper()
	f.gateway.with(t, func(w http.ResponseWriter, r *http.Request, pass func(http.ResponseWriter)) bool {
		if r.Method != http.MethodPost || !strings.HasPrefix(r.URL.Path, "/v1/") {
			return false
		}
		pass(&discard{header: http.Header{}})
		<-r.Context().Done()
		return true
	})
}

// letGo ends what holdAnswers began.
func (f *field) letGo(t *testing.T, old bool) {
	t.Helper()
	f.gateway.with(t, nil)
	if old {
		f.serveOldLibrary(t)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// arriveAgain waits until the three messages that were under way are delivered
// twice.
func (f *field) arriveAgain(t *testing.T, p *tab, keys projectKeys) {
	t.Helper()
	sent := p.sent()
	eventually(t, "what was under way is sent again", func() bool {
		acked, twice := f.gateway.acknowledged(t, keys.WriteKey), 0
		for _, m := range sent {
			if m.Type == "track" && len(acked[m.MessageID]) > 1 {
				twice++
			}
		}
		return twice == 3
	})
}

// TestBeacon sends with navigator.sendBeacon, which asks nobody first, carries
// credentials, and works while a page goes away.
func TestBeacon(t *testing.T) {
	f := newField(t, "project")
	keys := f.keys["project"]
	f.site.page("/away", "")
	beacon := fmt.Sprintf(`function beacon(path, id, more) {
		var now = new Date().toISOString();
		var event = {type: "track", event: "left", userId: "user-1", anonymousId: "anon-1", messageId: id, timestamp: now};
		var body = path == "b" ? {batch: [event], writeKey: %[2]q, sentAt: now} : Object.assign(event, {writeKey: %[2]q, sentAt: now});
		return navigator.sendBeacon("%[1]s/v1/" + path, more ? new Blob([JSON.stringify(body)], {type: "text/plain"}) : JSON.stringify(body));
	}`, f.gateway.URL, keys.WriteKey)
	p := f.visitor(t)
	p.open(f.site.page("/", `<script>`+beacon+`;addEventListener("pagehide", function () { beacon("t", "m-hide") })</script>`))
	for path, id := range map[string]string{"t": "m-one", "track": "m-long", "b": "m-batch"} {
		if !eval[bool](p, fmt.Sprintf(`beacon(%q, %q, %v)`, path, id, path == "b")) {
			t.Errorf("the browser does not take a beacon to %s", path)
		}
	}
	p.open(f.site.URL + "/away")
	eventually(t, "all four beacons are acknowledged", func() bool { return len(f.gateway.acknowledged(t, keys.WriteKey)) == 4 })
	if stored := f.checkStored(t, keys); len(stored) != 4 {
		t.Errorf("%d beacons are stored", len(stored))
	}
	if n := len(f.gateway.to(http.MethodOptions, "/v1/")); n > 0 {
		t.Errorf("%d preflights for what cannot wait for one", n)
	}
}

// TestPartsOfTheLibrary uses what the library loads only when it is needed:
// each part comes from us.
func TestPartsOfTheLibrary(t *testing.T) {
	f := newField(t, "project")
	keys := f.keys["project"]
	p := f.visitor(t)
	p.open(f.site.page("/", ourSnippet(t, f, keys.WriteKey, "")+recorder) + "?ajs_event=Linked&ajs_uid=user-1")
	p.until(loaded)
	eval[bool](p, `(async () => {
		await analytics.addSourceMiddleware(({payload, next}) => next(payload));
		document.body.innerHTML = '<a href="#there">there</a>';
		await analytics.trackLink(document.querySelector("a"), "Followed");
		document.querySelector("a").click();
		return true;
	})()`)
	p.until(`["Linked", "Followed"].every(name => (localStorage.sent || "").includes(name))`)
	f.arrive(t, p, keys)
	f.checkStored(t, keys)
	f.checkHosts(t, p)
	parts := f.gateway.to(http.MethodGet, "/analytics-next/bundles/")
	for _, e := range parts {
		if e.Status != http.StatusOK {
			t.Errorf("%s: %d", e.Path, e.Status)
		}
	}
	if len(parts) < 2 {
		t.Errorf("inconclusive: %d parts were loaded", len(parts))
	}
}
