package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"syscall"
	"testing"
	"time"
)

const talkative = `
usercall: 1
study: { key: why, interviews: 10 }
guide: cancellation
triggers:
  - { key: left, on: { event: left } }
`

// TestAnInterviewOutlivesItsNode: two servers over one PostgreSQL, behind a proxy.
// The one that holds a spoken interview is killed; the person is back at the same
// question on the other, and every answer stands once.
func TestAnInterviewOutlivesItsNode(t *testing.T) {
	t.Parallel()
	said := utterances(t, aloud[:3]...)
	server := newSpeech(t, said)
	nodes := twoNodes(t)
	front := frontOf(t, nodes)
	for _, p := range nodes {
		p.env = append(append(p.env, server.settings()...), "USERCALL_PUBLIC_URL="+front)
	}
	keys := createProject(t, nodes[0])
	file := t.TempDir() + "/talk.yaml"
	writeFile(t, file, talkative)
	nodes[0].run("apply", file, "--project", keys.Project, "--activate")
	for _, p := range nodes {
		p.serve()
	}
	if ok, err := post(nodes[0], keys.WriteKey, "m1", "ada"); !ok {
		t.Fatal(err)
	}
	visitor := browser(t, loud)
	visitor.open(theLink(t, nodes[0], keys.Project))
	room := visitor.agree()
	for i := range said {
		if !room.question() {
			t.Fatalf("it ends after %d answers", i)
		}
		if i == 1 {
			room.elsewhere(nodes[0])
		}
		room.say(said[i])
	}
	room.question()
	room.click("[data-uc=leave]")
	room.slowly(`document.querySelector("[data-uc=end]")`)
	var texts []string
	for _, turn := range export[spokenRow](nodes[1], "interviews", keys.Project)[0].Turns {
		if turn.Speaker == "participant" {
			texts = append(texts, turn.Text)
		}
	}
	if !slices.Equal(texts, aloud[:3]) {
		t.Errorf("the answers stand as %q", texts)
	}
}

// elsewhere kills the server of the interview and waits until it goes on with
// another, at the same question.
func (r *spoken) elsewhere(node *program) {
	r.t.Helper()
	lines, killed := eval[int](r.tab, "lines.length"), time.Now()
	node.stop(syscall.SIGKILL)
	r.back(lines)
	r.t.Logf("listened to again %s after the kill", time.Since(killed).Round(100*time.Millisecond))
	if now := eval[string](r.tab, `document.querySelector("[data-uc=question]").innerText.trim()`); now != r.asked {
		r.t.Errorf("it asks %q, and asked %q", now, r.asked)
	}
}

// theLink is that of the only invite, once it is there.
func theLink(t *testing.T, p *program, project string) (link string) {
	t.Helper()
	eventually(t, "there is an invite", func() bool {
		for _, i := range export[invitedRow](p, "invites", project) {
			link = i.Link
		}
		return link != ""
	})
	return link
}

// frontOf is the address of a proxy that turns to the first node that listens.
func frontOf(t *testing.T, nodes []*program) string {
	t.Helper()
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to := nodes[len(nodes)-1].addr
			for _, p := range nodes {
				if conn, err := net.Dial("tcp", p.addr); err == nil {
					conn.Close()
					to = p.addr
					break
				}
			}
			r.SetURL(&url.URL{Scheme: "http", Host: to})
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(func() { front.CloseClientConnections(); front.Close() })
	return front.URL
}
