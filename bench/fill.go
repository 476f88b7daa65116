package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// filling is how a server took many events.
type filling struct {
	name   string
	tenths []float64 // events a second, of each tenth
	kept   float64   // bytes an event
}

func (f filling) rate() float64 {
	sum := 0.0
	for _, r := range f.tenths {
		sum += 1 / r
	}
	return float64(len(f.tenths)) / sum
}

func (l *lab) growAll(ctx context.Context, subjects []*subject) (fills []filling, err error) {
	for _, s := range subjects {
		f, err := l.grow(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: store %d events: %w", s.name, l.scale.growTo, err)
		}
		fills = append(fills, f)
	}
	return fills, nil
}

// grow stores many events through the front door, and checks that they are there.
func (l *lab) grow(ctx context.Context, s *subject) (filling, error) {
	began := time.Now()
	f, crowd := filling{name: s.name}, newCrowd(l.scale.growTo, began)
	before, err := s.size(ctx)
	if err != nil {
		return f, err
	}
	for tenth := 1; tenth <= 10; tenth++ {
		rate, err := crowd.send(ctx, s, l.scale.growTo*tenth/10)
		if err != nil {
			return f, err
		}
		f.tenths = append(f.tenths, rate)
		l.say("  %s took %s events, the last of them at %s a second", s.name, figure(float64(crowd.sent)), figure(rate))
	}
	if err := l.drain(ctx, s); err != nil {
		return f, err
	}
	after, err := s.size(ctx)
	if err != nil {
		return f, err
	}
	f.kept = float64(after-before) / float64(crowd.sent)
	return f, storedOnce(ctx, s, crowd.run, crowd.sent, began)
}

// crowd makes short events, which cost us little to make: no context, two
// properties, names that no trigger waits for, a hundred of a person, in turn from
// so many browsers that usercall cannot remember those that came before them.
type crowd struct {
	run   string
	users int
	each  int // browsers of a person
	sent  int
	r     *rand.Rand
}

// crowdBrowsers is how many a crowd has at least.
const crowdBrowsers = 1_000_000

func newCrowd(events int, now time.Time) *crowd {
	users := max(people, events/100)
	return &crowd{run: fmt.Sprintf("%x", now.UnixNano()), users: users, each: max(10, crowdBrowsers/users), r: rand.New(rand.NewPCG(1, 2))}
}

// maxGrowth is how many events the numbers in their ids can tell apart.
const maxGrowth = 99_999_999

// chunk is how many events are made and in memory at a time.
const chunk = 100_000

// send sends events in batches of 100 until there are total, and returns how many
// were taken a second while any were under way.
func (c *crowd) send(ctx context.Context, s *subject, total int) (rate float64, err error) {
	first, took := c.sent, time.Duration(0)
	for c.sent < total {
		now := time.Now().UTC()
		f, err := drive(ctx, s, batches(c.events(min(chunk, total-c.sent), now), 100, now), 16, nil)
		if err != nil {
			return 0, err
		}
		took += f.took
	}
	return float64(total-first) / took.Seconds(), nil
}

func (c *crowd) events(n int, now time.Time) [][]byte {
	at := now.Format("2006-01-02T15:04:05.000Z07:00")
	all := make([][]byte, n)
	for i := range all {
		user, browser := c.r.IntN(c.users), c.r.IntN(c.each)
		all[i] = fmt.Appendf(nil, `{"messageId":%q,"type":"track","event":"%s %s","userId":"%s","anonymousId":"%s","timestamp":"%s","properties":{"plan":"%s","seats":%d}}`,
			messageID(c.run, c.sent), pick(c.r, nouns), pick(c.r, verbs[6:]), userID(user), browserID(uint32(user), uint64(user+browser*c.users)), at, pick(c.r, plans), c.r.IntN(200))
		c.sent++
	}
	return all
}
