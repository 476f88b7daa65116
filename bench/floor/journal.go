package main

import (
	"os"
	"sync"
	"syscall"
)

// journal appends records, one a line, to a file. While one group of records
// goes to the disk the next collects, so nobody waits for company and everybody
// who came meanwhile shares one fdatasync.
type journal struct {
	file *os.File
	wake chan struct{}

	mu   sync.Mutex
	next *group
}

// group is the records of one write.
type group struct {
	buf  []byte
	done chan struct{}
	err  error
}

func newGroup(buf []byte) *group { return &group{buf: buf[:0], done: make(chan struct{})} }

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: f, wake: make(chan struct{}, 1), next: newGroup(nil)}
	go j.run()
	return j, nil
}

// append returns once the record is on the disk.
func (j *journal) append(record []byte) error {
	j.mu.Lock()
	g := j.next
	g.buf = append(append(g.buf, record...), '\n')
	j.mu.Unlock()
	select {
	case j.wake <- struct{}{}:
	default: // the writer knows already
	}
	<-g.done
	return g.err
}

func (j *journal) run() {
	var spare []byte
	for range j.wake {
		g := j.take(spare)
		if len(g.buf) > 0 {
			g.err = j.write(g.buf)
		}
		spare = g.buf
		close(g.done)
	}
}

// take closes the group that collected, and opens one in the buffer of the last.
func (j *journal) take(spare []byte) *group {
	j.mu.Lock()
	defer j.mu.Unlock()
	g := j.next
	j.next = newGroup(spare)
	return g
}

func (j *journal) write(b []byte) error {
	if _, err := j.file.Write(b); err != nil {
		return err
	}
	return syscall.Fdatasync(int(j.file.Fd()))
}
