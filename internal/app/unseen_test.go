package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

func TestUnseenSaysWhatWasMeant(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, err := s.app.Project(t.Context(), s.keys.Project)
		if err != nil {
			t.Fatal(err)
		}
		warn := func(on string) string {
			t.Helper()
			f, err := CheckStudy([]byte(strings.Replace(leaving, "{ event: left }", on, 1)))
			if err != nil {
				t.Fatal(err)
			}
			words, err := s.app.Unseen(t.Context(), p, f)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(words, "; ")
		}
		if got := warn("{ event: anything }"); got != "" {
			t.Errorf("in a project that has nothing to compare with: %q", got)
		}
		seen(t, s, p.ID)
		for on, want := range map[string]string{
			`{ event: "Order Completed" }`: "",
			`{ event: "Order Complete" }`:  `trigger "left" waits for track "Order Complete", which has not been seen in 30 days; did you mean "Order Completed"?`,
			`{ event: order_completed }`:   `trigger "left" waits for track "order_completed", which has not been seen in 30 days; did you mean "Order Completed"?`,
			`{ event: Pricing }`:           `trigger "left" waits for track "Pricing", which has not been seen in 30 days; it comes as page: did you mean type: page?`,
			`{ event: zebra }`:             `trigger "left" waits for track "zebra", which has not been seen in 30 days`,
			`{ event: "Order Completed", where: { properties.plan: pro } }`:                                             "",
			`{ event: "Order Completed", where: { properties.plann: pro } }`:                                            `trigger "left" tests properties.plann, which no looked-at "Order Completed" had in 30 days; did you mean "properties.plan"?`,
			`{ event: "Order Completed", where: { any: [{ properties.shipping.metod: 1 }] } }`:                          `trigger "left" tests properties.shipping.metod, which no looked-at "Order Completed" had in 30 days; did you mean "properties.shipping.method"?`,
			`{ event: "Order Completed", where: { properties.plan: { in: [pro, 5] } } }`:                                `trigger "left" compares properties.plan with a number, and "Order Completed" had only text there in 30 days`,
			`{ event: "Order Completed", where: { not: { properties.plan: true }, properties.plan: { contains: 5 } } }`: `trigger "left" compares properties.plan with true or false, and "Order Completed" had only text there in 30 days`,
			`{ event: "Order Completed", where: { properties.plan: { gte: "2026-11-23", exists: true } } }`:             "",
			`{ event: "Order Completed", where: { properties.items.0.sku: x } }`:                                        "",
			`{ event: "Order Completed", where: { context.page.path: /x } }`:                                            "",
			`{ event: "Order Completed", where: { traits.plan: pro } }`:                                                 "",
		} {
			if diff := cmp.Diff(want, warn(on)); diff != "" {
				t.Errorf("%s: %s", on, diff)
			}
		}
	})
}

// seen lets a project have two events.
func seen(t *testing.T, s *site, p research.ProjectID) {
	t.Helper()
	tally := ingest.NewTally(s.app.db, time.Now, slog.New(slog.DiscardHandler))
	tally.Stored([]research.Event{{Project: p, Type: research.Track, Name: "Order Completed", ReceivedAt: time.Now(), Source: research.FromServer,
		Properties: json.RawMessage(`{"plan":"pro","items":[{"sku":"x"}],"shipping":{"method":"post"}}`)},
		{Project: p, Type: research.Page, Name: "Pricing", ReceivedAt: time.Now(), Source: research.FromBrowser}}, []bool{true, true})
	tally.Flush(t.Context())
}

func TestCatalogueOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, err := s.app.Project(t.Context(), s.keys.Project)
		if err != nil {
			t.Fatal(err)
		}
		seen(t, s, p.ID)
		status, answer := s.ask(http.MethodGet, "/api/v1/catalogue?limit=10", map[string]string{"Authorization": "Bearer " + s.keys.APIKey}, nil)
		items, _ := answer["items"].([]any)
		if status != http.StatusOK || len(items) != 2 {
			t.Fatalf("%d %v", status, answer)
		}
		for _, item := range items {
			row := item.(object)
			if row["event"] == "Order Completed" && (row["count"] != 1.0 || len(row["properties"].([]any)) != 4 || row["sources"].(object)["server"] != 1.0) {
				t.Errorf("%v", row)
			}
		}
		var exported []any
		if err := s.app.Export(t.Context(), "catalogue", p, Query{}, func(row any) error { exported = append(exported, row); return nil }); err != nil || len(exported) != 2 {
			t.Errorf("%v %v", exported, err)
		}
	})
}

// TestWhatComesInIsCounted sends an event by the public door.
func TestWhatComesInIsCounted(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, err := s.app.Project(t.Context(), s.keys.Project)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if status, _ := s.ask(http.MethodPost, "/v1/track", nil, object{"writeKey": s.keys.WriteKey, "event": "left", "userId": "ann", "messageId": "m1",
				"sentAt": "2020-01-01T00:00:00Z", "timestamp": "2020-01-01T00:00:00Z", "properties": object{"plan": "pro"}}); status != http.StatusOK {
				t.Fatal(status)
			}
		}
		s.app.tally.Flush(t.Context())
		counts, err := s.app.db.Reports().Counts(t.Context(), p.ID, time.Now().Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, c := range counts {
			got[c.Kind+" "+c.Why] = c.N
		}
		if diff := cmp.Diff(map[string]int{"accepted ": 1, "duplicate ": 1, "skewed behind": 1}, got); diff != "" {
			t.Error(diff)
		}
		e, err := s.app.db.Reports().CatalogueEvent(t.Context(), p.ID, report.EventName{Type: research.Track, Name: "left"})
		if err != nil || e.Count != 2 || len(e.Properties) != 1 || e.Properties[0].Samples[0] != `"pro"` {
			t.Errorf("%+v %v", e, err)
		}
	})
}
