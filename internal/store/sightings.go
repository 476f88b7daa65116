package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// Most events say nothing of a user but that they were there. Such sightings go
// round the inbox: they are kept in memory and written together a moment later.
// Those that a crash costs are read from the log again.

// sighting is when a user was there, in Unix milliseconds.
type sighting struct{ first, last int64 }

// sighted tells whether that the user was there is all that is new.
func sighted(e *research.Event, news eventlog.News) bool {
	return e.UserID != "" && news&^eventlog.Seen == eventlog.Person
}

// sight notes users. The caller holds mu.
func (l *eventLog) sight(events []research.Event) {
	for i := range events {
		at := ms(events[i].Timestamp)
		l.merge(personID{events[i].Project, events[i].Person()}, sighting{at, at})
	}
}

func (l *eventLog) takeSightings() map[personID]sighting {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.sightings
	l.sightings = nil
	return taken
}

// sightingsAtOnce is how many people one transaction writes.
const sightingsAtOnce = 500

// WriteSightings writes down who was there since it was last called.
func (db *DB) WriteSightings(ctx context.Context) error {
	db.sightings.Lock()
	defer db.sightings.Unlock()
	taken := db.log.takeSightings()
	ids := make([]personID, 0, len(taken))
	for id := range taken {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, comparePeople)
	for part := range slices.Chunk(ids, sightingsAtOnce) {
		err := db.InTx(ctx, func(tx *sql.Tx) error { return db.bulk.upsertSightings(ctx, hotTx{tx, db.hot}, part, taken) })
		if err != nil {
			db.log.giveBack(taken)
			return err
		}
	}
	return nil
}

// giveBack keeps for the next time what could not be written.
func (l *eventLog) giveBack(taken map[personID]sighting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, s := range taken {
		l.merge(id, s)
	}
}

func (l *eventLog) merge(id personID, s sighting) {
	if l.sightings == nil {
		l.sightings = map[personID]sighting{}
	}
	if had, ok := l.sightings[id]; ok {
		s = sighting{min(s.first, had.first), max(s.last, had.last)}
	}
	l.sightings[id] = s
}

// unsight forgets that somebody was there.
func (l *eventLog) unsight(p research.ProjectID, keys []research.PersonKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		delete(l.sightings, personID{p, key})
	}
}

func comparePeople(a, b personID) int {
	return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.key, b.key))
}

// crashed is how long before the last event sightings may be missing, where a
// process was killed: much more than their being written takes.
const crashed = 15 * time.Second

// RecoverSightings notes everybody who was there shortly before the last event.
func (db *DB) RecoverSightings(ctx context.Context) error {
	packs, err := collect(ctx, db.read, scanPack, `SELECT first_seq, received_at, heads, body FROM packs
		WHERE received_at >= (SELECT received_at FROM packs ORDER BY first_seq DESC LIMIT 1) - $1 ORDER BY first_seq DESC LIMIT 500`, crashed.Milliseconds())
	if err != nil {
		return err
	}
	for i := range packs {
		users, err := packs[i].Events(func(place int) bool { return packs[i].Head(place).User != 0 })
		if err != nil {
			return err
		}
		db.log.mu.Lock()
		db.log.sight(users)
		db.log.mu.Unlock()
	}
	return nil
}
