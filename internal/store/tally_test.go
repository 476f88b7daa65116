package store_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

var seenAt = time.Now().UTC().Truncate(time.Second)

func arrived(name, properties string, source research.Source) research.Event {
	return research.Event{Project: 7, Type: research.Track, Name: name, UserID: "u", Source: source, ReceivedAt: seenAt,
		Properties: json.RawMessage(properties), Context: json.RawMessage(`{"library":{"name":"analytics-kotlin","version":"1.16.3"}}`)}
}

func TestTallyIsAddedByEveryNode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var nodes sync.WaitGroup
		for n := range 4 {
			nodes.Go(func() {
				tally := ingest.NewTally(db, time.Now, slog.New(slog.DiscardHandler))
				for i := range 5 {
					tally.Stored([]research.Event{arrived("a", `{"plan":"pro"}`, research.FromBrowser), arrived("b", fmt.Sprintf(`{"seats":%d}`, n*5+i), research.FromServer)}, []bool{true, false})
					tally.Refused(ingest.Refusal{Source: research.FromServer, Why: "unknown_key", Key: "wk_wrong"})
					tally.Refused(ingest.Refusal{Project: 7, Source: research.FromWebhook, Why: "not_an_event", Names: []string{"a", "b c"}})
					tally.Flush(t.Context())
				}
			})
		}
		nodes.Wait()
		r := db.Reports()
		got := map[string]int{}
		for _, p := range []research.ProjectID{0, 7, 8} {
			counts, err := r.Counts(t.Context(), p, seenAt.Add(-time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range counts {
				got[fmt.Sprintf("%d %s %s %s %s %v", p, c.Kind, c.Source, c.Why, c.Key, c.Names)] = c.N
			}
		}
		want := map[string]int{"0 refused server unknown_key wk_wrong []": 20, "7 accepted browser   []": 20, "7 duplicate server   []": 20, "7 refused webhook not_an_event  [a b c]": 20}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		named, err := r.Named(t.Context(), 7, seenAt.Add(-time.Hour))
		if trust := report.TrustOf(named); err != nil || trust.N != 20 || trust.Verified != 0 || len(trust.By) != 1 {
			t.Errorf("named %+v, %v", trust, err)
		}
		if old, err := r.Counts(t.Context(), 7, seenAt.Add(2*time.Hour)); err != nil || len(old) > 0 {
			t.Errorf("counts of hours that have not come: %v %v", old, err)
		}
		checkCatalogue(t, r)
		checkArrivals(t, r)
	})
}

func checkCatalogue(t *testing.T, r *store.Reports) {
	t.Helper()
	e, err := r.CatalogueEvent(t.Context(), 7, report.EventName{Type: research.Track, Name: "b"})
	if err != nil {
		t.Fatal(err)
	}
	p := e.Properties[0]
	if e.Count != 20 || e.Sources[research.FromServer] != 20 || len(e.Days) != 1 || !e.Last.Equal(seenAt) ||
		p.Path != "properties.seats" || p.Count != 20 || p.Distinct != 20 || len(p.Samples) != report.MaxSamples || p.Many {
		t.Errorf("%+v", e)
	}
	if _, err := r.CatalogueEvent(t.Context(), 8, report.EventName{Type: research.Track, Name: "b"}); research.CodeOf(err) != research.NotFound {
		t.Errorf("another project's event: %v", err)
	}
	names, err := r.EventNames(t.Context(), 7, "A", 10)
	if err != nil || len(names) != 1 || names[0].Name != "a" || names[0].Paths != 1 || names[0].Count != 20 {
		t.Errorf("%+v %v", names, err)
	}
}

func checkArrivals(t *testing.T, r *store.Reports) {
	t.Helper()
	all, err := r.Arrivals(t.Context(), 7)
	if err != nil || len(all) != 2 {
		t.Fatalf("%v %v", all, err)
	}
	for _, a := range all {
		if a.Library != "analytics-kotlin 1.16.3" || !a.At.Equal(seenAt) || (a.Name == "a") != (a.Source == research.FromBrowser) {
			t.Errorf("%+v", a)
		}
	}
}

func TestCatalogueSaysMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tally := ingest.NewTally(db, time.Now, slog.New(slog.DiscardHandler))
		for i := range 60 {
			e := arrived("a", fmt.Sprintf(`{"n":%d,"email":"x%d"}`, i, i), research.FromBrowser)
			e.ReceivedAt = seenAt.AddDate(0, 0, i/20-2) // of each day, 20 are looked into
			tally.Stored([]research.Event{e}, []bool{true})
			if i%20 == 0 {
				tally.Flush(t.Context())
			}
		}
		tally.Flush(t.Context())
		e, err := db.Reports().CatalogueEvent(t.Context(), 7, report.EventName{Type: research.Track, Name: "a"})
		if err != nil {
			t.Fatal(err)
		}
		mail, n := e.Properties[0], e.Properties[1]
		if !n.Many || len(n.Samples) > 0 || n.Count != 60 || strings.Join(n.Kinds, "") != "number" {
			t.Errorf("%+v", n)
		}
		if !mail.Withheld || mail.Many || len(mail.Samples) > 0 {
			t.Errorf("%+v", mail)
		}
	})
}

func TestTalliesAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tally := ingest.NewTally(db, time.Now, slog.New(slog.DiscardHandler))
		tally.Stored([]research.Event{arrived("a", `{"plan":"pro"}`, research.FromBrowser)}, []bool{true})
		tally.Flush(t.Context())
		for _, test := range []struct{ days, left, counts int }{{-1, 2, 1}, {2, 0, 0}} {
			if err := db.ForgetTallies(t.Context(), seenAt.AddDate(0, 0, test.days)); err != nil {
				t.Fatal(err)
			}
			left, err := db.Catalogued(t.Context())
			if err != nil || len(left) != test.left { // the name and its path
				t.Errorf("%v %v", left, err)
			}
			counts, err := db.Reports().Counts(t.Context(), 7, time.Time{})
			if err != nil || len(counts) != test.counts {
				t.Errorf("%v %v", counts, err)
			}
		}
	})
}

// TestCatalogueInManyTransactions adds more rows than one transaction takes, from
// several nodes at once.
func TestCatalogueInManyTransactions(t *testing.T) {
	const names, nodes = 2100, 3
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var all sync.WaitGroup
		for node := range nodes {
			all.Go(func() {
				e := &ingest.Entries{Names: map[ingest.NameKey]ingest.Tallied{}, Paths: map[ingest.PathKey]ingest.PathSeen{}}
				for i := range names {
					name := ingest.Name{Type: research.Track, Event: fmt.Sprint("event ", i)}
					for _, source := range []research.Source{research.FromBrowser, research.FromServer} {
						e.Names[ingest.NameKey{Project: 7, Name: name, Source: source, Day: 20000}] = ingest.Tallied{N: 1, Last: seenAt}
					}
					e.Paths[ingest.PathKey{Project: 7, Name: name, Path: "properties.n"}] = ingest.PathSeen{N: 1, Kinds: ingest.Numbers, Last: seenAt, Values: map[string]bool{fmt.Sprint(node): true}}
				}
				if err := db.AddCatalogue(t.Context(), e); err != nil || e.Size() > 0 {
					t.Errorf("%d rows left, %v", e.Size(), err)
				}
			})
		}
		all.Wait()
		for _, i := range []int{0, 99, 100, 1999, 2000, names - 1} {
			e, err := db.Reports().CatalogueEvent(t.Context(), 7, report.EventName{Type: research.Track, Name: fmt.Sprint("event ", i)})
			if err != nil {
				t.Fatal(err)
			}
			if p := e.Properties[0]; e.Count != 2*nodes || p.Count != nodes || p.Distinct != nodes {
				t.Errorf("%+v", e)
			}
		}
	})
}

// TestPathsThatAreOnlySeenAgain keeps what is known of a path when a write brings
// nothing new.
func TestPathsThatAreOnlySeenAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k := ingest.PathKey{Project: 7, Name: ingest.Name{Type: research.Track, Event: "a"}, Path: "properties.n"}
		many := map[string]bool{}
		for i := range 51 {
			many[fmt.Sprint(i)] = true
		}
		for _, test := range []struct {
			values   map[string]bool
			distinct int
			many     bool
		}{{map[string]bool{"1": true, "2": true}, 2, false}, {nil, 2, false}, {many, 0, true}, {nil, 0, true}, {map[string]bool{"99": true}, 0, true}} {
			err := db.AddCatalogue(t.Context(), &ingest.Entries{Names: map[ingest.NameKey]ingest.Tallied{{Project: 7, Name: k.Name}: {N: 1, Last: seenAt}},
				Paths: map[ingest.PathKey]ingest.PathSeen{k: {N: 1, Kinds: ingest.Numbers, Last: seenAt, Values: test.values}}})
			if err != nil {
				t.Fatal(err)
			}
			e, err := db.Reports().CatalogueEvent(t.Context(), 7, report.EventName{Type: research.Track, Name: "a"})
			if err != nil {
				t.Fatal(err)
			}
			if p := e.Properties[0]; p.Distinct != test.distinct || p.Many != test.many || p.Count != e.Count {
				t.Errorf("%+v", p)
			}
		}
	})
}
