package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/usercall/usercall/internal/store"
)

// server is a throwaway PostgreSQL on a port of its own. It syncs nothing to
// disk: a test that is about durability starts one of its own.
type server struct {
	dir  string
	port int
	cmd  *exec.Cmd
	own  *sql.DB // makes and drops databases
	log  *bytes.Buffer
	cred *syscall.Credential
}

var started *server

var startServer = sync.OnceValues(func() (*server, error) {
	s, err := newServer()
	if err != nil {
		return nil, err
	}
	started = s
	if err := s.exec("CREATE DATABASE template_usercall"); err != nil {
		return nil, err
	}
	db, err := store.Open(context.Background(), s.url("template_usercall"), Key)
	if err != nil {
		return nil, err
	}
	return s, db.Close()
})

func stopServer() error {
	if started == nil {
		return nil
	}
	err := errors.Join(started.own.Close(), started.cmd.Process.Signal(syscall.SIGQUIT)) // immediate: nothing in it is worth a checkpoint
	_ = started.cmd.Wait()                                                               // it was told to die: the status says just that
	return errors.Join(err, os.RemoveAll(started.dir))
}

func newServer() (*server, error) {
	bin, err := serverPrograms()
	if err != nil {
		return nil, err
	}
	s := &server{log: &bytes.Buffer{}}
	if s.dir, err = os.MkdirTemp("", "usercall-postgres-"); err != nil {
		return nil, err
	}
	if err := s.leaveRoot(); err != nil {
		return nil, err
	}
	if err := s.run(filepath.Join(bin, "initdb"), "-D", s.dir+"/data", "-U", "usercall", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return nil, err
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	if s.own, err = sql.Open("pgx", s.url("postgres")); err != nil {
		return nil, err
	}
	return s, s.start(filepath.Join(bin, "postgres"))
}

// serverPrograms finds the newest PostgreSQL, which Debian keeps off the PATH.
func serverPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		slices.Sort(found)
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("the tests need PostgreSQL's server programs: run `make deps`, or `apt-get install postgresql`")
}

// leaveRoot picks the account to run as: PostgreSQL refuses to be root.
func (s *server) leaveRoot() error {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		s.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(s.dir, uid, gid)
	}
	return errors.New("PostgreSQL will not run as root, and there is no account postgres or nobody to run it as")
}

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	cmd.Stdout, cmd.Stderr = s.log, s.log
	// Pdeathsig: a test program that is killed takes its server with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

func (s *server) run(name string, args ...string) error {
	if err := s.command(name, args...).Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, s.log)
	}
	return nil
}

func (s *server) start(program string) error {
	s.cmd = s.command(program, "-D", s.dir+"/data", "-p", strconv.Itoa(s.port), "-k", s.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off",
		"-c", "synchronous_commit=off", "-c", "max_connections=200", "-c", "autovacuum=off", "-c", "shared_buffers=64MB", "-c", "max_wal_size=128MB")
	if err := startFromLastingThread(s.cmd); err != nil {
		return err
	}
	for range 200 {
		if s.exec("SELECT 1") == nil {
			return nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	return fmt.Errorf("PostgreSQL did not start:\n%s", strings.TrimSpace(s.log.String()))
}

// startFromLastingThread starts cmd from a thread that stays: the kernel sends
// Pdeathsig when the starting thread ends, not when the process does.
func startFromLastingThread(cmd *exec.Cmd) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		result <- cmd.Start()
		select {}
	}()
	return <-result
}

func (s *server) exec(statement string) error {
	_, err := s.own.Exec(statement)
	return err
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://usercall@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
