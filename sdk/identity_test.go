package sdk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// tokens is the identity token of each request with events, in order.
func tokens(s *stub) (all []string) {
	for _, r := range s.to("/sdk/v1/events") {
		token, _ := r.Body["identity_token"].(string)
		all = append(all, token)
	}
	return all
}

// signedIn is a page that begins with the token of u1.
func signedIn(t *testing.T) (*tab, *stub) {
	t.Helper()
	h, s := newHost(t), newStub(t)
	p := newVisitor(t)
	begin := strings.Replace(ours(s, `usercall.identify({userId:"u1"})`), "usercall.init({", `usercall.init({identityToken:"token-1",`, 1)
	p.goTo(h.page("/app", begin, ""))
	return p, s
}

func TestTheTokenGoesWithThePersonItIsOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then string // what the page does after a first event, and then comes a second one
		want string
	}{
		"nothing":                       {"0", "[token-1 token-1]"},
		"a newer token":                 {`usercall.identify({userId:"u1",token:"token-2"})`, "[token-1 token-2]"},
		"another user without a token":  {`usercall.identify({userId:"u2"})`, "[token-1 ]"},
		"another user with a token":     {`usercall.identify({userId:"u2",token:"token-2"})`, "[token-1 token-2]"},
		"signed out":                    {`usercall.reset()`, "[token-1 ]"},
		"out and in again without one":  {`usercall.reset();usercall.identify({userId:"u1"})`, "[token-1 ]"},
		"a token that is no text":       {`usercall.identify({userId:"u1",token:7})`, "[token-1 7]"},
		"an event before signing out":   {cancelNow + `;usercall.reset();0`, "[token-1 token-1 ]"},
		"an event before the next user": {cancelNow + `;usercall.identify({userId:"u2",token:"token-2"});0`, "[token-1 token-1 token-2]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := signedIn(t)
			eval[int](p, cancelNow)
			s.waitMessages(t, 1)
			eval[any](p, c.then)
			eval[int](p, cancelNow)
			s.waitMessages(t, strings.Count(c.want, " ")+1)
			if got := fmt.Sprint(tokens(s)); got != c.want {
				t.Errorf("tokens %s, want %s", got, c.want)
			}
		})
	}
}

// What is counted for the catalogue names nobody, so no token goes with it.
func TestNoTokenGoesWithNames(t *testing.T) {
	t.Parallel()
	p, s := signedIn(t)
	eval[any](p, `usercall.trigger("unread");0`)
	eventually(t, func() bool { return len(s.to("/sdk/v1/events")) > 0 }, func() string { return "no names" })
	p.do(chromedp.Sleep(settle))
	for _, r := range s.to("/sdk/v1/events") {
		if strings.Contains(r.Raw, "token") {
			t.Errorf("sent %s", r.Raw)
		}
	}
}
