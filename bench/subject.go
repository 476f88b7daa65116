package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// subject is a server under measurement.
type subject struct {
	name      string
	addr, key string
	apiKey    string                               // "": it has no API
	size      func(context.Context) (int64, error) // of its data, without logs that are written again from their start
	launch    func(context.Context) (*process, error)
	read      func(ctx context.Context, since time.Time, each func(line []byte)) error // what it stored, an event or a batch a line
	undecided func(context.Context) (int, error)                                       // events that wait for their triggers; nil: nobody looks

	apply func(ctx context.Context, file string) error // a study of its project, by the command

	driver, source string // of its database, to look into; "": it has none

	server   *process
	database *postgres // nil: none
}

// up starts the server and returns once it takes events, and how long that took.
func (s *subject) up(ctx context.Context) (time.Duration, error) {
	var err error
	if s.server, err = s.launch(ctx); err != nil {
		return 0, err
	}
	err = s.server.await(ctx, pollEvery, func() bool { return s.takes(ctx) })
	return time.Since(s.server.begun), err
}

// pollEvery bounds how exactly a start is measured.
const pollEvery = 2 * time.Millisecond

// takes tells whether a batch is answered with 200.
func (s *subject) takes(ctx context.Context) bool {
	conn, err := dial(ctx, s.addr, s.key)
	if err != nil {
		return false
	}
	defer conn.close()
	m := mix{run: fmt.Sprintf("probe-%x", time.Now().UnixNano()), now: time.Now().UTC(), users: 1}
	return conn.send(batches(m.events(1), 1, m.now)[0]) == nil
}

func (s *subject) down() {
	if s.server != nil {
		s.server.stop()
		s.server = nil
	}
}

// usage is what the server and its database used.
func (s *subject) usage() (usage, error) {
	roots := []int{s.server.cmd.Process.Pid}
	if s.database != nil {
		roots = append(roots, s.database.cmd.Process.Pid)
	}
	return usageOf(roots...)
}

// floor is the floor program with a journal of its own.
func (l *lab) floor() (*subject, error) {
	dir, addr, err := l.place("floor")
	if err != nil {
		return nil, err
	}
	journal := filepath.Join(dir, "journal")
	s := &subject{name: "floor", addr: addr, key: "floor", size: sizeOf(dir)}
	s.launch = func(ctx context.Context) (*process, error) {
		return start(command(ctx, syscall.SIGTERM, l.program("floor"), "-addr", addr, "-file", journal, "-key", s.key), l.dir)
	}
	s.read = func(_ context.Context, _ time.Time, each func([]byte)) error {
		f, err := os.Open(journal)
		if err != nil {
			return err
		}
		defer f.Close()
		return eachLine(f, each)
	}
	return s, nil
}

// sqlite is usercall on SQLite, with a project and these studies, else the bench's.
func (l *lab) sqlite(ctx context.Context, files ...string) (*subject, error) {
	return l.usercall(ctx, "usercall, SQLite", "", files)
}

// postgres is usercall on a database of the lab's PostgreSQL server, whose work
// counts as the server's.
func (l *lab) postgres(ctx context.Context, files ...string) (*subject, error) {
	server, err := l.database(ctx)
	if err != nil {
		return nil, err
	}
	url, err := server.database(ctx)
	if err != nil {
		return nil, err
	}
	s, err := l.usercall(ctx, "usercall, PostgreSQL", url, files)
	if err != nil {
		return nil, err
	}
	s.database, s.size = server, sizeOf(filepath.Join(server.dir, "data", "base"))
	return s, nil
}

func (l *lab) usercall(ctx context.Context, name, database string, files []string) (*subject, error) {
	if len(files) == 0 {
		files = studies()
	}
	dir, addr, err := l.place("usercall")
	if err != nil {
		return nil, err
	}
	p := &installation{program: l.program("usercall"), dir: dir, addr: addr, database: database}
	keys, err := p.createProject(ctx)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := p.apply(ctx, keys.Project, file); err != nil {
			return nil, err
		}
	}
	s := &subject{name: name, addr: addr, key: keys.WriteKey, apiKey: keys.APIKey}
	s.launch = func(ctx context.Context) (*process, error) { return start(p.command(ctx, "serve"), l.dir) }
	s.read = func(ctx context.Context, since time.Time, each func([]byte)) error {
		return p.export(ctx, keys.Project, since, each)
	}
	s.apply = func(ctx context.Context, file string) error { return p.apply(ctx, keys.Project, file) }
	driver, source := "pgx", database
	if database == "" {
		driver, source = "sqlite", "file:"+filepath.Join(dir, "usercall.db")+"?mode=ro"
		s.size = pages(source)
	}
	s.driver, s.source, s.undecided = driver, source, undecided(driver, source)
	return s, nil
}
