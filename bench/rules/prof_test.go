package main
import "testing"
func BenchmarkOurs(b *testing.B) {
	rules := makeRules(100000)
	o := newOurs(rules)
	events := makeEvents(rules, 100)
	i := 0
	b.ReportAllocs()
	for b.Loop() { o.match(&events[i%len(events)]); i++ }
}
