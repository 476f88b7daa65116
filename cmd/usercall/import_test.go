package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test program be the program that it tests.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AS_USERCALL") != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// terminal is a place to type commands: a folder with data of its own.
type terminal struct {
	t      *testing.T
	folder string
}

func newTerminal(t *testing.T) (term *terminal, project string) {
	term = &terminal{t, t.TempDir()}
	out, _, _ := term.types("", "project", "create", "--name", "Northdesk", "--json")
	var keys struct{ Project string }
	if err := json.Unmarshal([]byte(out), &keys); err != nil {
		t.Fatal(err, out)
	}
	return term, keys.Project
}

func (x *terminal) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = x.folder
	cmd.Env = append(os.Environ(), "RUN_AS_USERCALL=1", "USERCALL_DATA_DIR="+filepath.Join(x.folder, "data"), "USERCALL_ADDR=127.0.0.1:1")
	return cmd
}

// types runs a command and returns what it printed, and its status.
func (x *terminal) types(stdin string, args ...string) (out, complaints string, status int) {
	x.t.Helper()
	cmd := x.command(args...)
	var o, e bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		x.t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

func (x *terminal) file(name, text string) {
	x.t.Helper()
	path := filepath.Join(x.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		x.t.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text) // into memory
		_ = w.Close()
		text = b.String()
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

// said is a message of an hour ago.
func said(id string) string {
	return fmt.Sprintf(`{"type":"track","event":"secret-event","userId":"secret-user","messageId":%q,"timestamp":%q}`+"\n", id,
		time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
}

// withoutTime is a report without what differs each time: how long it took and,
// with it, how wide the numbers are.
func withoutTime(out string) string {
	out = regexp.MustCompile(`(?m)^Time .*\n`).ReplaceAllString(out, "")
	return regexp.MustCompile(`(?m)^(\w+(?: \w+)?)( +)`).ReplaceAllStringFunc(out, func(name string) string {
		return fmt.Sprintf("%-15s", strings.TrimRight(name, " "))
	})
}

func TestImport(t *testing.T) {
	x, project := newTerminal(t)
	x.file("logs/src/1700000000000/a.gz", said("m1")+said("m2"))
	x.file("logs/src/1800000000000/b.gz", said("m2")+"secret nonsense\n"+`{"type":"track","userId":"secret"}`+"\n")
	out, complaints, status := x.types("", "import", "logs", "--project", project)
	want := `Files          2
Read           5
Stored         2
Already known  1
Left out       1  a track without event
Left out       1  not a JSON object
`
	if withoutTime(out) != want || status != 0 {
		t.Errorf("status %d, printed\n%s", status, out)
	}
	if want := "logs/src/1800000000000/b.gz:2: not a JSON object\nlogs/src/1800000000000/b.gz:3: a track without event\n"; complaints != want {
		t.Errorf("complained\n%s", complaints)
	}
	out, _, status = x.types("", "import", "logs", "--project", project, "--quiet")
	if !strings.Contains(withoutTime(out), "Files          2  2 of them imported before\nRead           0") || status != 0 {
		t.Errorf("again: status %d, printed\n%s", status, out)
	}
	out, _, _ = x.types(said("m2")+said("m3"), "import", "-", "--project", project)
	if out = withoutTime(out); !strings.Contains(out, "Stored         1") || !strings.Contains(out, "Already known  1") {
		t.Errorf("standard input: printed\n%s", out)
	}
	if events, _, _ := x.types("", "export", "events", "--project", project, "--format", "jsonl"); strings.Count(events, "\n") != 3 {
		t.Errorf("there are\n%s", events)
	}
}

func TestImportThatFails(t *testing.T) {
	x, project := newTerminal(t)
	x.file("good.jsonl", said("m1"))
	x.file("bad.jsonl", strings.Repeat("secret\n", 12))
	x.file("old.jsonl", `{"type":"page","userId":"secret","timestamp":"2001-01-01T00:00:00Z"}`)
	x.file("half.gz", said("m2"))
	half, err := os.ReadFile(filepath.Join(x.folder, "half.gz"))
	if err != nil {
		t.Fatal(err)
	}
	x.file("half.bin", string(half[:len(half)-4]))
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"bad.jsonl", exitFailed, "usercall import: nothing could be imported\n"},
		{"bad.jsonl --restart", exitFailed, "bad.jsonl:10: not a JSON object\nFurther lines are counted and not named.\nusercall import: nothing"},
		{"old.jsonl --dry-run", exitFailed, "nothing could be imported"},
		{"half.bin", exitFailed, "1 file could not be read to the end"},
		{"none.jsonl", exitFailed, "usercall import: none.jsonl: no such file or directory"},
		{"good.jsonl --type-default nonsense", exitUsage, `"nonsense" is no type of message`},
		{"bad.jsonl good.jsonl --dry-run", 0, "bad.jsonl:1: not a JSON object"},
		{"bad.jsonl good.jsonl --restart", 0, "bad.jsonl:1: not a JSON object"},
	} {
		out, complaints, status := x.types("", append([]string{"import", "--project", project}, strings.Fields(c.args)...)...)
		if status != c.status || !strings.Contains(complaints, c.says) {
			t.Errorf("%s: status %d\n%s%s", c.args, status, out, complaints)
		}
		if strings.Contains(out+complaints, "secret") {
			t.Errorf("%s: tells what a message says:\n%s%s", c.args, out, complaints)
		}
	}
	if _, complaints, status := x.types("", "import", "good.jsonl", "--project", "prj_none"); status != exitFailed || !strings.Contains(complaints, `There is no project "prj_none"`) {
		t.Errorf("an unknown project: %d %s", status, complaints)
	}
}

// TestImportInterrupted presses Ctrl-C once the first group is in: standard
// input tells, since the program reads the second only then.
func TestImportInterrupted(t *testing.T) {
	x, project := newTerminal(t)
	cmd := x.command("import", "-", "--project", project)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; n < 3000; n++ { // far more than a pipe and a buffer hold: a group is stored
		if _, err := io.WriteString(in, said(fmt.Sprint("m", n))); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	for err == nil && n < 1_000_000 {
		_, err = io.WriteString(in, said(fmt.Sprint("m", n)))
		n++
	}
	err = cmd.Wait()
	if cmd.ProcessState.ExitCode() != exitFailed || !regexp.MustCompile(`usercall import: stopped after -:\d+\n`).MatchString(complaints.String()) {
		t.Errorf("%v\n%s%s", err, &out, &complaints)
	}
	if !strings.Contains(out.String(), "Stored") {
		t.Errorf("no report:\n%s", &out)
	}
}
