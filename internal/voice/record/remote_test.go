package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/usercall/usercall/internal/research"
)

// A shelf is an object store in memory that fails on request.
type shelf struct {
	mu      sync.Mutex
	objects map[string][]byte
	asked   []string
	fail    func(ctx context.Context, what string) error // nil: never
	cut     bool                                         // Put says that it worked, and kept half
}

func newShelf() *shelf { return &shelf{objects: map[string][]byte{}} }

func (s *shelf) ask(ctx context.Context, what string) error {
	s.mu.Lock()
	s.asked = append(s.asked, what)
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		return fail(ctx, what)
	}
	return ctx.Err()
}

func (s *shelf) Put(ctx context.Context, name string, size int64, from io.Reader) error {
	if err := s.ask(ctx, "put"); err != nil {
		return err
	}
	b, err := io.ReadAll(from)
	if err == nil && int64(len(b)) != size {
		err = fmt.Errorf("%d bytes of %d", len(b), size)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut {
		b = b[:len(b)/2]
	}
	s.objects[name] = b
	return err
}

func (s *shelf) Get(ctx context.Context, name string, from, length int64) ([]byte, error) {
	if err := s.ask(ctx, "get"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.objects[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return slices.Clone(b[from : from+length]), nil
}

func (s *shelf) Stat(ctx context.Context, name string) (Object, error) {
	if err := s.ask(ctx, "stat"); err != nil {
		return Object{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.objects[name]
	if !ok {
		return Object{}, fs.ErrNotExist
	}
	return Object{Name: name, Bytes: int64(len(b)), Modified: time.Unix(1, 0)}, nil
}

func (s *shelf) Delete(ctx context.Context, name string) error {
	if err := s.ask(ctx, "delete"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, name)
	return nil
}

func (s *shelf) All(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		if err := s.ask(ctx, "all"); err != nil {
			yield(Object{}, err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, name := range slices.Sorted(maps.Keys(s.objects)) {
			if strings.HasPrefix(name, prefix) && !yield(Object{Name: name, Bytes: int64(len(s.objects[name]))}, nil) {
				return
			}
		}
	}
}

func (s *shelf) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

func (s *shelf) breaks(fail func(context.Context, string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

var errDown = errors.New("503")

func down(context.Context, string) error { return errDown }

// stalls answers nothing until the caller gives up.
func stalls(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }

func remote(t testing.TB) (*Remote, *shelf, string) {
	files, folder := open(t)
	s := newShelf()
	return NewRemote(files, s, 1<<30), s, folder
}

func TestARecordingMovesToTheObjectStore(t *testing.T) {
	r, s, folder := remote(t)
	want := made(t, r.files, itv, 200_000)
	for range 2 { // a job may run twice
		if err := r.Settle(t.Context(), itv); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"recordings/" + string(itv) + ".flac"}, s.names()); diff != "" || len(tree(t, folder)) != 0 {
		t.Fatalf("%s; on this machine is %v", diff, tree(t, folder))
	}
	body, kind := read(t, r)
	got, says := decoded(t, body)
	if kind != "audio/flac" || says != 200_000 {
		t.Errorf("%s of %d samples", kind, says)
	}
	compare(t, want, got)
	if _, err := r.Record(itv, time.Hour); research.CodeOf(err) != research.Conflict {
		t.Errorf("what is in the object store can be gone on with: %v", err)
	}
	if diff := cmp.Diff([]Key{itv}, everyKey(t, r)); diff != "" {
		t.Error(diff)
	}
}

func read(t *testing.T, s Store) ([]byte, string) {
	t.Helper()
	audio, err := s.Open(itv)
	if err != nil {
		t.Fatal(err)
	}
	defer audio.Close()
	b, err := io.ReadAll(audio)
	if err != nil || int64(len(b)) != audio.Bytes {
		t.Fatalf("%d bytes of %d: %v", len(b), audio.Bytes, err)
	}
	return b, audio.Type
}

func everyKey(t *testing.T, s Store) (keys []Key) {
	t.Helper()
	for info, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, info.Key)
	}
	return keys
}

// TestRangesOfAnObject: a player that seeks gets what it asks for, and the object store is asked
// for about that much.
func TestRangesOfAnObject(t *testing.T) {
	r, s, _ := remote(t)
	made(t, r.files, itv, 1_000_000)
	if err := r.Settle(t.Context(), itv); err != nil {
		t.Fatal(err)
	}
	whole, _ := read(t, r)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		audio, err := r.Open(itv)
		if err != nil {
			t.Error(err)
			return
		}
		defer audio.Close()
		w.Header().Set("Content-Type", audio.Type)
		http.ServeContent(w, q, "", audio.Modified, audio)
	}))
	defer server.Close()
	n := len(whole)
	for _, b := range [][2]int{{0, 0}, {100, 4000}, {part - 1, part}, {part, 2*part + 7}, {n - 5, n - 1}, {0, n - 1}} {
		s.asked = nil
		status, kind, body := get(t, server.URL, fmt.Sprintf("bytes=%d-%d", b[0], b[1]))
		if status != http.StatusPartialContent || kind != "audio/flac" || !bytes.Equal(body, whole[b[0]:b[1]+1]) {
			t.Errorf("%v: status %d, %s, %d bytes", b, status, kind, len(body))
		}
		if most := (b[1]-b[0])/part + 3; len(s.asked) > most {
			t.Errorf("%v: asked %v", b, s.asked)
		}
	}
}

// TestTheObjectStoreFails: whatever happens there, the recording is somewhere whole, can be
// heard, and arrives in the end.
func TestTheObjectStoreFails(t *testing.T) {
	only := func(what string, err error) func(context.Context, string) error {
		return func(_ context.Context, asked string) error {
			if asked == what {
				return err
			}
			return nil
		}
	}
	for name, fail := range map[string]func(*shelf){
		"it is down":             func(s *shelf) { s.breaks(down) },
		"it stalls":              func(s *shelf) { s.breaks(stalls) },
		"it refuses what is put": func(s *shelf) { s.breaks(only("put", errDown)) },
		"it keeps a half":        func(s *shelf) { s.cut = true },
		"it forgets what it got": func(s *shelf) { s.breaks(only("stat", fs.ErrNotExist)) },
	} {
		synctest.Test(t, func(t *testing.T) {
			r, s, _ := remote(t)
			want := made(t, r.files, itv, 30_000)
			fail(s)
			for range 3 {
				if err := r.Settle(context.Background(), itv); research.CodeOf(err) != research.Unavailable {
					t.Errorf("%s: %v", name, err)
				}
			}
			body, _ := read(t, r)
			got, _ := decoded(t, body)
			compare(t, want, got)
			s.breaks(nil)
			s.cut = false
			if err := errors.Join(r.Catch(context.Background()), r.Catch(context.Background())); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if waiting, err := r.Waiting(); waiting != 0 || err != nil || len(s.names()) != 1 {
				t.Errorf("%s: %d bytes wait, %v; there is %v", name, waiting, err, s.names())
			}
			body, _ = read(t, r)
			got, _ = decoded(t, body)
			compare(t, want, got)
			r.files.Close()
		})
	}
}

// TestTheSpoolIsBounded: with no object store recordings go on, but not until the disk is full.
func TestTheSpoolIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files, _ := open(t)
		s := newShelf()
		s.breaks(stalls)
		r := NewRemote(files, s, 200_000)
		begun := 0
		for i := range 20 {
			rec, err := r.Record(Key(fmt.Sprintf("itv_%d", i)), time.Hour)
			if research.CodeOf(err) == research.Unavailable {
				break
			}
			if err := errors.Join(err, rec.Participant(0, noise(1, 10_000)), rec.Close(0)); err != nil {
				t.Fatal(err)
			}
			begun++
		}
		if begun < 4 || begun > 6 {
			t.Errorf("%d recordings of 40 kB were begun with room for 200", begun)
		}
		for _, key := range everyKey(t, files) {
			if err := files.Settle(context.Background(), key); err != nil {
				t.Fatal(err)
			}
		}
		s.breaks(nil)
		if err := r.Catch(context.Background()); err != nil || len(s.names()) != begun {
			t.Errorf("%v: %v", err, s.names())
		}
		if rec, err := r.Record("itv_new", time.Hour); err != nil {
			t.Error(err)
		} else {
			rec.Close(0)
		}
		files.Close()
	})
}

// TestDeletedWhileItIsUploaded: nothing comes back.
func TestDeletedWhileItIsUploaded(t *testing.T) {
	for name, remove := range map[string]func(*Remote) error{
		"here":               func(r *Remote) error { return r.Delete(itv) },
		"by another process": func(r *Remote) error { return r.files.Delete(itv) },
	} {
		r, s, folder := remote(t)
		made(t, r.files, itv, 30_000)
		inside, goOn := make(chan struct{}), make(chan struct{})
		s.breaks(func(ctx context.Context, what string) error {
			if what != "put" {
				return nil
			}
			close(inside)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-goOn:
				return nil
			}
		})
		settled := make(chan error, 1)
		go func() { settled <- r.Settle(context.Background(), itv) }()
		<-inside
		if err := remove(r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		close(goOn)
		if err := <-settled; err == nil {
			t.Errorf("%s: what was deleted is settled", name)
		}
		if left := append(s.names(), tree(t, folder)...); len(left) != 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

func TestDeleteFromTheObjectStore(t *testing.T) {
	r, s, _ := remote(t)
	made(t, r.files, itv, 3000)
	if err := r.Settle(t.Context(), itv); err != nil {
		t.Fatal(err)
	}
	s.breaks(down)
	if err := r.Delete(itv); research.CodeOf(err) != research.Unavailable {
		t.Errorf("it seems deleted: %v", err)
	}
	if _, err := r.Open(itv); research.CodeOf(err) != research.Unavailable {
		t.Errorf("an object store that does not answer is taken for an empty one: %v", err)
	}
	s.breaks(nil)
	if err := errors.Join(r.Delete(itv), r.Delete(itv)); err != nil || len(s.names()) != 0 {
		t.Errorf("%v: %v", err, s.names())
	}
	for what, err := range map[string]error{"open": second(r.Open(itv)), "settle": r.Settle(t.Context(), itv)} {
		if research.CodeOf(err) != research.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestTwoOfOneInterview: a machine that was cut off does not overwrite what another one kept.
func TestTwoOfOneInterview(t *testing.T) {
	r, s, _ := remote(t)
	made(t, r.files, itv, 3000)
	s.objects[itv.object()] = []byte("fLaC of another machine")
	for range 2 {
		if err := errors.Join(r.Settle(t.Context(), itv)); research.CodeOf(err) != research.Conflict {
			t.Errorf("%v", err)
		}
	}
	if string(s.objects[itv.object()]) != "fLaC of another machine" {
		t.Error("it was overwritten")
	}
	if waiting, _ := r.Waiting(); waiting == 0 {
		t.Error("our own is gone")
	}
}

// TestStrangeObjects: a bucket is shared with whoever has its keys.
func TestStrangeObjects(t *testing.T) {
	r, s, _ := remote(t)
	for _, name := range []string{"recordings/", "recordings/../x.flac", "recordings/A.flac", "recordings/itv_1.wav", "else/itv_1.flac", "recordings/itv_ok.flac"} {
		s.objects[name] = []byte("x")
	}
	if diff := cmp.Diff([]Key{"itv_ok"}, everyKey(t, r)); diff != "" {
		t.Error(diff)
	}
	for _, key := range []Key{"", "../x", "A"} {
		if _, err := r.Open(key); research.CodeOf(err) != research.NotFound {
			t.Errorf("%q: %v", key, err)
		}
		if err := r.Delete(key); research.CodeOf(err) != research.NotFound {
			t.Errorf("%q: %v", key, err)
		}
	}
}
