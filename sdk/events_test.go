package sdk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// bound is a page with Segment from npm, bound with options, as window.analytics.
func bound(t *testing.T, h *host, s *stub, options string) *tab {
	t.Helper()
	return boundBehind(t, h, s, options, "")
}

// stopped is bound, with the page's clock stopped at the moment of binding.
func stopped(t *testing.T, h *host, s *stub, options string) *tab {
	t.Helper()
	p := boundBehind(t, h, s, options, script(steady+"window.binding=Date.now()"))
	eval[int](p, "stopClock(binding)")
	return p
}

func boundBehind(t *testing.T, h *host, s *stub, options, head string) *tab {
	t.Helper()
	p := newVisitor(t)
	lines := head + h.segmentNPM() + `<script src="` + s.URL + `/sdk/usercall.js"></script>` +
		ours(s, `window.analytics=new AnalyticsNext.AnalyticsBrowser();usercall.bindSegment(analytics,`+options+`);`) +
		script(strings.Replace(loadNPM(s), "window.ajs=AnalyticsNext.AnalyticsBrowser", "analytics", 1))
	p.goTo(h.page("/app", lines, ""))
	eval[any](p, "analytics.ready(()=>{}),analytics.then(()=>0)")
	return p
}

func TestOnlyWhatPassesAndIsReadLeaves(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config = reading(
		map[string]any{"type": "track", "name": "cancelled", "properties": []string{`properties["a.b"].c`, "properties.items.1.sku"}, "anyone": true},
		map[string]any{"type": "track", "name": "other", "anyone": true},
		map[string]any{"type": "page", "name": "", "anyone": true})
	p := bound(t, h, s, `{allowlist:["cancelled"],where:{properties:{months:{gte:3,lt:12},plan:"pro"}}}`)
	eval[any](p, `(async()=>{
		await analytics.track("other",{canary:1,plan:"pro",months:4});
		await analytics.track("unread",{canary:1,plan:"pro",months:4});
		await analytics.track("cancelled",{plan:"pro",months:"4",canary:1});
		await analytics.track("cancelled",{plan:"pro",months:12,canary:1});
		await analytics.track("cancelled",{plan:"pro",months:4,"a.b":{c:7,canary:1},items:[{canary:1},{sku:"x",canary:1}],canary:1});
		return 0})()`)
	event := s.waitMessages(t, 1)[0]
	p.do(chromedp.Sleep(settle))
	if n := len(s.messages()); n != 1 {
		t.Errorf("%d events left, want one", n)
	}
	for _, r := range s.to("/sdk/v1/events") {
		if strings.Contains(r.Raw, "canary") {
			t.Errorf("left the page: %s", r.Raw)
		}
	}
	properties := event["properties"].(map[string]any)
	if properties["a.b"].(map[string]any)["c"] != 7.0 || properties["items"].([]any)[1].(map[string]any)["sku"] != "x" {
		t.Errorf("properties %v", properties)
	}
}

func TestNamesForTheCatalogue(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := bound(t, h, s, "true")
	eval[any](p, `analytics.track("unread",{canary:1}),analytics.track("unread"),analytics.track("second").then(()=>0)`)
	eventually(t, func() bool { return len(s.to("/sdk/v1/events")) > 0 }, func() string { return "no names" })
	sent := s.to("/sdk/v1/events")
	if len(sent) != 1 || len(asList(sent[0].Body["catalogue"])) != 2 || len(sent[0].batch()) != 0 {
		t.Fatalf("sent %v", sent)
	}
	for _, canary := range []string{"canary", "messageId", "anonymousId", "ticket"} {
		if strings.Contains(sent[0].Raw, canary) {
			t.Errorf("%s left with the names: %s", canary, sent[0].Raw)
		}
	}
}

// Segment's stub replays by method, so on page load a track may come before its identify.
func TestHeldForTheIdentify(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config = reading(map[string]any{"type": "track", "name": "cancelled", "traits": []string{"plan"}})
	p := bound(t, h, s, `{where:{traits:{plan:"pro"}}}`)
	eval[any](p, `analytics.track("cancelled").then(()=>0)`)
	p.do(chromedp.Sleep(200 * time.Millisecond))
	if n := len(s.messages()); n != 0 {
		t.Fatalf("%d events left before anybody was identified", n)
	}
	eval[any](p, `analytics.identify("u1",{plan:"pro"}).then(()=>0)`)
	event := s.waitMessages(t, 1)[0]
	if event["userId"] != "u1" {
		t.Errorf("event %v", event)
	}
	first := s.to("/sdk/v1/events")[0].batch()[0]
	if first["type"] != "identify" || first["userId"] != "u1" || first["traits"].(map[string]any)["plan"] != "pro" || first["messageId"] == event["messageId"] {
		t.Errorf("before the event stands %v", first)
	}
}

func TestHoldEndsByItself(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config = reading(map[string]any{"type": "track", "name": "cancelled"})
	p := stopped(t, h, s, "{}")
	eval[any](p, `analytics.track("cancelled").then(()=>0)`)
	p.tick(3000)
	event := s.waitMessages(t, 1)[0]
	if held := eval[float64](p, `left[0]-binding`); held < 1900 || held > 2100 {
		t.Errorf("held for %v ms", held)
	}
	if event["userId"] != nil || event["anonymousId"] == nil {
		t.Errorf("event %v", event)
	}
}

// usercall.identify reaches the next event; the same is not said twice; a change is.
func TestOwnIdentityTravelsBesideTheEvent(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	s.config = reading(map[string]any{"type": "track", "name": "cancelled", "traits": []string{"plan", "email"}})
	p := newVisitor(t)
	p.goTo(h.page("/app", ours(s, `usercall.identify({userId:"u1",email:"a@example.com",traits:{plan:"pro",secret:"canary"}})`), ""))
	for i, plan := range []string{"pro", "pro", "trial"} {
		eval[int](p, `usercall.identify({traits:{plan:"`+plan+`"}});`+cancelNow)
		s.waitMessages(t, i+1)
	}
	var own []map[string]any
	for _, r := range s.to("/sdk/v1/events") {
		if strings.Contains(r.Raw, "canary") {
			t.Errorf("left the page: %s", r.Raw)
		}
		for _, message := range r.batch() {
			if message["type"] == "identify" {
				own = append(own, message["traits"].(map[string]any))
			}
		}
	}
	if len(own) != 2 || own[0]["email"] != "a@example.com" || own[0]["plan"] != "pro" || len(own[1]) != 1 || own[1]["plan"] != "trial" {
		t.Errorf("identified as %v", own)
	}
}

func TestConsentAndIntegrationsAreHonoured(t *testing.T) {
	t.Parallel()
	h, s := newHost(t), newStub(t)
	p := bound(t, h, s, "{}")
	eval[any](p, `(async()=>{
		await analytics.track("cancelled",{},{integrations:{All:false}});
		await analytics.track("cancelled",{},{integrations:{Usercall:false}});
		await analytics.addSourceMiddleware(({payload,next})=>payload.obj.event=="cancelled"?null:next(payload));
		analytics.track("cancelled").catch(()=>0);
		return 0})()`)
	p.do(chromedp.Sleep(settle))
	if n := len(s.messages()); n != 0 {
		t.Errorf("%d events left against the visitor's choice", n)
	}
}
