package store

import (
	"context"
	"database/sql"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// arrival is a new event on its way into the tables.
type arrival struct {
	event  *research.Event
	news   eventlog.News
	record []byte
}

// Append implements ingest.Store. The pack and the inbox of the trigger stage
// are written together, so that an acknowledged event will be evaluated.
func (db *DB) Append(ctx context.Context, events []research.Event) (stored []bool, err error) {
	return db.appendWith(ctx, events, nil)
}

// appendWith is Append with something else in the same transaction.
func (db *DB) appendWith(ctx context.Context, events []research.Event, also func(*sql.Tx) error) (stored []bool, err error) {
	heads := make([]eventlog.Head, len(events))
	for i := range events {
		heads[i] = eventlog.HeadOf(&events[i])
	}
	if also == nil && db.dialect == postgresDialect {
		if stored, done, err := db.appendAtOnce(ctx, events, heads); done {
			return stored, err
		}
	}
	err = db.retry(ctx, func() error {
		stored, err = db.appendOnce(ctx, events, heads, also)
		return err
	})
	return stored, err
}

// appendOnce is one try. What is remembered of the log is changed inside the
// transaction, and is of no use where that fails.
func (db *DB) appendOnce(ctx context.Context, events []research.Event, heads []eventlog.Head, also func(*sql.Tx) error) (stored []bool, err error) {
	locked, done := false, false
	defer func() {
		if locked && !done { // it failed, or panicked
			db.log.forget()
		}
		if locked {
			db.log.mu.Unlock()
		}
	}()
	var b batch
	err = db.once(ctx, func(tx *sql.Tx) (err error) {
		db.log.mu.Lock()
		locked = true
		b, err = db.append(ctx, hotTx{tx, db.hot}, events, heads)
		if err == nil && also != nil {
			err = also(tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	done = true
	db.log.sight(b.seen)
	return b.stored, nil
}

// batch is the events of one transaction, sorted out.
type batch struct {
	stored []bool // by place in what was given
	fresh  []research.Event
	heads  []eventlog.Head // of the fresh ones
	waited []*arrival      // fresh ones that the trigger stage has to see
	seen   []research.Event
	better []better
}

// better is a version of a stored event that takes its place.
type better struct {
	seq     int64
	event   *research.Event
	believe bool // nobody was to believe the one before, so it is decided again
}

func (db *DB) append(ctx context.Context, tx hotTx, events []research.Event, heads []eventlog.Head) (batch, error) {
	first, err := db.log.hold(ctx, tx, db.lockRow)
	if err != nil {
		return batch{}, err
	}
	b, err := db.sort(ctx, tx, first, events, heads)
	if err != nil {
		return b, err
	}
	if len(b.fresh) > 0 {
		if err := putPack(ctx, tx, eventlog.NewPack(first, b.heads, b.fresh), b.fresh); err != nil {
			return b, err
		}
		if err := db.putInbox(ctx, tx, b.waited); err != nil {
			return b, err
		}
	}
	return b, db.putBetter(ctx, tx, b.better)
}

// sort takes up those events that are not stored yet and numbers them from first
// on. The caller holds mu.
func (db *DB) sort(ctx context.Context, q querier, first int64, events []research.Event, heads []eventlog.Head) (batch, error) {
	b := batch{stored: make([]bool, len(events)), fresh: make([]research.Event, 0, len(events)), heads: make([]eventlog.Head, 0, len(events))}
	l := db.log
	if parts := l.wanted(heads); len(parts) > 1 {
		var err error
		if q, err = db.bulk.readAhead(ctx, q, parts); err != nil {
			return b, err
		}
	}
	for i := range events {
		e, h := &events[i], &heads[i]
		known, err := l.message(ctx, q, h, func(earlier *eventlog.Head, seq int64) bool {
			if h.Betters(earlier) {
				b.better = append(b.better, better{seq, e, earlier.Flags&^h.Flags&eventlog.Doubted != 0})
			}
			return h.Repeats(earlier)
		})
		if err != nil {
			return b, err
		}
		if known {
			e.Seq = 0 // where it has one, it is of a try that failed
			continue
		}
		b.stored[i], e.Seq = true, first+int64(len(b.fresh))
		if err := b.add(ctx, q, l, e, h); err != nil {
			return b, err
		}
	}
	return b, nil
}

// add takes up a new event, and remembers it.
func (b *batch) add(ctx context.Context, q querier, l *eventLog, e *research.Event, h *eventlog.Head) error {
	seen, err := l.recall(ctx, q, h)
	if err != nil {
		return err
	}
	news := l.known.Learn(h, seen)
	l.recent.Add(*h)
	switch {
	case l.waited(e, news):
		b.waited = append(b.waited, &arrival{e, news, eventlog.AppendRecord(nil, e)})
	case sighted(e, news):
		b.seen = append(b.seen, *e)
	}
	b.fresh, b.heads = append(b.fresh, *e), append(b.heads, *h)
	return nil
}

// hold takes the right to append and returns the number of the next event.
func (l *eventLog) hold(ctx context.Context, tx hotTx, lock string) (next int64, err error) {
	var last int64
	if err := tx.QueryRowContext(ctx, selectLastSeq+lock).Scan(&last); err != nil {
		return 0, err
	}
	if l.recent == nil || l.recent.Next() != last+1 {
		if err := l.catchUp(ctx, tx); err != nil {
			return 0, err
		}
		l.recent.Skip(last + 1)
	}
	return last + 1, nil
}

func putPack(ctx context.Context, tx hotTx, p eventlog.Pack, events []research.Event) error {
	if _, err := tx.ExecContext(ctx, insertPack, p.First, lastReceipt(events), p.Heads, p.Body); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, updateLastSeq, p.First+int64(p.Len())-1)
	return err
}

// lastReceipt is when the last of the events was received: nodes differ in what
// time it is.
func lastReceipt(events []research.Event) (received int64) {
	for i := range events {
		received = max(received, ms(events[i].ReceivedAt))
	}
	return received
}

// message tells whether an event of the same message is stored for which is
// holds. The caller holds mu.
func (l *eventLog) message(ctx context.Context, q querier, h *eventlog.Head, is func(earlier *eventlog.Head, seq int64) bool) (bool, error) {
	if l.recent.Message(h, is) {
		return true, nil
	}
	for i := len(l.runs) - 1; i >= 0; i-- {
		if !l.runs[i].filter.May(h.Key()) {
			continue
		}
		if found, err := l.runs[i].message(ctx, q, h, is); err != nil || found {
			return found, err
		}
	}
	return false, nil
}

func (r *run) message(ctx context.Context, q querier, h *eventlog.Head, is func(earlier *eventlog.Head, seq int64) bool) (bool, error) {
	found, err := r.find(ctx, q, h.Key())
	if err != nil {
		return false, err
	}
	for _, entry := range found {
		earlier, err := headAt(ctx, q, entry.Seq)
		if err != nil {
			return false, err
		}
		if earlier.Message == h.Message && is(&earlier, entry.Seq) {
			return true, nil
		}
	}
	return false, nil
}

// waited tells whether the trigger stage has to see an event: somebody waits for
// it, or it may change who is who.
func (l *eventLog) waited(e *research.Event, news eventlog.News) bool {
	switch e.Type {
	case research.Identify, research.Group, research.Alias:
		return true
	}
	if news&(eventlog.Linking|eventlog.Person) != 0 && !sighted(e, news) {
		return true
	}
	return l.asks(e)
}

// HasMessage tells whether an event with that messageId, type, name and ids is
// stored already.
func (db *DB) HasMessage(ctx context.Context, e *research.Event) (bool, error) {
	h := eventlog.HeadOf(e)
	db.log.mu.Lock()
	defer db.log.mu.Unlock()
	if err := db.log.catchUp(ctx, db.read); err != nil {
		return false, err
	}
	return db.log.message(ctx, db.read, &h, func(earlier *eventlog.Head, _ int64) bool { return earlier.Print == h.Print })
}
