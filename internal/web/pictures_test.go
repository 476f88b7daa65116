package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/research"
)

// TestPictures takes pictures of every page into the folder that SCREENSHOTS names:
//
//	SCREENSHOTS=folder go test ./internal/web -run TestPictures
func TestPictures(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return // pictures are made on request: SCREENSHOTS=folder
	}
	full, empty, many := newSite(t, "http://localhost:8080").signIn(), newSite(t, "http://localhost:8080").signIn(), newSite(t, "http://localhost:8080").signIn()
	full.fill(demo{tag: "a", studies: 4, interviews: 12, events: 60})
	empty.fill(demo{tag: "a", studies: 1})
	many.fill(demo{tag: "a", studies: 40, interviews: 200, events: 1000})
	out := newSite(t, "http://localhost:8080")
	wrong, one, crowd := newSite(t, "http://localhost:8080").signIn(), newSite(t, "http://localhost:8080").signIn(), newSite(t, "http://localhost:8080").signIn()
	for _, s := range []*site{wrong, one, crowd} {
		s.fill(demo{tag: "a", studies: 1, events: map[bool]int{true: 30}[s == wrong]})
	}
	sending := newSite(t, "http://localhost:8080").signIn()
	sending.fill(demo{tag: "a", studies: 1, interviews: 6, events: 30})
	sending.sendSome(6)
	slow := &site{t: t, cookie: full.cookie, handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "forecast") {
			full.handler.ServeHTTP(w, r)
			return
		}
		whole := httptest.NewRecorder()
		full.handler.ServeHTTP(whole, r)
		begun, _, _ := strings.Cut(whole.Body.String(), `</div><section class="foreseen`)
		_, _ = w.Write([]byte(begun)) // what is there before the forecast is
	})}
	many.activating("trg_a1", 12_288, 41_200)
	empty.forecast, many.forecast, crowd.forecast = emptyForecast, manyForecast, quietForecast
	wrong.coming().everything()
	one.coming().first()
	crowd.coming().many()
	whole := newSite(t, "http://localhost:8080").signIn()
	whole.fill(demo{tag: "a", studies: 1, events: 30})
	whole.coming().everything()
	whole.full()

	heard := newSite(t, "http://localhost:8080").signIn()
	heard.fill(demo{tag: "a", studies: 1, interviews: 6, events: 30})
	heard.spoke(30_000)
	for n := range 3 {
		heard.speak("a", n, 3+8*n)
	}
	heard.sounds["itv_a2"] = nil

	calm, _ := paced(t, research.Settings{})
	busy, busyProject := paced(t, research.Settings{Timezone: "Europe/Berlin", TestPeople: []string{"u_4821", "ada.lovelace+a-rather-long-address@customer-success.northdesk.example"},
		Pacing: research.Pacing{QuietFrom: 12 * 60, QuietTo: 8*60 + 30, Days: []time.Weekday{time.Monday, time.Tuesday, time.Friday}, PersonZone: true}})
	for i, paused := range []bool{true, false, true} {
		if err := busy.db.SetPaused(t.Context(), busyProject.ID, paused, "ada@northdesk.example", noon.Add(time.Duration(i-5)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	busy.publishedKeys(busyProject.Key, "The address could not be read: it answered 500.")
	quiet, quietProject := paced(t, busyProject.Settings)
	if err := quiet.db.SetTesting(t.Context(), quietProject.ID, "trg_a1", noon); err != nil {
		t.Fatal(err)
	}

	ctx := browser(t)
	shots := []struct {
		name, path string
		site       *site
	}{
		{"home", "/", full}, {"studies", "/studies", full}, {"new", "/studies/new", full}, {"report", "/studies/stu_a0", full},
		{"study-interviews", "/studies/stu_a0/interviews", full}, {"triggers", "/studies/stu_a0/triggers", full}, {"guide", "/studies/stu_a0/guide", full},
		{"study-settings", "/studies/stu_a0/settings", full}, {"interviews", "/interviews", full}, {"interview", "/interviews/itv_a0#t2", full},
		{"spoken", "/interviews/itv_a0", heard}, {"spoken-long", "/interviews/itv_a1", heard}, {"spoken-lost", "/interviews/itv_a2", heard}, {"spoken-report", "/studies/stu_a0", heard}, {"spoken-themes", "/themes", heard},
		{"spoken-none", "/interviews/itv_a3/recording", heard}, {"spoken-settings", "/settings", heard}, {"spoken-home", "/", heard},
		{"themes", "/themes", full}, {"people", "/people", full}, {"person", link("people", "u:"+plainWords("person", 2)), full}, {"events", "/events", full},
		{"decisions", "/decisions", full}, {"connect", "/connect", full}, {"settings", "/settings", full}, {"signin", "/signin", out}, {"missing", "/nowhere", full},
		{"newkey", "/settings#rotate", full}, {"settings-empty", "/settings", empty}, {"settings-keyset", "/settings", busy},
		{"home-empty", "/", empty}, {"report-empty", "/studies/stu_a0", empty}, {"interviews-empty", "/interviews", empty}, {"home-many", "/", many},
		{"connect-wrong", "/connect", wrong}, {"connect-one", "/connect?way=webhook", one}, {"connect-empty", "/connect", empty}, {"connect-server", "/connect?way=server", one}, {"connect-function", "/connect?way=function", one}, {"connect-other", "/connect?way=other", one},
		{"catalogue", "/catalogue", wrong}, {"catalogue-empty", "/catalogue", empty}, {"catalogue-one", "/catalogue", one}, {"catalogue-many", "/catalogue", crowd}, {"catalogue-event", "/catalogue/track/Order%20Completed", wrong},
		{"builder", "/studies/stu_a0/triggers/trg_a0/edit", wrong}, {"builder-new", "/studies/stu_a0/triggers/new", empty}, {"builder-full", "/studies/stu_a0/triggers/trg_a0/edit", whole},
		{"builder-wrong", "/studies/stu_a0/triggers/trg_a0/edit#wrong", wrong}, {"builder-overtaken", "/studies/stu_a0/triggers/trg_a0/edit#overtaken", whole},
		{"file", "/studies/stu_a0/file", full}, {"versions", "/studies/stu_a0/versions", whole}, {"version", "/studies/stu_a0/versions/3", whole},
		{"catalogue-other", "/catalogue/other/", crowd}, {"decisions-many", "/decisions", many},
		{"pacing", "/settings/pacing", calm}, {"pacing-paused", "/settings/pacing", busy}, {"pacing-quiet", "/settings/pacing", quiet}, {"pacing-triggers", "/studies/stu_a1/triggers", quiet},
		{"pacing-home", "/", busy},
		{"delivery", "/settings/delivery", sending}, {"delivery-empty", "/settings/delivery", empty}, {"deliveries", "/deliveries", sending}, {"deliveries-empty", "/deliveries", empty},
		{"deliverysecret", "/settings/delivery#rotate-delivery", sending}, {"needs-delivery", "/", sending},
		{"triggers-ready", "/studies/stu_a1/triggers", many}, {"forecast", "/studies/stu_a1/triggers/trg_a1/forecast", full}, {"forecast-empty", "/studies/stu_a0/triggers/trg_a0/forecast", empty},
		{"forecast-many", "/studies/stu_a0/triggers/trg_a0/forecast", many}, {"forecast-slow", "/studies/stu_a1/triggers/trg_a1/forecast", slow}, {"forecast-none", "/studies/stu_a0/triggers/trg_a0/forecast", crowd},
	}
	servers := map[*site]string{}
	for _, s := range []*site{slow, full, empty, many, out, wrong, one, crowd, calm, busy, quiet, whole, sending, heard} {
		server := httptest.NewServer(s.handler)
		defer server.Close()
		servers[s] = server.URL
	}
	for _, shot := range shots {
		if only := os.Getenv("ONLY"); only != "" && !strings.HasPrefix(shot.name, only) {
			continue
		}
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s.png", shot.name, width, scheme)
				if err := os.WriteFile(filepath.Join(dir, name), picture(t, ctx, shot.site, servers[shot.site]+shot.path, width, scheme), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func browser(t *testing.T) context.Context {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no Chromium here; run make deps")
	}
	ctx, end := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("no-sandbox", os.Getuid() == 0))
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	return ctx
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// picture is the whole page as a browser of that width shows it.
func picture(t *testing.T, ctx context.Context, s *site, at string, width int64, scheme string) []byte {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
	must(t, true, err)
	_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
	must(t, true, err)
	if s.cookie != nil {
		_, err = chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: s.cookie.Name, Value: s.cookie.Value, URL: at})
		must(t, true, err)
	}
	must(t, true, chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(at), chromedp.Sleep(150*time.Millisecond)))
	if strings.HasSuffix(at, "#rotate") {
		must(t, true, chromedp.Do(ctx, chromedp.Click(`form[action="/settings/keys/identity"] button`), chromedp.Sleep(300*time.Millisecond)))
	}
	if strings.HasSuffix(at, "#rotate-delivery") {
		must(t, true, chromedp.Do(ctx, chromedp.Click(`form[action="/settings/delivery/webhook/rotate"] button`), chromedp.Sleep(300*time.Millisecond)))
	}
	if _, do, ok := strings.Cut(at, "/edit#"); ok {
		js := fmt.Sprintf(`(f => { %s; f.querySelector("[value=save]").click() })(document.querySelector("#builder"))`, map[string]string{
			"wrong":     `f.elements["cooldown"].value = "3 fortnights"; f.elements["on.where.0.path"].value = "propertis.plan"`,
			"overtaken": `f.elements["version"].value = "2"`}[do])
		must(t, true, chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](js), chromedp.Sleep(400*time.Millisecond)))
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	return must(t, png, err)
}
