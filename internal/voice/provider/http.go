package provider

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// OpenAI is a server with the HTTP interface of OpenAI: theirs, or one of the
// many that copied it. It is an [STT], a [TTS] and a [Chat]; a zero Rate is
// 24 kHz. Its methods may be called by many goroutines.
type OpenAI struct {
	Name  string // as errors call it, like "The speech-to-text service"
	URL   string // with or without /v1 at its end
	Key   Secret // "" sends none
	Model string
	Voice string       // of Speak
	Rate  int          // of the PCM that Speak gets
	HTTP  *http.Client // nil: one that follows no redirect and uses no proxy

	learned learned
}

// client is the default: a key goes to the address that was set and to no other.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
	},
}

// endpoint is the address of a path such as "audio/speech".
func (o *OpenAI) endpoint(path string) (string, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", &research.Error{Code: research.Invalid, Message: o.Name + " has no usable URL: write it like https://host/v1."}
	}
	base := strings.TrimRight(u.Path, "/")
	if base == "" {
		base = "/v1"
	}
	u.Path, u.RawQuery, u.Fragment = base+"/"+path, "", ""
	return u.String(), nil
}

// post sends a body and returns an answer of status 200, whose body the caller
// closes.
func (o *OpenAI) post(ctx context.Context, path, contentType string, body io.Reader) (*http.Response, error) {
	address, err := o.endpoint(path)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, wrong(o.Name, "cannot be asked at its URL")
	}
	r.Header.Set("Content-Type", contentType)
	if o.Key != "" {
		r.Header.Set("Authorization", "Bearer "+string(o.Key))
	}
	c := o.HTTP
	if c == nil {
		c = client
	}
	answer, err := c.Do(r)
	if err != nil {
		return nil, unreachable(ctx, o.Name, err)
	}
	if answer.StatusCode != http.StatusOK {
		defer answer.Body.Close()
		_, _ = io.CopyN(io.Discard, answer.Body, 16<<10) // to use the connection again; whether that works does not matter
		return nil, refused(o.Name, answer)
	}
	return answer, nil
}

// unreachable is the failure of a call without an answer.
func unreachable(ctx context.Context, service string, err error) *failure {
	switch {
	case errors.Is(context.Cause(ctx), context.Canceled) || errors.Is(err, context.Canceled) && ctx.Err() == nil:
		f := unavailable(service, "was no longer needed", context.Canceled)
		f.again = false
		return f
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
		return unavailable(service, "takes too long; it is asked again later", context.DeadlineExceeded)
	}
	return unavailable(service, "cannot be reached; check its URL, and that it runs", nil)
}

// bounded reads a whole body of at most so many bytes.
func bounded(ctx context.Context, service string, body io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(body, most+1))
	if err != nil {
		return nil, unreachable(ctx, service, err)
	}
	if int64(len(b)) > most {
		return nil, wrong(service, "answers with more than it can have to say")
	}
	return b, nil
}

// mediaType is the kind of an answer, without its parameters.
func mediaType(h http.Header) string {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}
