package research

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"
	"time"
)

// PersonKey names a person inside a project: "u:" and the userId, or "a:" and
// the anonymousId of somebody who has not said who they are. A user and an
// anonymous person of the same string are two persons.
type PersonKey string

// UserKey is the key of the user with that id.
func UserKey(id UserID) PersonKey { return PersonKey("u:" + string(id)) }

// AnonymousKey is the key of the anonymous person with that id.
func AnonymousKey(id AnonymousID) PersonKey { return PersonKey("a:" + string(id)) }

// Identified tells whether the person is a user.
func (k PersonKey) Identified() bool { return strings.HasPrefix(string(k), "u:") }

// ID is the userId or anonymousId without its kind: what exports call person.
func (k PersonKey) ID() string {
	if len(k) < 2 {
		return ""
	}
	return string(k[2:])
}

// Shards is how many parts the persons of a database are divided into. It is
// fixed at install: it is part of the stored data.
const Shards = 256

// Shard is the part that the person belongs to. The events of a shard are
// evaluated in order by one worker at a time.
func (k PersonKey) Shard(p ProjectID) int {
	h := fnv.New32a()
	h.Write([]byte(strconv.FormatInt(int64(p), 10)))
	h.Write([]byte{0})
	h.Write([]byte(k))
	return int(h.Sum32() % Shards)
}

// Person is what a project knows of one person.
type Person struct {
	Key    PersonKey
	Traits Traits
	Group  string // of the last group message
}

// Traits are a person's traits, each with the event that said it, so that
// merging gives the same whatever order the events arrive and persons fold in.
type Traits map[string]Trait

// Trait is one value and its place in the order of events. A null value is
// kept as a tombstone: it hides older values that arrive later.
type Trait struct {
	Value json.RawMessage `json:"v"`
	At    int64           `json:"t"` // Unix milliseconds of the event
	Seq   int64           `json:"s"` // order of receipt
}

func (t Trait) after(o Trait) bool {
	return t.At > o.At || t.At == o.At && t.Seq >= o.Seq
}

// Set merges the top-level keys of an identify's traits, said at the given time
// and place. Anything but an object is no traits and changes nothing.
func (t Traits) Set(raw json.RawMessage, at time.Time, seq int64) {
	var said map[string]json.RawMessage
	if json.Unmarshal(raw, &said) != nil {
		return
	}
	for k, v := range said {
		t.put(k, Trait{v, at.UnixMilli(), seq})
	}
}

// Fold merges the traits of a person that turned out to be the same one.
func (t Traits) Fold(other Traits) {
	for k, v := range other {
		t.put(k, v)
	}
}

func (t Traits) put(k string, v Trait) {
	if old, ok := t[k]; !ok || v.after(old) {
		t[k] = v
	}
}

// JSON is the traits as one object, without the removed ones.
func (t Traits) JSON() json.RawMessage {
	live := make(map[string]json.RawMessage, len(t))
	for k, v := range t {
		if s := string(v.Value); s != "null" && s != "" {
			live[k] = v.Value
		}
	}
	out, err := json.Marshal(live)
	if err != nil { // a value that Unmarshal accepted is marshalled again
		return json.RawMessage("{}")
	}
	return out
}

// Get is the value of a trait, nil where it is missing or removed.
func (t Traits) Get(name string) json.RawMessage {
	v := t[name].Value
	if string(v) == "null" {
		return nil
	}
	return v
}
