package history

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// memory is a store of messageIds that can fail.
type memory struct {
	ids    []string
	events []research.Event
	known  map[string]bool
	marks  map[File]Mark
	groups int
	fail   error
}

func (m *memory) Append(_ context.Context, events []research.Event) ([]bool, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	m.groups++
	stored := make([]bool, len(events))
	for i, e := range events {
		if stored[i] = !m.known[e.MessageID]; stored[i] {
			m.known[e.MessageID] = true
			m.ids, m.events = append(m.ids, e.MessageID), append(m.events, e)
		}
	}
	return stored, nil
}

func (m *memory) AppendFrom(ctx context.Context, events []research.Event, p Position) ([]bool, error) {
	stored, err := m.Append(ctx, events)
	if err == nil {
		m.marks[p.File] = p.Mark
	}
	return stored, err
}

func (m *memory) Mark(_ context.Context, _ research.ProjectID, f File) (Mark, error) {
	return m.marks[f], nil
}

// desk is an importer over a memory, and a folder of files.
type desk struct {
	*Importer
	t      *testing.T
	store  *memory
	folder string
	learnt int
	bad    []string
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, folder: t.TempDir(), store: &memory{known: map[string]bool{}, marks: map[File]Mark{}}}
	d.Importer = &Importer{Store: d.store, Now: func() time.Time { return noon }, Learn: func(context.Context) error { d.learnt++; return nil }}
	return d
}

// file writes a file into the folder, packed where its name says so.
func (d *desk) file(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		text = packed(text)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text) // into memory
	_ = w.Close()
	return b.String()
}

func (d *desk) run(o Options) *Report {
	d.t.Helper()
	r, err := d.runUntil(d.t.Context(), o)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *desk) runUntil(ctx context.Context, o Options) (*Report, error) {
	o.Project = 1
	o.BadLine = func(file string, line int64, why string) {
		rel, _ := filepath.Rel(d.folder, file)
		d.bad = append(d.bad, fmt.Sprintf("%s:%d: %s", rel, line, why))
	}
	return d.Importer.Run(ctx, o)
}

// message is a line; its id is its name.
func message(id string) string {
	return fmt.Sprintf(`{"type":"track","event":"saved","userId":"u","messageId":%q,"timestamp":"2026-11-20T00:00:00Z"}`+"\n", id)
}

// messages is n lines, m0 and on.
func messages(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(message(fmt.Sprint("m", i)))
	}
	return b.String()
}

func counts(r *Report) string {
	left := int64(0)
	for _, n := range r.LeftOut {
		left += n
	}
	return fmt.Sprintf("read %d stored %d known %d left %d before %d/%d", r.Read, r.Stored, r.Known, left, r.Before, r.Files)
}

func want(t *testing.T, r *Report, counted string) {
	t.Helper()
	if got := counts(r); got != counted {
		t.Errorf("got  %s\nwant %s", got, counted)
	}
}

func TestFoldersAreReadInOrder(t *testing.T) {
	d := newDesk(t)
	d.file("logs/src/1700000000000/b.gz", message("3"))
	d.file("logs/src/1700000000000/a.gz", message("1")+message("2"))
	d.file("logs/src/1800000000000/a.json.gz", message("4"))
	d.file("logs/src/README.md", "not read")
	d.file("logs/src/zero.jsonl", "")
	last := d.file("last.txt", message("5")) // named, so it is read
	r := d.run(Options{Paths: []string{filepath.Join(d.folder, "logs"), last}})
	want(t, r, "read 5 stored 5 known 0 left 0 before 0/5")
	if diff := cmp.Diff([]string{"1", "2", "3", "4", "5"}, d.store.ids); diff != "" {
		t.Error(diff)
	}
	if _, err := d.runUntil(t.Context(), Options{Paths: []string{filepath.Join(d.folder, "nothing")}}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a path that is not there: %v", err)
	}
	if _, err := d.runUntil(t.Context(), Options{Paths: []string{t.TempDir()}}); research.CodeOf(err) != research.NotFound {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestALinkedFolderIsFollowed(t *testing.T) {
	d := newDesk(t)
	d.file("real/a.jsonl", message("1"))
	link := filepath.Join(d.folder, "link")
	if err := os.Symlink(filepath.Join(d.folder, "real"), link); err != nil {
		t.Fatal(err)
	}
	want(t, d.run(Options{Paths: []string{link}}), "read 1 stored 1 known 0 left 0 before 0/1")
}

func TestWhatIsReadBecomesQuietSignedEvents(t *testing.T) {
	d := newDesk(t)
	d.run(Options{Paths: []string{d.file("a.jsonl", `{"type":"identify","userId":7,"traits":{"plan":"pro"},"timestamp":"2026-11-20T01:02:03.004Z","receivedAt":"2026-11-20T01:02:04Z","messageId":"m"}`)}})
	e := d.store.events[0]
	if !e.Quiet || !e.Signed || !e.Verified || e.Source != research.FromServer || !e.ReceivedAt.Equal(noon) || e.UserID != "7" ||
		e.Timestamp.Format(time.RFC3339Nano) != "2026-11-20T01:02:03.004Z" || string(e.Traits) != `{"plan":"pro"}` {
		t.Errorf("got %+v", e)
	}
	if d.learnt != 1 {
		t.Errorf("learnt %d times", d.learnt)
	}
}

func TestBadLinesAreCountedAndTheRestGoesOn(t *testing.T) {
	d := newDesk(t)
	long := `{"type":"track","event":"x","userId":"u","properties":{"p":"` + strings.Repeat("x", maxLine) + `"}}`
	text := strings.Join([]string{"\uFEFF" + message("1") + "\r", "hello", `{"type":"delete","userId":"u"}`, long,
		`[{"type":"track"}]`, `{"type":"track","event":"x"}`, `{"x":` + strings.Repeat("[", 70),
		`{"type":"track","event":"x","userId":"u","timestamp":"2026-08-01T00:00:00Z"}`, strings.TrimSpace(message("3"))}, "\n")
	r := d.run(Options{Paths: []string{d.file("a.jsonl", text)}})
	want(t, r, "read 9 stored 2 known 0 left 7 before 0/1")
	bad := []string{"a.jsonl:3: not a JSON object", "a.jsonl:4: type is missing or unknown", "a.jsonl:5: " + tooLong,
		"a.jsonl:6: " + anArray, "a.jsonl:7: neither userId nor anonymousId", "a.jsonl:8: the JSON is nested more than 64 levels deep"}
	if diff := cmp.Diff(bad, d.bad); diff != "" {
		t.Error(diff)
	}
	if r.LeftOut[tooOld] != 1 {
		t.Errorf("left out %v", r.LeftOut)
	}
	if fmt.Sprint(d.store.ids) != "[1 3]" {
		t.Errorf("stored %v", d.store.ids)
	}
}

func TestAMessageWithoutAnIdIsKnownByWhatItIs(t *testing.T) {
	d := newDesk(t)
	line := `{"event":"x","userId":"u","timestamp":"2026-11-20T00:00:00Z"}` + "\n"
	path := d.file("a.jsonl", line+strings.Replace(line, `"x"`, `"y"`, 1)+line)
	want(t, d.run(Options{Paths: []string{path}}), "read 3 stored 0 known 0 left 3 before 0/1")
	r := d.run(Options{Paths: []string{path}, DefaultType: research.Track, Restart: true})
	want(t, r, "read 3 stored 2 known 1 left 0 before 0/1")
	for _, id := range d.store.ids {
		if !strings.HasPrefix(id, "hash-") || len(id) != 37 {
			t.Errorf("id %q", id)
		}
	}
}

func TestAFileThatWasReadIsNotReadAgain(t *testing.T) {
	d := newDesk(t)
	path := d.file("a.jsonl.gz", messages(3))
	want(t, d.run(Options{Paths: []string{path}}), "read 3 stored 3 known 0 left 0 before 0/1")
	want(t, d.run(Options{Paths: []string{path}}), "read 0 stored 0 known 0 left 0 before 1/1")
	want(t, d.run(Options{Paths: []string{path}, Restart: true}), "read 3 stored 0 known 3 left 0 before 0/1")
	d.file("a.jsonl.gz", messages(4))
	want(t, d.run(Options{Paths: []string{path}}), "read 4 stored 1 known 3 left 0 before 0/1")
}

func TestARunThatWasStoppedGoesOn(t *testing.T) {
	const n = 3*groupEvents + 7
	for _, name := range []string{"a.jsonl", "a.jsonl.gz"} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			path := d.file(name, messages(n))
			ctx, cancel := context.WithCancel(t.Context())
			groups := 0
			r, err := d.runUntil(ctx, Options{Paths: []string{path}, Progress: func(p Progress) {
				if groups++; groups == 2 {
					cancel()
				}
			}})
			if err != nil || !r.Again || !strings.HasSuffix(r.Stopped, fmt.Sprintf("%s:%d", name, 2*groupEvents)) {
				t.Fatalf("%v, %+v", err, r)
			}
			want(t, r, fmt.Sprintf("read %d stored %[1]d known 0 left 0 before 0/1", 2*groupEvents))
			var last Progress
			r = d.run(Options{Paths: []string{path}, Progress: func(p Progress) { last = p }})
			want(t, r, fmt.Sprintf("read %d stored %[1]d known 0 left 0 before 0/1", n-2*groupEvents))
			if last.Bytes != last.Total || last.Total == 0 || last.From == 0 {
				t.Errorf("at the end %+v", last)
			}
			if len(d.store.ids) != n || d.store.ids[n-1] != fmt.Sprint("m", n-1) {
				t.Errorf("%d stored", len(d.store.ids))
			}
		})
	}
}

func TestADryRunStoresNothing(t *testing.T) {
	d := newDesk(t)
	path := d.file("a.jsonl", messages(3)+"hello\n")
	for range 2 {
		want(t, d.run(Options{Paths: []string{path}, DryRun: true}), "read 4 stored 3 known 0 left 1 before 0/1")
	}
	if d.store.groups != 0 || d.learnt != 0 || len(d.store.marks) != 0 {
		t.Errorf("%d groups, learnt %d times, marks %v", d.store.groups, d.learnt, d.store.marks)
	}
}

func TestStandardInput(t *testing.T) {
	for name, text := range map[string]string{"plain": messages(3), "packed": packed(messages(3)), "nothing": ""} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			n := 3
			if text == "" {
				n = 0
			}
			for _, counted := range []string{fmt.Sprintf("read %d stored %[1]d known 0 left 0 before 0/1", n), fmt.Sprintf("read %d stored 0 known %[1]d left 0 before 0/1", n)} {
				want(t, d.run(Options{Paths: []string{Stdin}, Stdin: strings.NewReader(text)}), counted)
			}
			if len(d.store.marks) != 0 {
				t.Error("a mark is kept of what cannot be read again")
			}
		})
	}
}

func TestAPipeIsReadOnce(t *testing.T) {
	d := newDesk(t)
	pipe := filepath.Join(d.folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	wrote := make(chan error, 1)
	go func() { wrote <- os.WriteFile(pipe, []byte(messages(3)), 0o600) }()
	want(t, d.run(Options{Paths: []string{pipe}}), "read 3 stored 3 known 0 left 0 before 0/1")
	if err := <-wrote; err != nil || len(d.store.marks) != 0 {
		t.Errorf("%v, marks %v", err, d.store.marks)
	}
}

func TestABrokenFileDoesNotStopTheOthers(t *testing.T) {
	d := newDesk(t)
	whole := packed(messages(groupEvents + 100))
	d.file("a.gz", "")
	if err := os.WriteFile(filepath.Join(d.folder, "b.gz"), []byte(whole[:len(whole)-9]), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.folder, "c.gz"), []byte("\x1f\x8bnonsense here"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.file("d.gz", message("last"))
	r := d.run(Options{Paths: []string{d.folder}})
	if len(r.Broken) != 2 || !strings.Contains(r.Broken[0], "b.gz: the file ends in the middle") || !strings.Contains(r.Broken[1], "c.gz: gzip: invalid header") {
		t.Errorf("broken %q", r.Broken)
	}
	if !d.store.known["last"] || !d.store.known[fmt.Sprint("m", groupEvents)] {
		t.Errorf("%d stored", len(d.store.ids))
	}
}

func TestAStoreThatFailsEndsTheRun(t *testing.T) {
	d := newDesk(t)
	d.store.fail = errors.New("disk full")
	r, err := d.runUntil(t.Context(), Options{Paths: []string{d.file("a.jsonl", messages(3))}})
	if !errors.Is(err, d.store.fail) || !strings.Contains(err.Error(), "a.jsonl:3") || r.Stored != 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestALongLineIsNotHeld(t *testing.T) {
	in := newLines(io.MultiReader(strings.NewReader("a\n"), io.LimitReader(endless{}, 64<<20), strings.NewReader("\nb")))
	var got []string
	for {
		line, size, err := in.next()
		if err != nil {
			break
		}
		got = append(got, fmt.Sprintf("%d %v", size, line != nil))
	}
	if diff := cmp.Diff([]string{"2 true", "67108865 false", "1 true"}, got); diff != "" {
		t.Error(diff)
	}
	if cap(in.buf) > 2*maxLine {
		t.Errorf("%d bytes are held", cap(in.buf))
	}
}

// endless is a line that does not end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
