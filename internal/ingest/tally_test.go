package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

// shelf is a TallyStore in memory.
type shelf struct {
	batches []*Batch
	entries []*Entries // as they were told
	have    []PathKey
	fails   bool
	forgot  time.Time
}

func (s *shelf) AddTally(_ context.Context, b *Batch) error {
	if s.fails {
		return errors.New("the disk is full")
	}
	s.batches = append(s.batches, b)
	return nil
}

// AddCatalogue stores nothing or all.
func (s *shelf) AddCatalogue(_ context.Context, e *Entries) error {
	if s.fails {
		return errors.New("the disk is full")
	}
	s.entries = append(s.entries, &Entries{maps.Clone(e.Names), maps.Clone(e.Paths)})
	clear(e.Names)
	clear(e.Paths)
	return nil
}
func (s *shelf) Catalogued(context.Context) ([]PathKey, error) { return s.have, nil }
func (s *shelf) ForgetTallies(_ context.Context, before time.Time) error {
	s.forgot = before
	return nil
}

// all is every batch as one.
func (s *shelf) all() *Batch {
	b := newBatch()
	b.Counts = map[Bucket]Tallied{}
	for _, x := range s.batches {
		b.merge(x)
	}
	return b
}

// catalogue is everything it was told.
func (s *shelf) catalogue() *Entries {
	e := &Entries{map[NameKey]Tallied{}, map[PathKey]PathSeen{}}
	for _, x := range s.entries {
		for k, v := range x.Names {
			e.Names[k] = e.Names[k].plus(v)
		}
		for k, v := range x.Paths {
			e.Paths[k] = e.Paths[k].plus(v)
		}
	}
	return e
}

func (s *shelf) counts() map[string]int {
	m := map[string]int{}
	for k, v := range s.all().Counts {
		m[fmt.Sprintf("%d %s %s %s %s", k.Project, k.Kind, k.Source, k.Why, k.Key)] += v.N
	}
	return m
}

var at = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func tallyOver(s *shelf) *Tally { return NewTally(s, time.Now, slog.New(slog.DiscardHandler)) }

func tracked(name, properties string) research.Event {
	return research.Event{Project: 7, Type: research.Track, Name: name, UserID: "u", Source: research.FromBrowser, ReceivedAt: at,
		Properties: json.RawMessage(properties), Context: json.RawMessage(`{"library":{"name":"analytics.js","version":"npm:next-1.84.3"}}`)}
}

func TestTallyCounts(t *testing.T) {
	s := &shelf{}
	tally := tallyOver(s)
	fast, slow, hook := tracked("a", ""), tracked("a", ""), tracked("b", "")
	fast.Skew, slow.Skew, hook.Source, hook.Signed = 10*time.Minute, -time.Hour, research.FromWebhook, true
	fast.Verified, slow.UserID, slow.AnonymousID = true, "", "anon"
	tally.Stored([]research.Event{tracked("a", ""), fast, slow, hook, hook}, []bool{true, true, true, true, false})
	tally.Dropped(7, research.FromServer, map[Reason]int{NoIdentity: 3})
	tally.Refused(Refusal{Source: research.FromServer, Why: "unknown_key", Key: "wk_AbCdEfGhIjKl"})
	tally.Refused(Refusal{Project: 7, Source: research.FromWebhook, Why: "not_an_event", Names: []string{"user", "ada@example.com", "48211234"}})
	tally.Flush(t.Context())
	want := map[string]int{"7 accepted browser  ": 3, "7 skewed browser ahead ": 1, "7 skewed browser behind ": 1, "7 accepted webhook  ": 1,
		"7 named browser verified ": 1, "7 named browser unverified ": 1, "7 named webhook verified ": 1,
		"7 duplicate webhook  ": 1, "7 dropped server no_identity ": 3, "0 refused server unknown_key wk_AbCdE": 1, "7 refused webhook not_an_event ": 1}
	if diff := cmp.Diff(want, s.counts()); diff != "" {
		t.Error(diff)
	}
	b := s.all()
	for k, c := range b.Counts {
		if k.Why == "not_an_event" && !slices.Equal(c.Names, []string{"user"}) {
			t.Errorf("names %v", c.Names)
		}
	}
	wantArrival := Arrival{Type: research.Track, Name: "b", Library: "analytics-next 1.84.3", At: at}
	if got := b.Arrivals[ArrivalKey{7, research.FromWebhook}]; got != wantArrival {
		t.Errorf("arrival %+v", got)
	}
	if got := s.catalogue().Names[NameKey{7, Name{research.Track, "b"}, research.FromWebhook, at.Unix() / 86400}].N; got != 2 {
		t.Errorf("b was counted %d times", got)
	}
	if tally.Flush(t.Context()); len(s.batches) != 1 {
		t.Error("a flush of nothing wrote something")
	}
}

func TestAServerWithTheWriteKeyIsAServer(t *testing.T) {
	s := &shelf{}
	tally := tallyOver(s)
	for _, library := range []string{`"@segment/analytics-node"`, `"analytics.js"`, `7`} {
		e := tracked("by "+library, "")
		e.Context = json.RawMessage(`{"library":{"name":` + library + `}}`)
		tally.Stored([]research.Event{e}, []bool{true})
		tally.Flush(t.Context())
	}
	got := map[research.Source]string{}
	for k, a := range s.all().Arrivals {
		got[k.Source] = a.Library
	}
	if want := map[research.Source]string{research.FromServer: "@segment/analytics-node", research.FromBrowser: "analytics.js"}; !cmp.Equal(got, want) {
		t.Error(got)
	}
}

func TestCountsThatCannotBeStoredAreKept(t *testing.T) {
	s := &shelf{fails: true}
	tally := tallyOver(s)
	for range 3 {
		tally.Stored([]research.Event{tracked("a", `{"plan":"pro"}`)}, []bool{true})
		tally.Flush(t.Context())
	}
	s.fails = false
	tally.Flush(t.Context())
	if got := s.counts()["7 accepted browser  "]; got != 3 || len(s.batches) != 1 {
		t.Errorf("%d counted in %d batches", got, len(s.batches))
	}
}

func TestStrangersFillOneBucket(t *testing.T) {
	s := &shelf{}
	tally := tallyOver(s)
	for i := range 1000 {
		tally.Refused(Refusal{Source: research.FromServer, Why: "unknown_key", Key: fmt.Sprintf("k%06d", i)})
		if i%100 == 0 {
			tally.Flush(t.Context()) // which must not make room
		}
	}
	tally.Flush(t.Context())
	got := s.counts()
	if len(got) != maxGuests+1 || got["0 refused server unknown_key other"] != 1000-maxGuests {
		t.Errorf("%d buckets, %d others", len(got), got["0 refused server unknown_key other"])
	}
}

func TestRunStoresInTimeAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{}
		tally := tallyOver(s)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { tally.Run(ctx); close(done) }()
		tally.Stored([]research.Event{tracked("a", "")}, []bool{true})
		time.Sleep(FlushEvery + time.Millisecond)
		synctest.Wait()
		if len(s.batches) != 1 {
			t.Errorf("%d batches after one interval", len(s.batches))
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if want := time.Now().Add(-KeepTally - 2*time.Hour); s.forgot.Before(want) {
			t.Errorf("forgot before %v", s.forgot)
		}
		tally.Stored([]research.Event{tracked("a", "")}, []bool{true})
		stop()
		<-done
		if got := s.counts()["7 accepted browser  "]; got != 2 {
			t.Errorf("%d were stored at the end", got)
		}
	})
}

func TestCatalogueIsBounded(t *testing.T) {
	s := &shelf{}
	tally := tallyOver(s)
	for i := range MaxNames + 50 {
		e := tracked(fmt.Sprintf("event %d", i), fmt.Sprintf(`{"p%d":1,"q%d":true}`, i, i))
		tally.Stored([]research.Event{e}, []bool{true})
		if i%200 == 199 {
			tally.Flush(t.Context())
		}
	}
	tally.Flush(t.Context())
	b := s.catalogue()
	var others int
	for k, c := range b.Names {
		if k.Type == Other {
			others = c.N
		}
	}
	if len(b.Names) != MaxNames+1 || others != 50 {
		t.Errorf("%d names, %d others", len(b.Names), others)
	}
	named := 0
	for k := range b.Paths {
		if k.Path != "" {
			named++
		}
	}
	if named != MaxPaths {
		t.Errorf("%d paths", named)
	}
}

func TestCatalogueLooksIntoFew(t *testing.T) {
	s := &shelf{}
	tally := tallyOver(s)
	const n = 6400
	for range n / 100 {
		for range 100 {
			tally.Stored([]research.Event{tracked("a", `{"plan":"pro"}`)}, []bool{true})
		}
		tally.Flush(t.Context())
	}
	got := s.catalogue().Paths[PathKey{7, Name{research.Track, "a"}, "properties.plan"}]
	if got.N < firstOfDay || got.N > firstOfDay+n/oneIn || !got.Values[`"pro"`] || got.Kinds != Texts {
		t.Errorf("looked into %+v", got)
	}
}

func TestLearnTakesUpWhatOthersFound(t *testing.T) {
	s := &shelf{}
	for i := range MaxNames {
		s.have = append(s.have, PathKey{7, Name{research.Track, fmt.Sprint(i)}, ""})
	}
	tally := tallyOver(s)
	tally.learn(t.Context())
	tally.Stored([]research.Event{tracked("new", ""), tracked("1", "")}, []bool{true, true})
	tally.Flush(t.Context())
	for k := range s.catalogue().Names {
		if k.Event == "new" {
			t.Error("a name found room where there is none")
		}
	}
}

func TestPaths(t *testing.T) {
	tests := map[string]struct {
		properties string
		want       string // path kinds values, sorted, joined by |
	}{
		"scalars":         {`{"plan":"pro","seats":12,"trial":true,"coupon":null}`, `properties.coupon null|properties.plan text "pro"|properties.seats number 12|properties.trial true or false true`},
		"three levels":    {`{"a":{"b":{"c":{"d":1}}}}`, `properties.a object|properties.a.b object|properties.a.b.c object`},
		"lists":           {`{"tags":["a"]}`, `properties.tags list`},
		"odd names":       {`{"a.b":1,"":2}`, `properties[""] number 2|properties["a.b"] number 1`},
		"personal keys":   {`{"first_name":"Ada","Email":"x","userPhone":491234,"apiToken":"t","shipping":{"city":"Bonn","address":{"x":"y"}},"usage":3}`, `properties.Email text withheld|properties.apiToken text withheld|properties.first_name text withheld|properties.shipping object|properties.shipping.address object|properties.shipping.address.x text withheld|properties.shipping.city text withheld|properties.usage number 3|properties.userPhone number withheld`},
		"verified":        {`{"email_verified":false}`, `properties.email_verified true or false false`},
		"mail-like":       {`{"who":"ada@example.com"}`, `properties.who text withheld`},
		"mail, disguised": {`{"a":"ann%40example.com","b":"ann＠example.com","c":"mailto:ann","d":"ann (at) example.com"}`, `properties.a text withheld|properties.b text withheld|properties.c text withheld|properties.d text withheld`},
		"in nested lists": {`{"a":{"b":{"c":["ada@example.com"],"d":"ada@example.com"}},"l":[{"x":"ada@example.com"}]}`, `properties.a object|properties.a.b object|properties.a.b.c list|properties.a.b.d text withheld|properties.l list`},
		"other digits":    {`{"a":"555‑26‑71","b":"٠١٢٣٤٥٦٧","c":"１２３４５６","d":"5 5 5` + "\u200b" + `2 6 7"}`, `properties.a text withheld|properties.b text withheld|properties.c text withheld|properties.d text withheld`},
		"ids of machines": {`{"a":"a1b2c3d4-e5f6","b":"V1StGXR8_Z5jdHi6B-myT","c":"507f1f77bcf86cd799439011","d":"A-1023","e":"2026-q4-launch"}`, `properties.a text withheld|properties.b text withheld|properties.c text withheld|properties.d text "A-1023"|properties.e text "2026-q4-launch"`},
		"phones as keys":  {`{"by":{"0170 12 34 56":1,"+49-170-12345":2,"ann%40example.com":3}}`, `properties.by object|properties.by.* number 1 2 3`},
		"phone-like":      {`{"a":"+49 (170) 1234"}`, `properties.a text withheld`},
		"long":            {`{"a":"` + strings.Repeat("x", 41) + `"}`, `properties.a text withheld`},
		"an id":           {`{"order":"o_48211234","n":123456789}`, `properties.n number withheld|properties.order text withheld`},
		"keys of people":  {`{"by":{"ada@example.com":1,"48211234":2}}`, `properties.by object|properties.by.* number 1 2`},
		"not an object":   {`[1]`, ``},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := map[string]PathSeen{}
			walk(found, "properties", []byte(test.properties))
			var lines []string
			for _, path := range Sorted(found, strings.Compare) {
				f := found[path]
				line := path + " " + strings.Join(f.Kinds.Words(), ", ")
				if f.Kinds&Withheld != 0 {
					line += " withheld"
				}
				for _, v := range Sorted(f.Values, strings.Compare) {
					line += " " + v
				}
				lines = append(lines, line)
			}
			if got := strings.Join(lines, "|"); got != test.want {
				t.Errorf("\ngot  %s\nwant %s", got, test.want)
			}
		})
	}
}

// FuzzWalk looks for what a stranger could send that does more than be counted.
func FuzzWalk(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[1,"x"],"c@d":null}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		found := map[string]PathSeen{}
		walk(found, "properties", raw)
		for path, seen := range found {
			if len(found) > maxFound || strings.Contains(path, "@") || strings.Contains(path, "\x00") {
				t.Fatalf("%q", path)
			}
			for v := range seen.Values {
				if !json.Valid([]byte(v)) || strings.Contains(v, "@") || len(v) > 6*maxKeyLength+2 {
					t.Fatalf("%q", v)
				}
			}
		}
	})
}

// BenchmarkTally is what a commit's events cost the hot path: 300 events of 50
// names, two sources and 400 bytes of properties.
func BenchmarkTally(b *testing.B) {
	tally := tallyOver(&shelf{})
	properties := `{"plan":"pro","note":"` + strings.Repeat("x", 370) + `"}`
	events, fresh := make([]research.Event, 300), make([]bool, 300)
	for i := range events {
		events[i] = tracked(fmt.Sprintf("event_number_%d", i%50), properties)
		if i%3 == 0 {
			events[i].Source = research.FromWebhook
		}
		fresh[i] = i%10 != 0
	}
	n := 0
	for b.Loop() {
		tally.Stored(events, fresh)
		if n++; n%20 == 0 { // 3,000 events a second, a flush every two
			b.StopTimer()
			tally.take(true)
			b.StartTimer()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/300, "ns/event")
}

// BenchmarkTallyAlone is the same for commits of one event.
func BenchmarkTallyAlone(b *testing.B) {
	tally := tallyOver(&shelf{})
	events, fresh := []research.Event{tracked("event_number_1", `{"plan":"pro"}`)}, []bool{true}
	for b.Loop() {
		tally.Stored(events, fresh)
	}
}
