package store

import (
	"context"

	"github.com/usercall/usercall/internal/research"
)

// belongings says which events are a person's: those that were sent under the
// person's own key, and under those that are linked to it, from when on and until
// when they were: triggers.md §3.
type belongings struct {
	person research.PersonKey
	linked map[research.PersonKey]bool // it leads to the person now
	before map[research.PersonKey][]formerLink
}

// formerLink is where a key led until an event moved it.
type formerLink struct {
	from, user research.PersonKey
	until, seq int64
}

func (db *DB) belongings(ctx context.Context, q querier, p research.ProjectID, person research.PersonKey) (*belongings, error) {
	b := &belongings{person: person, linked: map[research.PersonKey]bool{}, before: map[research.PersonKey][]formerLink{}}
	linked, err := collect(ctx, q, func(r row) (k research.PersonKey, err error) { return k, r.Scan(&k) },
		"SELECT from_key FROM links WHERE project_id = $1 AND user_key = $2", p, person)
	if err != nil {
		return nil, err
	}
	for _, key := range linked {
		b.linked[key] = true
	}
	former, err := collect(ctx, q, func(r row) (f formerLink, err error) { return f, r.Scan(&f.from, &f.until, &f.seq, &f.user) }, `
		SELECT from_key, until, until_seq, user_key FROM former_links WHERE project_id = $1 AND from_key IN (
			SELECT from_key FROM former_links WHERE project_id = $1 AND user_key = $2
			UNION SELECT from_key FROM links WHERE project_id = $1 AND user_key = $2)
		ORDER BY from_key, until, until_seq`, p, person)
	for _, f := range former {
		b.before[f.from] = append(b.before[f.from], f)
	}
	return b, err
}

// keys is every key that some of the person's events may have been sent under.
func (b *belongings) keys() []research.PersonKey {
	keys := b.own()
	for key := range b.before {
		if !b.linked[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

// own is the keys that lead to the person and to nobody else.
func (b *belongings) own() []research.PersonKey {
	keys := []research.PersonKey{b.person}
	for key := range b.linked {
		keys = append(keys, key)
	}
	return keys
}

// has tells whether an event is the person's.
func (b *belongings) has(e *research.Event) bool {
	key, at := e.Person(), ms(e.Timestamp)
	for _, f := range b.before[key] {
		if at < f.until || at == f.until && e.Seq < f.seq {
			return f.user == b.person
		}
	}
	return key == b.person || b.linked[key]
}
