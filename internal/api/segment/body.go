package segment

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// nodeRequest is what analytics-node may send. It does not hold the protocol's
// limits: it miscounts, and sends batches of several hundred kilobytes without
// knowing it. What fits of them is kept.
const nodeRequest = 4 << 20

// requestLimit is how many bytes of a request are read, after decompression.
func requestLimit(r *http.Request) int {
	if strings.HasPrefix(r.UserAgent(), "analytics-node/") {
		return nodeRequest
	}
	return ingest.MaxRequest
}

// readBody reads a body of at most limit bytes, packed and unpacked. Of a
// larger one no more than that is ever held.
func readBody(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error) {
	tooLarge := &refusal{why: "too_large", err: research.Errorf(research.TooLarge, "The request has more than %d bytes. Send smaller batches.", limit)}
	if r.ContentLength > int64(limit) {
		return nil, tooLarge
	}
	in, hint, err := unpacked(http.MaxBytesReader(w, r.Body, int64(limit)), r)
	if err != nil {
		return nil, err
	}
	body, err := readAll(in, limit, hint)
	var cut *http.MaxBytesError
	switch {
	case errors.As(err, &cut) || len(body) > limit:
		return nil, tooLarge
	case err != nil:
		return nil, &refusal{why: "bad_body", err: research.Errorf(research.Invalid, "The body could not be read to its end.")}
	}
	return body, nil
}

// unpacked is the body without its compression, and how long it may be.
func unpacked(in io.Reader, r *http.Request) (io.Reader, int64, error) {
	switch strings.ToLower(r.Header.Get("Content-Encoding")) {
	case "", "identity":
		return in, r.ContentLength, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, 0, &refusal{why: "bad_gzip", err: research.Errorf(research.Invalid, "The body says it is gzip and is not.")}
		}
		return z, 4 * r.ContentLength, nil
	}
	return nil, 0, &refusal{why: "bad_encoding", err: research.Errorf(research.Invalid, "Content-Encoding has to be gzip, or left out.")}
}

// room is the most that is made for a body on its sender's word alone.
const room = 64 << 10

// readAll reads up to limit bytes and some more. There is room for what the
// sender announced, within reason, which saves copying.
func readAll(in io.Reader, limit int, hint int64) ([]byte, error) {
	body := make([]byte, 0, min(max(hint, 511), room)+1)
	for {
		n, err := in.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil || len(body) > limit:
			return body, err
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

// drained is twice what anybody may send, so that most who send too much read
// that it was too much.
const drained = 2 * ingest.MaxDelivery

// drain reads on what a refused sender is about to send, within reason. A
// connection that is closed on it is a network error to the sender, who would
// never read the refusal and try again.
func drain(r *http.Request) {
	if r.ContentLength <= drained {
		_, _ = io.CopyN(io.Discard, r.Body, drained) // whoever left needs no answer
	}
}
