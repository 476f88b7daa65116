package ingest

import (
	"fmt"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func TestIntegrationsSayWhomAMessageIsFor(t *testing.T) {
	tests := map[string]struct {
		own, batch string
		source     research.Source
		kept       bool
	}{
		"nothing said":                        {`{}`, `{}`, research.FromBrowser, true},
		"all":                                 {`{"All":true}`, `{}`, research.FromBrowser, true},
		"none":                                {`{"All":false}`, `{}`, research.FromBrowser, false},
		"none but us":                         {`{"All":false,"Usercall":true}`, `{}`, research.FromBrowser, true},
		"none but us, with options":           {`{"Usercall":{"a":1},"All":false}`, `{}`, research.FromServer, true},
		"all but us":                          {`{"Usercall":false}`, `{}`, research.FromServer, false},
		"null says nothing":                   {`{"Usercall":null,"All":false}`, `{}`, research.FromBrowser, false},
		"another's name":                      {`{"usercall":false,"Mixpanel":false}`, `{}`, research.FromBrowser, true},
		"not an object":                       {`[false]`, `false`, research.FromBrowser, true},
		"the batch says none":                 {`{}`, `{"All":false}`, research.FromBrowser, false},
		"the batch says none, the event all":  {`{"All":true}`, `{"All":false}`, research.FromBrowser, true},
		"the batch says none, the event us":   {`{"Usercall":true}`, `{"All":false}`, research.FromBrowser, true},
		"the batch says us, the event none":   {`{"All":false}`, `{"Usercall":true}`, research.FromBrowser, true},
		"the last of two names counts":        {`{"All":false,"All":true}`, `{}`, research.FromBrowser, true},
		"none, by a webhook":                  {`{"All":false}`, `{}`, research.FromWebhook, false},
		"none but the webhook, by it":         {`{"All":false,"Webhooks (Actions)":true}`, `{}`, research.FromWebhook, true},
		"none but the webhook, by another":    {`{"All":false,"Webhooks":true}`, `{}`, research.FromBrowser, false},
		"the webhook but not us":              {`{"Webhooks":true,"Usercall":false}`, `{}`, research.FromWebhook, false},
		"none, and the webhook is named so":   {`{"All":false,"Webhooks":false}`, `{}`, research.FromWebhook, false},
		"an escaped name is the name":         {`{"\u0041ll":false}`, `{}`, research.FromBrowser, false},
		"the second object of the event wins": {`{"All":false},"integrations":{}`, `{}`, research.FromBrowser, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := origin()
			o.Source = test.source
			body := fmt.Sprintf(`{"batch":[{"type":"page","userId":"u","integrations":%s}],"integrations":%s}`, test.own, test.batch)
			checkKept(t, body, o, Integrations, test.kept)
		})
	}
}

func TestConsentOfTheProjectsCategory(t *testing.T) {
	tests := map[string]struct {
		category, own, batch string
		kept                 bool
	}{
		"the project asks for none":          {"", `{"consent":{"categoryPreferences":{"C2":false}}}`, `{}`, true},
		"no consent was asked of the person": {"C2", `{}`, `{}`, true},
		"given":                              {"C2", `{"consent":{"categoryPreferences":{"C1":false,"C2":true}}}`, `{}`, true},
		"refused":                            {"C2", `{"consent":{"categoryPreferences":{"C2":false}}}`, `{}`, false},
		"not among the answers":              {"C2", `{"consent":{"categoryPreferences":{"C1":true}}}`, `{}`, false},
		"no answers":                         {"C2", `{"consent":{}}`, `{}`, false},
		"answers that are none":              {"C2", `{"consent":{"categoryPreferences":"C2"}}`, `{}`, false},
		"a word is no consent":               {"C2", `{"consent":{"categoryPreferences":{"C2":"true"}}}`, `{}`, false},
		"null is none":                       {"C2", `{"consent":null}`, `{}`, true},
		"of the batch":                       {"C2", `{}`, `{"consent":{"categoryPreferences":{"C2":false}}}`, false},
		"the event's own goes before":        {"C2", `{"consent":{"categoryPreferences":{"C2":true}}}`, `{"consent":{"categoryPreferences":{"C2":false}}}`, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := origin()
			o.Consent = test.category
			body := fmt.Sprintf(`{"batch":[{"type":"page","userId":"u","context":%s}],"context":%s}`, test.own, test.batch)
			checkKept(t, body, o, NoConsent, test.kept)
		})
	}
}

func checkKept(t *testing.T, body string, o Origin, why Reason, kept bool) {
	t.Helper()
	req, err := Decode([]byte(body), "", o)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(req.Events) == 1; got != kept || (req.Dropped[why] == 1) == kept {
		t.Errorf("kept %v, dropped %v", got, req.Dropped)
	}
}

// TestSettle: the project may be known only after the body was read.
func TestSettle(t *testing.T) {
	o := origin()
	o.Project = 0
	req, err := Decode([]byte(`{"batch":[{"type":"page","userId":"a","via":"trigger"},{"type":"page","userId":"b","integrations":{"All":false}}]}`), "", o)
	if err != nil || len(req.Events) != 2 {
		t.Fatal(req, err)
	}
	req.Settle(Origin{Project: 9, Source: research.FromServer, Signed: true})
	if e := req.Events; len(e) != 1 || e[0].Project != 9 || !e[0].Signed || e[0].Source != research.FromServer || req.Dropped[Integrations] != 1 {
		t.Errorf("%+v %v", req.Events, req.Dropped)
	}
}
