package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// installation is usercall with its data, as its commands see it.
type installation struct{ program, dir, addr, database string }

func (p *installation) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := command(ctx, syscall.SIGTERM, p.program, args...)
	cmd.Env = append(os.Environ(), "USERCALL_ADDR="+p.addr, "USERCALL_DATA_DIR="+p.dir,
		"USERCALL_DATABASE_URL="+p.database, "USERCALL_LOG=warn")
	return cmd
}

// run runs a command to its end and returns what it printed.
func (p *installation) run(ctx context.Context, input string, args ...string) ([]byte, error) {
	cmd := p.command(ctx, args...)
	cmd.Stdin = strings.NewReader(input)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("usercall %s: %w\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return out, nil
}

// projectKeys is what a project is addressed by.
type projectKeys struct {
	Project  string `json:"project"`
	WriteKey string `json:"write_key"`
	APIKey   string `json:"api_key"`
}

func (p *installation) createProject(ctx context.Context) (k projectKeys, err error) {
	out, err := p.run(ctx, "", "project", "create", "--name", "bench", "--open", "--json")
	if err != nil {
		return k, err
	}
	return k, json.Unmarshal(out, &k)
}

func (p *installation) apply(ctx context.Context, project, file string) error {
	_, err := p.run(ctx, file, "apply", "-", "--project", project, "--activate")
	return err
}

func (p *installation) export(ctx context.Context, project string, since time.Time, each func([]byte)) error {
	cmd := p.command(ctx, "export", "events", "--project", project, "--since", since.UTC().Format(time.RFC3339Nano), "--format", "jsonl")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := eachLine(out, each); err != nil {
		_ = cmd.Cancel()
		_ = cmd.Wait()
		return err
	}
	return cmd.Wait()
}

// alive tells whether a server answers at all.
func alive(url string) bool {
	res, err := http.Get(url)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}
