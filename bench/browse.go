package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// browsing is how long answers to somebody who reads took: ms, sorted.
type browsing struct {
	person []float64 // the newest 50 events of one person, each time of another
	newest []float64 // the newest 50 events of all
}

// browse reads over the API for programs, some times each. Not everybody has
// events, where few are stored; somebody must.
func browse(ctx context.Context, s *subject, times int) (b browsing, err error) {
	r := rand.New(rand.NewPCG(1, 3))
	persons := func() string { return "limit=50&person=" + userID(r.IntN(people)) }
	if b.person, err = s.read50(ctx, times, persons); err != nil {
		return b, err
	}
	b.newest, err = s.read50(ctx, times, func() string { return "limit=50" })
	return b, err
}

func (s *subject) read50(ctx context.Context, times int, query func() string) (all []float64, err error) {
	rows := 0
	for range times {
		began := time.Now()
		n, err := s.countEvents(ctx, query())
		if err != nil {
			return nil, fmt.Errorf("ask for events: %w", err)
		}
		all, rows = append(all, milliseconds(time.Since(began))), rows+n
	}
	if rows == 0 {
		return nil, errors.New("events are stored, and none are listed")
	}
	slices.Sort(all)
	return all, nil
}

// countEvents asks for events and returns how many there were.
func (s *subject) countEvents(ctx context.Context, query string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/api/v1/events?"+query, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+s.apiKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	var answer struct{ Items []json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		return 0, errors.Join(errors.New(res.Status), err)
	}
	return len(answer.Items), nil
}
