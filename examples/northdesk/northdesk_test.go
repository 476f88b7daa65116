package northdesk_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/usercall/usercall/examples/northdesk"
)

func handler(decisions northdesk.Decisions) http.Handler {
	return northdesk.Handler(northdesk.Config{
		Host: "http://127.0.0.1:8080", Project: "prj_1", WriteKey: `</script><b>`, Dashboard: "http://127.0.0.1:8080/",
	}, decisions)
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestPage(t *testing.T) {
	page := get(handler(nil), "/app/billing")
	body := page.Body.String()
	if page.Code != http.StatusOK {
		t.Fatal(body)
	}
	policy := page.Header().Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "script-src 'self' http://127.0.0.1:8080;") {
		t.Errorf("policy %q", policy)
	}
	if !strings.Contains(body, `<script async src="http://127.0.0.1:8080/sdk/usercall.js"></script>`) {
		t.Error("the loader's line is missing")
	}
	if strings.Contains(body, "</script><b>") {
		t.Error("a key can end the script element that holds it")
	}
}

func TestPricesHaveSegmentBySnippet(t *testing.T) {
	page := get(handler(nil), "/pricing")
	body := page.Body.String()
	if page.Code != http.StatusOK || strings.Contains(page.Header().Get("Content-Security-Policy"), "unsafe") {
		t.Fatalf("%d %v", page.Code, page.Header())
	}
	if strings.Contains(body, "<script>") || strings.Contains(body, "</script><b>") || !strings.Contains(body, `data-host="http://127.0.0.1:8080"`) {
		t.Error(body)
	}
}

func TestDecisions(t *testing.T) {
	asked := ""
	h := handler(func(_ context.Context, person string) ([]byte, error) {
		asked = person
		if person == "u_down" {
			return nil, errors.New("the store is away")
		}
		return []byte(`{"decisions":[]}`), nil
	})
	for path, want := range map[string]int{
		"/northdesk/decisions?person=u_1-A":                      http.StatusOK,
		"/northdesk/decisions?person=u_down":                     http.StatusServiceUnavailable,
		"/northdesk/decisions":                                   http.StatusBadRequest,
		"/northdesk/decisions?person=a/b":                        http.StatusBadRequest,
		"/northdesk/decisions?person=" + strings.Repeat("x", 65): http.StatusBadRequest,
		"/northdesk/decisions?person=%C3%A9":                     http.StatusBadRequest,
	} {
		asked = ""
		if got := get(h, path).Code; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
		if want == http.StatusBadRequest && asked != "" {
			t.Errorf("%s asked for %q", path, asked)
		}
	}
}
