package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
)

// ErasePerson deletes what is stored of a person in a project: everything that
// was sent under the key or an id that is linked to it, and all that followed
// from it. What stays is that they wanted never to be asked, as a hash, and the
// hashes of their messages. Whoever comes back is somebody new.
//
// It may be run again, after a failure or without one. The events go first, a
// few packs a transaction: the links, by which they are found, go last.
func (db *DB) ErasePerson(ctx context.Context, p research.ProjectID, key research.PersonKey, now time.Time) error {
	if key.ID() == "" {
		return research.Errorf(research.Invalid, "A person is named by a userId.")
	}
	err := db.erasePerson(ctx, p, key, now)
	db.log.forgetAll() // also what a part of it has changed
	if err != nil {
		return err
	}
	return db.Scrub(ctx)
}

func (db *DB) erasePerson(ctx context.Context, p research.ProjectID, key research.PersonKey, now time.Time) error {
	key, err := db.whoIs(ctx, p, key)
	if err != nil {
		return err
	}
	if err := db.writeLinks(ctx, p, key); err != nil {
		return err
	}
	of, err := db.belongings(ctx, db.read, p, key)
	if err != nil {
		return err
	}
	if err := db.removeEvents(ctx, removal{p, of}); err != nil {
		return err
	}
	db.sightings.Lock()
	defer db.sightings.Unlock()
	return db.InTx(ctx, func(tx *sql.Tx) error { return db.eraseRest(ctx, tx, p, key, now) })
}

// eraseRest deletes a person's rows, those of each stage by its owner. Nobody
// decides about the person meanwhile, or has just read what would be written back.
func (db *DB) eraseRest(ctx context.Context, tx *sql.Tx, p research.ProjectID, key research.PersonKey, now time.Time) error {
	of, err := db.holdPerson(ctx, tx, p, key)
	if err != nil {
		return err
	}
	if err := db.removeNow(ctx, tx, removal{p, of}); err != nil {
		return err
	}
	keys := of.own()
	invites, err := db.holdInvites(ctx, tx, p, keys) // so that no interview begins
	if err != nil {
		return err
	}
	if err := eraseInterviews(ctx, tx, p, keys, now); err != nil {
		return err
	}
	if err := db.eraseInvites(ctx, tx, p, keys, invites); err != nil {
		return err
	}
	db.log.unsight(p, keys)
	return erasePeople(ctx, tx, p, keys)
}

// eraseInterviews deletes the interviews of a person, with every word of them in
// the findings, and has their studies analysed again.
func eraseInterviews(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey, now time.Time) error {
	held, err := interviewsOf(ctx, tx, p, keys)
	if err != nil {
		return err
	}
	for study, interviews := range held {
		for _, id := range interviews {
			if err := errors.Join(eraseFindings(ctx, tx, p, study, id), deleteInterview(ctx, tx, p, id, now)); err != nil {
				return err
			}
		}
		if err := analyseAgain(ctx, tx, p, study, now); err != nil {
			return err
		}
	}
	return nil
}

// analyseAgain has a study analysed by the name of any interview that is left.
// Where there is none, nothing is left to be found.
func analyseAgain(ctx context.Context, tx *sql.Tx, p research.ProjectID, study research.StudyID, now time.Time) error {
	var left string
	err := tx.QueryRowContext(ctx, "SELECT public_id FROM interviews WHERE project_id = $1 AND study_id = $2 AND ended_at IS NOT NULL ORDER BY id LIMIT 1",
		p, study).Scan(&left)
	if errors.Is(err, sql.ErrNoRows) {
		return dropFindings(ctx, tx, p, study)
	}
	if err != nil {
		return err
	}
	return jobs.Enqueue(ctx, tx, now, jobs.New{Kind: "analyse.interview", Key: "analyse:" + left, Payload: left})
}
