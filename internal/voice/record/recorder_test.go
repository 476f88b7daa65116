package record

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
)

const itv = Key("itv_018f0000-0000-7000-8000-000000000001")

func open(t testing.TB) (*Files, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "recordings")
	files, err := OpenFiles(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files, folder
}

func begin(t testing.TB, files *Files, key Key) *Recorder {
	t.Helper()
	r, err := files.Record(key, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func noise(seed uint64, n int) []int16 {
	random := rand.New(rand.NewPCG(seed, 0))
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(random.Uint32())
	}
	return out
}

// sideBySide is both tracks, sample by sample. The shorter one is silent at its end.
func sideBySide(left, right []int16) []int16 {
	all := make([]int16, 2*max(len(left), len(right)))
	for i, s := range left {
		all[2*i] = s
	}
	for i, s := range right {
		all[2*i+1] = s
	}
	return all
}

// stereo is the tracks of a WAV file that any player could play.
func stereo(t testing.TB, content []byte) []int16 {
	t.Helper()
	r, err := pcm.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if r.Format != format {
		t.Fatalf("a recording with %+v", r.Format)
	}
	var all []int16
	for part := make([]int16, 1000); ; {
		n, err := r.Read(part)
		all = append(all, part[:n]...)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func compare(t testing.TB, want, got []int16) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d samples instead of %d", len(got), len(want))
	}
	for i := range want {
		if want[i] != got[i] {
			t.Fatalf("of %d samples, number %d is %d instead of %d", len(want), i, got[i], want[i])
		}
	}
}

func content(t testing.TB, files *Files, key Key) ([]byte, string) {
	t.Helper()
	audio, err := files.Open(key)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(audio)
	if err := errors.Join(err, audio.Close()); err != nil {
		t.Fatal(err)
	}
	return all, audio.Type
}

// naive is what a recording holds, as plainly as it can be said.
type naive struct{ tracks [2][]int16 }

func (m *naive) write(track int, at int64, samples []int16) {
	for side := range m.tracks {
		for int64(len(m.tracks[side])) < at+int64(len(samples)) && len(samples) > 0 {
			m.tracks[side] = append(m.tracks[side], 0)
		}
	}
	copy(m.tracks[track][at:], samples)
}

// TestRecorder writes pieces anywhere, with gaps, one over another, in any order, and closes and
// goes on now and then.
func TestRecorder(t *testing.T) {
	files, _ := open(t)
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 2))
		key := Key("itv_" + string(rune('a'+seed%26)) + string(rune('a'+seed/26)))
		var model naive
		r := begin(t, files, key)
		for i := range 60 {
			at, samples := int64(random.IntN(60000)), noise(seed<<8+uint64(i), random.IntN(9000))
			write, track := r.Participant, 0
			if random.IntN(2) == 0 {
				write, track = r.Moderator, 1
			}
			if err := write(at, samples); err != nil {
				t.Fatal(err)
			}
			model.write(track, at, samples)
			if random.IntN(20) == 0 {
				if err := r.Close(0); err != nil {
					t.Fatal(err)
				}
				r = begin(t, files, key)
			}
		}
		length := r.Length()
		if err := r.Close(length + time.Second); err != nil {
			t.Fatal(err)
		}
		want := sideBySide(append(model.tracks[0], make([]int16, Rate)...), model.tracks[1])
		got, kind := content(t, files, key)
		if kind != "audio/wav" {
			t.Fatalf("a recording that was not settled is %s", kind)
		}
		compare(t, want, stereo(t, got))
	}
}

// TestKilled cuts a recording off at every 512 bytes, as a process does that is killed while it
// writes, and starts again.
func TestKilled(t *testing.T) {
	files, folder := open(t)
	left, right := noise(1, 6000), noise(2, 5000)
	r := begin(t, files, itv)
	if err := errors.Join(r.Participant(0, left), r.Moderator(500, right), r.Close(0)); err != nil {
		t.Fatal(err)
	}
	whole, _ := content(t, files, itv)
	want := stereo(t, whole)
	copy(whole, make([]byte, pcm.HeaderSize)) // not even the header reached the disk
	for size := 0; size <= len(whole); size += 512 {
		if err := os.WriteFile(filepath.Join(folder, string(itv), running), whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := files.Repair(); err != nil {
			t.Fatal(err)
		}
		got, _ := content(t, files, itv)
		moments := max(0, size-pcm.HeaderSize) / moment
		compare(t, want[:2*moments], stereo(t, got))
	}
}

// TestGoesOn: after a crash, and without a repair, an interview goes on where the clock stands.
func TestGoesOn(t *testing.T) {
	files, folder := open(t)
	r := begin(t, files, itv)
	if err := r.Participant(0, noise(1, 1000)); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFiles(folder) // another process, after the first was killed
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	r = begin(t, again, itv)
	if r.Length() != Duration(1000) {
		t.Errorf("it goes on after %s", r.Length())
	}
	if err := errors.Join(r.Participant(1500, noise(2, 100)), r.Close(0)); err != nil {
		t.Fatal(err)
	}
	got, _ := content(t, again, itv)
	left := append(append(noise(1, 1000), make([]int16, 500)...), noise(2, 100)...)
	compare(t, sideBySide(left, nil), stereo(t, got))
}

// TestPlayableWhileItRuns: the header is at most five seconds behind.
func TestPlayableWhileItRuns(t *testing.T) {
	files, _ := open(t)
	r := begin(t, files, itv)
	for at := int64(0); at < 16*Rate; at += 960 {
		if err := r.Participant(at, noise(1, 960)); err != nil {
			t.Fatal(err)
		}
		if at%(10*960) != 0 {
			continue
		}
		got, _ := content(t, files, itv)
		if len(got) > pcm.HeaderSize+5*Rate*moment { // then it says how long it is
			if n := int64(len(stereo(t, got)) / 2); at+960-n > 5*Rate {
				t.Fatalf("at %s it says that it lasts %s", Duration(at), Duration(n))
			}
		}
	}
	if err := r.Close(0); err != nil {
		t.Fatal(err)
	}
}

func TestLimit(t *testing.T) {
	files, _ := open(t)
	r, err := files.Record(itv, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Participant(Rate-10, make([]int16, 10)); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{Rate - 9, Rate, 1 << 62, -1, -1 << 63} {
		r.err = nil
		if err := r.Moderator(at, make([]int16, 10)); research.CodeOf(err) != research.TooLarge {
			t.Errorf("at %d: %v", at, err)
		}
	}
	if err := r.Close(time.Hour); research.CodeOf(err) != research.TooLarge {
		t.Errorf("close says %v instead of what went wrong", err)
	}
	if got, _ := content(t, files, itv); len(stereo(t, got)) != 2*Rate {
		t.Error("the recording is not as long as its limit")
	}
}

// full is a disk without room: it takes a part of a write, and then no byte more.
type full struct {
	File
	left int
}

func (f *full) WriteAt(b []byte, at int64) (int, error) {
	if at == 0 || len(b) <= f.left { // what is written over needs no room
		f.left -= len(b)
		return f.File.WriteAt(b, at)
	}
	n, _ := f.File.WriteAt(b[:f.left], at)
	f.left = 0
	return n, syscall.ENOSPC
}

func TestDiskFull(t *testing.T) {
	files, _ := open(t)
	r := begin(t, files, itv)
	r.file = &full{File: r.file, left: 1000*moment + 777}
	if err := r.Participant(0, noise(1, 1000)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Participant(1000, noise(2, 1000)); research.CodeOf(err) != research.Unavailable || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("a full disk is %v", err)
		}
	}
	if err := r.Close(time.Minute); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("close says %v", err)
	}
	got, _ := content(t, files, itv)
	compare(t, sideBySide(noise(1, 1000), nil), stereo(t, got)) // what was written before
}

func BenchmarkRecorder(b *testing.B) {
	files, _ := open(b)
	r := begin(b, files, itv)
	samples, at := noise(1, 960), int64(0)
	b.ReportAllocs()
	for b.Loop() {
		if at += 960; at > 59*60*Rate {
			at = 0
		}
		if err := errors.Join(r.Participant(at, samples), r.Moderator(at, samples)); err != nil {
			b.Fatal(err)
		}
	}
}
