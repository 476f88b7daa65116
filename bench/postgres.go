package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postgres is a throwaway server with PostgreSQL's own settings: it syncs what it
// commits, checkpoints and vacuums as anybody's would.
type postgres struct {
	*process
	bin, dir   string
	host, port string
	credential *syscall.Credential // nil: ours
	databases  int
}

// startPostgres makes a cluster in dir, a folder that is not there yet, and
// starts a server on it.
func startPostgres(ctx context.Context, dir string) (_ *postgres, err error) {
	s := &postgres{dir: dir}
	if s.bin, err = postgresPrograms(); err != nil {
		return nil, err
	}
	if err := s.makeFolder(); err != nil {
		return nil, err
	}
	if err := s.run(ctx, "initdb", "-D", dir+"/data", "-U", "usercall", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"); err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	if s.host, s.port, err = net.SplitHostPort(addr); err != nil {
		return nil, err
	}
	return s, s.start(ctx)
}

func (s *postgres) start(ctx context.Context) (err error) {
	// SIGINT is a fast shutdown: it does not wait for the last client.
	cmd := s.command(ctx, "postgres", "-D", s.dir+"/data", "-p", s.port, "-k", s.dir, "-c", "listen_addresses="+s.host)
	if s.process, err = start(cmd, filepath.Dir(s.dir)); err != nil {
		return err
	}
	err = s.await(ctx, 50*time.Millisecond, func() bool { return s.run(ctx, "pg_isready", "-h", s.host, "-p", s.port) == nil })
	if err != nil {
		s.stop()
	}
	return err
}

// database makes an empty database and returns its URL.
func (s *postgres) database(ctx context.Context) (string, error) {
	s.databases++
	name := fmt.Sprintf("bench_%d", s.databases)
	if err := s.run(ctx, "createdb", "-h", s.host, "-p", s.port, "-U", "usercall", name); err != nil {
		return "", err
	}
	return fmt.Sprintf("postgres://usercall@%s/%s?sslmode=disable", net.JoinHostPort(s.host, s.port), name), nil
}

func (s *postgres) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := command(ctx, syscall.SIGINT, filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr.Credential = s.credential
	return cmd
}

func (s *postgres) run(ctx context.Context, program string, args ...string) error {
	if out, err := s.command(ctx, program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, out)
	}
	return nil
}

// makeFolder makes the folder, and picks the account: PostgreSQL refuses to be
// root.
func (s *postgres) makeFolder() error {
	if err := os.Mkdir(s.dir, 0o700); err != nil || os.Getuid() != 0 {
		return err
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUser := strconv.Atoi(u.Uid)
		gid, errGroup := strconv.Atoi(u.Gid)
		s.credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return errors.Join(errUser, errGroup, os.Chown(s.dir, uid, gid))
	}
	return errors.New("PostgreSQL will not run as root, and there is no account postgres or nobody to run it as")
}

// postgresPrograms is the folder of the newest PostgreSQL, which Debian keeps off
// the PATH.
func postgresPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return postgresVersion(a) - postgresVersion(b) })
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("PostgreSQL's server programs are not here: run `make deps`, or `apt-get install postgresql`")
}

// postgresVersion is the 15 of /usr/lib/postgresql/15/bin/initdb.
func postgresVersion(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // the pattern found it: there is a fifth part
	return n
}
