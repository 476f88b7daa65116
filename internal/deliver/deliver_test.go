package deliver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestPauses(t *testing.T) {
	var whole time.Duration
	for n := 1; n < MaxAttempts; n++ {
		low, ok := Pause(n, 0, 0)
		high, _ := Pause(n, 0, 0.999999)
		if !ok || low >= high || low < pauses[n-1]*9/10-1 || high > pauses[n-1]*11/10+1 {
			t.Errorf("after attempt %d between %s and %s", n, low, high)
		}
		whole += high
	}
	if whole > 24*time.Hour || whole < 18*time.Hour {
		t.Errorf("all attempts take up to %s", whole)
	}
	for _, n := range []int{-1, 0, MaxAttempts, 100} {
		if _, ok := Pause(n, time.Hour, 0); ok {
			t.Errorf("attempt %d is followed by another", n)
		}
	}
	if d, _ := Pause(1, time.Hour, 0.5); d != time.Hour {
		t.Errorf("asked for an hour, it waits %s", d)
	}
	if d, _ := Pause(1, 1000*time.Hour, 0.5); d != longestAsked {
		t.Errorf("asked for weeks, it waits %s", d)
	}
	if d, _ := Pause(7, time.Second, 0.5); d != 12*time.Hour {
		t.Errorf("asked for a second, it waits %s", d)
	}
}

func TestHealth(t *testing.T) {
	h, now := Health{}, noon
	for range 2 {
		h = h.Failed("it answered 500", false, now)
	}
	if !h.Quiet.IsZero() || h.Failures != 2 {
		t.Errorf("after two failures %+v", h)
	}
	if h = h.Failed("it answered 500", false, now); h.Quiet != now.Add(30*time.Second) {
		t.Errorf("after three it is left alone until %s", h.Quiet)
	}
	if got := h.Took(); got != (Health{}) {
		t.Errorf("a success leaves %+v", got)
	}
	for range 30 {
		h = h.Failed("it answered 500", false, now)
	}
	if !h.Paused.IsZero() || h.Quiet.Sub(now) != quietMost {
		t.Errorf("a short outage: %+v", h)
	}
	if h = h.Failed("it answered 500", false, now.Add(time.Hour)); h.Paused.IsZero() || !strings.Contains(h.Reason, "it answered 500") {
		t.Errorf("after an hour: %+v", h)
	}
	if h := (Health{}).Failed("it answered 410", true, now); h.Paused != now || !strings.Contains(h.Reason, "410") {
		t.Errorf("gone: %+v", h)
	}
}

// TestSignatures checks with the receiver's arithmetic, written from the two
// specifications.
func TestSignatures(t *testing.T) {
	raw, old := bytes.Repeat([]byte{7}, 24), bytes.Repeat([]byte{8}, 24)
	body := []byte(`{"a":"ü"}`)
	h := signed("dlv_1", noon, body, []string{NewSecret(raw), NewSecret(old)})
	content := h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + string(body)
	signatures := strings.Fields(h.Get("webhook-signature"))
	if len(signatures) != 2 || h.Get("webhook-id") != "dlv_1" || h.Get("webhook-timestamp") != "1795521600" {
		t.Fatalf("%v", h)
	}
	for i, key := range [][]byte{raw, old} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(content))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); signatures[i] != want {
			t.Errorf("signature %d is %s, want %s", i, signatures[i], want)
		}
	}
	mac := hmac.New(sha1.New, []byte("whsec_"+base64.StdEncoding.EncodeToString(raw)))
	mac.Write(body)
	if got, want := h.Get("x-usercall-signature"), hex.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("x-usercall-signature is %s, want %s", got, want)
	}
	// The example of the Standard Webhooks specification.
	example := signed("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`), []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
	if got := example.Get("webhook-signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("the specification's example is signed %s", got)
	}
}

func sample() *Delivery {
	return &Delivery{ID: "dlv_1", Study: "why", Named: "Why Pro <!channel> cancels", Trigger: "left", Project: research.Project{Key: "prj_1", Name: "Northdesk & Co"},
		Invite: research.Invite{PublicID: "inv_1", Person: research.UserKey("u_<@U1>&"), MessageID: "m1", EventName: "left", ReservedAt: noon, ExpiresAt: noon.Add(7 * 24 * time.Hour), Verified: true}}
}

var said = Text{Language: "de-AT", Title: "Wie war's?\r\nBcc: evil@example.com", Body: "Eine KI <b>fragt</b> & hört zu.", Accept: "Erzählen", Decline: "Nein"}

func TestWebhookBody(t *testing.T) {
	body, err := webhookBody(sample(), said, "https://usercall.example/i/x")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	data, _ := got["data"].(map[string]any)
	who, _ := data["person"].(map[string]any)
	for name, pair := range map[string][2]any{"type": {got["type"], "invite.reserved"}, "timestamp": {got["timestamp"], "2026-11-24T12:00:00.000Z"}, "invite": {data["invite"], "inv_1"},
		"study": {data["study"], "why"}, "trigger": {data["trigger"], "left"}, "user": {who["user_id"], "u_<@U1>&"}, "anonymous": {who["anonymous_id"], ""},
		"link": {data["link"], "https://usercall.example/i/x"}, "expires": {data["expires_at"], "2026-12-01T12:00:00.000Z"}, "title": {data["title"], said.Title}, "verified": {data["verified"], true}} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	d := sample()
	d.Invite.Person = research.AnonymousKey("b1")
	if body, _ := webhookBody(d, said, ""); !strings.Contains(string(body), `"person":{"user_id":"","anonymous_id":"b1"}`) {
		t.Errorf("an anonymous person: %s", body)
	}
}

func TestSlackBodyEscapes(t *testing.T) {
	body, err := slackBody(sample(), said, "https://usercall.example/i/x")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Text   string
		Blocks []struct {
			Type     string
			Text     *struct{ Type, Text string }
			Elements []struct{ Type, Text string }
		}
		Unfurl bool `json:"unfurl_links"`
	}
	if err := json.Unmarshal(body, &got); err != nil || got.Unfurl || len(got.Blocks) != 5 {
		t.Fatalf("%s %v", body, err)
	}
	all := []string{got.Text}
	for _, b := range got.Blocks {
		if b.Text != nil {
			all = append(all, b.Text.Text)
		}
		for _, e := range b.Elements {
			all = append(all, e.Text)
		}
	}
	text := strings.Join(all, "\n")
	if strings.ContainsAny(text, "<>") || strings.Contains(strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(text), "&") {
		t.Errorf("something is not escaped: %s", text)
	}
	for _, want := range []string{"u_&lt;@U1&gt;&amp;", "&lt;!channel&gt;", "https://usercall.example/i/x", "Northdesk &amp; Co", "1 December 2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
	if long := escaped(strings.Repeat("&", 5000), 100); len([]rune(strings.ReplaceAll(long, "&amp;", "&"))) != 100 {
		t.Errorf("a long text has %d characters", len(long))
	}
}

func TestSealedAddresses(t *testing.T) {
	s := NewSealer([]byte("key"))
	sealed := s.Seal("prj_1", research.BySlack, "https://hooks.slack.com/secret")
	if bytes.Contains(sealed, []byte("secret")) || bytes.Equal(sealed, s.Seal("prj_1", research.BySlack, "https://hooks.slack.com/secret")) {
		t.Error("the seal shows something")
	}
	if got, err := s.Open("prj_1", research.BySlack, sealed); err != nil || got != "https://hooks.slack.com/secret" {
		t.Errorf("%q, %v", got, err)
	}
	for name, try := range map[string]func() (string, error){
		"another project": func() (string, error) { return s.Open("prj_2", research.BySlack, sealed) },
		"another channel": func() (string, error) { return s.Open("prj_1", research.ByWebhook, sealed) },
		"another key":     func() (string, error) { return NewSealer([]byte("other")).Open("prj_1", research.BySlack, sealed) },
		"nothing":         func() (string, error) { return s.Open("prj_1", research.BySlack, nil) },
	} {
		if got, err := try(); research.CodeOf(err) != research.Unavailable || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestLocale(t *testing.T) {
	for want, values := range map[string][]string{"": {"", "d", "<script>", "Deutsch bitte", strings.Repeat("de-", 20)}, "de": {"", "de"}, "de-DE": {"de_DE", "fr"}, "fr-CA": {"42", "fr-CA"}, "en": {"EN"}} {
		if got := Locale(values); got != want {
			t.Errorf("%q is %q, want %q", values, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "x", "a@b\r\nBcc: c@d", "a@b, c@d", "Ann <a@example.com>", "a b@example.com", "a@example.com\x00", "<a@example.com>", strings.Repeat("a", 250) + "@example.com"} {
		if got := mailAddress(bad); got != "" {
			t.Errorf("%q is written to as %q", bad, got)
		}
	}
	if got := mailAddress(" ann@example.com "); got != "ann@example.com" {
		t.Errorf("%q", got)
	}
}

func TestTestsSaySo(t *testing.T) {
	body, err := testBody("prj_1", noon)
	if err != nil || string(body) != `{"type":"test","timestamp":"2026-11-24T12:00:00.000Z","data":{"project":"prj_1"}}` {
		t.Errorf("%s %v", body, err)
	}
	if body, err := slackTest("<!here>"); err != nil || strings.Contains(string(body), "<!here>") {
		t.Errorf("%s %v", body, err)
	}
}
