package session

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/record"
)

// TestTape cuts a stretch with a short gap and a long one, and finds the place of
// every sample again.
func TestTape(t *testing.T) {
	var x tape
	samples := func(at, n int64) []int16 {
		out := make([]int16, n)
		for i := range out {
			out[i] = int16((at + int64(i)) % 30000)
		}
		return out
	}
	for _, p := range []span{{0, 960}, {960, 1920}, {2920, 3880}, {60000, 61000}} {
		x.add(p.from, samples(p.from, p.to-p.from))
	}
	sound, place := x.cut(500, 60500)
	if n := int64(len(sound) / 2); n != 1420+1000+960+longestHole+500 {
		t.Fatalf("%d samples", n)
	}
	for i := 0; i < len(sound); i += 2 {
		v := int64(int16(binary.LittleEndian.Uint16(sound[i:])))
		at := record.Samples(place(record.Duration(int64(i / 2))))
		if d := at%30000 - v; v != 0 && (d < -1 || d > 1) {
			t.Fatalf("sample %d of the cut is %d, and said to stand at %d", i/2, v, at)
		}
	}
	if sound, place := x.cut(200000, 300000); len(sound) != 0 || place(time.Second) != record.Duration(216000) {
		t.Error("a stretch without sound")
	}
	x.voice(1000, 1512)
	x.voice(1512, 2024)
	x.voice(60000, 60512)
	if all, first, last := x.voiced(1200, 60100); all != record.Duration(924) || first != 1200 || last != 60100 {
		t.Errorf("voiced %v, %d to %d", all, first, last)
	}
	x.drop(3000)
	if len(x.pieces) != 2 || len(x.voices) != 1 {
		t.Errorf("%d pieces and %d voices are left", len(x.pieces), len(x.voices))
	}
	x.add(longestTape+60000, samples(0, 960))
	if len(x.pieces) != 2 {
		t.Errorf("%d pieces: what is too old is not forgotten", len(x.pieces))
	}
}

// timed is a recogniser that knows when words were said.
type timed struct{ err error }

func (r timed) Transcribe(_ context.Context, rec provider.Recording) (provider.Transcript, error) {
	if !rec.WordTimes || rec.Rate != record.Rate || rec.Language != "de" {
		return provider.Transcript{}, errors.New("asked for something else")
	}
	if len(rec.PCM) == 2 {
		return provider.Transcript{Text: "ja gut"}, nil
	}
	return provider.Transcript{Text: "ja gut", Words: []provider.Word{{Text: "ja", Start: 0, End: time.Second}, {Text: "gut", Start: time.Second, End: 2 * time.Second}}}, r.err
}

func TestSecondPass(t *testing.T) {
	got, err := SecondPass(t.Context(), timed{}, "de", make([]byte, 64000), time.Minute)
	want := []Word{{"ja", time.Minute, 61 * time.Second}, {"gut", 61 * time.Second, 62 * time.Second}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := SecondPass(t.Context(), timed{}, "de", make([]byte, 2), 0); !errors.Is(err, ErrNoTimes) {
		t.Errorf("heard without times: %v", err)
	}
	away := errors.New("away")
	if _, err := SecondPass(t.Context(), timed{away}, "de", nil, 0); !errors.Is(err, away) {
		t.Errorf("%v", err)
	}
}

func TestPurse(t *testing.T) {
	var asked []int
	p := purse{whole: 100 * time.Second, reserve: func(_ context.Context, seconds int) error {
		if asked = append(asked, seconds); len(asked) == 3 {
			return errors.New("no more")
		}
		return nil
	}}
	for _, c := range []struct {
		take time.Duration
		ok   bool
	}{{90 * time.Second, true}, {10 * time.Second, true}, {90500 * time.Millisecond, true}, {time.Second, false}} {
		if err := p.take(t.Context(), c.take); (err == nil) != c.ok {
			t.Errorf("%v: %v", c.take, err)
		}
	}
	if !slices.Equal(asked, []int{100, 91, 60}) || p.rest() != 0 {
		t.Errorf("reserved %v, %d left", asked, p.rest())
	}
}
