package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// personID is the key of a person's row.
type personID struct {
	project research.ProjectID
	key     research.PersonKey
}

// personRow is a person with the columns that only the store needs. Its traits
// are decoded when somebody asks for them: most events do not.
type personRow struct {
	research.Person
	packed      string // traits as stored, while Traits is nil
	stored      bool
	changed     bool
	groupAt     int64
	first, last int64
}

// traits decodes the traits.
func (p *personRow) traits() (research.Traits, error) {
	if p.Traits != nil {
		return p.Traits, nil
	}
	p.Traits = research.Traits{}
	if p.packed == "" {
		return p.Traits, nil
	}
	return p.Traits, json.Unmarshal([]byte(p.packed), &p.Traits)
}

// pack is the traits as they are stored.
func (p *personRow) pack() (string, error) {
	if p.Traits == nil {
		return cmp.Or(p.packed, "{}"), nil
	}
	packed, err := json.Marshal(p.Traits)
	return string(packed), err
}

// nowhere says that a person lives in the shard at hand.
const nowhere = -1

// Identify implements trigger.Shard: it is the one place where the program
// learns who is who.
func (s *shardTx) Identify(ctx context.Context, p *trigger.Pending) (trigger.Identity, error) {
	s.folded = nil
	person, elsewhere, err := s.identify(ctx, p)
	who := trigger.Identity{Person: person, Elsewhere: elsewhere, Folded: s.folded}
	if err == nil && elsewhere == nowhere {
		who.Again, err = s.again(ctx, &p.Event, person.Key)
	}
	return who, err
}

func (s *shardTx) identify(ctx context.Context, p *trigger.Pending) (*research.Person, int, error) {
	ahead, shard, err := s.linkAhead(ctx, p)
	if err != nil {
		return nil, nowhere, err
	}
	if shard != nowhere {
		return nil, shard, s.forward(ctx, p, ahead, shard)
	}
	key, err := s.owner(ctx, p)
	if err != nil {
		return nil, nowhere, err
	}
	person, err := s.known(ctx, p, key)
	if err != nil {
		return nil, nowhere, err
	}
	home := person.Key.Shard(p.Project)
	here, err := s.takes(ctx, p, home)
	if err == nil && here && !s.holds(home) && !person.changed { // it was read before it was held
		was := person.Key
		delete(s.people, personID{p.Project, was})
		if person, err = s.known(ctx, p, was); err == nil && person.Key != was {
			return s.identify(ctx, p)
		}
	}
	if err != nil {
		return nil, nowhere, err
	}
	if !here {
		return nil, home, s.forward(ctx, p, person.Key, home)
	}
	person.see(&p.Event)
	if err := s.link(ctx, person, p); err != nil {
		return nil, nowhere, err
	}
	if err := s.learn(ctx, person, &p.Event); err != nil {
		return nil, nowhere, err
	}
	if s.db.log.asks(&p.Event) {
		_, err = person.traits()
	}
	return &person.Person, nowhere, err
}

// takes tells whether an event can be evaluated here and now, though its person
// may live in another shard: it must come after what waits there, and before what
// follows it here.
func (s *shardTx) takes(ctx context.Context, p *trigger.Pending, home int) (bool, error) {
	if s.holds(home) {
		return s.whole || home == p.Filed.Shard(p.Project), nil
	}
	var got, earlier int
	err := s.tx.QueryRowContext(ctx, "SELECT shard FROM shards WHERE shard = $1"+s.db.skipRow, home).Scan(&got)
	if errors.Is(err, sql.ErrNoRows) { // somebody else is at it
		return false, nil
	}
	if err == nil {
		err = s.tx.QueryRowContext(ctx, "SELECT count(*) FROM inbox WHERE shard = $1 AND seq < $2", home, p.Seq).Scan(&earlier)
	}
	return earlier == 0, err
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
	person, err := s.person(ctx, p.Project, key)
	if err != nil || person.stored {
		return person, err
	}
	to, err := s.firstSeen(ctx, &p.Event, key)
	if err != nil || to == nobody {
		return person, err
	}
	return s.person(ctx, p.Project, to)
}

// firstSeen makes an anonymous person known before anything is kept of them. It
// returns the user that somebody was joined to in this very moment.
func (s *shardTx) firstSeen(ctx context.Context, e *research.Event, key research.PersonKey) (research.PersonKey, error) {
	if key.Identified() { // there is no row before there is an alias
		if s.unaliased[personID{e.Project, key}] {
			return nobody, nil
		}
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
	s.folded = append(s.folded, trigger.Folded{From: from, Into: into.Key})
	delete(s.settled, personID{e.Project, into.Key}) // decisions come along
	delete(s.unmet, personID{e.Project, into.Key})   // and invites
	old, err := s.person(ctx, e.Project, from)
	if err != nil || !old.stored && !old.changed {
		return err
	}
	if err := foldTraits(into, old); err != nil {
		return err
	}
	s.people[personID{e.Project, from}] = &personRow{Person: research.Person{Key: from}}
	if old.groupAt > into.groupAt {
		into.Group, into.groupAt = old.Group, old.groupAt
	}
	if !into.stored && !into.changed {
		into.first, into.last = old.first, old.last
	}
	into.first, into.last, into.changed = min(into.first, old.first), max(into.last, old.last), true
	if _, err := s.tx.ExecContext(ctx, "DELETE FROM people WHERE project_id = $1 AND user_key = $2", e.Project, from); err != nil {
		return err
	}
	if err := s.db.foldInvites(ctx, s.tx.Tx, e.Project, from, into.Key, e.ReceivedAt); err != nil {
		return err
	}
	if err := foldInterviews(ctx, s.tx.Tx, e.Project, from, into.Key); err != nil {
		return err
	}
	if err := s.saveDecisions(ctx); err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, "UPDATE decisions SET user_key = $3 WHERE project_id = $1 AND user_key = $2", e.Project, from, into.Key)
	return err
}

func foldTraits(into, old *personRow) error {
	mine, err := into.traits()
	if err != nil {
		return err
	}
	others, err := old.traits()
	mine.Fold(others)
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
		if !e.MayTeach(person.Key) {
			return nil
		}
		traits, err := person.traits()
		if err != nil {
			return err
		}
		traits.Set(e.Traits, e.Timestamp, e.Seq)
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
	g, err := s.group(ctx, e.Project, e.GroupID)
	if err != nil {
		return err
	}
	g.traits.Set(e.Traits, e.Timestamp, e.Seq)
	g.changed = true
	return nil
}

// person reads a person, once in a transaction.
func (s *shardTx) person(ctx context.Context, project research.ProjectID, key research.PersonKey) (*personRow, error) {
	id := personID{project, key}
	if p := s.people[id]; p != nil {
		return p, nil
	}
	p := &personRow{Person: research.Person{Key: key}}
	err := s.tx.QueryRowContext(ctx, selectPerson, int64(project), string(key)).Scan(&p.packed, &p.Group, &p.groupAt, &p.first, &p.last)
	switch {
	case err == nil:
		p.stored = true
	case !errors.Is(err, sql.ErrNoRows):
		return nil, err
	}
	s.people[id] = p
	return p, nil
}

// savePeople writes down what was learned of people, in the order of their keys,
// so that nodes do not wait for each other in a circle.
func (s *shardTx) savePeople(ctx context.Context) error {
	var changed []personID
	for id, p := range s.people {
		if p.changed {
			changed = append(changed, id)
		}
	}
	slices.SortFunc(changed, comparePeople)
	if len(changed) == 0 {
		return nil
	}
	if err := s.db.bulk.upsertPeople(ctx, s.tx, changed, s.people); err != nil {
		return err
	}
	for _, id := range changed {
		s.people[id].stored, s.people[id].changed = true, false
	}
	return nil
}
