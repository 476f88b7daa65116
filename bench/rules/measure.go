package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/usercall/usercall/internal/trigger"
)

// perEvent is µs an event, over whole rounds of the events for at least a tenth
// of a second.
func perEvent(e engine, events []event) float64 {
	began, n := time.Now(), 0
	for time.Since(began) < 100*time.Millisecond {
		for i := range min(len(events), 2000) {
			e.match(&events[(n+i)%len(events)])
		}
		n += min(len(events), 2000)
	}
	return float64(time.Since(began).Nanoseconds()) / 1000 / float64(n)
}

// built prints what rules and index take to make, to hold and to change.
func built(n int) {
	rules := makeRules(n)
	before := heap()
	began := time.Now()
	all := compiled(rules)
	compiling, rulesHeap := time.Since(began), heap()-before
	began = time.Now()
	ix := trigger.NewIndex(all...)
	building, indexHeap := time.Since(began), heap()-before-rulesHeap
	study := all[:1]
	began = time.Now()
	const edits = 1000
	for range edits {
		ix.Put("edited", study)
	}
	fmt.Printf("\n%d rules: compiled in %.2f s (%.1f MiB), indexed in %.2f s (%.1f MiB); putting one in and taking it out again takes %.1f µs\n", n,
		compiling.Seconds(), rulesHeap, building.Seconds(), indexHeap, float64(time.Since(began).Microseconds())/edits)
	runtime.KeepAlive(all)
	runtime.KeepAlive(rules)
}

// heap is MiB in use once garbage is gone.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
