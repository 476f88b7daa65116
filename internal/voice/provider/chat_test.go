package provider_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

var question = provider.Question{
	System: "Word one probe.", Name: "probe", MaxTokens: 120, Temperature: 0.3,
	Messages: []provider.Message{{Role: "user", Content: "It was slow."}},
	Schema:   json.RawMessage(`{"type":"object","properties":{"say":{"type":"string"}},"required":["say"],"additionalProperties":false}`),
	Check: func(raw json.RawMessage) error {
		var o struct{ Say string }
		if json.Unmarshal(raw, &o) != nil || o.Say == "" {
			return errors.New("it says nothing")
		}
		return nil
	},
}

func chat(t *testing.T) (*provider.OpenAI, *providertest.Server) {
	p, s := openAI(t)
	p.Name = "The language model"
	return p, s
}

// format is how an object was asked for.
func format(t *testing.T, r providertest.Request) string {
	t.Helper()
	var asked struct {
		Stream   bool                  `json:"stream"`
		Messages []provider.Message    `json:"messages"`
		Format   struct{ Type string } `json:"response_format"`
	}
	if err := json.Unmarshal(r.Body, &asked); err != nil || !asked.Stream || len(asked.Messages) != 2 {
		t.Fatalf("asked %s", r.Body)
	}
	if prompted := strings.Contains(asked.Messages[0].Content, "JSON schema"); prompted == (asked.Format.Type == "json_schema") {
		t.Errorf("the schema stands in the prompt: %v, with %q", prompted, asked.Format.Type)
	}
	return asked.Format.Type
}

func TestObject(t *testing.T) {
	p, s := chat(t)
	s.Word(`{"say": "What was slow about it?"}`)
	got, err := p.Object(t.Context(), question)
	if err != nil || string(got) != `{"say": "What was slow about it?"}` {
		t.Fatal(string(got), err)
	}
	if f := format(t, s.Requests()[0]); f != "json_schema" {
		t.Errorf("asked for %q", f)
	}
}

// TestLadder goes down where a server refuses, and stays there.
func TestLadder(t *testing.T) {
	p, s := chat(t)
	s.Break(providertest.Fault{Status: 400}, providertest.Fault{Status: 422}, providertest.Fault{Status: 400}, providertest.Fault{Status: 400})
	s.Word("Here you are:\n```json\n{\"say\": \"What was slow?\"}\n```", `{"say":"And then?"}`)
	for range 2 {
		if _, err := p.Object(t.Context(), question); err != nil {
			t.Fatal(err)
		}
	}
	var formats []string
	for _, r := range s.Requests() {
		formats = append(formats, format(t, r))
	}
	if got := strings.Join(formats, " "); got != "json_schema json_schema json_object json_object  " {
		t.Errorf("asked for %q", got)
	}
}

// TestNewerModels want the most tokens by another name, and no temperature.
func TestNewerModels(t *testing.T) {
	p, s := chat(t)
	s.Break(providertest.Fault{Status: 400})
	s.Word(`{"say":"a"}`, `{"say":"b"}`)
	for range 2 {
		if _, err := p.Object(t.Context(), question); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range s.Requests() {
		old := strings.Contains(string(r.Body), `"max_tokens":120`) && strings.Contains(string(r.Body), `"temperature":0.3`)
		newer := strings.Contains(string(r.Body), `"max_completion_tokens":120`) && !strings.Contains(string(r.Body), "temperature")
		if format(t, r) != "json_schema" || (i == 0) != old || (i > 0) != newer {
			t.Errorf("request %d: %s", i, r.Body)
		}
	}
}

// TestRefusedForAnotherReason: what did not help is not kept.
func TestRefusedForAnotherReason(t *testing.T) {
	p, s := chat(t)
	no := providertest.Fault{Status: 400}
	s.Break(no, no, no, no, no, no)
	if _, err := p.Object(t.Context(), question); research.CodeOf(err) != research.Invalid || len(s.Requests()) != 6 {
		t.Fatal(err, len(s.Requests()))
	}
	s.Word(`{"say":"a"}`)
	if _, err := p.Object(t.Context(), question); err != nil || format(t, s.Requests()[6]) != "json_schema" {
		t.Error(err)
	}
	s.Break(no, no, no)
	r := three
	r.Partial = func(string) {}
	if _, err := p.Transcribe(t.Context(), r); research.CodeOf(err) != research.Invalid {
		t.Fatal(err)
	}
	s.Say("It broke.")
	if _, err := p.Transcribe(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	all := s.Requests()
	if last := all[len(all)-1].Form; last["response_format"] != "verbose_json" || last["stream"] != "true" {
		t.Errorf("asked %v", last)
	}
}

// TestSchemaThatIsNotKept (Ollama's cloud): one line is lost, and the next call
// asks in another way. No line is asked for twice.
func TestSchemaThatIsNotKept(t *testing.T) {
	p, s := chat(t)
	s.Word("Sure! What was slow?", `{"say":"And then?"}`)
	if _, err := p.Object(t.Context(), question); research.CodeOf(err) != research.Unavailable || len(s.Requests()) != 1 {
		t.Fatal(err, len(s.Requests()))
	}
	if _, err := p.Object(t.Context(), question); err != nil {
		t.Fatal(err)
	}
	if f := format(t, s.Requests()[1]); f != "json_object" {
		t.Errorf("asked for %q", f)
	}
}

// TestAnswersOfModels is what models and servers make of it.
func TestAnswersOfModels(t *testing.T) {
	for name, c := range map[string]struct {
		fault providertest.Fault
		want  string // "" is an error
		code  research.Code
	}{
		"not streamed":        {providertest.Fault{Type: "application/json", Body: `{"choices":[{"message":{"content":"{\"say\":\"a\"}"},"finish_reason":"stop"}]}`}, `{"say":"a"}`, ""},
		"second object":       {providertest.Fault{Type: "application/json", Body: `{"choices":[{"message":{"content":"{\"think\":1} {\"say\":\"a\"}"}}]}`}, `{"say":"a"}`, ""},
		"CRLF and comments":   {providertest.Fault{Type: "text/event-stream", Body: ": hello\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"{\\\"say\\\":\\\"a\\\"}\"}}]}\r\n\r\ndata: [DONE]\r\n\r\n"}, `{"say":"a"}`, ""},
		"usage at the end":    {providertest.Fault{Type: "text/event-stream", Body: "data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"say\\\":\\\"a\\\"}\"},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[],\"usage\":{}}\n\n"}, `{"say":"a"}`, ""},
		"stops in the middle": {providertest.Fault{Type: "text/event-stream", Body: "data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"say\\\":\\\"a\"}}]}\n\n"}, "", research.Unavailable},
		"fails in the stream": {providertest.Fault{Type: "text/event-stream", Body: "data: {\"error\":{\"message\":\"canary\"}}\n\n"}, "", research.Unavailable},
		"no object":           {providertest.Fault{Type: "application/json", Body: `{"choices":[{"message":{"content":"no"}}]}`}, "", research.Unavailable},
		"refused by check":    {providertest.Fault{Type: "application/json", Body: `{"choices":[{"message":{"content":"{\"say\":\"\"}"}}]}`}, "", research.Unavailable},
		"no choices":          {providertest.Fault{Type: "application/json", Body: `{"choices":null}`}, "", research.Unavailable},
		"a web page":          {providertest.Fault{Type: "text/html", Body: `<html>`}, "", research.Unavailable},
		"endless":             {providertest.Fault{Type: "text/event-stream", Body: strings.Repeat("data: {\"choices\":[{\"delta\":{\"content\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}]}\n\n", 20_000)}, "", research.Invalid},
		"one endless line":    {providertest.Fault{Type: "text/event-stream", Body: "data: " + strings.Repeat("a", 3<<20)}, "", research.Unavailable},
		"wrong key":           {providertest.Fault{Status: 403}, "", research.Invalid},
	} {
		p, s := chat(t)
		s.Break(c.fault)
		got, err := p.Object(t.Context(), question)
		if string(got) != c.want || c.want == "" && research.CodeOf(err) != c.code {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
