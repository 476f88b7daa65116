// Command rules measures how long it takes to find the rules that an event
// matches: usercall's index, an index written by hand for exactly these rules,
// and a general expression engine on the rules of the event's name. It is a
// module of its own, so that usercall does not depend on that engine.
//
//	go -C bench/rules run .
//
// All engines see the same rules and events, have to find the same matches, and
// take turns. Take ratios of one run from it.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
)

func main() {
	largest := flag.Int("largest", 100_000, "measure up to this many rules")
	flag.Parse()
	fmt.Println("| rules | events | usercall µs | plain µs | × plain | unasked, usercall µs | expr within the name µs | expr × usercall |")
	fmt.Println("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, n := range []int{10, 1_000, 100_000} {
		if n > *largest {
			break
		}
		if err := compare(n); err != nil {
			fmt.Fprintln(os.Stderr, "rules:", err)
			os.Exit(1)
		}
	}
	built(*largest)
}

// compare measures the engines on one set of rules.
func compare(n int) error {
	rules := makeRules(n)
	engines := []engine{newOurs(rules), newPlain(rules), newExpr(rules)}
	for _, hits := range []int{100, 1} {
		events := makeEvents(rules, hits)
		if err := agree(engines, events); err != nil {
			return fmt.Errorf("%d rules: %w", n, err)
		}
		var took [3][]float64
		for range 5 {
			for i, e := range engines {
				took[i] = append(took[i], perEvent(e, events))
			}
		}
		ours, plain, expr := median(took[0]), median(took[1]), median(took[2])
		nobody := perEvent(engines[0], makeEvents(rules, 0))
		fmt.Printf("| %d | %d %% hit | %.3f | %.3f | %.2f | %.3f | %.2f | %.0f |\n", n, hits, ours, plain, ours/plain, nobody, expr, expr/ours)
	}
	return nil
}

// agree fails unless all engines find the same number of matches for each event.
func agree(engines []engine, events []event) error {
	for i := range events {
		want := engines[0].match(&events[i])
		for _, e := range engines[1:] {
			if got := e.match(&events[i]); got != want {
				return fmt.Errorf("%T finds %d matches of event %d, and %T %d", e, got, i, engines[0], want)
			}
		}
	}
	return nil
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
