// Command floor is the least that a durable Segment-compatible server in Go can
// do: net/http, one decode with encoding/json, one append to a file shared by
// whoever waits, one fdatasync, 200.
//
// It keeps no index, removes no duplicates and decides nothing, so what a real
// server costs above it is the price of what that server adds. It is a yardstick
// for this machine at this moment; do not store anything with it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8090", "where it listens")
	file := flag.String("file", "floor.log", "the journal")
	key := flag.String("key", "floor", "the write key it accepts")
	flag.Parse()
	if err := serve(*addr, *file, *key); err != nil {
		log.Fatal("floor: ", err)
	}
}

func serve(addr, file, key string) error {
	j, err := openJournal(file)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/batch", batches(j, key))
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() { <-stop; _ = server.Close() }() // it is over either way
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// batch is what a server has to look at before it may say that it understood.
type batch struct {
	WriteKey string `json:"writeKey"`
	Batch    []struct {
		Type        string          `json:"type"`
		Event       string          `json:"event"`
		MessageID   string          `json:"messageId"`
		UserID      string          `json:"userId"`
		AnonymousID string          `json:"anonymousId"`
		Timestamp   string          `json:"timestamp"`
		Properties  json.RawMessage `json:"properties"`
		Traits      json.RawMessage `json:"traits"`
		Context     json.RawMessage `json:"context"`
	} `json:"batch"`
}

const maxBody = 500 << 10

func batches(j *journal, key string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if status := accept(j, key, r); status != http.StatusOK {
			http.Error(w, `{"success":false}`, status)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"success":true}`) // who is gone cannot be told
	}
}

func accept(j *journal, key string, r *http.Request) int {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return http.StatusRequestEntityTooLarge
	}
	var b batch
	if json.Unmarshal(body, &b) != nil || len(b.Batch) == 0 {
		return http.StatusBadRequest
	}
	if user, _, ok := r.BasicAuth(); !ok || user != key {
		return http.StatusUnauthorized
	}
	if err := j.append(body); err != nil {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}
