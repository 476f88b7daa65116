package trigger

import "github.com/usercall/usercall/internal/research"

// joins is who is who in recorded events, which are taken in order: triggers.md
// §3. The store knows the same of live ones, whatever order they come in.
type joins struct {
	links map[research.PersonKey]research.PersonKey   // anonymous persons and aliased users to users
	led   map[research.PersonKey][]research.PersonKey // the other way; nil until a user is folded
}

// fold says that one person became part of another.
type fold struct{ from, into research.PersonKey }

// take is the person that an event belongs to, and who was folded by it.
func (j *joins) take(e *research.Event) (research.PersonKey, []fold) {
	owner := j.end(e.Person())
	if e.UserID == "" {
		return owner, nil
	}
	var folds []fold
	if e.AnonymousID != "" {
		folds = j.join(folds, e, research.AnonymousKey(e.AnonymousID), owner)
	}
	if e.Type == research.Alias {
		folds = j.join(folds, e, research.AnonymousKey(research.AnonymousID(e.PreviousID)), owner)
		folds = j.join(folds, e, research.UserKey(research.UserID(e.PreviousID)), owner)
	}
	return owner, folds
}

// end follows a link. One is enough: a user that is folded takes along all that
// leads to it.
func (j *joins) end(key research.PersonKey) research.PersonKey {
	if to, ok := j.links[key]; ok {
		return to
	}
	return key
}

// join leads from one key to a user. The first time folds; later ones move later
// events only, and one that would close a circle does nothing.
func (j *joins) join(folds []fold, e *research.Event, from, into research.PersonKey) []fold {
	if from == into || !e.MayFold(from) {
		return folds
	}
	was, again := j.links[from]
	if was == into {
		return folds
	}
	if !again {
		j.moveAll(from, into)
		folds = append(folds, fold{from, into})
	}
	j.lead(from, into)
	return folds
}

func (j *joins) lead(from, into research.PersonKey) {
	if j.links == nil {
		j.links = map[research.PersonKey]research.PersonKey{}
	}
	j.links[from] = into
	if j.led != nil {
		j.led[into] = append(j.led[into], from)
	}
}

// moveAll leads on what led to a user that is folded.
func (j *joins) moveAll(from, into research.PersonKey) {
	if !from.Identified() {
		return
	}
	if j.led == nil {
		j.led = map[research.PersonKey][]research.PersonKey{}
		for key, to := range j.links {
			j.led[to] = append(j.led[to], key)
		}
	}
	for _, key := range j.led[from] {
		if j.links[key] == from {
			j.lead(key, into)
		}
	}
	delete(j.led, from)
}
