package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

func TestTroublesSayWhatToDo(t *testing.T) {
	hints := []KeyHint{{"write key", "wk_AbCdE", "Northdesk"}, {"server key", "sk_AbCd", "Northdesk"}, {"API key", "uc_QrSt", "Northdesk"}}
	tests := map[string]struct {
		count Count
		words string // of either sentence
		info  bool
	}{
		"a cut write key":       {Count{Kind: "refused", Why: "unknown_key", Key: "wk_AbCdE"}, "begins like the write key of Northdesk", false},
		"a revoked server key":  {Count{Kind: "refused", Why: "unknown_key", Key: "sk_AbCdE"}, "begins like the server key of Northdesk", false},
		"a project id":          {Count{Kind: "refused", Why: "unknown_key", Key: "prj_0193"}, "This is a project id", false},
		"an API key":            {Count{Kind: "refused", Why: "unknown_key", Key: "uc_12345"}, "This is an API key", false},
		"another server key":    {Count{Kind: "refused", Why: "unknown_key", Key: "sk_zzzzz"}, "server key that was revoked", false},
		"another write key":     {Count{Kind: "refused", Why: "unknown_key", Key: "wk_zzzzz"}, "another installation", false},
		"Segment's key":         {Count{Kind: "refused", Why: "unknown_key", Key: "Xb71kdLq"}, "write key of a source in Segment", false},
		"half a prefix":         {Count{Kind: "refused", Why: "unknown_key", Key: "wk_"}, "another installation", false},
		"a wrong signature":     {Count{Kind: "refused", Why: "bad_signature"}, "signature is wrong", false},
		"a cut key, cut by us":  {Count{Kind: "refused", Why: "unknown_key", Key: "wk_AbC"}, "begins like the write key of Northdesk", false},
		"our own API key":       {Count{Kind: "refused", Why: "unknown_key", Key: "uc_QrS"}, "begins like the API key of Northdesk, which only reads", false},
		"no signature":          {Count{Kind: "refused", Why: "unsigned"}, "without a signature", false},
		"a wrong path":          {Count{Kind: "refused", Why: "unknown_path"}, "path that does not exist", false},
		"a missing token":       {Count{Kind: "refused", Why: "no_webhook_token"}, "ends with the token", false},
		"no identity":           {Count{Kind: "dropped", Why: "no_identity"}, "neither a userId nor an anonymousId", false},
		"a track without name":  {Count{Kind: "dropped", Why: "no_event"}, "Track messages have no name", false},
		"a clock":               {Count{Kind: "skewed", Why: "ahead"}, "clocks of some senders", true},
		"a duplicate":           {Count{Kind: "duplicate"}, "counted once", true},
		"our own event":         {Count{Kind: "dropped", Why: "own_event"}, "came back", true},
		"no token":              {Count{Kind: "refused", Why: "unproved"}, "Pass identityToken to init", false},
		"an old token":          {Count{Kind: "refused", Why: "token_expired"}, "one for each page load", false},
		"a token of others":     {Count{Kind: "refused", Why: "token_key"}, "publish a key before", false},
		"a token to come":       {Count{Kind: "refused", Why: "token_early"}, "NTP", false},
		"a token for another":   {Count{Kind: "refused", Why: "token_audience"}, "into aud", false},
		"a token of no form":    {Count{Kind: "refused", Why: "token_form"}, "kid, sub, aud", false},
		"a cause without words": {Count{Kind: "refused", Why: "moon_phase"}, "refused: moon phase", false},
		"a reason without one":  {Count{Kind: "dropped", Why: "moon_phase"}, "left out: moon phase", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.count.N, test.count.Last = 3, noon
			all := Troubles([]Count{test.count}, nil, hints, noon)
			if len(all) != 1 || !strings.Contains(all[0].Words+" "+all[0].Remedy, test.words) || all[0].Info != test.info || all[0].N != 3 || !all[0].Fresh {
				t.Errorf("%+v", all)
			}
		})
	}
}

func TestTroublesAreJoinedOrderedAndFew(t *testing.T) {
	counts := []Count{{Kind: "accepted", N: 9, Last: noon}, {Kind: "duplicate", N: 9, Last: noon},
		{Kind: "dropped", Why: "no_event", Source: research.FromBrowser, N: 2, Last: noon.Add(-time.Hour)},
		{Kind: "dropped", Why: "no_event", Source: research.FromServer, N: 3, Last: noon.Add(-2 * time.Hour)}}
	var unknown []Count
	for i := range 9 {
		unknown = append(unknown, Count{Kind: "refused", Why: "unknown_key", Key: fmt.Sprint("k", i), N: 1, Last: noon.Add(-time.Minute)})
	}
	all := Troubles(counts, unknown, nil, noon)
	if len(all) != maxKeys+3 {
		t.Fatalf("%d troubles", len(all))
	}
	if e := all[maxKeys]; e.N != 5 || len(e.From) != 2 || e.Fresh || !e.Last.Equal(noon.Add(-time.Hour)) {
		t.Errorf("%+v", e)
	}
	if last := all[len(all)-2:]; !last[0].Info || !last[1].Info {
		t.Errorf("what is only good to know stands at %+v", last)
	}
	if !strings.Contains(all[len(all)-1].Words, "4 other keys") && !strings.Contains(all[len(all)-2].Words, "4 other keys") {
		t.Errorf("%+v", all[len(all)-2:])
	}
}
