package trigger

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRunIsReadAsItWasWritten(t *testing.T) {
	for seed := range uint64(2000) {
		run := randomRun(rand.New(rand.NewPCG(seed, 7)))
		stored := run.AppendTo([]byte("before"))[len("before"):]
		got, err := ParseRun(stored)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(run, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}

func randomRun(r *rand.Rand) *Run {
	number := func() int64 { return int64(r.Uint64()) >> r.IntN(64) }
	points := func() (out []Point) {
		for range r.IntN(4) {
			out = append(out, Point{number(), number()})
		}
		return out
	}
	run := &Run{Last: points()}
	for range r.IntN(5) {
		run.Marks = append(run.Marks, points())
	}
	for range r.IntN(3) {
		m := Match{Point: Point{number(), number()}, Due: number(), Received: number(), Proved: r.IntN(2) == 0,
			MessageID: string(make([]byte, r.IntN(5))), EventName: "Ünïcode"}
		if r.IntN(2) == 0 {
			m.Ticket = []byte{0, 1}
		}
		run.Pending = append(run.Pending, m)
	}
	return run
}

// FuzzParseRun: whatever is stored, reading it ends, says so where it is damaged,
// and takes no more memory than its size allows for.
func FuzzParseRun(f *testing.F) {
	f.Add([]byte{})
	f.Add(randomRun(rand.New(rand.NewPCG(1, 1))).AppendTo(nil))
	f.Add(append([]byte{runFormat}, bytes.Repeat([]byte{0x80, 1}, 4000)...))
	f.Fuzz(func(t *testing.T, stored []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run, err := ParseRun(stored)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<10+64*uint64(len(stored)) {
			t.Errorf("%d bytes took %d of memory", len(stored), used)
		}
		if err != nil {
			return
		}
		again, err := ParseRun(run.AppendTo(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(run, again, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
