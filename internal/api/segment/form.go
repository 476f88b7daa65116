package segment

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// fromForm turns a form into the JSON that it stands for, and leaves everything
// else as it is. Segment's Extensible Webhook sends forms where a customer sets
// that content type: a field for each top-level member of the event, and the
// words "[object Object]" where the member was an object. What can be told from
// a form is kept:
//
//   - one field that holds JSON, such as payload={…}, is the body;
//   - else each field is a member, properties.plan=pro one of properties, and a
//     value that is a JSON object or array is that.
func fromForm(r *http.Request, body []byte) []byte {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	start := bytes.TrimLeft(body, " \t\r\n")
	if kind != "application/x-www-form-urlencoded" || len(start) == 0 || start[0] == '{' || start[0] == '[' {
		return body
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form) == 0 {
		return body
	}
	event := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		put(event, name, form[name][len(form[name])-1])
	}
	out, err := json.Marshal(whole(event))
	if err != nil {
		return body
	}
	return out
}

// whole is the one member that holds everything, else the event itself.
func whole(event map[string]any) any {
	if len(event) == 1 {
		for _, v := range event {
			if inner, ok := v.(json.RawMessage); ok {
				return inner
			}
		}
	}
	return event
}

// put adds a field of a form to an event.
func put(event map[string]any, name, value string) {
	member := formValue(value)
	if member == nil {
		return
	}
	outer, inner, nested := strings.Cut(strings.ReplaceAll(strings.TrimSuffix(name, "]"), "[", "."), ".")
	if !nested {
		if _, taken := event[outer].(map[string]any); !taken {
			event[outer] = member
		}
		return
	}
	of, ok := event[outer].(map[string]any)
	if !ok {
		of = map[string]any{}
		event[outer] = of
	}
	of[inner] = member
}

// formValue is a field's value, nil where it stands for nothing.
func formValue(value string) any {
	switch {
	case value == "" || value == "null" || value == "undefined" || value == "[object Object]":
		return nil
	case (value[0] == '{' || value[0] == '[') && json.Valid([]byte(value)):
		return json.RawMessage(value)
	}
	return value
}
