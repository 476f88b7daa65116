package sdk_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The stub snippet of the contract, word for word.
const ourStub = `(function(w,u,m){u=w.usercall=w.usercall||[];m="init identify bindSegment trigger reset on open optOut".split(" ");m.forEach(function(k){u[k]=u[k]||function(){u.push([k,[].slice.call(arguments)])}})})(window)`

const segmentDir = "../node_modules/@segment/analytics-next/dist/umd"

// A host is a customer's site: pages by path, Segment's real library beside them.
type host struct {
	*httptest.Server
	pages map[string]string
	csp   string
}

func newHost(t *testing.T) *host {
	t.Helper()
	if _, err := os.Stat(segmentDir); err != nil {
		t.Fatal("Segment's library is not installed: run npm ci --ignore-scripts")
	}
	h := &host{pages: map[string]string{}}
	library := http.StripPrefix("/segment/", http.FileServer(http.Dir(segmentDir)))
	mux := http.NewServeMux()
	mux.Handle("GET /segment/", library)
	mux.HandleFunc("GET /analytics.js/v1/{key}/analytics.min.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, segmentDir+"/standalone.js")
	})
	mux.Handle("GET /analytics-next/bundles/", http.StripPrefix("/analytics-next/bundles/", http.FileServer(http.Dir(segmentDir))))
	mux.HandleFunc("GET /", h.servePage)
	h.Server = httptest.NewServer(mux)
	h.URL = strings.Replace(h.URL, "127.0.0.1", "localhost", 1) // another site than the stub
	t.Cleanup(h.Close)
	return h
}

func (h *host) servePage(w http.ResponseWriter, r *http.Request) {
	page, ok := h.pages[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if h.csp != "" {
		w.Header().Set("Content-Security-Policy", h.csp)
	}
	if strings.HasSuffix(r.URL.Path, ".js") {
		w.Header().Set("Content-Type", "text/javascript")
	} else if strings.HasSuffix(r.URL.Path, ".css") {
		w.Header().Set("Content-Type", "text/css")
	} else {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	fmt.Fprint(w, page)
}

// page serves head and body at a path and returns its address. What the page throws or says on
// the console is kept in window.trouble, what usercall.on hears in window.heard.
func (h *host) page(path, head, body string) string {
	h.pages[path] = `<!doctype html><html lang="en"><head><title>host</title><link rel="icon" href="data:,"><script>` + watch + `</script>` + head + `</head><body>` + body + `</body></html>`
	return h.URL + path
}

const watch = `window.trouble=[];window.heard=[];
addEventListener("error",e=>trouble.push("error: "+e.message));
addEventListener("unhandledrejection",e=>trouble.push("rejection: "+e.reason));
for(const k of ["log","info","warn","error"]){const f=console[k];console[k]=(...a)=>{trouble.push(k+": "+a.join(" "));f.apply(console,a)}}`

const listen = `for(const k of ["invite","shown","accepted","declined","completed"])usercall.on(k,n=>heard.push(k));`

func script(text string) string { return "<script>" + text + "</script>" }

// ours is the SDK as the contract writes it: stub, script, calls.
func ours(s *stub, calls string) string {
	return script(ourStub) + `<script async src="` + s.URL + `/sdk/usercall.js"></script>` +
		script(fmt.Sprintf(`usercall.init({projectId:%q});%s;%s`, project, listen, calls))
}

// segmentSnippet is a stub as Segment's snippets make it, and the library loaded behind it.
func (h *host) segmentSnippet(s *stub, methods string) string {
	return script(segmentStub(methods)) + script(fmt.Sprintf(`analytics._writeKey="w";analytics._cdn=%q;
		var l=document.createElement("script");l.async=true;l.src=%q;document.head.append(l);`, s.URL, h.URL+"/analytics.js/v1/w/analytics.min.js"))
}

func segmentStub(methods string) string {
	return fmt.Sprintf(`(function(){var a=window.analytics=window.analytics||[];a.methods=%q.split(" ");a.SNIPPET_VERSION="test";
		a.methods.forEach(function(m){a[m]=function(){if(window.analytics!==a&&window.analytics.initialized)return window.analytics[m].apply(window.analytics,arguments);a.push([m].concat([].slice.call(arguments)));return a}})})()`, methods)
}

const (
	methods5 = "track page identify group alias reset on once off ready addSourceMiddleware user register"
	methods4 = "track page identify group alias reset on once off ready addSourceMiddleware"
)

// segmentNPM is the class that customers import from npm, here from its browser build.
func (h *host) segmentNPM() string {
	return `<script src="` + h.URL + `/segment/index.js"></script>`
}

// loadNPM makes window.ajs, an AnalyticsBrowser that is loaded.
func loadNPM(s *stub) string {
	return fmt.Sprintf(`window.ajs=AnalyticsNext.AnalyticsBrowser.load({writeKey:"w",cdnURL:%q});`, s.URL)
}
