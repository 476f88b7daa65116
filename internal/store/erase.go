package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
)

// EraseInterview deletes what was said in an interview, and every word of it in
// the findings; that it took place stays. Its study is analysed again without
// it. Each owner deletes its own, in one transaction. A foreign or unknown id is
// NotFound; erasing twice does nothing more.
func (db *DB) EraseInterview(ctx context.Context, p research.ProjectID, publicID string, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		id, study, invite, err := eraseInterview(ctx, tx, p, publicID, now)
		if err != nil {
			return err
		}
		if err := db.closeInvite(ctx, tx, p, invite, research.InviteAccepted, "erased", now); err != nil {
			return err
		}
		if err := eraseFindings(ctx, tx, p, study, id); err != nil {
			return err
		}
		return jobs.Enqueue(ctx, tx, now, jobs.New{Kind: "analyse.interview", Key: "analyse:" + publicID, Payload: publicID})
	})
}
