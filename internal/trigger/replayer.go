package trigger

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// PastStore is where a Replayer finds its work.
type PastStore interface {
	// Activations is the active triggers that are to be replayed and that nobody is
	// at.
	Activations(ctx context.Context, now time.Time) ([]Activation, error)
	// BeginReplay makes it this process's for a while, and deletes what an earlier
	// try, or version, left of runs. It is nil where somebody was quicker.
	BeginReplay(ctx context.Context, a Activation, now time.Time) (*Activation, error)
	// KeepReplay notes how far it is, and holds it longer. Like all that follow it
	// returns ErrOvertaken where another try began, or is to.
	KeepReplay(ctx context.Context, a Activation, p PastProgress, now time.Time) error
	// OpenPast begins to read the log.
	OpenPast(ctx context.Context, p research.ProjectID, n PastNeeds) (PastLog, error)
	// Decided is the events later than the floor whose match was decided already.
	Decided(ctx context.Context, a Activation) (map[int64]bool, error)
	// PutRuns writes runs down, of which nobody takes notice yet.
	PutRuns(ctx context.Context, a Activation, runs []PastRun) error
	// HandOver holds all shards, lets last apply what of the log is evaluated and
	// was not read, writes down what came of it, and makes the engine go by them from the
	// very next transaction. ErrBusy: nothing happened, and it can be tried again.
	HandOver(ctx context.Context, a Activation, log PastLog, now time.Time, last func(context.Context) (PastEnd, error)) error
}

// PastEnd is what the end of an activation writes down.
type PastEnd struct {
	Runs  []PastRun
	Waits []*research.Decision // for the log
}

// PastLog is the log of a project on its way into an activation.
type PastLog interface {
	// Total is about how many events there are to read, and Since the time of the
	// first that is looked at.
	Total() int
	Since() time.Time
	// Read gives the events that were not read yet, in the order of receipt, up to
	// the last one of which it is sure that it was evaluated. It returns how many
	// places of the log that were.
	Read(ctx context.Context, take func(*research.Event) error) (int, error)
}

// What a PastStore answers when it did nothing.
var (
	ErrOvertaken = errors.New("another try of the activation began")
	ErrBusy      = errors.New("the shards could not be held")
)

// PastProgress is how far an activation is, in events.
type PastProgress struct {
	Done, Total int
	Since       time.Time // of the first event looked at; zero: there is none
}

// Replayer makes the runs of triggers that became active out of stored events:
// triggers.md §7. It invites nobody. While it is at work the engine leaves those
// runs alone, and what arrives meanwhile it reads from the log, too.
type Replayer struct {
	Store  PastStore
	Engine *Engine
	Now    func() time.Time
	Log    *slog.Logger
	// Patience is how long after its activation every process knows of a trigger,
	// and leaves its runs alone.
	Patience time.Duration
	Changed  func(context.Context) error // is told when a trigger is ready
}

// Run replays what is to be replayed, until ctx ends.
func (r *Replayer) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := r.Once(ctx); err != nil && ctx.Err() == nil {
			r.Log.Error("stored events could not be replayed for a trigger; it will be tried again", "err", err)
		}
		rest(ctx, poll)
	}
}

// Once replays every activation that there is.
func (r *Replayer) Once(ctx context.Context) error {
	if !r.Engine.rules.Load().Replaying {
		return nil
	}
	all, err := r.Store.Activations(ctx, r.Now())
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := r.activate(ctx, a); err != nil && !errors.Is(err, ErrOvertaken) {
			return err
		}
	}
	return nil
}

// activate replays one, if this process knows its rule as it is.
func (r *Replayer) activate(ctx context.Context, a Activation) error {
	p := pass{rules: r.Engine.rules.Load()}
	rule := p.rule(a.Project, a.Trigger)
	if rule == nil || rule.Version != a.Version {
		return nil
	}
	begun, err := r.Store.BeginReplay(ctx, a, r.Now())
	if err != nil || begun == nil {
		return err
	}
	work := &replaying{Replayer: r, from: *begun, past: NewPast(rule, *begun), grace: p.grace(a.Project)}
	if rule.Stateless() {
		return work.handOver(ctx)
	}
	if work.log, err = r.Store.OpenPast(ctx, a.Project, work.past.Needs()); err != nil {
		return err
	}
	return work.run(ctx)
}

// replaying is one activation under way.
type replaying struct {
	*Replayer
	from  Activation
	past  *Past
	log   PastLog // nil: there is nothing to look at
	grace time.Duration
	done  int
	kept  time.Time // when progress was last noted
}

const (
	fewLeft    = 256 // places of the log that are left to the last transaction
	manyRounds = 50  // after which it takes more
	runsAtOnce = 256 // that one transaction writes
	keepEvery  = time.Second
)

func (w *replaying) run(ctx context.Context) error {
	if err := w.keep(ctx); err != nil {
		return err
	}
	if _, err := w.read(ctx); err != nil {
		return err
	}
	rest(ctx, w.from.Begun.Add(w.Patience).Sub(w.Now()))
	decided, err := w.Store.Decided(ctx, w.from)
	if err != nil {
		return err
	}
	w.past.Decided(decided)
	for round := 0; ; round++ {
		if err := w.write(ctx); err != nil {
			return err
		}
		n, err := w.read(ctx)
		if err != nil {
			return err
		}
		if n <= fewLeft || round == manyRounds {
			return w.handOver(ctx)
		}
	}
}

// read applies what of the log is evaluated.
func (w *replaying) read(ctx context.Context) (int, error) {
	n, err := w.log.Read(ctx, func(e *research.Event) error {
		w.done++
		if w.Now().Sub(w.kept) > keepEvery {
			if err := w.keep(ctx); err != nil {
				return err
			}
		}
		return w.past.Add(e)
	})
	if err != nil {
		return n, err
	}
	return n, w.past.Play(w.broken)
}

func (w *replaying) broken(seq int64, stack []byte) {
	w.Log.Error("a stored event could not be replayed and is left out", "seq", seq, "project", w.from.Project, "stack", string(stack))
}

func (w *replaying) keep(ctx context.Context) error {
	w.kept = w.Now()
	return w.Store.KeepReplay(ctx, w.from, PastProgress{w.done, max(w.done, w.log.Total()), w.log.Since()}, w.kept)
}

// write writes runs down, a few at once, and leaves room for ingest in between.
func (w *replaying) write(ctx context.Context) error {
	for few := range slices.Chunk(w.past.Changed(w.grace), runsAtOnce) {
		began := time.Now()
		if err := w.Store.PutRuns(ctx, w.from, few); err != nil {
			return err
		}
		rest(ctx, min(time.Since(began), longestRest))
		if w.Now().Sub(w.kept) > keepEvery {
			if err := w.keep(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// waitsLogged is how many waits of an activation the log of decisions has before
// they are decided: as many as a day has of a busy kind.
const waitsLogged = 200

// tries is how often the shards are asked for.
const tries = 20

func (w *replaying) handOver(ctx context.Context) (err error) {
	for range tries {
		err = w.Store.HandOver(ctx, w.from, w.log, w.Now(), w.last)
		if !errors.Is(err, ErrBusy) {
			break
		}
		rest(ctx, longestRest)
	}
	if err != nil || w.Changed == nil {
		return err
	}
	w.Engine.Wake()
	return w.Changed(ctx)
}

// last applies the end of the log, inside the transaction that hands over.
func (w *replaying) last(ctx context.Context) (end PastEnd, err error) {
	if w.log == nil {
		return end, nil
	}
	if _, err = w.log.Read(ctx, w.past.Add); err == nil {
		err = w.past.Play(w.broken)
	}
	return PastEnd{w.past.Changed(w.grace), w.past.Waits(waitsLogged)}, err
}
