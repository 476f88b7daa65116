package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/usercall/usercall/internal/eventlog"
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
	if err := s.link(ctx, person, p); err != nil {
		return nil, nowhere, err
	}
	if err := s.learn(ctx, person, &p.Event); err != nil {
		return nil, nowhere, err
	}
	return &person.Person, nowhere, s.savePerson(ctx, p.Project, person)
}

// owner is the person an event belongs to as links stand. What the log noted of
// it says whether there can be a link at all.
func (s *shardTx) owner(ctx context.Context, p *trigger.Pending) (research.PersonKey, error) {
	key, news := p.Person(), eventlog.News(p.News)
	if key.Identified() && news&eventlog.Aliased == 0 || !key.Identified() && news&eventlog.Seen == 0 {
		return key, nil
	}
	to, err := s.linkOf(ctx, &p.Event, key)
	if err != nil || to.key == nobody {
		return key, err
	}
	return to.key, nil
}

// known is the person of that key as stored, empty where nobody is. Somebody new
// may turn out to be a user in this very moment.
func (s *shardTx) known(ctx context.Context, p *trigger.Pending, key research.PersonKey) (*personRow, error) {
	person, err := s.people(ctx, p.Project, key)
	if err != nil || person.stored {
		return person, err
	}
	to, err := s.firstSeen(ctx, &p.Event, key)
	if err != nil || to == nobody {
		return person, err
	}
	return s.people(ctx, p.Project, to)
}

// firstSeen makes an anonymous person known before anything is kept of them. It
// returns the user that somebody was joined to in this very moment.
func (s *shardTx) firstSeen(ctx context.Context, e *research.Event, key research.PersonKey) (research.PersonKey, error) {
	if key.Identified() { // there is no row before there is an alias
		to, err := s.linked(ctx, e.Project, key)
		return to.key, err
	}
	fresh, err := s.claimLink(ctx, e.Project, key, link{at: ms(e.Timestamp)})
	if err != nil || fresh {
		return nobody, err
	}
	to, err := s.holdLink(ctx, e.Project, key)
	return to.key, err
}

// forward hands an event to the shard of the person it turned out to belong to.
func (s *shardTx) forward(ctx context.Context, p *trigger.Pending, key research.PersonKey, shard int) error {
	_, err := s.tx.ExecContext(ctx, insertInbox,
		shard, p.Seq, int64(p.Project), string(key), nullBytes(p.TicketHash), p.News, eventlog.AppendRecord(nil, &p.Event))
	return err
}

func (p *personRow) see(e *research.Event) {
	at := ms(e.Timestamp)
	if !p.stored || at < p.first {
		p.first, p.changed = at, true
	}
	if at > p.last+eventlog.SeenStep || !p.stored {
		p.last, p.changed = max(at, p.last), true
	}
}

// fold makes a person part of a user: traits, contacts, invites,
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
