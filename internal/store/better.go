package store

import (
	"context"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// putBetter puts versions of stored events that are whole, or proved, in their
// places. What was short and is whole now was decided already, for triggers read
// no more than the SDK sends; what nobody was to believe is decided again. The
// caller holds mu.
func (db *DB) putBetter(ctx context.Context, tx hotTx, all []better) error {
	for _, b := range all {
		p, err := packAt(ctx, tx, b.seq, db.lockRow)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		e, err := p.Replace(int(b.seq-p.First), b.event)
		if err != nil || e == nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE packs SET heads = $2, body = $3 WHERE first_seq = $1", p.First, p.Heads, p.Body); err != nil {
			return err
		}
		head := p.Head(int(b.seq - p.First))
		db.log.recent.Change(b.seq, head.Flags)
		if b.believe {
			db.log.known.Follow(&head)
			if err := db.decideAgain(ctx, tx, e, b.event.TicketHash); err != nil {
				return err
			}
		}
	}
	return nil
}

// decideAgain puts an event into the inbox, in place of what may wait there.
func (db *DB) decideAgain(ctx context.Context, tx hotTx, e *research.Event, ticket []byte) error {
	if _, err := tx.ExecContext(ctx, deleteInbox, e.Person().Shard(e.Project), e.Seq); err != nil {
		return err
	}
	e.TicketHash = ticket
	const anything = eventlog.Seen | eventlog.Linking | eventlog.Person | eventlog.Aliased
	return db.putInbox(ctx, tx, []*arrival{{e, anything, eventlog.AppendRecord(nil, e)}})
}
