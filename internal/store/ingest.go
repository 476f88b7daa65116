package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// payload is what an event carries besides its columns, as stored.
type payload struct {
	UserID      research.UserID      `json:"userId,omitempty"`
	AnonymousID research.AnonymousID `json:"anonymousId,omitempty"`
	PreviousID  string               `json:"previousId,omitempty"`
	GroupID     string               `json:"groupId,omitempty"`
	Properties  json.RawMessage      `json:"properties,omitempty"`
	Traits      json.RawMessage      `json:"traits,omitempty"`
	Context     json.RawMessage      `json:"context,omitempty"`
	Quiet       bool                 `json:"quiet,omitempty"` // whoever evaluates it may be another process
}

func packEvent(e *research.Event) (string, error) {
	b, err := json.Marshal(payload{e.UserID, e.AnonymousID, e.PreviousID, e.GroupID, e.Properties, e.Traits, e.Context, e.Quiet})
	return string(b), err
}

func unpackEvent(e *research.Event, stored string) error {
	var p payload
	if err := json.Unmarshal([]byte(stored), &p); err != nil {
		return err
	}
	e.UserID, e.AnonymousID, e.PreviousID, e.GroupID = p.UserID, p.AnonymousID, p.PreviousID, p.GroupID
	e.Properties, e.Traits, e.Context, e.Quiet = p.Properties, p.Traits, p.Context, p.Quiet
	return nil
}

// arrival is one event on its way into the tables.
type arrival struct {
	event       *research.Event
	at          int // its place in the caller's slice
	key         messageKey
	fingerprint int64
	payload     string
}

// messageKey is what makes two messages one: project and 16 bytes of the
// SHA-256 of the messageId.
type messageKey struct {
	project research.ProjectID
	hash    [16]byte
}

// Append implements ingest.Store. Dedupe, events and the inbox of the trigger
// stage are written together, so that an acknowledged event will be evaluated.
func (db *DB) Append(ctx context.Context, events []research.Event) ([]bool, error) {
	rounds, err := arrivals(events)
	if err != nil {
		return nil, err
	}
	stored := make([]bool, len(events))
	err = db.InTx(ctx, func(tx *sql.Tx) error { return db.putRounds(ctx, tx, rounds, stored) })
	return stored, err
}

// putRounds writes what Append prepared, and sets stored where an event was new.
func (db *DB) putRounds(ctx context.Context, tx *sql.Tx, rounds [][]*arrival, stored []bool) error {
	clear(stored)
	for _, round := range rounds {
		fresh, err := db.putDedupe(ctx, tx, round)
		if err != nil {
			return err
		}
		if err := db.putEvents(ctx, tx, fresh); err != nil {
			return err
		}
		if err := db.putInbox(ctx, tx, fresh); err != nil {
			return err
		}
		for _, a := range fresh {
			stored[a.at] = true
		}
	}
	return nil
}

// arrivals prepares events for the tables: without the duplicates among
// themselves, in rounds in which no key stands twice, sorted by key so that two
// nodes take row locks in the same order.
func arrivals(events []research.Event) ([][]*arrival, error) {
	var rounds [][]*arrival
	before := map[messageKey][]*arrival{}
	for i := range events {
		a, err := newArrival(&events[i], i)
		if err != nil {
			return nil, err
		}
		earlier := before[a.key]
		if len(earlier) > 0 && a.repeats(earlier[len(earlier)-1]) {
			continue
		}
		if len(earlier) == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[len(earlier)] = append(rounds[len(earlier)], a)
		before[a.key] = append(earlier, a)
	}
	for _, round := range rounds {
		slices.SortFunc(round, func(a, b *arrival) int {
			return cmp.Or(cmp.Compare(a.key.project, b.key.project), slices.Compare(a.key.hash[:], b.key.hash[:]))
		})
	}
	return rounds, nil
}

func newArrival(e *research.Event, at int) (*arrival, error) {
	packed, err := packEvent(e)
	if err != nil {
		return nil, err
	}
	a := &arrival{event: e, at: at, payload: packed, key: messageKey{project: e.Project}}
	sum := sha256.Sum256([]byte(e.MessageID))
	copy(a.key.hash[:], sum[:])
	a.fingerprint = fingerprint(e)
	return a, nil
}

// fingerprint is 8 bytes of what a forger would have to change: type, name and ids.
func fingerprint(e *research.Event) int64 {
	h := sha256.New()
	for _, s := range []string{string(e.Type), e.Name, string(e.UserID), string(e.AnonymousID)} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// repeats tells whether a is the same event as an earlier one of its key. An
// unsigned event never suppresses a signed one that differs: triggers.md §3.
func (a *arrival) repeats(earlier *arrival) bool {
	return !a.event.Signed || earlier.event.Signed || a.fingerprint == earlier.fingerprint
}

const upsertDedupe = `
	ON CONFLICT (project_id, message_key) DO UPDATE SET signed = 1, fingerprint = excluded.fingerprint
		WHERE dedupe.signed = 0 AND excluded.signed = 1 AND dedupe.fingerprint <> excluded.fingerprint
	RETURNING project_id, message_key`

// putDedupe claims the keys of a round and returns the arrivals that are new.
func (db *DB) putDedupe(ctx context.Context, tx *sql.Tx, round []*arrival) ([]*arrival, error) {
	claimed, err := db.bulk.claimKeys(ctx, hotTx{tx, db.hot}, round)
	if err != nil {
		return nil, err
	}
	var fresh []*arrival
	for _, a := range round {
		if claimed[a.key] {
			fresh = append(fresh, a)
		}
	}
	// Sequence numbers are the order of receipt, so insert in that order.
	slices.SortFunc(fresh, func(a, b *arrival) int { return cmp.Compare(a.at, b.at) })
	return fresh, nil
}

func (db *DB) putEvents(ctx context.Context, tx *sql.Tx, fresh []*arrival) error {
	if len(fresh) == 0 {
		return nil
	}
	return db.bulk.insertEvents(ctx, hotTx{tx, db.hot}, fresh)
}

// HasMessage tells whether an event with that messageId, type, name and ids is
// stored already.
func (db *DB) HasMessage(ctx context.Context, e *research.Event) (bool, error) {
	a, err := newArrival(e, 0)
	if err != nil {
		return false, err
	}
	var n int
	err = db.read.QueryRowContext(ctx,
		"SELECT count(*) FROM dedupe WHERE project_id = $1 AND message_key = $2 AND fingerprint = $3",
		a.key.project, a.key.hash[:], a.fingerprint).Scan(&n)
	return n > 0, err
}
