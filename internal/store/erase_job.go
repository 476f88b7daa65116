package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
)

// Kinds of jobs that erase.
const (
	ErasePersonJob = "erase.person" // payload: project, space, key
	ScrubJob       = "erase.scrub"  // no payload
)

func erasePayload(p research.ProjectID, key research.PersonKey) string {
	return fmt.Sprint(int64(p), " ", key)
}

// eraseTries is how often an erasure is tried: with the pauses between, for days.
const eraseTries = 20

// EraseLater has a person erased in the background, as soon as may be. It is
// stored when it returns.
func (db *DB) EraseLater(ctx context.Context, p research.ProjectID, key research.PersonKey, now time.Time) error {
	payload := erasePayload(p, key)
	return db.InTx(ctx, func(tx *sql.Tx) error {
		return jobs.Enqueue(ctx, tx, now, jobs.New{Kind: ErasePersonJob, Key: ErasePersonJob + payload, Payload: payload, MaxAttempts: eraseTries})
	})
}

// scrubAfter is when the log of the database is emptied once more: by then the
// job that named the person is deleted.
const scrubAfter = 5 * time.Second

// ErasePersonOf does the work of an ErasePersonJob.
func (db *DB) ErasePersonOf(ctx context.Context, payload string, now time.Time) error {
	project, key, ok := strings.Cut(payload, " ")
	id, err := strconv.ParseInt(project, 10, 64)
	if err != nil || !ok {
		return fmt.Errorf("read the payload of %s", ErasePersonJob)
	}
	if err := db.ErasePerson(ctx, research.ProjectID(id), research.PersonKey(key), now); err != nil {
		return err
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		return jobs.Enqueue(ctx, tx, now, jobs.New{Kind: ScrubJob, Key: ScrubJob, RunAt: now.Add(scrubAfter)})
	})
}
