package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/store/storetest"
)

// program is a running usercall, built from this tree.
type program struct {
	t         *testing.T
	binary    string
	dir       string
	addr      string
	env       []string // settings beyond the address and the folder
	product   string   // address of Northdesk
	cmd       *exec.Cmd
	out       *output
	dashboard string // one-time link
}

// output collects what the program prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// newProgram is the program as this tree has it; its data is in a folder of the
// test.
func newProgram(t *testing.T) *program {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, dir: filepath.Join(t.TempDir(), "data"), binary: binary,
		addr: "127.0.0.1:" + freePort(t), product: "localhost:" + freePort(t)}
	t.Cleanup(func() { p.stop(syscall.SIGKILL) })
	return p
}

// built is the program's binary, made once.
var built = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(scratch, "usercall")
	build := exec.Command("go", "build", "-o", binary, "./cmd/usercall")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

// scratch holds what all tests share.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "usercall-e2e-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	status := storetest.Run(m)
	os.RemoveAll(dir)
	os.Exit(status)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

var signInLink = regexp.MustCompile(`http://\S+/signin/\S+`)

// demo starts `usercall demo` and waits until it has printed its links.
func (p *program) demo(args ...string) {
	p.t.Helper()
	p.out = &output{}
	p.cmd = p.command(append([]string{"demo", "--product", p.product}, args...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if link := signInLink.FindString(p.out.String()); link != "" {
			p.dashboard = link
			return
		}
		if p.cmd.ProcessState != nil {
			break
		}
	}
	p.t.Fatalf("the demo did not start:\n%s", p.out)
}

// serve starts `usercall serve` and waits until it answers.
func (p *program) serve() {
	p.t.Helper()
	p.out = &output{}
	p.cmd = p.command("serve")
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		res, err := http.Get("http://" + p.addr + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
	}
	p.t.Fatalf("the server did not start:\n%s", p.out)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.binary, args...)
	cmd.Env = append(os.Environ(), "USERCALL_ADDR="+p.addr, "USERCALL_DATA_DIR="+p.dir, "USERCALL_LOG=warn")
	cmd.Env = append(cmd.Env, p.env...)
	return cmd
}

// stop sends a signal and waits for the end.
func (p *program) stop(s os.Signal) {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(s) // it may have ended already
	_ = p.cmd.Wait()            // its status says how we ended it
	p.cmd = nil
}

// endCleanly ends the program as Ctrl-C does and expects it to agree.
func (p *program) endCleanly() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("Ctrl-C ended it with %v:\n%s", err, p.out)
	}
	p.cmd = nil
}

// run runs a command to its end and returns what it printed.
func (p *program) run(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("usercall %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// export reads rows of one kind of a project.
func export[T any](p *program, kind, project string) (rows []T) {
	p.t.Helper()
	for line := range strings.Lines(p.run("export", kind, "--project", project, "--format", "jsonl")) {
		var row T
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			p.t.Fatalf("%v in %s", err, line)
		}
		rows = append(rows, row)
	}
	return rows
}

// project is the key of a project by whether it is sample data.
func (p *program) project(sample bool) string {
	p.t.Helper()
	type row struct {
		Project string `json:"project"`
		Sample  bool   `json:"sample"`
	}
	for line := range strings.Lines(p.run("project", "list", "--format", "jsonl")) {
		var r row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			p.t.Fatal(err)
		}
		if r.Sample == sample {
			return r.Project
		}
	}
	p.t.Fatalf("no project with sample %v", sample)
	return ""
}
