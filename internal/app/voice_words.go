package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/session"
)

// hindsight hears a recording once more, to know when each word was said: who writes
// down a conversation while it runs often does not say. What it does not find out
// stays as it was, timed by where it stands in its turn.
type hindsight struct {
	room    *interview.Room
	files   record.Store
	stt     provider.STT // nil: nobody knows the times of words
	budget  func(research.ProjectID) *meter
	watcher session.Watcher
	log     *slog.Logger
}

// againWithin is how long one recording may take. A job has two minutes, and settling
// what was heard is the more important half of it.
const againWithin = time.Minute

// hear finds the times of all words that have none. Its error is of the store only:
// a service that fails holds no recording up. Done again, it does what is left.
func (h *hindsight) hear(ctx context.Context, rec research.Recording) error {
	if h.stt == nil {
		return nil
	}
	key := interview.Key{Project: rec.Project, ID: rec.Interview}
	turns, language, err := h.room.Untimed(ctx, key)
	if research.CodeOf(err) == research.NotFound || err == nil && len(turns) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	sound, err := h.files.Open(record.Key(rec.Key))
	if err != nil {
		return h.without(ctx, err)
	}
	err = h.all(ctx, key, turns, language, sound)
	return errors.Join(err, sound.Close())
}

// all ends with the first turn that cannot be heard: the next ones could not either.
func (h *hindsight) all(ctx context.Context, key interview.Key, turns []research.Turn, language string, sound *record.Audio) error {
	limited, cancel := context.WithTimeout(ctx, againWithin)
	defer cancel()
	budget := h.budget(key.Project)
	for _, t := range turns {
		words, err := h.one(limited, budget, t, language, sound)
		if err != nil {
			return h.without(ctx, err)
		}
		if err := h.room.KeepWords(ctx, key, t, words); err != nil {
			return err
		}
	}
	return nil
}

// one is when the words of a turn were said. Its time is reserved before it is heard.
func (h *hindsight) one(ctx context.Context, budget *meter, t research.Turn, language string, sound *record.Audio) (all []research.Word, err error) {
	from, to := time.Duration(*t.StartMS)*time.Millisecond, time.Duration(*t.EndMS)*time.Millisecond
	voice, err := sound.Participant(from, to)
	if err != nil || len(voice) == 0 {
		return nil, err
	}
	if budget.most > 0 {
		if err := budget.reserve(ctx, int((to-from+time.Second-1)/time.Second)); err != nil {
			return nil, err
		}
	}
	words, err := session.SecondPass(ctx, h.stt, language, voice, from)
	for _, w := range words {
		all = append(all, research.Word{Text: w.Text, Start: w.Start.Milliseconds(), End: w.End.Milliseconds()})
	}
	return all, err
}

// without goes on without the times of words, and says so. What was settled before,
// or lies with another node, is the next step's to say.
func (h *hindsight) without(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the program ends: the job is done again
	}
	switch research.CodeOf(err) {
	case research.NotFound, research.Conflict:
		return nil
	case research.Quota: // no service failed
	default:
		h.watcher.Failed("words", err)
	}
	h.log.Warn("when each word was said could not be found out; quotes are timed by where they stand in their answer", "code", research.CodeOf(err), "err", err)
	return nil
}
