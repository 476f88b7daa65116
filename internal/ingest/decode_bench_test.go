package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	jsonx "github.com/go-json-experiment/json"
)

// typical is a track of 800 bytes, as analytics-node sends it.
func typical(i int) string {
	e := fmt.Sprintf(`{"messageId":"node-next-17640000%05d-0b6c3b1e-7a31-4f6b-9c55-0d1f0e7f2a41","type":"track","event":"Order Completed",`+
		`"userId":"user_%d","anonymousId":"5b9f0c1e-2f5d-4a55-8f0e-3c1a2b4d5e6f","timestamp":"2026-11-24T12:00:00.123Z",`+
		`"properties":{"order_id":"50314b8e9bcf000000000000","total":27.5,"revenue":25.0,"shipping":3,"tax":2,"currency":"USD","coupon":null,"first":true,`+
		`"products":[{"product_id":"507f1f77bcf86cd799439011","sku":"45790-32","name":"Monopoly: 3rd Edition","price":19,"quantity":1}]},`+
		`"context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},"locale":"en-US","userAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"},`+
		`"integrations":{},"_metadata":{"nodeVersion":"22.11.0","jsRuntime":"node"}`, i, i)
	return e + `,"pad":"` + strings.Repeat("x", 800-len(e)-len(`,"pad":""}`)) + `"}`
}

func typicalBatch(n int) []byte {
	all := make([]string, n)
	for i := range all {
		all[i] = typical(i)
	}
	return []byte(`{"batch":[` + strings.Join(all, ",") + `],"sentAt":"2026-11-24T12:00:05.000Z","writeKey":"wk_0123456789"}`)
}

// BenchmarkDecode shows what an event of 800 bytes costs in a batch of 20,
// beside what general decoders take to fill a struct with the same fields.
func BenchmarkDecode(b *testing.B) {
	const n = 20
	body := typicalBatch(n)
	perEvent := func(run func()) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/event")
		}
	}
	b.Run("ours", perEvent(func() {
		if r, err := Decode(body, "", origin()); err != nil || len(r.Events) != n {
			b.Fatal(err)
		}
	}))
	b.Run("scan-alone", perEvent(func() {
		if s := (scanner{b: body}); s.value() == nil {
			b.Fatal("bad")
		}
	}))
	b.Run("before", perEvent(func() {
		if events, err := reference(body, "", origin()); err != nil || len(events) != n {
			b.Fatal(err)
		}
	}))
	b.Run("go-json-experiment", perEvent(func() {
		var v struct {
			Batch []wire `json:"batch"`
		}
		if err := jsonx.Unmarshal(body, &v, options); err != nil {
			b.Fatal(err)
		}
	}))
	b.Run("encoding-json", perEvent(func() {
		var v struct{ Batch []plainWire }
		if err := json.Unmarshal(body, &v); err != nil {
			b.Fatal(err)
		}
	}))
}

type plainWire struct {
	Type, Event, MessageID, UserID, AnonymousID, Timestamp string
	Properties, Context, Integrations                      json.RawMessage
}
