package record

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mewkiz/flac"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
)

// decoded is the tracks of a FLAC file, and how long it says that it is.
func decoded(t testing.TB, content []byte) (all []int16, says uint64) {
	t.Helper()
	stream, err := flac.New(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for {
		block, err := stream.ParseNext()
		if err == io.EOF {
			return all, stream.Info.NSamples
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range block.Subframes[0].Samples {
			all = append(all, int16(block.Subframes[0].Samples[i]), int16(block.Subframes[1].Samples[i]))
		}
	}
}

// TestSettle: whatever is recorded is the same afterwards, sample by sample.
func TestSettle(t *testing.T) {
	extremes := make([]int16, 9000)
	for i := range extremes {
		extremes[i] = math.MaxInt16
		if i%2 == 1 {
			extremes[i] = math.MinInt16
		}
	}
	tone := make([]int16, 9000)
	for i := range tone {
		tone[i] = int16(12000 * math.Sin(float64(i)/9))
	}
	for name, tracks := range map[string][2][]int16{
		"a sample":               {noise(1, 1), nil},
		"fifteen":                {noise(1, 15), noise(2, 15)},
		"a block but one":        {noise(1, blockSize-1), nil},
		"a block":                {noise(1, blockSize), noise(2, 100)},
		"a block and one":        {noise(1, blockSize+1), noise(2, blockSize+1)},
		"only the moderator":     {nil, tone},
		"two blocks of extremes": {extremes, extremes},
		"a tone":                 {tone, nil},
		"silence":                {make([]int16, 20000), nil},
	} {
		files, folder := open(t)
		r := begin(t, files, itv)
		if err := errors.Join(r.Participant(0, tracks[0]), r.Moderator(0, tracks[1]), r.Close(0)); err != nil {
			t.Fatal(err)
		}
		wav, _ := content(t, files, itv)
		settle(t, files, itv)
		settle(t, files, itv) // a job may run twice
		if diff := cmp.Diff([]string{string(itv), filepath.Join(string(itv), settled)}, tree(t, folder)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		body, kind := content(t, files, itv)
		got, says := decoded(t, body)
		if kind != "audio/flac" || says != uint64(len(got)/2) {
			t.Errorf("%s: %s with %d samples that says it has %d", name, kind, len(got)/2, says)
		}
		compare(t, stereo(t, wav), got)
		if sizes := body[8:12]; !bytes.Equal(sizes, []byte{blockSize >> 8, blockSize & 0xff, blockSize >> 8, blockSize & 0xff}) {
			t.Errorf("%s: blocks of %x samples", name, sizes)
		}
	}
}

func TestSettleSavesSpace(t *testing.T) {
	files, _ := open(t)
	r := begin(t, files, itv)
	tone := make([]int16, 10*Rate)
	for i := range tone {
		tone[i] = int16(3000 * math.Sin(float64(i)/30) * math.Sin(float64(i)/5000))
	}
	if err := errors.Join(r.Participant(0, tone), r.Close(0)); err != nil {
		t.Fatal(err)
	}
	wav, _ := content(t, files, itv)
	settle(t, files, itv)
	if body, _ := content(t, files, itv); len(body) > len(wav)/3 {
		t.Errorf("of %d bytes %d are left", len(wav), len(body))
	}
}

func TestWithoutSound(t *testing.T) {
	files, folder := open(t)
	if err := begin(t, files, itv).Close(0); err != nil {
		t.Fatal(err)
	}
	settle(t, files, itv)
	if body, kind := content(t, files, itv); kind != "audio/wav" || len(stereo(t, body)) != 0 {
		t.Errorf("an empty recording is %s", kind)
	}
	if got := len(tree(t, folder)); got != 2 {
		t.Errorf("%d files", got)
	}
}

// TestVerify: a FLAC file that is not the WAV file is found out, wherever it differs.
func TestVerify(t *testing.T) {
	files, _ := open(t)
	made(t, files, itv, 2*blockSize+50)
	wav, _ := content(t, files, itv)
	settle(t, files, itv)
	good, _ := content(t, files, itv)
	length := int64(2*blockSize + 50)
	if err := verify(context.Background(), bytes.NewReader(good), bytes.NewReader(wav), length); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{44, 47, 44 + moment*blockSize, len(wav) - 1} {
		other := bytes.Clone(wav)
		other[at] ^= 1
		if err := verify(context.Background(), bytes.NewReader(good), bytes.NewReader(other), length); !errors.Is(err, errDiffers) {
			t.Errorf("byte %d of the WAV differs: %v", at, err)
		}
	}
	for at := 60; at < len(good); at += 997 {
		other := bytes.Clone(good)
		other[at] ^= 0x10
		if err := verify(context.Background(), bytes.NewReader(other), bytes.NewReader(wav), length); err == nil {
			t.Errorf("byte %d of the FLAC is damaged, and nobody notices", at)
		}
		if err := verify(context.Background(), bytes.NewReader(good[:at]), bytes.NewReader(wav), length); err == nil {
			t.Errorf("the FLAC is cut off at %d, and nobody notices", at)
		}
	}
	longer := pcm.AppendWAV(nil, format, append(stereo(t, wav), 1, 2))
	if err := verify(context.Background(), bytes.NewReader(good), bytes.NewReader(longer), length+1); err == nil {
		t.Error("the WAV is longer, and nobody notices")
	}
}

func TestSettleStops(t *testing.T) {
	files, folder := open(t)
	made(t, files, itv, 100)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := files.Settle(ctx, itv); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled job: %v", err)
	}
	if got := tree(t, folder); len(got) != 2 {
		t.Errorf("left are %v", got)
	}
	if _, kind := content(t, files, itv); kind != "audio/wav" {
		t.Errorf("now it is %s", kind)
	}
}

// TestSettleAfterACrash: at whatever point a process died, the next one ends it.
func TestSettleAfterACrash(t *testing.T) {
	files, folder := open(t)
	want := made(t, files, itv, 5000)
	wav, _ := content(t, files, itv)
	path := func(name string) string { return filepath.Join(folder, string(itv), name) }
	write := func(name string, body []byte) {
		t.Helper()
		if err := os.WriteFile(path(name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, prepare := range map[string]func(){
		"half a FLAC":           func() { write("abc"+unready, []byte("fLaC\x00")) },
		"both":                  func() { settle(t, files, itv); write(running, wav) },
		"a WAV without lengths": func() { write(running, append(pcm.Header(format, 0), wav[44:]...)) },
	} {
		if err := os.RemoveAll(path(settled)); err != nil {
			t.Fatal(err)
		}
		write(running, wav)
		prepare()
		if err := files.Repair(); err != nil {
			t.Fatal(err)
		}
		settle(t, files, itv)
		body, _ := content(t, files, itv)
		got, _ := decoded(t, body)
		compare(t, want, got)
		if left := tree(t, folder); len(left) != 2 {
			t.Errorf("%s: left are %v", name, left)
		}
	}
}

func TestRepairEndsWhatWasHalfDeleted(t *testing.T) {
	files, folder := open(t)
	made(t, files, "itv_b", 100)
	if err := files.root.Rename("itv_b", gone+"itv_b"); err != nil {
		t.Fatal(err)
	}
	if err := files.Repair(); err != nil {
		t.Fatal(err)
	}
	if left := tree(t, folder); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

// TestDeleteWins: a recording that is deleted while others settle, read and list it does not come
// back.
func TestDeleteWins(t *testing.T) {
	files, folder := open(t)
	other, err := OpenFiles(folder) // another process
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for range 30 {
		made(t, files, itv, 20000)
		var all sync.WaitGroup
		for _, f := range []*Files{files, other} {
			all.Go(func() {
				if err := f.Settle(context.Background(), itv); err != nil && research.CodeOf(err) != research.NotFound {
					t.Error(err)
				}
			})
			all.Go(func() {
				if audio, err := f.Open(itv); err == nil {
					audio.Close()
				}
				for range f.All() {
				}
			})
		}
		all.Go(func() {
			if err := other.Delete(itv); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if left := tree(t, folder); len(left) != 0 {
			t.Fatalf("left are %v", left)
		}
	}
}
