package main

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// TestSpread: the server has to look at most track events, and nobody is asked.
func TestSpread(t *testing.T) {
	r, ix, names := rand.New(rand.NewPCG(1, 1)), trigger.NewIndex(), map[string]bool{}
	for i := range 50 {
		s, err := trigger.Load([]byte(spreadStudy(r, i)))
		if err != nil || len(s.Rules) != inStudy {
			t.Fatalf("%+v, %v", s, err)
		}
		for _, one := range s.Rules {
			names[one.Steps[0].Names[0]] = true
		}
		ix.Put(s.Key, s.Rules)
	}
	if len(names) != spreadNames {
		t.Errorf("%d names are asked for, not %d", len(names), spreadNames)
	}
	awaited, tracks := 0, 0
	for _, e := range (mix{run: "r", now: time.Now(), users: 9, hit: hits}).events(1000) {
		var sent struct {
			Type, Event string
			Properties  json.RawMessage
		}
		if err := json.Unmarshal(e, &sent); err != nil {
			t.Fatal(err)
		}
		if research.EventType(sent.Type) != research.Track {
			continue
		}
		if tracks++; names[sent.Event] {
			awaited++
		}
		if ix.Asks(&research.Event{Type: research.Track, Name: sent.Event, Properties: sent.Properties}) {
			t.Errorf("somebody is asked because of %s", e)
		}
	}
	if awaited < tracks*9/10 {
		t.Errorf("of %d track events %d have a name that is asked for", tracks, awaited)
	}
}

// TestAnEditIsNotReplayed: or its time would be that of going over stored events.
func TestAnEditIsNotReplayed(t *testing.T) {
	print := func(anyone bool) (all []string) {
		f, err := trigger.Parse([]byte(edited(anyone)))
		if err != nil || len(f.Triggers) != 2 {
			t.Fatalf("%+v, %v", f, err)
		}
		for i := range f.Triggers {
			all = append(all, f.Triggers[i].Fingerprint())
		}
		return all
	}
	if a, b := print(true), print(false); strings.Join(a, " ") != strings.Join(b, " ") || edited(true) == edited(false) {
		t.Errorf("%v becomes %v", a, b)
	}
}
