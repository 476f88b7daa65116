package record

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

func TestOneTrackOfARecording(t *testing.T) {
	files, _ := open(t)
	r, err := files.Record(itv, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Participant(Rate, []int16{1, 2, -3, 4}), r.Moderator(Rate, []int16{9, 9, 9, 9}), r.Close(0)); err != nil {
		t.Fatal(err)
	}
	audio, err := files.Open(itv)
	if err != nil {
		t.Fatal(err)
	}
	defer audio.Close()
	at := func(n int64) time.Duration { return Duration(Rate + n) }
	for _, c := range []struct {
		from, to time.Duration
		want     []byte
	}{
		{at(0), at(2), []byte{1, 0, 2, 0}}, {at(1), time.Hour, []byte{2, 0, 0xfd, 0xff, 4, 0}}, {at(-1), at(1), []byte{0, 0, 1, 0}},
		{at(4), time.Hour, nil}, {at(2), at(2), nil}, {at(3), 0, nil}, {-time.Hour, -time.Minute, nil},
	} {
		if got, err := audio.Participant(c.from, c.to); err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("from %s to %s: %v, %v, want %v", c.from, c.to, got, err, c.want)
		}
	}
	if err := files.Settle(t.Context(), itv); err != nil {
		t.Fatal(err)
	}
	settled, err := files.Open(itv)
	if err != nil {
		t.Fatal(err)
	}
	defer settled.Close()
	if _, err := settled.Participant(0, time.Hour); research.CodeOf(err) != research.Conflict {
		t.Errorf("of one that was settled: %v", err)
	}
}
