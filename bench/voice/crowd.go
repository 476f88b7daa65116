package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// crowd is what many sessions cost: people who speak about half of the time. The
// services and the pages are in the same process, and in its figures.
func crowd(ctx context.Context, w *world, how amount) (string, error) {
	before := goroutines(w)
	var all []*caller
	defer func() {
		for _, c := range all {
			c.hangUp()
		}
	}()
	for range how.crowd {
		all = append(all, w.call("And what happened after that?"))
	}
	over, cancel := context.WithTimeout(ctx, how.lasts)
	defer cancel()
	cpu, begun := used(), time.Now()
	err := together(over, len(all), func(ctx context.Context, i int) error {
		return all[i].chat(ctx, time.Duration(i)*37*time.Millisecond)
	})
	cores := (used() - cpu).Seconds() / time.Since(begun).Seconds()
	if err != nil {
		return "", err
	}
	memory := resident()
	for _, c := range all {
		c.stop()
	}
	for _, c := range all {
		c.hangUp()
	}
	all = nil
	left, err := settled(ctx, w, before)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| sessions | seconds | cores, with services and pages | memory MiB, with both | goroutines left a second after the end |\n| ---: | ---: | ---: | ---: | ---: |\n")
	fmt.Fprintf(&b, "| %d | %.0f | %.2f | %d | %d |\n", how.crowd, how.lasts.Seconds(), cores, memory>>20, left)
	return b.String(), nil
}

// chat is somebody who speaks for four seconds whenever they are listened to.
func (c *caller) chat(ctx context.Context, later time.Duration) error {
	over := func(err error) error {
		if ctx.Err() != nil {
			return nil // it was long enough
		}
		return err
	}
	if err := sleep(ctx, later); err != nil {
		return over(err)
	}
	for {
		if err := c.until(ctx, "listening", c.listening); err != nil {
			return over(err)
		}
		c.speak(true)
		if err := sleep(ctx, 4*time.Second); err != nil {
			return over(err)
		}
		c.speak(false)
		if err := c.until(ctx, "a reply", func() bool { return !c.listening() && c.complete }); err != nil {
			return over(err)
		}
	}
}

// used is the CPU time of this process.
func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is the memory of this process, in bytes.
func resident() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// goroutines counts them, without those of connections that rest.
func goroutines(w *world) int {
	w.http.CloseIdleConnections()
	return runtime.NumGoroutine()
}

// settled is how many goroutines are more than before, after at most a second.
func settled(ctx context.Context, w *world, before int) (int, error) {
	for range 20 {
		if goroutines(w) <= before {
			return 0, nil
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return 0, err
		}
	}
	return max(goroutines(w)-before, 0), nil
}
