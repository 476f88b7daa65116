package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/usercall/usercall/internal/research"
)

// made is a finished recording of so many moments of noise.
func made(t testing.TB, files *Files, key Key, moments int) []int16 {
	t.Helper()
	left, right := noise(uint64(moments), moments), noise(uint64(moments)+1, moments/2)
	r := begin(t, files, key)
	if err := errors.Join(r.Participant(0, left), r.Moderator(0, right), r.Close(0)); err != nil {
		t.Fatal(err)
	}
	return sideBySide(left, right)
}

func settle(t testing.TB, files *Files, key Key) {
	t.Helper()
	if err := files.Settle(context.Background(), key); err != nil {
		t.Fatal(err)
	}
}

// tree is every path below a folder.
func tree(t testing.TB, folder string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		rel, _ := filepath.Rel(folder, path)
		paths = append(paths, rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths[1:]
}

func TestNoWayOut(t *testing.T) {
	files, folder := open(t)
	secret := filepath.Join(filepath.Dir(folder), "secret")
	if err := os.MkdirAll(secret, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{running, settled} {
		if err := os.WriteFile(filepath.Join(secret, name), []byte("RIFF"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Somebody who can make links in the folder still gets nothing that is outside.
	for link, to := range map[string]string{"itv_relative": "../secret", "itv_absolute": secret} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []Key{
		"", ".", "..", "../secret", "..\\secret", "/etc", "itv_a/../../secret", "itv_a/audio", "deleted.itv_a", "ITV_A", "itv_a\x00", "itv ä",
		"-rf", "nul.txt", "itv_%2e%2e", Key(strings.Repeat("a", 65)), "itv_relative", "itv_absolute",
	} {
		if _, err := files.Record(key, time.Hour); err == nil {
			t.Errorf("%q can be recorded", key)
		}
		if _, err := files.Open(key); err == nil {
			t.Errorf("%q can be read", key)
		}
		if err := files.Settle(context.Background(), key); err == nil {
			t.Errorf("%q can be settled", key)
		}
		_ = files.Delete(key) // which takes a link away, and leaves alone what it leads to
	}
	if diff := cmp.Diff([]string{settled, running}, tree(t, secret)); diff != "" {
		t.Errorf("what is outside has changed:\n%s", diff)
	}
}

func TestOnlyTheOwnerReads(t *testing.T) {
	files, folder := open(t)
	made(t, files, itv, 100)
	settle(t, files, itv)
	for _, path := range append(tree(t, folder), ".") {
		info, err := os.Stat(filepath.Join(folder, path))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %s", path, info.Mode())
		}
	}
}

func TestDelete(t *testing.T) {
	for name, prepare := range map[string]func(*Files){
		"a recording that has ended": func(f *Files) { made(t, f, itv, 100) },
		"a settled one":              func(f *Files) { made(t, f, itv, 100); settle(t, f, itv) },
		"nothing":                    func(*Files) {},
		"what an earlier try left": func(f *Files) {
			made(t, f, itv, 100)
			if err := f.root.Rename(string(itv), gone+string(itv)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		files, folder := open(t)
		prepare(files)
		for range 2 {
			if err := files.Delete(itv); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if left := tree(t, folder); len(left) != 0 {
			t.Errorf("%s: left are %v", name, left)
		}
		if _, err := files.Open(itv); research.CodeOf(err) != research.NotFound {
			t.Errorf("%s: reading it is %v", name, err)
		}
		if err := files.Settle(context.Background(), itv); research.CodeOf(err) != research.NotFound {
			t.Errorf("%s: settling it is %v", name, err)
		}
	}
}

// TestDeleteWhileItRuns: who withdraws in the middle of an interview is not recorded any more, and
// nothing of it comes back.
func TestDeleteWhileItRuns(t *testing.T) {
	files, folder := open(t)
	r := begin(t, files, itv)
	if err := r.Participant(0, noise(1, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := files.Delete(itv); err != nil {
		t.Fatal(err)
	}
	if err := r.Participant(1000, noise(1, 1000)); research.CodeOf(err) != research.NotFound {
		t.Errorf("recording on: %v", err)
	}
	if err := r.Close(time.Minute); research.CodeOf(err) != research.NotFound {
		t.Errorf("closing: %v", err)
	}
	if left := tree(t, folder); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
	made(t, files, itv, 10) // the key is free
}

func TestOneAtATime(t *testing.T) {
	files, _ := open(t)
	r := begin(t, files, itv)
	if _, err := files.Record(itv, time.Hour); research.CodeOf(err) != research.Conflict {
		t.Errorf("a second recording: %v", err)
	}
	if err := files.Settle(context.Background(), itv); research.CodeOf(err) != research.Conflict {
		t.Errorf("settling what runs: %v", err)
	}
	if err := files.Repair(); err != nil {
		t.Errorf("repairing beside it: %v", err)
	}
	if err := errors.Join(r.Participant(0, noise(1, 10)), r.Close(0), r.Close(0)); err != nil {
		t.Fatal(err)
	}
	settle(t, files, itv)
	if _, err := files.Record(itv, time.Hour); research.CodeOf(err) != research.Conflict {
		t.Errorf("going on with what was settled: %v", err)
	}
}

func TestAll(t *testing.T) {
	files, folder := open(t)
	made(t, files, "itv_a", 100)
	made(t, files, "itv_b", 100)
	settle(t, files, "itv_b")
	for _, other := range []string{"deleted.itv_c", "lost+found", "itv_empty"} {
		if err := os.Mkdir(filepath.Join(folder, other), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	got := map[Key]bool{}
	for info, err := range files.All() {
		if err != nil {
			t.Fatal(err)
		}
		got[info.Key] = info.Settled
		if body, _ := content(t, files, info.Key); int64(len(body)) != info.Bytes || time.Since(info.Modified) > time.Hour {
			t.Errorf("%+v", info)
		}
	}
	if diff := cmp.Diff(map[Key]bool{"itv_a": false, "itv_b": true}, got); diff != "" {
		t.Error(diff)
	}
}

// TestRange serves a recording as a page's player asks for it.
func TestRange(t *testing.T) {
	files, _ := open(t)
	made(t, files, itv, 20000)
	for _, kind := range []string{"audio/wav", "audio/flac"} {
		whole, _ := content(t, files, itv)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			audio, err := files.Open(itv)
			if err != nil {
				t.Error(err)
				return
			}
			defer audio.Close()
			w.Header().Set("Content-Type", audio.Type)
			http.ServeContent(w, r, "", audio.Modified, audio)
		}))
		defer server.Close()
		for _, bounds := range [][2]int{{0, 43}, {1000, 1999}, {len(whole) - 5, len(whole) - 1}} {
			status, header, body := get(t, server.URL, fmt.Sprintf("bytes=%d-%d", bounds[0], bounds[1]))
			if status != http.StatusPartialContent || header != kind || !bytes.Equal(body, whole[bounds[0]:bounds[1]+1]) {
				t.Errorf("%s: bytes %v are %d, %s, %d bytes", kind, bounds, status, header, len(body))
			}
		}
		settle(t, files, itv)
	}
}

func get(t *testing.T, url, bounds string) (status int, kind string, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Range", bounds)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), body
}

// TestMend: what was cut off can be played up to there, and nothing is begun that was
// not there.
func TestMend(t *testing.T) {
	files, dir := open(t)
	if _, err := files.Mend(itv); research.CodeOf(err) != research.NotFound {
		t.Errorf("of one that is not here: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	r := begin(t, files, itv)
	if err := r.Participant(0, noise(1, 3*Rate)); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Mend(itv); research.CodeOf(err) != research.Conflict {
		t.Errorf("while it runs: %v", err)
	}
	again, err := OpenFiles(dir) // another process, after a crash
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = again.Close() })
	for range 2 {
		if length, err := again.Mend(itv); err != nil || length != 3*time.Second {
			t.Errorf("it lasts %s, %v", length, err)
		}
	}
	if got, _ := content(t, again, itv); len(stereo(t, got)) != 6*Rate {
		t.Error("its header does not say how long it is")
	}
	settle(t, again, itv)
	if _, err := again.Mend(itv); research.CodeOf(err) != research.NotFound {
		t.Errorf("of one that was settled: %v", err)
	}
	for _, bad := range []Key{"", "..", "a/b"} {
		if _, err := files.Mend(bad); research.CodeOf(err) != research.NotFound {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
