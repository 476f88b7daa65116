package eventlog

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

// anyEvent is an event with everything an event can have, or nothing of it.
func anyEvent(r *rand.Rand) research.Event {
	text := func() string {
		return [...]string{"", "a", "u:ann", "\x00\xff\n", "søren", string(make([]byte, 300))}[r.IntN(6)]
	}
	raw := func() json.RawMessage {
		return [...]json.RawMessage{nil, []byte(`{}`), []byte(`{"a":[1,"\u0000"]}`), []byte("null")}[r.IntN(4)]
	}
	at := func() time.Time {
		return time.UnixMilli([...]int64{0, -1, 1, 1 << 41, math.MinInt64 / 2}[r.IntN(5)] + r.Int64N(3)).UTC()
	}
	return research.Event{Project: research.ProjectID(1 + r.IntN(1<<31)), Type: types[r.IntN(len(types))], Source: sources[r.IntN(len(sources))],
		Name: text(), MessageID: text(), UserID: research.UserID(text()), AnonymousID: research.AnonymousID(text()), PreviousID: text(), GroupID: text(),
		Properties: raw(), Traits: raw(), Context: raw(), Timestamp: at(), ReceivedAt: at(),
		Signed: r.IntN(2) == 0, Verified: r.IntN(2) == 0, Quiet: r.IntN(2) == 0}
}

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		e := anyEvent(r)
		got, err := ParseRecord(AppendRecord(nil, &e))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestEveryTypeAndSourceHasACode(t *testing.T) {
	for _, typ := range types {
		for _, source := range sources {
			e := research.Event{Project: 1, Type: typ, Source: source, Timestamp: time.Time{}, ReceivedAt: time.Time{}}
			if got, err := ParseRecord(AppendRecord(nil, &e)); err != nil || got.Type != typ || got.Source != source || !got.Timestamp.IsZero() {
				t.Errorf("%q from %q is read as %q from %q at %s, %v", typ, source, got.Type, got.Source, got.Timestamp, err)
			}
		}
	}
	strange := research.Event{Project: 1, Type: "delete", Source: "carrier pigeon", MessageID: "m"}
	if got, err := ParseRecord(AppendRecord(nil, &strange)); err != nil || got.Type != "" || got.Source != "" || got.MessageID != "m" {
		t.Errorf("of an unknown type and source: %+v, %v", got, err)
	}
}

func TestACutRecordIsAnError(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		e := anyEvent(r)
		whole := AppendRecord(nil, &e)
		for n := range whole {
			if _, err := ParseRecord(whole[:n]); err == nil {
				t.Fatalf("the first %d of %d bytes pass for a record", n, len(whole))
			}
		}
		if _, err := ParseRecord(append(whole, 0)); err == nil {
			t.Fatal("a record with something behind it passes for one")
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		e := anyEvent(r)
		f.Add(AppendRecord(nil, &e))
	}
	f.Add([]byte{1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseRecord(b)
		if err != nil {
			return
		}
		again, err := ParseRecord(AppendRecord(nil, &e))
		if diff := cmp.Diff(e, again); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}
