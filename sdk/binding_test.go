package sdk_test

import (
	"fmt"
	"testing"
)

// Each way a page can have Segment and us on it must bring the event, once, with who did it.
func TestBindingForms(t *testing.T) {
	cancel := `analytics.identify("u1",{plan:"pro"});analytics.track("cancelled",{plan:"pro",secret:"canary"});`
	// Where our script comes after Segment's, what happened before it is gone; these wait for it.
	cancelBound := `(function go(){window.usercall&&usercall._?setTimeout(function(){` + cancel + `},50):setTimeout(go,10)})();`
	forms := map[string]func(h *host, s *stub) string{
		"calls on the stub, ours first": func(h *host, s *stub) string {
			return ours(s, "") + script(segmentStub(methods5)+";usercall.bindSegment(analytics);") + h.segmentSnippet(s, methods5) + script(cancel)
		},
		"ours after Segment's snippet": func(h *host, s *stub) string {
			return h.segmentSnippet(s, methods5) + script(cancelBound) + ours(s, "usercall.bindSegment(analytics)")
		},
		"stub without register": func(h *host, s *stub) string {
			return script(segmentStub(methods4)) + ours(s, "usercall.bindSegment(analytics)") + h.segmentSnippet(s, methods4) + script(cancel)
		},
		"setup object before Segment": func(h *host, s *stub) string {
			return script(fmt.Sprintf(`window.__usercallSetup={projectId:%q,bindSegment:{allowlist:["cancelled"],where:{properties:{plan:"pro"},traits:{plan:"pro"}}}}`, project)) +
				`<script src="` + s.URL + `/sdk/usercall.js"></script>` + h.segmentSnippet(s, methods5) + script(cancel)
		},
		"setup object after Segment": func(h *host, s *stub) string {
			return h.segmentSnippet(s, methods5) + script(cancelBound) +
				script(fmt.Sprintf(`window.__usercallSetup={projectId:%q,bindSegment:true}`, project)) +
				`<script async src="` + s.URL + `/sdk/usercall.js"></script>`
		},
		"attributes": func(h *host, s *stub) string {
			return fmt.Sprintf(`<script async src="%s/sdk/usercall.js" data-project-id="%s" data-bind-segment></script>`, s.URL, project) +
				h.segmentSnippet(s, methods5) + script(cancelBound)
		},
		"plain array": func(h *host, s *stub) string {
			return h.segmentSnippet(s, methods5) + script(fmt.Sprintf(`window.usercall=[["init",{projectId:%q}],["bindSegment",analytics]]`, project)) +
				`<script async src="` + s.URL + `/sdk/usercall.js"></script>` + script(cancelBound)
		},
		"blocking script": func(h *host, s *stub) string {
			return h.segmentSnippet(s, methods5) + `<script src="` + s.URL + `/sdk/usercall.js"></script>` +
				script(fmt.Sprintf(`usercall.push(["init",{projectId:%q}]);usercall.bindSegment(analytics);`, project)) + script(cancel)
		},
		"npm, bound before load": func(h *host, s *stub) string {
			return h.segmentNPM() + `<script src="` + s.URL + `/sdk/usercall.js"></script>` + ours(s, fmt.Sprintf(`window.analytics=new AnalyticsNext.AnalyticsBrowser();usercall.bindSegment(analytics);analytics.load({writeKey:"w",cdnURL:%q})`, s.URL)) + script(cancel)
		},
		"npm, bound after load": func(h *host, s *stub) string {
			return h.segmentNPM() + script(loadNPM(s)+"window.analytics=ajs;") + ours(s, `analytics.then(()=>{usercall.bindSegment(analytics);`+cancelBound+`})`)
		},
		"bound twice, loaded twice": func(h *host, s *stub) string {
			return h.segmentNPM() + script(loadNPM(s)+"window.analytics=ajs;") + ours(s, "usercall.bindSegment(analytics)") +
				ours(s, "usercall.bindSegment(analytics)") + script(cancelBound)
		},
		"classic analytics.js": func(h *host, s *stub) string {
			return script(classicLibrary) + ours(s, "usercall.bindSegment(analytics)") + script(cancelBound)
		},
		"classic analytics.js behind its stub": func(h *host, s *stub) string {
			return script(segmentStub(methods4)) + `<script src="` + s.URL + `/sdk/usercall.js"></script>` +
				ours(s, "usercall.bindSegment(analytics)") + script(cancel) + script(classicLibrary)
		},
		"by the name of the global": func(h *host, s *stub) string {
			return h.segmentNPM() + script(loadNPM(s)) + ours(s, `usercall.bindSegment("ajs")`) + script("window.analytics=ajs;"+cancelBound)
		},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newHost(t), newStub(t)
			p := newVisitor(t)
			p.goTo(h.page("/", form(h, s), ""))
			checkCancelled(t, s.waitMessages(t, 1))
			if trouble := eval[[]string](p, "trouble"); len(trouble) > 0 {
				t.Errorf("the page heard %q", trouble)
			}
		})
	}
}

// classicLibrary stands in for analytics.js before analytics-next, as far as it matters here: it
// replaces the stub, replays its queue in order, knows no plugins, and says "invoke" with a facade.
const classicLibrary = `(function(){var q=window.analytics,on={},user={id:null,traits:{}},n=0;
	var a=window.analytics={initialized:true,
		on:function(k,f){(on[k]=on[k]||[]).push(f)},
		user:function(){return{id:function(){return user.id},anonymousId:function(){return"anon"},traits:function(){return user.traits}}},
		identify:function(id,traits){user={id:id,traits:traits};say("identify",{userId:id,traits:traits})},
		track:function(name,properties){say("track",{event:name,properties:properties})},
		push:function(call){var m=call.shift();if(a[m])a[m].apply(a,call)}};
	function say(type,obj){obj.messageId="classic-"+n++;obj.anonymousId="anon";(on.invoke||[]).forEach(function(f){f({json:function(){return Object.assign({type:type},obj)}})})}
	while(q&&q.length)a.push(q.shift())})()`

func checkCancelled(t *testing.T, messages []map[string]any) {
	t.Helper()
	if len(messages) != 1 {
		t.Fatalf("%d events, want one: %v", len(messages), messages)
	}
	event := messages[0]
	properties, _ := event["properties"].(map[string]any)
	if event["event"] != "cancelled" || event["userId"] != "u1" || event["via"] != "bind" {
		t.Errorf("event %v", event)
	}
	if len(properties) != 1 || properties["plan"] != "pro" {
		t.Errorf("properties %v, want only those that are read", properties)
	}
	if event["messageId"] == "" || event["anonymousId"] == nil {
		t.Errorf("no ids in %v", event)
	}
}
