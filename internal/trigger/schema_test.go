package trigger

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The schema takes every file that the parser takes, and refuses those whose
// shape is wrong.
func TestSchemaAgreesWithTheParser(t *testing.T) {
	s := compiledSchema(t)
	for _, c := range sentences {
		root, problem := readTree([]byte(c.file()))
		if problem != nil {
			continue // it has no tree that could be looked at
		}
		err := s.Validate(root.decoded())
		if want := !strings.HasPrefix(c.means, "!") || strings.HasPrefix(c.means, "!!"); (err == nil) != want {
			t.Errorf("%s: %v\n%s", c.says, err, c.file())
		}
	}
	root, _ := readTree([]byte(whole))
	if err := s.Validate(root.decoded()); err != nil {
		t.Error(err)
	}
}

// Files made at random, with everything in them.
func TestSchemaTakesAnyFile(t *testing.T) {
	s := compiledSchema(t)
	for seed := range uint64(300) {
		src := maker{rand.New(rand.NewPCG(seed, 1))}.file().Marshal()
		root, problem := readTree(src)
		if problem != nil {
			t.Fatal(problem)
		}
		if err := s.Validate(root.decoded()); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, src)
		}
	}
}

// Every key has its place in the schema: an editor must not call it unknown.
func TestSchemaLeavesOutNoKey(t *testing.T) {
	if bytes.Contains(Schema(), []byte(": null")) {
		t.Errorf("a key has no schema:\n%s", Schema())
	}
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("study.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("study.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decoded is a tree as encoding/json would have it.
func (n *node) decoded() any {
	switch n.kind {
	case text:
		return n.text
	case number:
		return json.Number(n.text)
	case boolean:
		return n.text == "true"
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.decoded()
		}
		return out
	case object:
		out := map[string]any{}
		for i, name := range n.names {
			out[name.text] = n.items[i].decoded()
		}
		return out
	}
	return nil
}
