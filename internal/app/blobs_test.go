package app

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/record"
)

const (
	s3Key    = "AKIDEXAMPLE"
	s3Secret = "hunter2secret"
)

// fakeS3 is the few operations of S3 that recordings need, over real HTTP, with faults
// on request. One bucket, "rec".
type fakeS3 struct {
	*httptest.Server
	mu      sync.Mutex
	objects map[string][]byte
	parts   map[string]map[int][]byte // of uploads under way
	asked   []string
	fault   func(w http.ResponseWriter, r *http.Request) bool // true: it answered
}

func startS3(t *testing.T) *fakeS3 {
	f := &fakeS3{objects: map[string][]byte{}, parts: map[string]map[int][]byte{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", s3Key)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3Secret)
	t.Setenv("AWS_NEW_RETRIES_2026", "true") // it tries as often, and does not wait a second before it does
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return f
}

func (f *fakeS3) refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>about %s and %s</Message></Error>", code, s3Key, s3Secret)
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
	fault := f.fault
	f.mu.Unlock()
	if fault != nil && fault(w, r) {
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/rec")
	name = strings.TrimPrefix(name, "/")
	switch {
	case !strings.Contains(r.Header.Get("Authorization"), "Credential="+s3Key+"/"):
		f.refuse(w, 403, "InvalidAccessKeyId")
	case !ok:
		f.refuse(w, 404, "NoSuchBucket")
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // cut off: nothing is kept
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.answer(w, r, name, body)
	}
}

func (f *fakeS3) answer(w http.ResponseWriter, r *http.Request, name string, body []byte) {
	q := r.URL.Query()
	switch {
	case r.Method == "GET" && q.Get("list-type") == "2":
		f.list(w, q.Get("prefix"))
	case r.Method == "GET" || r.Method == "HEAD":
		b, ok := f.objects[name]
		if !ok {
			f.refuse(w, 404, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", `"x"`)
		http.ServeContent(w, r, "", time.Unix(1_700_000_000, 0), bytes.NewReader(b))
	case r.Method == "PUT" && q.Has("partNumber"):
		n, _ := strconv.Atoi(q.Get("partNumber"))
		f.parts[q.Get("uploadId")][n] = body
		w.Header().Set("ETag", `"part`+strconv.Itoa(n)+`"`)
	case r.Method == "PUT":
		f.objects[name] = body
		w.Header().Set("ETag", `"x"`)
	case r.Method == "POST" && q.Has("uploads"):
		id := strconv.Itoa(len(f.parts) + 1)
		f.parts[id] = map[int][]byte{}
		fmt.Fprintf(w, "<InitiateMultipartUploadResult><Bucket>rec</Bucket><Key>%s</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>", name, id)
	case r.Method == "POST":
		all := f.parts[q.Get("uploadId")]
		var whole []byte
		for _, n := range slices.Sorted(maps.Keys(all)) {
			whole = append(whole, all[n]...)
		}
		f.objects[name] = whole
		delete(f.parts, q.Get("uploadId"))
		fmt.Fprintf(w, `<CompleteMultipartUploadResult><Key>%s</Key><ETag>"x"</ETag></CompleteMultipartUploadResult>`, name)
	case r.Method == "DELETE":
		delete(f.objects, name)
		delete(f.parts, q.Get("uploadId"))
		w.WriteHeader(http.StatusNoContent)
	default:
		f.refuse(w, 501, "NotImplemented")
	}
}

func (f *fakeS3) list(w http.ResponseWriter, prefix string) {
	type object struct {
		Key, LastModified string
		Size              int
	}
	var all struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []object
	}
	for _, name := range slices.Sorted(maps.Keys(f.objects)) {
		if strings.HasPrefix(name, prefix) {
			all.Contents = append(all.Contents, object{name, "2026-01-02T03:04:05.000Z", len(f.objects[name])})
		}
	}
	_ = xml.NewEncoder(w).Encode(all) // a client that has gone is a part of the test
}

func (f *fakeS3) breaks(fault func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

func (f *fakeS3) names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.objects))
}

func (f *fakeS3) bucket(t *testing.T, name string) *bucket {
	t.Helper()
	b, err := openBucket(t.Context(), config.Bucket{Name: name, Endpoint: f.URL, Region: "garage", Prefix: "usercall/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func TestABucket(t *testing.T) {
	f := startS3(t)
	b := f.bucket(t, "rec")
	ctx := t.Context()
	small, large := []byte("fLaC small"), bytes.Repeat([]byte("0123456789abcdef"), 5*partSize/2/16)
	for name, content := range map[string][]byte{"recordings/small.flac": small, "recordings/large.flac": large} {
		if err := b.Put(ctx, name, int64(len(content)), bytes.NewReader(content)); err != nil {
			t.Fatal(name, err)
		}
		o, err := b.Stat(ctx, name)
		if err != nil || o.Bytes != int64(len(content)) || o.Modified.IsZero() {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
		if got := f.objects["usercall/"+name]; !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes are kept of %d", name, len(got), len(content))
		}
	}
	if got, err := b.Get(ctx, "recordings/large.flac", 17, 20); err != nil || string(got) != "123456789abcdef01234" {
		t.Errorf("%q, %v", got, err)
	}
	second := 0
	f.breaks(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("partNumber") != "2" {
			return false
		}
		second++
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		panic(http.ErrAbortHandler)
	})
	if err := b.Put(ctx, "recordings/cut.flac", int64(len(large)), bytes.NewReader(large)); err == nil || second == 0 {
		t.Errorf("of an upload whose second part was cut off %d times: %v", second, err)
	}
	f.breaks(nil)
	if len(f.parts) != 0 {
		t.Errorf("%d uploads were left half done", len(f.parts))
	}
	f.objects["usercall/else"] = nil
	var names []string
	for o, err := range b.All(ctx, "recordings/") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, o.Name)
	}
	if !slices.Equal(names, []string{"recordings/large.flac", "recordings/small.flac"}) {
		t.Errorf("%q", names)
	}
	if err := errors.Join(b.Delete(ctx, "recordings/small.flac"), b.Delete(ctx, "recordings/small.flac")); err != nil {
		t.Error(err)
	}
	if _, err := b.Stat(ctx, "recordings/small.flac"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := b.Get(ctx, "recordings/small.flac", 0, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestABucketThatFails: each failure is told apart from a missing object, in words that
// name no key.
func TestABucketThatFails(t *testing.T) {
	f := startS3(t)
	for name, c := range map[string]struct {
		bucket string
		fault  func(http.ResponseWriter, *http.Request) bool
		says   string
	}{
		"503": {"rec", func(w http.ResponseWriter, _ *http.Request) bool { f.refuse(w, 503, "SlowDown"); return true }, "SlowDown"},
		"a wrong key": {"rec", func(w http.ResponseWriter, _ *http.Request) bool {
			f.refuse(w, 403, "SignatureDoesNotMatch")
			return true
		}, "refuses the key"},
		"no bucket": {"missing", nil, "no such bucket"},
		"cut off":   {"rec", func(w http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) }, "cannot be reached"},
		"a web page": {"rec", func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(502)
			fmt.Fprint(w, "<html>"+s3Secret)
			return true
		}, "the object store"},
	} {
		f.breaks(c.fault)
		b := f.bucket(t, c.bucket)
		calls := []func() error{
			func() error { return b.Put(t.Context(), "recordings/a.flac", 3, strings.NewReader("abc")) },
			func() error { _, err := b.Stat(t.Context(), "recordings/a.flac"); return err },
			func() error { _, err := b.Get(t.Context(), "recordings/a.flac", 0, 1); return err },
			func() error { return b.Delete(t.Context(), "recordings/a.flac") },
		}
		if c.fault == nil {
			calls = calls[:1] // a look at one object does not tell which of both is missing
		}
		errs := make([]error, len(calls))
		var all sync.WaitGroup
		for i, call := range calls {
			all.Go(func() { errs[i] = call() })
		}
		all.Wait()
		if errs[0] == nil || !strings.Contains(errs[0].Error(), c.says) {
			t.Errorf("%s: %v", name, errs[0])
		}
		for i, err := range errs {
			if err == nil || errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), s3Key) || strings.Contains(err.Error(), s3Secret) || strings.Contains(err.Error(), f.URL) {
				t.Errorf("%s, call %d: %v", name, i, err)
			}
		}
	}
	f.breaks(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.bucket(t, "rec").Stat(ctx, "recordings/a.flac"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it stalls: %v", err)
	}
}

// TestRecordingsOutliveTheirObjectStore is the whole way through files, client and HTTP:
// the object store is down when an interview ends, breaks off in the middle of an upload,
// and has the recording in the end.
func TestRecordingsOutliveTheirObjectStore(t *testing.T) {
	f := startS3(t)
	cfg := config.Config{DataDir: t.TempDir(), Bucket: &config.Bucket{Name: "rec", Endpoint: f.URL, Region: "garage"}}
	store, err := openRecordings(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r, err := store.Record("itv_1", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	sound := make([]int16, 30*record.Rate)
	for i, random := 0, rand.New(rand.NewPCG(1, 2)); i < len(sound); i++ {
		sound[i] = int16(random.Uint32()) // which cannot be packed
	}
	if err := errors.Join(r.Participant(0, sound), r.Moderator(0, sound), r.Close(0)); err != nil {
		t.Fatal(err)
	}
	var half atomic.Int64
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"down": func(w http.ResponseWriter, _ *http.Request) bool { f.refuse(w, 503, "ServiceUnavailable"); return true },
		"cut off": func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == "PUT" {
				half.Add(1)
				_, _ = io.CopyN(io.Discard, r.Body, 1000)
				panic(http.ErrAbortHandler)
			}
			return false
		},
	} {
		f.breaks(fault)
		if err := store.Settle(t.Context(), "itv_1"); research.CodeOf(err) != research.Unavailable || strings.Contains(err.Error(), s3Secret) {
			t.Errorf("%s: %v", name, err)
		}
		if len(f.names()) != 0 {
			t.Errorf("%s: there is %v", name, f.names())
		}
	}
	if half.Load() == 0 {
		t.Fatal("no upload was cut off: this test shows nothing")
	}
	f.breaks(nil)
	if err := errors.Join(store.Catch(t.Context()), store.Settle(t.Context(), "itv_1")); err != nil {
		t.Fatal(err)
	}
	audio, err := store.Open("itv_1")
	if err != nil {
		t.Fatal(err)
	}
	defer audio.Close()
	got, err := io.ReadAll(audio)
	if err != nil || !bytes.Equal(got, f.objects["recordings/itv_1.flac"]) || len(got) < 1000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := store.Delete("itv_1"); err != nil || len(f.names()) != 0 {
		t.Errorf("%v: %v", err, f.names())
	}
}

func TestRecordingsInFiles(t *testing.T) {
	store, err := openRecordings(t.Context(), config.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Repair(), store.Catch(t.Context()), store.Close()); err != nil {
		t.Error(err)
	}
}
