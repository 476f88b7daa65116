package segment

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

const address = "/v1/webhooks/segment/prj_seven/token-of-prj_seven"

// signature is what Segment sends as X-Signature.
func signature(secret, text string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// TestASignatureOfAnother is that of a text and secret made elsewhere, so that
// ours are not only right with each other:
// printf '{"a":1}' | openssl dgst -sha1 -hmac secret-of-prj_seven
func TestASignatureOfAnother(t *testing.T) {
	if got := signature("secret-of-prj_seven", `{"a":1}`); got != opensslSaid {
		t.Errorf("got %s", got)
	}
}

const opensslSaid = "fd647703bfa813cdb37845d834e05c945a516fe6"

// fromSegment is an event as a webhook destination gets it.
const fromSegment = `{"anonymousId":"507f191e810c19729de860ea","channel":"browser","context":{"ip":"8.8.8.8","page":{"path":"/x?a=<b>&c"}},` +
	`"event":"Order <Completed>","integrations":{"All":true},"messageId":"ajs-next-1","originalTimestamp":"2026-11-24T11:00:07.000Z","projectId":"p",` +
	`"properties":{"total":12345678901234567890,"b":1,"a":2.50},"receivedAt":"2026-11-24T11:00:02.500Z","sentAt":"2026-11-24T11:00:07.500Z",` +
	`"timestamp":"2026-11-24T11:00:02.000Z","type":"track","userId":"u1","version":2}`

func TestTheWebhookTakesWhatIsSigned(t *testing.T) {
	second := strings.NewReplacer("ajs-next-1", "ajs-next-2").Replace(fromSegment)
	wrapped := `{"json":` + fromSegment + `}`
	bad := strings.Replace(fromSegment, `"channel"`, "\"\xff\"", 1)
	form := "type=track&event=Order+%3CCompleted%3E&userId=u1&messageId=m&properties=%5Bobject+Object%5D"
	sign := func(text string) map[string]string {
		return map[string]string{"X-Signature": signature("secret-of-prj_seven", text)}
	}
	bearer := map[string]string{"Authorization": "Bearer secret-of-prj_seven"}
	tests := map[string]struct {
		body   string
		header map[string]string
		stored int
	}{
		"one event":                                 {fromSegment, sign(fromSegment), 1},
		"one event, upper-case hex":                 {fromSegment, map[string]string{"X-Signature": strings.ToUpper(signature("secret-of-prj_seven", fromSegment))}, 1},
		"a batch, its first element signed":         {"[" + fromSegment + "," + second + "]", sign(fromSegment), 2},
		"a batch with white space":                  {"[ " + fromSegment + " , " + second + " ]", sign(fromSegment), 2},
		"Extensible, the inner value signed":        {"[" + wrapped + `,{"json":` + second + "}]", sign(fromSegment), 2},
		"Extensible, should it mend the wrapping":   {"[" + wrapped + "]", sign(wrapped), 1},
		"one wrapped event":                         {wrapped, sign(fromSegment), 1},
		"Bearer":                                    {fromSegment, bearer, 1},
		"bearer, and a batch":                       {"[" + fromSegment + "," + second + "]", map[string]string{"Authorization": "bearer secret-of-prj_seven"}, 2},
		"Bearer, and a signature of another secret": {fromSegment, map[string]string{"Authorization": "Bearer secret-of-prj_seven", "X-Signature": signature("x", fromSegment)}, 1},
		"the older secret, while it rotates":        {fromSegment, map[string]string{"Authorization": "Bearer old-secret-of-prj_seven"}, 1},
		"an OAuth token, and a signature":           {fromSegment, map[string]string{"Authorization": "Bearer other", "X-Signature": signature("secret-of-prj_seven", fromSegment)}, 1},
		"a Tracking API batch":                      {`{"batch":[` + fromSegment + "," + second + `]}`, bearer, 2},
		"a form":                                    {form, map[string]string{"Authorization": "Bearer secret-of-prj_seven", "Content-Type": "application/x-www-form-urlencoded"}, 1},
		"what is no UTF-8, signed as it came":       {bad, sign(bad), 1},
		"of a batch, too":                           {"[" + bad + "]", sign(bad), 1},
		"an empty batch":                            {`[]`, bearer, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &sink{}
			w := post(New(config(s)), address, test.body, test.header)
			if w.Code != http.StatusOK || w.Body.String() != `{"success":true}` || len(s.events) != test.stored {
				t.Fatalf("%d %s, stored %d", w.Code, w.Body, len(s.events))
			}
			for _, e := range s.events {
				if e.Name != "Order <Completed>" || e.UserID != "u1" || e.Project != 7 || e.Source != research.FromWebhook || !e.Signed || e.Quiet {
					t.Errorf("stored %+v", e)
				}
			}
		})
	}
}

// TestTheTimeOfADeliveryIsFinal: Segment corrected it, four hours ago perhaps.
func TestTheTimeOfADeliveryIsFinal(t *testing.T) {
	s := &sink{}
	post(New(config(s)), address, fromSegment, map[string]string{"Authorization": "Bearer secret-of-prj_seven"})
	e := s.events[0]
	if got := e.Timestamp.Format(time.RFC3339Nano); got != "2026-11-24T11:00:02Z" {
		t.Errorf("time %s", got)
	}
	if string(e.Properties) != `{"total":12345678901234567890,"b":1,"a":2.50}` || string(e.Context) != `{"page":{"path":"/x?a=<b>&c"}}` {
		t.Errorf("%s %s", e.Properties, e.Context)
	}
}

func TestTheWebhookRefuses(t *testing.T) {
	good := signature("secret-of-prj_seven", fromSegment)
	second := strings.NewReplacer("ajs-next-1", "ajs-next-2").Replace(fromSegment)
	tests := map[string]struct {
		path, body string
		header     map[string]string
		status     int
		why        string
		project    research.ProjectID
	}{
		"no proof":                       {address, fromSegment, nil, 401, "unsigned", 7},
		"a signature with another":       {address, fromSegment, map[string]string{"X-Signature": signature("other", fromSegment)}, 401, "bad_signature", 7},
		"a signature of another body":    {address, second, map[string]string{"X-Signature": good}, 401, "bad_signature", 7},
		"the second element is signed":   {address, "[" + second + "," + fromSegment + "]", map[string]string{"X-Signature": good}, 401, "bad_signature", 7},
		"no hex":                         {address, fromSegment, map[string]string{"X-Signature": "secret-of-prj_seven"}, 401, "bad_signature", 7},
		"half a signature":               {address, fromSegment, map[string]string{"X-Signature": good[:20]}, 401, "bad_signature", 7},
		"another Bearer":                 {address, fromSegment, map[string]string{"Authorization": "Bearer secret-of-prj_sevem"}, 401, "bad_signature", 7},
		"the token as Bearer":            {address, fromSegment, map[string]string{"Authorization": "Bearer token-of-prj_seven"}, 401, "bad_signature", 7},
		"a write key":                    {address, fromSegment, map[string]string{"Authorization": basic("wk:")}, 401, "bad_signature", 7},
		"another token, signed":          {"/v1/webhooks/segment/prj_seven/token", fromSegment, map[string]string{"X-Signature": good}, 401, "no_webhook_token", 7},
		"another project, signed":        {"/v1/webhooks/segment/prj_other/token", fromSegment, map[string]string{"X-Signature": good}, 401, "no_webhook_token", 0},
		"a project that is gone, signed": {"/v1/webhooks/segment/prj_gone/token-of-prj_gone", fromSegment, map[string]string{"X-Signature": signature("secret-of-prj_gone", fromSegment)}, 401, "no_webhook_token", 0},
		"no JSON, unsigned":              {address, "{", nil, 401, "unsigned", 7},
		"too large":                      {address, `{"a":"` + strings.Repeat("x", ingest.MaxDelivery) + `"}`, map[string]string{"X-Signature": good}, 413, "too_large", 7},
		"too many":                       {address, `[` + strings.Repeat("1,", 6000) + `1]`, map[string]string{"Authorization": "Bearer secret-of-prj_seven"}, 413, "too_large", 7},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, watch := &sink{}, &watcher{}
			c := config(s)
			c.Watch = watch
			w := post(New(c), test.path, test.body, test.header)
			if w.Code != test.status || len(s.events) > 0 {
				t.Errorf("%d %s, stored %d", w.Code, w.Body, len(s.events))
			}
			if len(watch.refused) != 1 || watch.refused[0].Why != test.why || watch.refused[0].Project != test.project || watch.refused[0].Source != research.FromWebhook {
				t.Errorf("refused %+v", watch.refused)
			}
			if test.status == 413 && !strings.Contains(w.Body.String(), "batch size to 100") && !strings.Contains(w.Body.String(), "more than 5000") {
				t.Errorf("it does not say what to do: %s", w.Body)
			}
		})
	}
}

// TestNoAnswerTellsWhichProjectsThereAre compares the answers byte for byte.
func TestNoAnswerTellsWhichProjectsThereAre(t *testing.T) {
	h := New(config(&sink{}))
	known := post(h, "/v1/webhooks/segment/prj_seven/x", fromSegment, nil)
	unknown := post(h, "/v1/webhooks/segment/prj_nobody/x", fromSegment, nil)
	if known.Code != unknown.Code || known.Body.String() != unknown.Body.String() {
		t.Errorf("%d %s, %d %s", known.Code, known.Body, unknown.Code, unknown.Body)
	}
}

func TestAProjectMadeAMomentAgoIsFound(t *testing.T) {
	s := &sink{}
	w := post(New(config(s)), "/v1/webhooks/segment/prj_new/token-of-prj_new/", fromSegment, map[string]string{"Authorization": "Bearer secret-of-prj_new"})
	if w.Code != http.StatusOK || len(s.events) != 1 || s.events[0].Project != 9 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTheMethodsOfAWebhook(t *testing.T) {
	for method, want := range map[string]int{"POST": 200, "PUT": 200, "PATCH": 200, "GET": 405, "DELETE": 405} {
		r := httptest.NewRequest(method, address, strings.NewReader(fromSegment))
		r.Header.Set("Authorization", "Bearer secret-of-prj_seven")
		w := httptest.NewRecorder()
		New(config(&sink{})).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

// TestWhatNobodyCanUseIsTaken: a 4xx would lose the whole delivery for good.
func TestWhatNobodyCanUseIsTaken(t *testing.T) {
	refused := func(why string, names ...string) []ingest.Refusal {
		return []ingest.Refusal{{Project: 7, Source: research.FromWebhook, Why: why, Key: "prj_se", Names: names}}
	}
	many := `{` + strings.TrimSuffix(strings.Repeat(`"k":1,`, 30), ",") + `}`
	tests := map[string]struct {
		body    string
		dropped map[ingest.Reason]int
		refused []ingest.Refusal
		stored  int
	}{
		"no JSON":                      {"canary", nil, refused("bad_json"), 0},
		"JSON that ends early":         {`{"canary":1,"b":`, nil, refused("bad_json", "canary"), 0},
		"no event":                     {`{"name":"canary","mail":"canary"}`, map[ingest.Reason]int{"not_an_event": 1}, refused("not_an_event", "name", "mail"), 0},
		"a type of another's":          {`{"type":"invoice.paid","id":1}`, map[ingest.Reason]int{"not_an_event": 1}, refused("not_an_event", "type", "id"), 0},
		"more keys than are shown":     {many, map[ingest.Reason]int{"not_an_event": 1}, refused("not_an_event", strings.Split(strings.Repeat("k", 20), "")...), 0},
		"an event of nobody":           {`{"type":"track","event":"e"}`, map[ingest.Reason]int{"no_identity": 1}, nil, 0},
		"no element is an object":      {`[1,null]`, map[ingest.Reason]int{"not_an_event": 2}, refused("not_an_event"), 0},
		"one of two":                   {`[{"a":1},` + fromSegment + `]`, map[ingest.Reason]int{"not_an_event": 1}, nil, 1},
		"one of ours that came back":   {`{"type":"track","event":"Interview Completed","userId":"u"}`, map[ingest.Reason]int{"own_event": 1}, nil, 0},
		"meant for others":             {`{"type":"page","userId":"u","integrations":{"Usercall":false}}`, map[ingest.Reason]int{"integrations": 1}, nil, 0},
		"a page named as one of ours":  {`{"type":"page","name":"Interview Completed","userId":"u"}`, nil, nil, 1},
		"an event over 32 KiB":         {`[{"type":"page","userId":"u","p":"` + strings.Repeat("x", ingest.MaxEvent) + `"}]`, map[ingest.Reason]int{"too_large": 1}, nil, 0},
		"a deletion of nobody":         {`{"type":"delete"}`, map[ingest.Reason]int{"no_identity": 1}, nil, 0},
		"an event inside an event":     {`{"detail":` + fromSegment + `}`, map[ingest.Reason]int{"not_an_event": 1}, refused("not_an_event", "detail"), 0},
		"an array inside of the array": {`[[{"a":1}]]`, map[ingest.Reason]int{"not_an_event": 1}, refused("not_an_event", "a"), 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, watch := &sink{}, &watcher{}
			c := config(s)
			c.Watch = watch
			w := post(New(c), address, test.body, map[string]string{"Authorization": "Bearer secret-of-prj_seven"})
			if w.Code != http.StatusOK || len(s.events) != test.stored {
				t.Errorf("%d %s, stored %d", w.Code, w.Body, len(s.events))
			}
			if diff := cmp.Diff(test.dropped, watch.dropped); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.refused, watch.refused); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAMessageWithoutAnIDIsKnownAgain: Segment retries for four hours.
func TestAMessageWithoutAnIDIsKnownAgain(t *testing.T) {
	s := &sink{}
	h := New(config(s))
	body := strings.Replace(fromSegment, `"messageId":"ajs-next-1",`, "", 1)
	other := strings.Replace(body, `"u1"`, `"u2"`, 1)
	for _, b := range []string{body, "[" + body + "]", `[{"json":` + body + `}]`, other} {
		post(h, address, b, map[string]string{"Authorization": "Bearer secret-of-prj_seven"})
	}
	if id := s.events[0].MessageID; !strings.HasPrefix(id, "hash-") || id != s.events[1].MessageID || id != s.events[2].MessageID || id == s.events[3].MessageID {
		t.Errorf("%v", s.events)
	}
}

// TestSegmentsEventTesterInvitesNobody: what it sends is stored and seen.
func TestSegmentsEventTesterInvitesNobody(t *testing.T) {
	s := &sink{}
	body := `{"messageId":"segment-test-message-u7oq2","timestamp":"2026-11-24T09:41:02.000Z","type":"track","email":"test@example.org","projectId":"p",` +
		`"properties":{"property1":1,"property2":"test","property3":true},"userId":"test-user-ka1hq","event":"Segment Test Event Name"}`
	w := post(New(config(s)), address, body, map[string]string{"X-Signature": signature("secret-of-prj_seven", body)})
	if w.Code != http.StatusOK || len(s.events) != 1 || !s.events[0].Quiet || s.events[0].Name != "Segment Test Event Name" {
		t.Errorf("%d, stored %+v", w.Code, s.events)
	}
}

func TestADeletionIsHonouredAfterTheOtherEvents(t *testing.T) {
	body := `[{"type":"delete","userId":"u1"},` + fromSegment + `,{"type":"delete","userId":42}]`
	bearer := map[string]string{"Authorization": "Bearer secret-of-prj_seven"}
	var erased []research.UserID
	s := &sink{}
	c := config(s)
	c.Erase = func(_ context.Context, p *research.Project, user research.UserID) error {
		if p.ID != 7 || len(s.events) != 1 {
			t.Errorf("erased in project %d, %d events were stored", p.ID, len(s.events))
		}
		erased = append(erased, user)
		return nil
	}
	if w := post(New(c), address, body, bearer); w.Code != http.StatusOK || !cmp.Equal(erased, []research.UserID{"u1", "42"}) {
		t.Errorf("%d, erased %v", w.Code, erased)
	}
	c.Erase = func(context.Context, *research.Project, research.UserID) error { return errors.New("locked") }
	if w := post(New(c), address, body, bearer); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("a deletion that failed is not asked for again: %d", w.Code)
	}
	failing := config(&sink{err: errors.New("disk")})
	failing.Erase = func(context.Context, *research.Project, research.UserID) error { t.Error("erased first"); return nil }
	if w := post(New(failing), address, body, bearer); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
}

// TestOtherSenders sends what each sends by default, by its recorded shape.
func TestOtherSenders(t *testing.T) {
	tests := map[string]struct {
		body string
		want research.Event
	}{
		"RudderStack": {`{"anonymousId":"b1","channel":"web","context":{"ip":"1.2.3.4","library":{"name":"RudderLabs JavaScript SDK"}},"event":"Order Completed",` +
			`"integrations":{"All":true},"messageId":"m1","originalTimestamp":"2026-11-24T11:00:05Z","properties":{"total":1},"rudderId":"r","receivedAt":"2026-11-24T11:00:01Z",` +
			`"request_ip":"1.2.3.4","sentAt":"2026-11-24T11:00:06Z","timestamp":"2026-11-24T11:00:00Z","type":"track","userId":"u1"}`,
			research.Event{Type: "track", Name: "Order Completed", MessageID: "m1", UserID: "u1", AnonymousID: "b1", Properties: []byte(`{"total":1}`), Context: []byte(`{"library":{"name":"RudderLabs JavaScript SDK"}}`)}},
		"Jitsu": {`{"type":"page","name":"Pricing","messageId":"m2","anonymousId":"b2","userId":"","timestamp":"2026-11-24T11:00:00.000Z","receivedAt":"2026-11-24T11:00:01Z",` +
			`"sentAt":"2026-11-24T11:00:09Z","requestIp":"1.2.3.4","writeKey":"jitsu","properties":{"path":"/pricing"},"context":{"page":{"path":"/pricing"}}}`,
			research.Event{Type: "page", Name: "Pricing", MessageID: "m2", AnonymousID: "b2", Properties: []byte(`{"path":"/pricing"}`), Context: []byte(`{"page":{"path":"/pricing"}}`)}},
		"Hightouch": {`{"type":"identify","messageId":"m3","userId":"u3","anonymousId":"b3","traits":{"plan":"pro"},"context":{"library":{"name":"hightouch"}},` +
			`"timestamp":"2026-11-24T11:00:00.000Z","_metadata":{},"writeKey":"ht"}`,
			research.Event{Type: "identify", MessageID: "m3", UserID: "u3", AnonymousID: "b3", Traits: []byte(`{"plan":"pro"}`), Context: []byte(`{"library":{"name":"hightouch"}}`)}},
		"PostHog, somebody": {`{"event":{"uuid":"m4","event":"order_completed","distinct_id":"u4","timestamp":"2026-11-24T11:00:00.000000+00:00","elements_chain":"",` +
			`"properties":{"total":1,"$is_identified":true,"$device_id":"b4","$ip":"1.2.3.4"},"url":"https://app.posthog.com/x"},"person":{"id":"p","name":"Ann","properties":{"plan":"pro"}}}`,
			research.Event{Type: "track", Name: "order_completed", MessageID: "m4", UserID: "u4", AnonymousID: "b4",
				Properties: []byte(`{"total":1,"$is_identified":true,"$device_id":"b4"}`), Context: []byte(`{"traits":{"plan":"pro"}}`)}},
		"PostHog, nobody yet": {`{"event":{"uuid":"m5","event":"$pageview","distinct_id":"b5","timestamp":"2026-11-24T11:00:00Z","properties":{"$is_identified":false,"$device_id":"b5"}},"person":null}`,
			research.Event{Type: "track", Name: "$pageview", MessageID: "m5", AnonymousID: "b5", Properties: []byte(`{"$is_identified":false,"$device_id":"b5"}`)}},
		"PostHog, a server": {`{"event":{"uuid":"m6","event":"paid","distinct_id":"u6","timestamp":"2026-11-24T11:00:00Z","properties":{}},"person":{"properties":{}}}`,
			research.Event{Type: "track", Name: "paid", MessageID: "m6", UserID: "u6", Properties: []byte(`{}`), Context: []byte(`{"traits":{}}`)}},
		"PostHog, with a template": {`{"type":"track","event":"paid","userId":"u7","messageId":"m7","timestamp":"2026-11-24T11:00:00Z","properties":{"a":1},"context":{"traits":{"plan":"pro"}}}`,
			research.Event{Type: "track", Name: "paid", MessageID: "m7", UserID: "u7", Properties: []byte(`{"a":1}`), Context: []byte(`{"traits":{"plan":"pro"}}`)}},
	}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &sink{}
			c := config(s)
			c.Now = func() time.Time { return now }
			post(New(c), address, test.body, map[string]string{"Authorization": "Bearer secret-of-prj_seven"})
			test.want.Project, test.want.Source, test.want.Signed, test.want.ReceivedAt = 7, research.FromWebhook, true, now
			test.want.Timestamp = time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)
			if diff := cmp.Diff([]research.Event{test.want}, s.events); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestForms(t *testing.T) {
	tests := map[string]struct{ kind, body, want string }{
		"members":               {"application/x-www-form-urlencoded", "type=track&event=a+b&version=2", `{"event":"a b","type":"track","version":"2"}`},
		"what JavaScript loses": {"application/x-www-form-urlencoded; charset=UTF-8", "type=page&context=%5Bobject+Object%5D&userId=null&name=undefined&x=", `{"type":"page"}`},
		"members of members":    {"application/x-www-form-urlencoded", "properties.plan=pro&properties[seats]=3&type=page", `{"properties":{"plan":"pro","seats":"3"},"type":"page"}`},
		"a member of JSON":      {"application/x-www-form-urlencoded", `type=page&properties={"a":1}`, `{"properties":{"a":1},"type":"page"}`},
		"all of it in one":      {"application/x-www-form-urlencoded", `payload={"type":"page"}`, `{"type":"page"}`},
		"an array in one":       {"application/x-www-form-urlencoded", `payload=[{"type":"page"}]`, `[{"type":"page"}]`},
		"JSON under its name":   {"application/x-www-form-urlencoded", ` {"type":"page"}`, ` {"type":"page"}`},
		"JSON":                  {"application/json", `a=b`, `a=b`},
		"the last of two":       {"application/x-www-form-urlencoded", `a=b&a=c`, `{"a":"c"}`},
		"no form":               {"application/x-www-form-urlencoded", `a=%zz`, `a=%zz`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, address, nil)
			r.Header.Set("Content-Type", test.kind)
			if got := string(fromForm(r, []byte(test.body))); got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestTheOlderAddressStaysWhileItRotates(t *testing.T) {
	s := &sink{}
	w := post(New(config(s)), "/v1/webhooks/segment/prj_seven/old-token-of-prj_seven", fromSegment, map[string]string{"Authorization": "Bearer secret-of-prj_seven"})
	if w.Code != http.StatusOK || len(s.events) != 1 {
		t.Errorf("%d, %d events", w.Code, len(s.events))
	}
}

func TestWhatATokenProvesIsStoredAndTheTokenIsNot(t *testing.T) {
	for token, want := range map[string]bool{"good": true, "bad": false} {
		s := &sink{}
		post(New(config(s)), "/v1/track", `{"writeKey":"wk","event":"e","userId":"u","context":{"usercallToken":"`+token+`"}}`, nil)
		if len(s.events) != 1 || s.events[0].Verified != want || s.events[0].Token != "" {
			t.Errorf("%s: stored %+v", token, s.events)
		}
	}
}
