package storetest

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	memory = "/dev/shm"
	room   = 1 << 30 // what a package's databases need, several times over
)

// useMemory has temporary files, the databases among them, in memory: on a disk
// it is the waiting for it, at each commit and new database, that tests take
// their time for. Benchmarks stay on the disk, which they measure.
func useMemory() (leave func() error, err error) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() != "" || !roomy(memory) {
		return func() error { return nil }, nil
	}
	if err := sweep(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(memory, "usercall-test-")
	if err != nil {
		return nil, err
	}
	own, err := lock(dir)
	if err == nil {
		err = errors.Join(os.Chmod(dir, 0o711), os.Setenv("TMPDIR", dir)) // PostgreSQL's account passes through
	}
	return func() error { return errors.Join(own.Close(), os.RemoveAll(dir)) }, err
}

func roomy(dir string) bool {
	var fs syscall.Statfs_t
	return syscall.Statfs(dir, &fs) == nil && uint64(fs.Bsize)*fs.Bavail >= room && syscall.Access(dir, 2) == nil
}

// sweep removes what test programs left that were killed: nobody holds its lock.
func sweep() error {
	left, err := filepath.Glob(memory + "/usercall-test-*")
	for _, dir := range left {
		if info, statErr := os.Stat(dir); statErr != nil || time.Since(info.ModTime()) < time.Minute {
			continue // gone, or so new that its owner may not have locked it yet
		}
		if held, lockErr := lock(dir); lockErr == nil {
			err = errors.Join(err, os.RemoveAll(dir), held.Close())
		}
	}
	return err
}

// lock takes a folder until it is closed or the process ends, however it does.
func lock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
