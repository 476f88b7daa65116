package ingest

import (
	"encoding/json"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

// FuzzDelivery: whatever a webhook brings, what is kept is sound, and the first
// text that may be signed is the body itself.
func FuzzDelivery(f *testing.F) {
	for _, s := range append(seeds, `[{"json":{"type":"page","userId":"u"}}]`, `{"json":{}}`, `{"event":{"event":"e","distinct_id":1,"properties":{"$device_id":1}},"person":{"properties":{"a":1}}}`,
		`[{"type":"delete","userId":"u"}]`, `{"batch":[{"type":"page","userId":"u","context":{"ip":1}}],"context":{"b":1,"usercallToken":"t"}}`) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := OpenDelivery(body)
		if string(d.Signed[0]) != string(body) {
			t.Error("the body is not among what may be signed")
		}
		if (err == nil) && !json.Valid(body) {
			t.Errorf("took %q", body)
		}
		if err != nil {
			return
		}
		o := origin()
		o.Source, o.Signed = research.FromWebhook, true
		r := d.Decode(o)
		for _, e := range r.Events {
			sound(t, e)
		}
		dropped := 0
		for _, n := range r.Dropped {
			dropped += n
		}
		if len(r.Events)+len(r.Deleted)+dropped != r.Count {
			t.Errorf("%d messages, of them %d kept, %d deletions, %d dropped", r.Count, len(r.Events), len(r.Deleted), dropped)
		}
		_ = Names(body)
	})
}
