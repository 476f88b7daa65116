package provider

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// failure is a call that did not work. Only the status of an answer is told on,
// never its text: servers repeat keys and words in it.
type failure struct {
	err    *research.Error
	again  bool          // the same call may work the next time
	status int           // of the answer; 0: there was none
	after  time.Duration // the server asks to wait
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func unavailable(service, what string, cause error) *failure {
	e := research.Errorf(research.Unavailable, "%s %s.", service, what)
	e.Err = reason(cause)
	return &failure{err: e, again: true}
}

func wrong(service, what string) *failure {
	return &failure{err: research.Errorf(research.Invalid, "%s %s.", service, what)}
}

// reason keeps of a cause what says nothing about addresses.
func reason(err error) error {
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}

// refused is the failure that an answer's status stands for.
func refused(service string, h *http.Response) *failure {
	var f *failure
	switch code := h.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		f = wrong(service, "refuses the key (status "+strconv.Itoa(code)+"): set the right one")
	case code == http.StatusNotFound:
		f = wrong(service, "has no such address or model (status 404): check its URL and model")
	case code >= 300 && code < 400:
		f = wrong(service, "answers with a redirect, which is not followed: set the URL that it leads to")
	case code == http.StatusTooManyRequests:
		f = unavailable(service, "is asked too often (status 429); it is asked again later", nil)
	case code >= 500:
		f = unavailable(service, "does not work (status "+strconv.Itoa(code)+"); it is asked again later", nil)
	default:
		f = wrong(service, "does not accept the request (status "+strconv.Itoa(code)+"): check its model and what it can do")
	}
	f.status = h.StatusCode
	if s, err := strconv.Atoi(h.Header.Get("Retry-After")); err == nil && s > 0 {
		f.after = time.Duration(min(s, 3600)) * time.Second
	}
	return f
}
