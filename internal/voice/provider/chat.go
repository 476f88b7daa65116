package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// longestObject is more than any line with its reasons needs.
const longestObject = 64 << 10

// The ladder: what a server can do decides how it is asked for an object. Each
// rung has two steps: newer models want to hear of the most tokens by another
// name, and nothing of a temperature.
const (
	bySchema = int32(iota) // it keeps to a schema
	byObject               // it keeps to JSON
	byPrompt               // it is asked nicely
	lastStep = 2*byPrompt + 1
)

// Object implements [Chat]. A server that refuses a step of the ladder is asked
// on the next one at once, and from then on if that helps; one that takes a
// schema and does not keep to it is asked on the next rung the next time. There
// is no second answer: whoever asks has a line of their own.
func (o *OpenAI) Object(ctx context.Context, q Question) (json.RawMessage, error) {
	first := o.learned.step.Load()
	step := first
	content, err := o.complete(ctx, q, step)
	for notAsked(err) && step < lastStep {
		step++
		content, err = o.complete(ctx, q, step)
	}
	if err != nil {
		return nil, err
	}
	object, ok := firstObject(content, q.Check)
	if !ok && step/2 < byPrompt && !json.Valid(bytes.TrimSpace(content)) {
		step += 2
	}
	o.learned.step.CompareAndSwap(first, step)
	if !ok {
		f := unavailable(o.Name, "did not answer as it was asked to", nil)
		f.again = false
		return nil, f
	}
	return object, nil
}

// complete is one call, and returns the text of the answer.
func (o *OpenAI) complete(ctx context.Context, q Question, step int32) ([]byte, error) {
	body, err := json.Marshal(o.request(q, step/2, step%2 == 1))
	if err != nil {
		return nil, err
	}
	answer, err := o.post(ctx, "chat/completions", "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return o.content(ctx, answer)
}

func (o *OpenAI) request(q Question, rung int32, newer bool) map[string]any {
	system := q.System
	if rung > bySchema {
		system += "\n\nAnswer with one JSON object and nothing else. It keeps to this JSON schema:\n" + string(q.Schema)
	}
	r := map[string]any{
		"model": o.Model, "stream": true,
		"messages": append([]Message{{"system", system}}, q.Messages...),
	}
	if !newer {
		r["temperature"] = q.Temperature
	}
	if q.MaxTokens > 0 {
		r[map[bool]string{false: "max_tokens", true: "max_completion_tokens"}[newer]] = q.MaxTokens
	}
	switch rung {
	case bySchema:
		r["response_format"] = map[string]any{"type": "json_schema", "json_schema": map[string]any{"name": q.Name, "strict": true, "schema": q.Schema}}
	case byObject:
		r["response_format"] = map[string]any{"type": "json_object"}
	}
	return r
}

// completion is an answer, whole or a piece of it.
type completion struct {
	Choices list[struct {
		Delta   struct{ Content text } `json:"delta"`
		Message struct{ Content text } `json:"message"`
		Finish  text                   `json:"finish_reason"`
	}] `json:"choices"`
	Error json.RawMessage `json:"error"`
}

func (c *completion) failed() bool { return len(c.Error) > 0 && string(c.Error) != "null" }

func (o *OpenAI) content(ctx context.Context, answer *http.Response) ([]byte, error) {
	broken := unavailable(o.Name, "broke off; it is asked again later", nil)
	if mediaType(answer.Header) != "text/event-stream" { // it does not stream
		b, err := bounded(ctx, o.Name, answer.Body, longestObject)
		if err != nil {
			return nil, err
		}
		var c completion
		if json.Unmarshal(b, &c) != nil || c.failed() || len(c.Choices) == 0 {
			return nil, unavailable(o.Name, "answers with something that is no completion; check its URL and model", nil)
		}
		return []byte(c.Choices[0].Message.Content), nil
	}
	var content bytes.Buffer
	finished := false
	err := events(answer.Body, func(data []byte) (bool, error) {
		if string(data) == "[DONE]" {
			finished = true
			return true, nil
		}
		var c completion
		if json.Unmarshal(data, &c) != nil || c.failed() {
			return true, errBroken
		}
		for _, choice := range c.Choices[:min(1, len(c.Choices))] {
			content.WriteString(string(choice.Delta.Content))
			finished = finished || choice.Finish != ""
		}
		if content.Len() > longestObject {
			return true, errTooMuch
		}
		return false, nil
	})
	switch {
	case errors.Is(err, errTooMuch):
		return nil, wrong(o.Name, "answers with more than it can have to say")
	case errors.Is(err, errBroken):
		return nil, broken
	case err != nil:
		return nil, unreachable(ctx, o.Name, err)
	case !finished:
		return nil, broken
	}
	return content.Bytes(), nil
}

// firstObject finds the first JSON object in a text that check accepts: models
// put words and fences around what they were asked for.
func firstObject(content []byte, check func(json.RawMessage) error) (json.RawMessage, bool) {
	for tries := 0; tries < 8; tries++ {
		at := bytes.IndexByte(content, '{')
		if at < 0 {
			return nil, false
		}
		content = content[at:]
		var object json.RawMessage
		d := json.NewDecoder(bytes.NewReader(content))
		if err := d.Decode(&object); err == nil && (check == nil || check(object) == nil) {
			return object, true
		}
		content = content[1:]
	}
	return nil, false
}
