package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
)

const (
	setEvery    = 10 * time.Minute // a key set is read again
	setAgain    = time.Minute      // at the soonest, also after a failure and for a kid that nobody knows
	setTimeout  = 5 * time.Second  // of reading one
	setPatience = time.Second      // that an event waits for it
)

// keySets reads the addresses at which customers publish identity keys: now and
// then, and when a token names a key that is not known.
type keySets struct {
	store interface {
		KeySets(ctx context.Context) ([]store.KeySet, error)
		RenewKeySet(ctx context.Context, s store.KeySet) error
	}
	read  func(ctx context.Context, url string, limit int) ([]byte, error)
	taken func(context.Context) error // what was stored is in force
	now   func() time.Time
	log   *slog.Logger

	mu    sync.Mutex
	looks map[research.ProjectID]*look
	work  sync.WaitGroup
}

// look is one reading of a key set for an event that waits.
type look struct {
	began time.Time
	done  chan struct{}   // closed when it has ended
	waits context.Context // ends with the patience of those who wait
}

// renewed reads a project's key set because a token names a key that is not known,
// and tells whether it is worth another look. At most once a minute, and nobody
// waits longer than a second after the reading began: anybody can make kids up.
func (k *keySets) renewed(s store.KeySet) bool {
	l := k.look(s)
	if l == nil {
		return false
	}
	select {
	case <-l.done:
		return true
	case <-l.waits.Done():
		return false
	}
}

// look begins a reading, or joins the one that is under way; nil: there was one a
// moment ago.
func (k *keySets) look(s store.KeySet) *look {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l := k.looks[s.Project]; l != nil && k.now().Sub(l.began).Abs() < setAgain {
		select {
		case <-l.done:
			return nil
		default:
			return l
		}
	}
	waits, release := context.WithTimeout(context.Background(), setPatience)
	l := &look{k.now(), make(chan struct{}), waits}
	if k.looks == nil {
		k.looks = map[research.ProjectID]*look{}
	}
	k.looks[s.Project] = l
	k.work.Go(func() {
		defer release()
		defer close(l.done)
		k.renew(context.Background(), s)
	})
	return l
}

// renew reads a key set again. What was found before stays where that fails, for
// store.UnreadLife.
func (k *keySets) renew(ctx context.Context, s store.KeySet) {
	found, err := k.find(ctx, s.Project, s.URL)
	if wrong := (*research.Error)(nil); errors.As(err, &wrong) {
		found.Wrong, err = wrong.Message, nil
	}
	if found.Wrong != "" && found.Wrong != s.Wrong {
		k.log.Warn("a key set cannot be used; the last known keys stay in force for a day after they were read", "project", s.Of, "reason", found.Wrong)
	}
	if err == nil {
		err = errors.Join(k.store.RenewKeySet(ctx, found), k.taken(ctx))
	}
	if err != nil && ctx.Err() == nil {
		k.log.Error("a key set could not be kept; it will be read again", "project", s.Of, "err", err)
	}
}

// find reads a key set.
func (k *keySets) find(ctx context.Context, p research.ProjectID, url string) (store.KeySet, error) {
	s := store.KeySet{Project: p, URL: url, Tried: k.now(), Read: k.now()}
	ctx, cancel := context.WithTimeout(ctx, setTimeout)
	defer cancel()
	document, err := k.read(ctx, url, identity.MaxSet)
	if err != nil {
		return s, err
	}
	all, err := identity.KeySet(document)
	for _, key := range all {
		s.Keys = append(s.Keys, store.IdentityKey{Project: p, KID: key.KID, Algorithm: string(key.Algorithm), PublicKey: key.PEM})
	}
	return s, err
}

// run reads every key set now and then until ctx ends.
func (k *keySets) run(ctx context.Context) {
	defer k.work.Wait()
	tick := time.NewTicker(setAgain)
	defer tick.Stop()
	for {
		k.readDue(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (k *keySets) readDue(ctx context.Context) {
	all, err := k.store.KeySets(ctx)
	if err != nil && ctx.Err() == nil {
		k.log.Error("key sets could not be looked up; it will be tried again", "err", err)
	}
	for _, s := range all {
		if age := k.now().Sub(s.Tried).Abs(); age >= setEvery || s.Wrong != "" && age >= setAgain {
			k.renew(ctx, s)
		}
	}
}

// SetKeySet says where a project's customer publishes identity keys, once what is
// there was read; "" is nowhere.
func (a *App) SetKeySet(ctx context.Context, p *research.Project, url string) (*report.KeySet, error) {
	found := store.KeySet{Project: p.ID}
	var err error
	if url != "" {
		found, err = a.keySets.find(ctx, p.ID, url)
	} else {
		err = a.provableWithout(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	if err := errors.Join(a.db.PutKeySet(ctx, found), a.catalog.refresh(ctx)); err != nil {
		return nil, err
	}
	return a.db.Reports().KeySet(ctx, p.ID)
}

// KeySetOf is where a project's customer publishes identity keys, and what was
// found there; empty where that is nowhere.
func (a *App) KeySetOf(ctx context.Context, p *research.Project) (report.KeySet, error) {
	set, err := a.db.Reports().KeySet(ctx, p.ID)
	if set == nil {
		set = &report.KeySet{}
	}
	return *set, err
}

// provableWithout tells why a project cannot be without its key set.
func (a *App) provableWithout(ctx context.Context, p *research.Project) error {
	all, err := a.db.Reports().Keys(ctx, p.ID)
	if err != nil || p.Settings.Identity == research.IdentityOff {
		return err
	}
	for _, k := range all {
		if k.Kind == research.KeyIdentity && k.Revoked.IsZero() {
			return nil
		}
	}
	return research.Errorf(research.Conflict, "Without this address no token could be checked, and browsers are asked for one. Ask for nothing first, or make an identity key.")
}
