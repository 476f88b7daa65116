package segment

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

// destinationFunction is the code that the reference hands out, which Connect
// shows too.
func destinationFunction(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/reference/segment.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "```js\nasync function send")
	code, _, closed := strings.Cut(after, "\n```")
	if !found || !closed {
		t.Fatal("the reference has no Destination Function")
	}
	return "async function send" + code
}

// inSegment is what there is around a function: two errors of Segment's, and who
// calls it.
const inSegment = `
class RetryError extends Error {}
class ValidationError extends Error {}
const [webhookUrl, token, handler, event] = process.argv.slice(1)
eval(handler)(JSON.parse(event), { webhookUrl, token }).then(() => console.log("done"), (e) => console.log(e.constructor.name))
`

// TestTheDestinationFunction runs it as Segment does: what can be stored later is
// sent again, and what never can is not.
func TestTheDestinationFunction(t *testing.T) {
	s, erased := &sink{}, 0
	c := config(s)
	c.Erase = func(context.Context, *research.Project, research.UserID) error { erased++; return nil }
	up, away := httptest.NewServer(New(c)), httptest.NewServer(New(config(&sink{err: errors.New("disk full")})))
	defer away.Close()
	const secret = "secret-of-prj_seven"
	for _, test := range []struct{ name, url, token, handler, event, says string }{
		{"a track", up.URL + address, secret, "onTrack", fromSegment, "done"},
		{"an identify", up.URL + address, secret, "onIdentify", `{"type":"identify","userId":"u1"}`, "done"},
		{"a page", up.URL + address, secret, "onPage", `{"type":"page","userId":"u1"}`, "done"},
		{"a screen", up.URL + address, secret, "onScreen", `{"type":"screen","userId":"u1"}`, "done"},
		{"a group", up.URL + address, secret, "onGroup", `{"type":"group","userId":"u1","groupId":"g"}`, "done"},
		{"an alias", up.URL + address, secret, "onAlias", `{"type":"alias","userId":"u1","previousId":"a"}`, "done"},
		{"a deletion", up.URL + address, secret, "onDelete", `{"type":"delete","userId":"u1"}`, "done"},
		{"another secret", up.URL + address, "x", "onTrack", fromSegment, "ValidationError"},
		{"the store is away", away.URL + address, secret, "onTrack", fromSegment, "RetryError"},
		{"nobody is there", "http://127.0.0.1:1", secret, "onTrack", fromSegment, "RetryError"},
	} {
		out, err := exec.Command("node", "-e", destinationFunction(t)+inSegment, test.url, test.token, test.handler, test.event).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != test.says {
			t.Errorf("%s: %s %v, want %s", test.name, got, err, test.says)
		}
	}
	up.Close()
	if len(s.events) != 6 || s.events[0].MessageID != "ajs-next-1" || erased != 1 {
		t.Errorf("stored %+v, erased %d", s.events, erased)
	}
}
