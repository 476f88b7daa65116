package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// personRow is a person with the columns that only the store needs.
type personRow struct {
	research.Person
	stored      bool
	changed     bool
	groupAt     int64
	first, last int64
}

// nowhere says that a person lives in the shard at hand.
const nowhere = -1

// seenStep is how old last_seen may get before an event that changes nothing
// else is worth a write, in milliseconds.
const seenStep = 10 * 60 * 1000

// Identify implements trigger.Shard: it is the one place where the program
// learns who is who.
func (s *shardTx) Identify(ctx context.Context, p *trigger.Pending) (*research.Person, int, error) {
	key, err := s.owner(ctx, p)
	if err != nil {
		return nil, nowhere, err
	}
	person, err := s.known(ctx, p, key)
	if err != nil {
		return nil, nowhere, err
	}
	if home := person.Key.Shard(p.Project); home != s.shard {
		return nil, home, s.forward(ctx, p, person.Key, home)
	}
	person.see(&p.Event)
	if err := s.link(ctx, person, &p.Event); err != nil {
		return nil, nowhere, err
	}
	if err := s.learn(ctx, person, &p.Event); err != nil {
		return nil, nowhere, err
	}
	return &person.Person, nowhere, s.savePerson(ctx, p.Project, person)
}

// known is the person of that key as stored, empty where nobody is. An anonymous
// person who is new may turn out to be a user in this very moment.
func (s *shardTx) known(ctx context.Context, p *trigger.Pending, key research.PersonKey) (*personRow, error) {
	person, err := s.people(ctx, p.Project, key)
	if err != nil || person.stored || key.Identified() {
		return person, err
	}
	user, err := s.firstSeen(ctx, &p.Event)
	if err != nil || user == nobody {
		return person, err
	}
	return s.people(ctx, p.Project, user)
}

// owner is the person an event belongs to as links stand: its user, else the
// user its anonymousId is linked to, else the anonymous person.
func (s *shardTx) owner(ctx context.Context, p *trigger.Pending) (research.PersonKey, error) {
	key := p.Person()
	if p.UserID != "" {
		return key, nil
	}
	linked, err := s.linked(ctx, p.Project, p.AnonymousID)
	if linked != "" {
		key = linked
	}
	return key, err
}

// firstSeen makes an anonymous person known before anything is kept of them, or
// returns the user that somebody linked them to in this very moment.
func (s *shardTx) firstSeen(ctx context.Context, e *research.Event) (research.PersonKey, error) {
	fresh, err := s.claimLink(ctx, e, e.AnonymousID, nobody)
	if err != nil || fresh {
		return nobody, err
	}
	return s.holdLink(ctx, e.Project, e.AnonymousID)
}

func (s *shardTx) linked(ctx context.Context, project research.ProjectID, id research.AnonymousID) (key research.PersonKey, err error) {
	err = s.tx.QueryRowContext(ctx, selectLink, project, string(id)).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return key, err
}

// forward hands an event to the shard of the person it turned out to belong to.
func (s *shardTx) forward(ctx context.Context, p *trigger.Pending, key research.PersonKey, shard int) error {
	_, err := s.tx.ExecContext(ctx, insertInbox,
		shard, p.Seq, p.Project, key, nullBytes(p.TicketHash))
	return err
}

func (p *personRow) see(e *research.Event) {
	at := ms(e.Timestamp)
	if !p.stored || at < p.first {
		p.first, p.changed = at, true
	}
	if at > p.last+seenStep || !p.stored {
		p.last, p.changed = max(at, p.last), true
	}
}

// link joins an event's anonymousId, or an alias's previousId, to its user.
func (s *shardTx) link(ctx context.Context, person *personRow, e *research.Event) error {
	if e.UserID == "" {
		return nil
	}
	ids := []research.AnonymousID{e.AnonymousID}
	if e.Type == research.Alias {
		ids = append(ids, research.AnonymousID(e.PreviousID))
	}
	for _, id := range ids {
		if id == "" || research.UserKey(research.UserID(id)) == person.Key {
			continue
		}
		if err := s.linkOne(ctx, person, e, id); err != nil {
			return err
		}
	}
	return nil
}

// linkOne links one anonymousId. The first link folds the anonymous person in; a
// later one to another user moves later events only: triggers.md §3.
func (s *shardTx) linkOne(ctx context.Context, person *personRow, e *research.Event, id research.AnonymousID) error {
	linked, err := s.linked(ctx, e.Project, id)
	if err != nil || linked == person.Key {
		return err
	}
	fresh, err := s.claimLink(ctx, e, id, person.Key)
	if err != nil || fresh { // nobody of that id was ever seen: nothing to fold
		return err
	}
	linked, err = s.holdLink(ctx, e.Project, id)
	if err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, `UPDATE links SET user_key = $3, linked_at = $4
		WHERE project_id = $1 AND anonymous_id = $2 AND (user_key = '' OR linked_at <= $4)`, e.Project, string(id), person.Key, ms(e.Timestamp))
	if err != nil || linked != nobody {
		return err
	}
	return s.fold(ctx, e, research.AnonymousKey(id), person)
}

// nobody stands in the link of an anonymousId that was seen and has no user.
const nobody = research.PersonKey("")

// claimLink makes the link row of an anonymousId and tells whether it is new.
// The row is where two transactions meet that see one id for the first time,
// one with a user and one without: the second waits for the first.
func (s *shardTx) claimLink(ctx context.Context, e *research.Event, id research.AnonymousID, key research.PersonKey) (bool, error) {
	res, err := s.tx.ExecContext(ctx, insertLink, e.Project, string(id), key, ms(e.Timestamp))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// holdLink reads a link that is there and keeps others from changing it.
func (s *shardTx) holdLink(ctx context.Context, project research.ProjectID, id research.AnonymousID) (key research.PersonKey, err error) {
	err = s.tx.QueryRowContext(ctx, selectLink+s.db.lockRow, project, string(id)).Scan(&key)
	return key, err
}

// fold makes an anonymous person part of a user: traits, contacts, invites,
// decisions and interviews. Its shard is held too; where another holds it the
// database breaks the tie and the transaction is run again.
func (s *shardTx) fold(ctx context.Context, e *research.Event, from research.PersonKey, into *personRow) error {
	if err := s.holdShard(ctx, from.Shard(e.Project)); err != nil {
		return err
	}
	old, err := s.people(ctx, e.Project, from)
	if err != nil || !old.stored {
		return err
	}
	into.Traits.Fold(old.Traits)
	if old.groupAt > into.groupAt {
		into.Group, into.groupAt = old.Group, old.groupAt
	}
	into.first, into.changed = min(into.first, old.first), true
	if _, err := s.tx.ExecContext(ctx, "DELETE FROM people WHERE project_id = $1 AND user_key = $2", e.Project, from); err != nil {
		return err
	}
	if err := s.db.foldInvites(ctx, s.tx.Tx, e.Project, from, into.Key, e.ReceivedAt); err != nil {
		return err
	}
	if err := foldInterviews(ctx, s.tx.Tx, e.Project, from, into.Key); err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, "UPDATE decisions SET user_key = $3 WHERE project_id = $1 AND user_key = $2", e.Project, from, into.Key)
	return err
}

func (s *shardTx) holdShard(ctx context.Context, shard int) error {
	var got int
	return s.tx.QueryRowContext(ctx, "SELECT shard FROM shards WHERE shard = $1"+s.db.lockRow, shard).Scan(&got)
}

// learn merges what an identify or group message says.
func (s *shardTx) learn(ctx context.Context, person *personRow, e *research.Event) error {
	switch e.Type {
	case research.Identify:
		person.Traits.Set(e.Traits, e.Timestamp, e.Seq)
		person.changed = true
	case research.Group:
		if e.GroupID == "" {
			return nil
		}
		if at := ms(e.Timestamp); at >= person.groupAt {
			person.Group, person.groupAt, person.changed = e.GroupID, at, true
		}
		return s.learnGroup(ctx, e)
	}
	return nil
}

func (s *shardTx) learnGroup(ctx context.Context, e *research.Event) error {
	traits, err := s.groupTraits(ctx, e.Project, e.GroupID)
	if err != nil {
		return err
	}
	traits.Set(e.Traits, e.Timestamp, e.Seq)
	packed, err := json.Marshal(traits)
	if err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, `INSERT INTO group_traits (project_id, group_id, traits) VALUES ($1, $2, $3)
		ON CONFLICT (project_id, group_id) DO UPDATE SET traits = excluded.traits`, e.Project, e.GroupID, string(packed))
	return err
}

// groupTraits reads a group's traits and keeps others from changing them: people
// of one group live in many shards.
func (s *shardTx) groupTraits(ctx context.Context, project research.ProjectID, group string) (research.Traits, error) {
	traits := research.Traits{}
	var packed string
	err := s.tx.QueryRowContext(ctx, "SELECT traits FROM group_traits WHERE project_id = $1 AND group_id = $2"+s.db.lockRow,
		project, group).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return traits, nil
	}
	return traits, errors.Join(err, json.Unmarshal([]byte(packed), &traits))
}

func (s *shardTx) savePerson(ctx context.Context, project research.ProjectID, p *personRow) error {
	if !p.changed {
		return nil
	}
	traits, err := json.Marshal(p.Traits)
	if err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, upsertPerson,
		project, p.Key, string(traits), p.Group, p.groupAt, p.first, p.last)
	return err
}
