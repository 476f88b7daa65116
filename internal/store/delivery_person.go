package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// traitsOf is the traits of a person; none of somebody who is not known.
func (db *DB) traitsOf(ctx context.Context, p research.ProjectID, key research.PersonKey) (research.Traits, error) {
	var packed string
	traits := research.Traits{}
	err := db.read.QueryRowContext(ctx, "SELECT traits FROM people WHERE project_id = $1 AND user_key = $2", p, key).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return traits, nil
	}
	return traits, errors.Join(err, json.Unmarshal([]byte(packed), &traits))
}

// textTrait is a trait that is a string; "" for any other.
func textTrait(t research.Traits, name string) (s string) {
	if json.Unmarshal(t.Get(name), &s) != nil {
		return ""
	}
	return s
}

// loadPerson fills in what is known of whoever a delivery is for: where to write
// to, and in which language.
func (db *DB) loadPerson(ctx context.Context, d *deliver.Delivery) error {
	traits, err := db.traitsOf(ctx, d.Project.ID, d.Invite.Person)
	if err != nil {
		return err
	}
	cause, err := readEvents(ctx, db.read, []int64{d.Invite.EventSeq})
	if err != nil {
		return err
	}
	d.Locales = append(d.Locales, textTrait(traits, "locale"), textTrait(traits, "language"))
	for i := range cause {
		d.Locales = append(d.Locales, localeOf(&cause[i]))
	}
	if d.Channel != research.ByEmail {
		return nil
	}
	d.Email = textTrait(traits, "email")
	d.Vouched, err = db.vouchedEmail(ctx, d, traits["email"].Seq)
	return err
}

func localeOf(e *research.Event) string {
	var c struct {
		Locale string `json:"locale"`
	}
	if json.Unmarshal(e.Context, &c) != nil {
		return ""
	}
	return c.Locale
}

// vouchedEmail tells whether a signed event said the address: the one that it was
// learned from, or one of the person's latest.
func (db *DB) vouchedEmail(ctx context.Context, d *deliver.Delivery, seq int64) (bool, error) {
	if d.Email == "" {
		return false, nil
	}
	if said, err := db.saidEmail(ctx, d, []int64{seq}); err != nil || said {
		return said, err
	}
	entries, err := db.log.find(ctx, db.read, eventlog.PersonHash(d.Project.ID, d.Invite.Person))
	if err != nil {
		return false, err
	}
	slices.SortFunc(entries, newestFirst)
	for some := range slices.Chunk(entries[:min(len(entries), vouchedBy)], 20) {
		if said, err := db.saidEmail(ctx, d, numbers(some)); err != nil || said {
			return said, err
		}
	}
	return false, nil
}

func (db *DB) saidEmail(ctx context.Context, d *deliver.Delivery, seqs []int64) (bool, error) {
	events, err := readEvents(ctx, db.read, seqs)
	if err != nil {
		return false, err
	}
	for i := range events {
		var said struct {
			Email string `json:"email"`
		}
		e := &events[i]
		if e.Project == d.Project.ID && e.Signed && e.Type == research.Identify && json.Unmarshal(e.Traits, &said) == nil && said.Email == d.Email {
			return true, nil
		}
	}
	return false, nil
}

// projectByID finds a project by its number, which came with a row of its own.
func (db *DB) projectByID(ctx context.Context, p research.ProjectID) (*research.Project, error) {
	return db.oneProject(ctx, "SELECT "+projectColumns+" FROM projects p WHERE p.id = $1", p)
}
