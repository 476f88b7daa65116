package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

func lineOrigin() Origin {
	o := origin()
	o.Source, o.Signed, o.Final = research.FromServer, true, true
	return o
}

// exported is a message as Segment keeps it: with its time corrected.
const exported = `{"type":"track","event":"left","messageId":"m1","userId":"u","receivedAt":"2026-11-24T10:00:01Z",
	"sentAt":"2026-11-24T11:00:01Z","originalTimestamp":"2026-11-24T11:00:00Z","timestamp":"2026-11-24T10:00:00Z"}`

func TestALineIsAMessageWhoseTimeIsFinal(t *testing.T) {
	tests := map[string]struct{ line, want string }{
		"as corrected":            {exported, "track left m1 10:00:00"},
		"only the client's time":  {`{"type":"page","userId":"u","messageId":"m","originalTimestamp":"2026-11-24T09:00:00Z","sentAt":"2026-11-24T12:00:00Z"}`, "page  m 09:00:00"},
		"no time is the receipt":  {`{"type":"identify","anonymousId":"a","messageId":"m"}`, "identify  m 12:00:10"},
		"never after the receipt": {`{"type":"group","userId":"u","messageId":"m","timestamp":"2027-01-01T00:00:00Z"}`, "group  m 12:00:10"},
		"no messageId":            {`{"type":"screen","name":"Home","userId":"u","timestamp":"2026-11-24T09:00:00Z"}`, "screen Home made 09:00:00"},
		"alias":                   {`{"type":"alias","userId":"u","previousId":"a","messageId":"m","timestamp":"2026-11-24T09:00:00Z"}`, "alias  m 09:00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := DecodeLine([]byte(test.line), lineOrigin())
			if err != nil || len(req.Events) != 1 {
				t.Fatalf("%v, %+v", err, req)
			}
			e := req.Events[0]
			if got := string(e.Type) + " " + e.Name + " " + e.MessageID + " " + e.Timestamp.Format("15:04:05"); got != test.want || !e.Signed {
				t.Errorf("got %q, want %q, signed", got, test.want)
			}
		})
	}
}

func TestALineThatIsNoMessage(t *testing.T) {
	for line, want := range map[string]Reason{
		`{"event":"x","userId":"u"}`:                 NoType,
		`{"type":"delete","userId":"u"}`:             NoType,
		`{"type":null,"event":"x","userId":"u"}`:     NoType,
		`{"type":"track","event":"x"}`:               NoIdentity,
		`{"type":"track","userId":"u"}`:              NoEvent,
		`{"batch":[{"type":"track","userId":"u"}]}`:  NoType,
		`{"type":"track","event":"x","userId":null}`: NoIdentity,
	} {
		req, err := DecodeLine([]byte(line), lineOrigin())
		if err != nil || len(req.Events) != 0 {
			t.Errorf("%s: %v, %+v", line, err, req)
			continue
		}
		if diff := cmp.Diff(map[Reason]int{want: 1}, req.Dropped); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
	for _, line := range []string{"", "hello", "[]", `[{"type":"track"}]`, `{"type":"track"`, `{} {}`, "null"} {
		if _, err := DecodeLine([]byte(line), lineOrigin()); research.CodeOf(err) != research.Invalid {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestALineWithoutATypeMayGetOne(t *testing.T) {
	o := lineOrigin()
	o.DefaultType = research.Track
	for line, want := range map[string]int{`{"event":"x","userId":"u"}`: 1, `{"type":"delete","userId":"u","event":"x"}`: 0} {
		req, err := DecodeLine([]byte(line), o)
		if err != nil || len(req.Events) != want {
			t.Errorf("%s: %v, %+v", line, err, req)
		}
	}
}
