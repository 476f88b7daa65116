package eventlog

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/usercall/usercall/internal/research"
)

// traffic makes n events of 600 bytes or so, which are alike as those of one site
// are.
func traffic(n int) ([]Head, []research.Event) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"wool", "linen", "desk", "lamp", "chair", "pine", "coffee", "grinder", "kettle", "shelf"}
	word := func() string { return words[r.IntN(len(words))] }
	now := time.UnixMilli(1764072000000).UTC()
	heads, events := make([]Head, n), make([]research.Event, n)
	for i := range events {
		events[i] = research.Event{Project: 1, Type: research.Track, Name: "Product " + word(), Source: research.FromBrowser,
			MessageID: fmt.Sprintf("ajs-next-%016x-%08d", r.Uint64(), i), UserID: research.UserID(fmt.Sprintf("user_%07d", r.IntN(20_000))),
			AnonymousID: research.AnonymousID(fmt.Sprintf("%016x", r.Uint64())), Timestamp: now.Add(time.Duration(r.IntN(1500)) * time.Millisecond), ReceivedAt: now,
			Properties: fmt.Appendf(nil, `{"product_id":"sku_%06d","name":"%s %s %s","category":"%s %s","price":%d.5,"quantity":%d,"currency":"EUR","plan":"pro","seats":%d,"first_time":true}`,
				r.IntN(50_000), word(), word(), word(), word(), word(), r.IntN(500), r.IntN(5), r.IntN(200)),
			Context: fmt.Appendf(nil, `{"library":{"name":"analytics.js","version":"next-1.84.3"},"locale":"en-DE","timezone":"Europe/Berlin","userAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0","page":{"path":"/%[1]s/%[2]s","url":"https://app.example.com/%[1]s/%[2]s","title":"%[1]s %[2]s"}}`,
				word(), word())}
		heads[i] = HeadOf(&events[i])
	}
	return heads, events
}

// perEvent reports what one of n events took and, where there are any, its bytes.
func perEvent(b *testing.B, n, stored int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/event")
	if stored > 0 {
		b.ReportMetric(float64(stored)/float64(n), "B/event")
	}
}

// packSizes are an event alone, a batch alone, and what a busy writer forms.
var packSizes = []int{1, 20, 300}

// BenchmarkPack is what it costs to write events down, their heads included; and
// beside it what compressing the same records costs, in ways that we could choose.
func BenchmarkPack(b *testing.B) {
	for _, n := range packSizes {
		heads, events := traffic(n)
		p := NewPack(1, heads, events)
		plain, err := s2.Decode(nil, p.Body)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("%d/pack", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p = NewPack(1, heads, events)
			}
			perEvent(b, n, len(p.Heads)+len(p.Body))
		})
		for name, compress := range compressors(b) {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				var out []byte
				for b.Loop() {
					out = compress(plain)
				}
				perEvent(b, n, len(out))
			})
		}
	}
}

func compressors(b *testing.B) map[string]func([]byte) []byte {
	fastest, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		b.Fatal(err)
	}
	return map[string]func([]byte) []byte{
		"compress-s2":           func(plain []byte) []byte { return s2.Encode(nil, plain) },
		"compress-s2-better":    func(plain []byte) []byte { return s2.EncodeBetter(nil, plain) },
		"compress-zstd-fastest": func(plain []byte) []byte { return fastest.EncodeAll(plain, nil) },
	}
}

// BenchmarkOpen is what it costs to read a pack: all of it, and one event of it.
func BenchmarkOpen(b *testing.B) {
	for _, n := range packSizes {
		heads, events := traffic(n)
		p := NewPack(1, heads, events)
		for name, want := range map[string]func(int) bool{
			"all": func(int) bool { return true },
			"one": func(place int) bool { return place == n/2 },
		} {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if events, err := p.Events(want); err != nil || len(events) == 0 {
						b.Fatal(err)
					}
				}
				perEvent(b, n, 0)
			})
		}
	}
}

// BenchmarkRun is what it costs to seal a run, which happens once an event.
func BenchmarkRun(b *testing.B) {
	heads := someHeads(0, RunEvents)
	var r *Run
	for b.Loop() {
		r = NewRun(1, heads)
	}
	stored := len(r.Filter)
	for _, part := range r.Parts {
		stored += len(part.Entries)
	}
	perEvent(b, len(heads), stored)
}

// someHeads makes heads of n events, each from a browser of its own; another
// seed makes others.
func someHeads(seed uint64, n int) []Head {
	r := rand.New(rand.NewPCG(seed, 3))
	heads := make([]Head, n)
	for i := range heads {
		h := &heads[i]
		*h = Head{User: Hash(mix(r.Uint64N(20_000) + 1)), Anon: Hash(r.Uint64() | 1), Name: Hash(mix(r.Uint64N(200) + 1<<50)), At: int64(i), Project: 1}
		for at := range h.Message {
			h.Message[at] = byte(r.Uint32())
		}
	}
	return heads
}

// BenchmarkFilter is what it costs to ask for something new: of one run, and of as
// many as ten million events make.
func BenchmarkFilter(b *testing.B) {
	const most = 10_000_000/RunEvents + 1
	var filters []Filter
	for i := range most {
		filters = append(filters, filterOf(someHeads(uint64(i), RunEvents)))
	}
	r := rand.New(rand.NewPCG(9, 9))
	for _, runs := range []int{1, 10, most} {
		b.Run(fmt.Sprintf("new-in-%d-runs", runs), func(b *testing.B) {
			wrong := 0
			for b.Loop() {
				h := Hash(r.Uint64() | 1)
				for _, f := range filters[:runs] {
					if f.May(h) {
						wrong++
					}
				}
			}
			b.ReportMetric(float64(wrong)/float64(b.N), "wrong/op")
		})
	}
	b.Run("build", func(b *testing.B) {
		heads := someHeads(0, RunEvents)
		for b.Loop() {
			filters[0] = filterOf(heads)
		}
		perEvent(b, len(heads), len(filters[0]))
	})
}

func filterOf(heads []Head) Filter {
	hashes := make([]Hash, 0, 3*len(heads))
	for i := range heads {
		hashes = append(hashes, heads[i].Key(), heads[i].User, heads[i].Anon)
	}
	return NewFilter(hashes)
}
