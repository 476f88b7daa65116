package ingest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

var received = time.Date(2026, 11, 24, 12, 0, 10, 0, time.UTC)

func origin() Origin {
	return Origin{Project: 1, Source: research.FromBrowser, ReceivedAt: received, NewID: func() string { return "made" }}
}

func TestDecodeKeepsWhatIsThere(t *testing.T) {
	body := `{"type":"track","event":"Order Completed","messageId":"m1","userId":7,"anonymousId":null,
		"properties":{"big":12345678901234567890,"b":1,"a":2},"context":{"ip":"1.2.3.4","page":{"path":"/x"}},
		"sentAt":"2026-11-24T12:00:05Z","timestamp":"2026-11-24T12:00:00.123456Z","channel":"web","writeKey":"wk"}`
	req, err := Decode([]byte(body), "track", origin())
	if err != nil {
		t.Fatal(err)
	}
	want := []research.Event{{
		Project: 1, Type: "track", Name: "Order Completed", MessageID: "m1", UserID: "7",
		Properties: json.RawMessage(`{"big":12345678901234567890,"b":1,"a":2}`),
		Context:    json.RawMessage(`{"page":{"path":"/x"}}`),
		Timestamp:  time.Date(2026, 11, 24, 12, 0, 5, 123e6, time.UTC), ReceivedAt: received, Skew: -5 * time.Second, Source: "browser",
	}}
	if diff := cmp.Diff(want, req.Events); diff != "" {
		t.Error(diff)
	}
	if req.WriteKey != "wk" {
		t.Errorf("write key %q", req.WriteKey)
	}
}

func TestDecodeDropsAndKeepsTheNeighbours(t *testing.T) {
	large := `{"type":"track","event":"x","userId":"u","properties":{"p":"` + strings.Repeat("x", MaxEvent) + `"}}`
	elements := []string{
		`{"type":"track","event":"good","userId":"u"}`,
		`{"type":"nonsense","userId":"u"}`,
		`{"event":"no type","userId":"u"}`,
		`{"type":"track","userId":"u"}`,
		`{"type":"track","event":"nobody"}`,
		`{"type":"track","event":5,"userId":"u"}`,
		`{"type":"alias","userId":"u"}`,
		`{"TYPE":"track","event":"case counts","userId":"u"}`,
		`7`, `null`, large,
		`{"type":"track","event":"long id","userId":"` + strings.Repeat("u", maxID+1) + `"}`,
		`{"type":"page","anonymousId":"a"}`,
	}
	req, err := Decode([]byte(`{"batch":[`+strings.Join(elements, ",")+`]}`), "", origin())
	if err != nil {
		t.Fatal(err)
	}
	if len(req.Events) != 2 || req.Events[0].Name != "good" || req.Events[1].Type != research.Page {
		t.Errorf("kept %+v", req.Events)
	}
	want := map[Reason]int{NoType: 3, NoEvent: 2, NoIdentity: 2, NotObject: 2, TooLarge: 1, BadID: 1}
	if diff := cmp.Diff(want, req.Dropped); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]struct {
		body string
		path research.EventType
		code research.Code
	}{
		"not json":          {`hello`, "track", research.Invalid},
		"empty":             {``, "track", research.Invalid},
		"an array":          {`[]`, "track", research.Invalid},
		"null":              {`null`, "", research.Invalid},
		"bytes after":       {`{"type":"track"} x`, "track", research.Invalid},
		"batch not array":   {`{"batch":{}}`, "", research.Invalid},
		"batch missing":     {`{}`, "", research.Invalid},
		"deep":              {strings.Repeat(`{"a":`, 65) + `1` + strings.Repeat(`}`, 65), "track", research.Invalid},
		"many":              {`{"batch":[` + strings.Repeat("1,", MaxBatch) + `1]}`, "", research.TooLarge},
		"one over 32 KiB":   {`{"event":"x","userId":"u","p":"` + strings.Repeat("x", MaxEvent) + `"}`, "track", research.TooLarge},
		"cut in the middle": {`{"type":"track","event":"x`, "track", research.Invalid},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Decode([]byte(test.body), test.path, origin()); research.CodeOf(err) != test.code {
				t.Errorf("got %v, want code %s", err, test.code)
			}
		})
	}
}

func TestTheTimeOfAnEvent(t *testing.T) {
	tests := map[string]struct{ fields, want string }{
		"clock five seconds slow":     {`"timestamp":"2026-11-24T12:00:00Z","sentAt":"2026-11-24T12:00:05Z"`, "12:00:05"},
		"original wins":               {`"timestamp":"2026-11-24T11:00:00Z","originalTimestamp":"2026-11-24T12:00:00Z","sentAt":"2026-11-24T12:00:05Z"`, "12:00:05"},
		"no sentAt keeps the claim":   {`"timestamp":"2026-11-24T09:00:00Z"`, "09:00:00"},
		"none is the receipt":         {`"x":1`, "12:00:10"},
		"unparsable is none":          {`"timestamp":"yesterday"`, "12:00:10"},
		"never after the receipt":     {`"timestamp":"2027-01-01T00:00:00Z"`, "12:00:10"},
		"offset and nine decimals":    {`"timestamp":"2026-11-24T13:00:00.123456789+02:00"`, "11:00:00.123"},
		"a number is no time":         {`"timestamp":1764000000`, "12:00:10"},
		"unparsable sentAt is absent": {`"timestamp":"2026-11-24T09:00:00Z","sentAt":"soon"`, "09:00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := Decode([]byte(`{"event":"e","userId":"u",`+test.fields+`}`), "track", origin())
			if err != nil {
				t.Fatal(err)
			}
			if got := req.Events[0].Timestamp.Format("15:04:05.999"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestBatchContextLiesUnderTheEventsOwn(t *testing.T) {
	req, err := Decode([]byte(`{"context":{"a":1,"b":1},"batch":[{"type":"track","event":"e","userId":"u","context":{"b":2}}]}`), "", origin())
	if err != nil {
		t.Fatal(err)
	}
	if got := string(req.Events[0].Context); got != `{"a":1,"b":2}` {
		t.Errorf("got %s", got)
	}
}

func TestTheContextKeepsNeitherAddressNorToken(t *testing.T) {
	long := strings.Repeat("t", maxToken)
	tests := map[string]struct{ own, batch, want, token string }{
		"neither is there":              {`{"b": 1,"a":[ ]}`, `{}`, `{"b": 1,"a":[ ]}`, ""},
		"both":                          {`{"b": 1,"ip":"1.2.3.4","usercallToken":"t","a":{ }}`, `{}`, `{"b":1,"a":{ }}`, "t"},
		"nothing else":                  {`{"ip":"1.2.3.4"}`, `{}`, `{}`, ""},
		"below, it is somebody else's":  {`{"device":{"ip":"1.2.3.4"}}`, `{}`, `{"device":{"ip":"1.2.3.4"}}`, ""},
		"an escaped name":               {`{"\u0069p":"1.2.3.4","a":1}`, `{}`, `{"a":1}`, ""},
		"a name comes twice":            {`{"ip":1,"a":1,"ip":2}`, `{}`, `{"a":1}`, ""},
		"of the batch":                  {`{"a":1}`, `{"b":1,"ip":"1.2.3.4","usercallToken":"t"}`, `{"b":1,"a":1}`, "t"},
		"of the batch, none of its own": {`null`, `{"b":1,"usercallToken":"t"}`, `{"b":1}`, "t"},
		"its own goes before":           {`{"usercallToken":"own"}`, `{"usercallToken":"t"}`, `{}`, "own"},
		"as long as a token can be":     {`{"usercallToken":"` + long + `"}`, `{}`, `{}`, long},
		"longer than any token":         {`{"usercallToken":"` + long + `t"}`, `{}`, `{}`, ""},
		"no text":                       {`{"usercallToken":7}`, `{}`, `{}`, ""},
		"white space is an empty one":   {`{ }`, `{"b":1}`, `{"b":1}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := Decode([]byte(`{"batch":[{"type":"page","userId":"u","context":`+test.own+`}],"context":`+test.batch+`}`), "", origin())
			if err != nil {
				t.Fatal(err)
			}
			if e := req.Events[0]; string(e.Context) != test.want || e.Token != test.token {
				t.Errorf("context %s, token of %d bytes", e.Context, len(e.Token))
			}
		})
	}
}

func TestTheIDOfAMessage(t *testing.T) {
	tests := map[string]struct {
		field string
		hash  bool
		want  string
	}{
		"its own":                    {`"messageId":"m"`, false, "m"},
		"a number":                   {`"messageId":7`, false, "7"},
		"none: one is made":          {`"x":1`, false, "made"},
		"null: one is made":          {`"messageId":null`, false, "made"},
		"cut to a hundred":           {`"messageId":"` + strings.Repeat("é", 101) + `"`, false, strings.Repeat("é", 100)},
		"its own before its bytes":   {`"messageId":"m"`, true, "m"},
		"none: it is from its bytes": {`"x":1`, true, "hash-wBdwJP_EwnFNdJ8oiSEdtJnpHg6V9fa0eDJ_xGRJTEA"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := origin()
			o.HashIDs = test.hash
			req, err := Decode([]byte(`{"userId":"u",`+test.field+`}`), research.Page, o)
			if err != nil {
				t.Fatal(err)
			}
			if got := req.Events[0].MessageID; got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestTimesThatWereCorrectedBefore(t *testing.T) {
	o := origin()
	o.Final = true
	tests := map[string]struct{ fields, want string }{
		"timestamp is final":           {`"timestamp":"2026-11-24T11:00:00Z","originalTimestamp":"2026-11-24T10:00:00Z","sentAt":"2026-11-24T10:00:01Z"`, "11:00:00"},
		"the original where it is all": {`"originalTimestamp":"2026-11-24T10:00:00Z","sentAt":"2026-11-24T10:00:01Z"`, "10:00:00"},
		"never after the receipt":      {`"timestamp":"2026-11-24T13:00:00Z"`, "12:00:10"},
	}
	for name, test := range tests {
		req, err := Decode([]byte(`{"userId":"u",`+test.fields+`}`), research.Page, o)
		if err != nil {
			t.Fatal(err)
		}
		if got := req.Events[0].Timestamp.Format("15:04:05"); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestTheTimeOfABatch(t *testing.T) {
	const element = `{"type":"page","userId":"u","timestamp":"2026-11-24T12:00:00Z","sentAt":"2026-11-24T12:00:03Z"}`
	for around, want := range map[string]string{
		`,"sentAt":"2026-11-24T12:00:05Z"`: "12:00:05", // the batch's clock, though it comes after
		``:                                 "12:00:07", // else the event's
		`,"sentAt":null`:                   "12:00:07",
	} {
		req, err := Decode([]byte(`{"batch":[`+element+`]`+around+`}`), "", origin())
		if err != nil {
			t.Fatal(err)
		}
		if got := req.Events[0].Timestamp.Format("15:04:05"); got != want {
			t.Errorf("%s: got %s, want %s", around, got, want)
		}
	}
}

func TestALoneSurrogateIsAReplacementCharacter(t *testing.T) {
	req, err := Decode([]byte(`{"event":"a\ud800b \ud83d\ude00","userId":"\udc00"}`), "track", origin())
	if err != nil {
		t.Fatal(err)
	}
	if e := req.Events[0]; e.Name != "a\uFFFDb \U0001F600" || e.UserID != "\uFFFD" {
		t.Errorf("%q %q", e.Name, e.UserID)
	}
}

func TestHostileTextArrivesAsText(t *testing.T) {
	req, err := Decode([]byte("{\"event\":\"a\\u0000b<script>\\u202e\xff\",\"userId\":\"u\\u0000\",\"properties\":{\"k\":\"\\u0000\"}}"), "track", origin())
	if err != nil {
		t.Fatal(err)
	}
	e := req.Events[0]
	if e.Name != "a\uFFFDb<script>\u202e\uFFFD" || e.UserID != "u\uFFFD" || string(e.Properties) != `{"k":"\u0000"}` {
		t.Errorf("got %q %q %s", e.Name, e.UserID, e.Properties)
	}
}
