package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/pressly/goose/v3"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// eventsMoved is the version of the step that moves events from the table of the
// first schema into the log.
const eventsMoved = 6

func moveEvents() *goose.Migration {
	return goose.NewGoMigration(eventsMoved, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		for last := int64(0); ; {
			events, err := oldEvents(ctx, tx, last)
			if err != nil {
				return err
			}
			if len(events) == 0 {
				break
			}
			last = events[len(events)-1].Seq
			if err := moveInto(ctx, tx, events); err != nil {
				return err
			}
		}
		for _, drop := range []string{"DELETE FROM inbox WHERE record IS NULL", "DROP TABLE events", "DROP TABLE dedupe"} {
			if _, err := tx.ExecContext(ctx, drop); err != nil {
				return err
			}
		}
		return nil
	}}, nil)
}

// oldEvents is the next few events after a number, as the first schema kept them.
func oldEvents(ctx context.Context, tx *sql.Tx, after int64) ([]research.Event, error) {
	return collect(ctx, tx, func(r row) (e research.Event, err error) {
		var ts, received int64
		var packed string
		if err := r.Scan(&e.Seq, &e.Project, &e.Type, &e.Name, &ts, &received, &e.Source, &e.Signed, &e.MessageID, &packed); err != nil {
			return e, err
		}
		var p struct {
			UserID      research.UserID      `json:"userId"`
			AnonymousID research.AnonymousID `json:"anonymousId"`
			PreviousID  string               `json:"previousId"`
			GroupID     string               `json:"groupId"`
			Properties  json.RawMessage      `json:"properties"`
			Traits      json.RawMessage      `json:"traits"`
			Context     json.RawMessage      `json:"context"`
		}
		err = json.Unmarshal([]byte(packed), &p)
		e.Timestamp, e.ReceivedAt = fromMS(ts), fromMS(received)
		e.UserID, e.AnonymousID, e.PreviousID, e.GroupID = p.UserID, p.AnonymousID, p.PreviousID, p.GroupID
		e.Properties, e.Traits, e.Context = p.Properties, p.Traits, p.Context
		return e, err
	}, "SELECT seq, project_id, type, name, ts, received_at, source, signed, message_id, payload FROM events WHERE seq > $1 ORDER BY seq LIMIT 300", after)
}

// moveInto packs events whose numbers follow each other, and gives those that
// still wait to be evaluated their record.
func moveInto(ctx context.Context, tx *sql.Tx, events []research.Event) error {
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].Seq == events[0].Seq+int64(n) {
			n++
		}
		heads := make([]eventlog.Head, n)
		for i := range heads {
			heads[i] = eventlog.HeadOf(&events[i])
			if _, err := tx.ExecContext(ctx, "UPDATE inbox SET record = $1 WHERE seq = $2", eventlog.AppendRecord(nil, &events[i]), events[i].Seq); err != nil {
				return err
			}
		}
		p := eventlog.NewPack(events[0].Seq, heads, events[:n])
		if _, err := tx.ExecContext(ctx, insertPack, p.First, lastReceipt(events[:n]), p.Heads, p.Body); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}
