package trigger_test

// leads is where the events under an id belong that come at a position: replayed
// from the first event, for every question.
func (o *oracle) leads(id human, before int) human {
	at := map[human]human{}
	for _, e := range o.events[:before] {
		for _, j := range e.joins(at) {
			j.in(at)
		}
	}
	return whose(at, id)
}

func whose(at map[human]human, id human) human {
	if to, ok := at[id]; ok {
		return to
	}
	return id
}

// under is the id that an event came under.
func (e *said) under() human {
	if e.UserID != "" {
		return user(e.UserID)
	}
	return nobody(e.AnonymousID)
}

// join says that events of an id are a user's from here on.
type join struct {
	id, into human
	first    bool // it folds
}

// in moves the id, and the first time everybody who had become that person.
func (j join) in(at map[human]human) {
	for id, to := range at {
		if j.first && to == j.id {
			at[id] = j.into
		}
	}
	at[j.id] = j.into
}

// joins is what an event says of who is who.
func (e *said) joins(at map[human]human) (out []join) {
	if e.UserID == "" {
		return nil
	}
	into := whose(at, user(e.UserID))
	var ids []human
	if e.AnonymousID != "" {
		ids = append(ids, nobody(e.AnonymousID))
	}
	if e.Type == "alias" {
		ids = append(ids, nobody(e.PreviousID))
	}
	if e.Type == "alias" && e.signed() && user(e.PreviousID) != into { // else a circle
		ids = append(ids, user(e.PreviousID))
	}
	for i, id := range ids {
		_, again := at[id]
		out = append(out, join{id, into, !again && (i == 0 || id != ids[0])})
	}
	return out
}

// fold makes an event's joins true of all that came before it.
func (o *oracle) fold(e *said) {
	at := map[human]human{}
	for _, before := range o.events[:e.pos] {
		for _, j := range before.joins(at) {
			j.in(at)
		}
	}
	for _, j := range e.joins(at) {
		if j.first {
			for _, before := range o.events[:e.pos] {
				if before.owner == j.id {
					before.owner = j.into
				}
			}
			o.foldWaits(j.into, e.time)
		}
	}
	e.owner = o.leads(e.under(), e.pos)
}
