package app

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/config"
)

// TestNumbersAreServedApart reads them at their own address, and not at the public one.
func TestNumbersAreServedApart(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	s := startWith(t, "", func(c *config.Config) { c.MetricsAddr = at })
	s.sees("ticket-1", "m1", "ann")
	s.app.lookOnce(t.Context())
	s.app.weigh(t.Context())
	answer, err := http.Get("http://" + at + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`usercall_messages_total{result="stored",source="browser"} 1`, `usercall_decisions_today{outcome="invited"} 1`, "usercall_recording_bytes 0"} {
		if !strings.Contains(string(body), "\n"+line+"\n") {
			t.Errorf("there is no line %s in\n%s", line, body)
		}
	}
	if strings.Contains(string(body), "ann") || strings.Contains(string(body), "prj_") {
		t.Error("the numbers tell a person or a project")
	}
	public, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer public.Body.Close()
	if text, err := io.ReadAll(public.Body); err != nil || strings.Contains(string(text), "usercall_messages_total") {
		t.Errorf("the numbers are public: %v", err)
	}
}

// TestAnAPIKeyHearsItsProjectOnly asks for what is not there, with words.
func TestAnAPIKeyHearsItsProjectOnly(t *testing.T) {
	s := start(t, "")
	status, answer := s.ask(http.MethodGet, "/api/v1/interviews/itv_none/recording", map[string]string{"Authorization": "Bearer " + s.keys.APIKey}, nil)
	if status != http.StatusNotFound || answer["code"] != "not_found" || !strings.Contains(answer["detail"].(string), "no recording") {
		t.Errorf("%d %v", status, answer)
	}
	if status, _ := s.ask(http.MethodGet, "/api/v1/interviews/itv_none/recording", nil, nil); status != http.StatusUnauthorized {
		t.Errorf("without a key: %d", status)
	}
}
