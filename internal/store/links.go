package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// A link leads from an anonymousId, or from a userId that an alias folded away,
// to a user. Most browsers say the same of themselves with every event, so a row
// is made only when somebody asks: until then what the log holds is the link.

// link is where a key leads, and when that was said.
type link struct {
	key research.PersonKey
	at  int64 // Unix milliseconds
}

// nobody stands in the link of an anonymousId that was seen and has no user.
const nobody = research.PersonKey("")

// linked is the link of a key as its row stands, none where there is no row.
func (s *shardTx) linked(ctx context.Context, project research.ProjectID, from research.PersonKey) (to link, err error) {
	err = s.tx.QueryRowContext(ctx, selectLink, int64(project), string(from)).Scan(&to.key, &to.at)
	if errors.Is(err, sql.ErrNoRows) {
		return link{at: never}, nil
	}
	return to, err
}

// never is the time of a link that has no row.
const never = -1 << 62

// whoIs is the person that a key leads to, as links are written down.
func (db *DB) whoIs(ctx context.Context, p research.ProjectID, key research.PersonKey) (research.PersonKey, error) {
	var to research.PersonKey
	err := db.read.QueryRowContext(ctx, "SELECT user_key FROM links WHERE project_id = $1 AND from_key = $2", p, key).Scan(&to)
	if errors.Is(err, sql.ErrNoRows) || err == nil && to == nobody {
		return key, nil
	}
	return to, err
}

// holdLink reads a link that is there and keeps others from changing it.
func (s *shardTx) holdLink(ctx context.Context, project research.ProjectID, from research.PersonKey) (to link, err error) {
	err = s.tx.QueryRowContext(ctx, selectLink+s.db.lockRow, int64(project), string(from)).Scan(&to.key, &to.at)
	return to, err
}

// claimLink makes the row of a link and tells whether it is new. The row is
// where two transactions meet that see one id for the first time, one with a
// user and one without: the second waits for the first.
func (s *shardTx) claimLink(ctx context.Context, project research.ProjectID, from research.PersonKey, to link) (bool, error) {
	res, err := s.tx.ExecContext(ctx, insertLink, int64(project), string(from), string(to.key), to.at)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// moveLink points a link elsewhere, unless something later was said of it. What
// was before stays with the user that it led to.
func (s *shardTx) moveLink(ctx context.Context, e *research.Event, from, was, to research.PersonKey) error {
	at := ms(e.Timestamp)
	res, err := s.tx.ExecContext(ctx, `UPDATE links SET user_key = $3, linked_at = $4
		WHERE project_id = $1 AND from_key = $2 AND (user_key = '' OR linked_at <= $4)`, e.Project, from, to, at)
	if err != nil || was == nobody {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	_, err = s.tx.ExecContext(ctx, `INSERT INTO former_links (project_id, from_key, until, until_seq, user_key) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, e.Project, from, at, e.Seq, was)
	return err
}

// linkOf is where a key led before an event, from its row or, where nobody asked
// yet, from the log, which then becomes the row.
func (s *shardTx) linkOf(ctx context.Context, e *research.Event, from research.PersonKey) (link, error) {
	to, err := s.linked(ctx, e.Project, from)
	if err != nil || to.at != never || from.Identified() {
		return to, err
	}
	said, err := s.saidUnasked(ctx, e, from)
	if err != nil || said.key == nobody {
		return said, err
	}
	if _, err := s.claimLink(ctx, e.Project, from, said); err != nil {
		return said, err
	}
	return s.holdLink(ctx, e.Project, from)
}

// saidUnasked is the user that stood beside an anonymousId when it was received
// for the first time, which makes no row. Whoever stood there later and is another
// one has a row, or waits to be evaluated.
func (s *shardTx) saidUnasked(ctx context.Context, e *research.Event, from research.PersonKey) (link, error) {
	entries, err := s.db.log.find(ctx, s.tx, eventlog.PersonHash(e.Project, from))
	if err != nil {
		return link{}, err
	}
	return s.said(ctx, e, from, s.db.log.withUser(entries))
}

// lastSaid is the user that stood beside an anonymousId in the latest of the
// events that were received before this one.
func (s *shardTx) lastSaid(ctx context.Context, e *research.Event, from research.PersonKey) (link, error) {
	entries, err := s.db.log.find(ctx, s.tx, eventlog.PersonHash(e.Project, from))
	if err != nil {
		return link{}, err
	}
	slices.SortFunc(entries, newestFirst)
	return s.said(ctx, e, from, s.db.log.withUser(entries))
}

// firstSaid is the one that stood there first, as far as that may wait for its
// evaluation still.
func (s *shardTx) firstSaid(ctx context.Context, e *research.Event, from research.PersonKey) (link, error) {
	entries, err := s.db.log.findRecent(ctx, s.tx, eventlog.PersonHash(e.Project, from))
	if err != nil {
		return link{}, err
	}
	slices.SortFunc(entries, func(a, b eventlog.Entry) int { return newestFirst(b, a) })
	return s.said(ctx, e, from, s.db.log.withUser(entries))
}

func (s *shardTx) said(ctx context.Context, e *research.Event, from research.PersonKey, entries []eventlog.Entry) (link, error) {
	for _, entry := range entries {
		if entry.Seq >= e.Seq {
			continue
		}
		said, err := readEvents(ctx, s.tx, []int64{entry.Seq})
		if err != nil {
			return link{}, err
		}
		if len(said) == 1 && said[0].UserID != "" && !said[0].Doubted && said[0].Project == e.Project && research.AnonymousKey(said[0].AnonymousID) == from {
			return s.endOf(ctx, e.Project, link{research.UserKey(said[0].UserID), entry.At})
		}
	}
	return link{at: never}, nil
}

// linkAhead is where an event waits, in a shard that is not held, which was
// received before this one and says whose its browser is since: this one has to
// come after it.
func (s *shardTx) linkAhead(ctx context.Context, p *trigger.Pending) (user research.PersonKey, shard int, err error) {
	if s.db.dialect == sqliteDialect || p.UserID != "" || eventlog.News(p.News)&eventlog.Seen == 0 { // there every shard is held
		return nobody, nowhere, nil
	}
	entries, err := s.db.log.findRecent(ctx, s.tx, eventlog.PersonHash(p.Project, p.Person()))
	if err != nil {
		return nobody, nowhere, err
	}
	slices.SortFunc(entries, newestFirst)
	for _, entry := range s.db.log.withUser(entries) {
		if entry.Seq >= p.Seq || entry.At > ms(p.Timestamp) {
			continue
		}
		said, err := readEvents(ctx, s.tx, []int64{entry.Seq})
		if err != nil || len(said) == 0 {
			return nobody, nowhere, err
		}
		return s.waiting(ctx, &said[0])
	}
	return nobody, nowhere, nil
}

// waiting is the shard that an event waits in, and whom it is filed under there,
// unless that shard is held. It may have been put where an alias leads.
func (s *shardTx) waiting(ctx context.Context, e *research.Event) (filed research.PersonKey, shard int, err error) {
	to, err := s.endOf(ctx, e.Project, link{key: e.Person()})
	if err != nil {
		return nobody, nowhere, err
	}
	for _, key := range []research.PersonKey{e.Person(), to.key} {
		shard := key.Shard(e.Project)
		if s.holds(shard) {
			continue
		}
		err := s.tx.QueryRowContext(ctx, "SELECT user_key FROM inbox WHERE shard = $1 AND seq = $2", shard, e.Seq).Scan(&filed)
		if !errors.Is(err, sql.ErrNoRows) {
			return filed, shard, err
		}
	}
	return nobody, nowhere, nil
}

// endOf follows an alias.
func (s *shardTx) endOf(ctx context.Context, project research.ProjectID, l link) (link, error) {
	to, err := s.linked(ctx, project, l.key)
	if err == nil && to.key != nobody {
		l.key = to.key
	}
	return l, err
}

// link joins an event's anonymousId, or an alias's previousId, to its user.
func (s *shardTx) link(ctx context.Context, person *personRow, p *trigger.Pending) error {
	if p.UserID == "" {
		return nil
	}
	if p.AnonymousID != "" && eventlog.News(p.News)&eventlog.Linking != 0 {
		if err := s.linkOne(ctx, person, &p.Event, research.AnonymousKey(p.AnonymousID)); err != nil {
			return err
		}
	}
	if p.Type != research.Alias {
		return nil
	}
	if err := s.linkOne(ctx, person, &p.Event, research.AnonymousKey(research.AnonymousID(p.PreviousID))); err != nil {
		return err
	}
	return s.alias(ctx, person, &p.Event)
}

// linkOne links one anonymousId. The first link folds the anonymous person in; a
// later one to another user moves later events only: triggers.md §3.
func (s *shardTx) linkOne(ctx context.Context, person *personRow, e *research.Event, from research.PersonKey) error {
	if !e.MayFold(from) {
		return nil
	}
	to, err := s.linkOf(ctx, e, from)
	if err != nil || to.key == person.Key {
		return err
	}
	if to.at == never {
		fresh, err := s.claimLink(ctx, e.Project, from, link{person.Key, ms(e.Timestamp)})
		if err != nil || fresh { // nobody of that id was ever seen: nothing to fold
			return err
		}
	}
	if to, err = s.holdLink(ctx, e.Project, from); err != nil || to.key == person.Key {
		return err
	}
	if to.key != nobody {
		return s.linkAgain(ctx, e, from, to.key, person.Key)
	}
	return s.linkFirst(ctx, person, e, from)
}

// linkFirst folds an anonymous person into the user that is the first one beside
// it: one who was received before may wait in another shard still.
func (s *shardTx) linkFirst(ctx context.Context, person *personRow, e *research.Event, from research.PersonKey) error {
	first, err := s.firstSaid(ctx, e, from)
	if err != nil {
		return err
	}
	if first.key == nobody || first.key == person.Key || first.at > ms(e.Timestamp) {
		if err := s.moveLink(ctx, e, from, nobody, person.Key); err != nil {
			return err
		}
		return s.fold(ctx, e, from, person)
	}
	if err := s.holdShard(ctx, first.key.Shard(e.Project)); err != nil {
		return err
	}
	into, err := s.person(ctx, e.Project, first.key)
	if err != nil {
		return err
	}
	if err := s.fold(ctx, e, from, into); err != nil {
		return err
	}
	return s.moveLink(ctx, e, from, first.key, person.Key)
}

// linkAgain moves a link to another user, unless a later event that was received
// before said otherwise.
func (s *shardTx) linkAgain(ctx context.Context, e *research.Event, from, was, to research.PersonKey) error {
	said, err := s.lastSaid(ctx, e, from)
	if err != nil || said.at > ms(e.Timestamp) {
		return err
	}
	return s.moveLink(ctx, e, from, was, to)
}

// alias folds a user into another one. Anybody can send an alias with the public
// key, so it must be signed: a token proves its own user and not the other one.
// An alias that would close a circle does nothing.
func (s *shardTx) alias(ctx context.Context, person *personRow, e *research.Event) error {
	from := research.UserKey(research.UserID(e.PreviousID))
	if from == person.Key || !e.MayFold(from) {
		return nil
	}
	now := link{person.Key, ms(e.Timestamp)}
	delete(s.unaliased, personID{e.Project, from})
	fresh, err := s.claimLink(ctx, e.Project, from, now)
	if err != nil {
		return err
	}
	if !fresh {
		return s.aliasAgain(ctx, person, e, from)
	}
	// Held before it is read who leads to it, so that nobody new does.
	if err := s.holdShard(ctx, from.Shard(e.Project)); err != nil {
		return err
	}
	for _, whoLeadsTo := range []string{
		"UPDATE links SET user_key = $3 WHERE project_id = $1 AND user_key = $2",
		"UPDATE former_links SET user_key = $3 WHERE project_id = $1 AND user_key = $2",
	} {
		if _, err := s.tx.ExecContext(ctx, whoLeadsTo, e.Project, from, person.Key); err != nil {
			return err
		}
	}
	return s.fold(ctx, e, from, person)
}

func (s *shardTx) aliasAgain(ctx context.Context, person *personRow, e *research.Event, from research.PersonKey) error {
	to, err := s.holdLink(ctx, e.Project, from)
	if err != nil || to.key == person.Key {
		return err
	}
	return s.moveLink(ctx, e, from, to.key, person.Key)
}
