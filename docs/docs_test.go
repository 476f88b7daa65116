package docs_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/pacing"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// root is the repository, seen from this folder.
const root = ".."

// page is one file of the documentation, its path seen from the root.
type page struct {
	path, text string
}

// pages is every Markdown file of the repository that we wrote.
var pages = sync.OnceValue(func() (all []page) {
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && rel != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".md") {
			return nil
		}
		text, err := os.ReadFile(name)
		all = append(all, page{filepath.ToSlash(rel), string(text)})
		return err
	})
	if err != nil || len(all) < 10 {
		panic("the documentation is not where this test looks")
	}
	return all
})

// written is one page, by its path.
func written(t *testing.T, name string) string {
	t.Helper()
	for _, p := range pages() {
		if p.path == name {
			return p.text
		}
	}
	t.Fatalf("%s is missing", name)
	return ""
}

// source is a file of the repository.
func source(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block is a fenced piece of a page; the indented ones have no language.
type block struct {
	language, text string
}

// code divides a page into its blocks, its spans in backquotes, and the prose
// around them.
func (p page) code() (blocks []block, spans []string, prose string) {
	var open *block
	var rest strings.Builder
	for line := range strings.Lines(p.text) {
		fence, fenced := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fenced && open == nil:
			open = &block{language: fence}
		case fenced:
			blocks, open = append(blocks, *open), nil
		case open != nil:
			open.text += line
		case strings.HasPrefix(line, "    ") && !strings.HasPrefix(strings.TrimSpace(line), "- "):
			blocks = append(blocks, block{"", strings.TrimSpace(line) + "\n"})
		default:
			rest.WriteString(line)
		}
	}
	prose = rest.String()
	for _, m := range span.FindAllStringSubmatch(prose, -1) {
		spans = append(spans, strings.Join(strings.Fields(m[1]), " "))
	}
	return blocks, spans, prose
}

var span = regexp.MustCompile("`([^`]+)`")

// lines is everything on the page that could be typed in a terminal.
func (p page) lines() (all []string) {
	blocks, spans, _ := p.code()
	for _, b := range blocks {
		if b.language != "" && b.language != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			line, _, _ = strings.Cut(line, " #")
			all = append(all, strings.TrimSpace(line))
		}
	}
	return append(all, spans...)
}

// scratch holds the program while the tests run.
var scratch string

// binary builds the program, once.
var binary = sync.OnceValues(func() (string, error) {
	name := filepath.Join(scratch, "usercall")
	build := exec.Command("go", "build", "-o", name, "./cmd/usercall")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", &buildError{string(out)}
	}
	return name, nil
})

type buildError struct{ output string }

func (e *buildError) Error() string { return "build: " + e.output }

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "usercall-docs-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// usercall runs the program in an empty folder and returns what it printed.
func usercall(t *testing.T, args ...string) (string, error) {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestCommands parses every command line of the documentation: --help is
// answered once the command, its arguments and its flags are understood.
func TestCommands(t *testing.T) {
	n := 0
	for _, p := range pages() {
		for _, line := range p.lines() {
			args, ok := commandLine(line)
			if !ok {
				continue
			}
			n++
			if len(args) == 0 {
				continue
			}
			if out, err := usercall(t, append(args, "--help")...); err != nil {
				t.Errorf("%s: %q is not understood: %s", p.path, line, out)
			}
			if args[0] == "export" && len(args) > 1 {
				if out, _ := usercall(t, "export", "--help"); !strings.Contains(out, args[1]) {
					t.Errorf("%s: nothing called %q can be exported", p.path, args[1])
				}
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d command lines were found", n)
	}
}

var called = regexp.MustCompile(`^(?:bin/)?usercall(?: (.*))?$`)

// commandLine is the arguments of a call of usercall, without what the shell
// does with its input and output.
func commandLine(line string) (args []string, ok bool) {
	m := called.FindStringSubmatch(line)
	if m == nil {
		return nil, false
	}
	for _, word := range strings.Fields(m[1]) {
		if word == "<" || word == ">" || word == "|" || word == "&" {
			break
		}
		args = append(args, word)
	}
	return args, true
}

// TestEveryCommandIsDocumented finds each command, and each of its flags, in the
// reference.
func TestEveryCommandIsDocumented(t *testing.T) {
	reference := written(t, "docs/reference/cli.md")
	for _, command := range commands(t) {
		_, after, ok := strings.Cut(reference, "\n## "+command+"\n")
		if !ok {
			t.Errorf("cli.md has no part about %q", command)
			continue
		}
		part, _, _ := strings.Cut(after, "\n## ")
		help, _ := usercall(t, append(strings.Fields(command), "--help")...)
		for _, m := range flagOf.FindAllStringSubmatch(help, -1) {
			if f := m[1]; f != "--help" && f != "--quiet" && !strings.Contains(part, "`"+f+"`") {
				t.Errorf("cli.md does not explain %s of %q", f, command)
			}
		}
	}
}

var (
	flagOf    = regexp.MustCompile(`(?m)^\s+(?:-\w, )?(--[a-z-]+)`)
	commandOf = regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+)?)  `)
)

// commands is every command that does something, as help lists them.
func commands(t *testing.T) (all []string) {
	t.Helper()
	help, err := usercall(t, "help")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range commandOf.FindAllStringSubmatch(help, -1) {
		of, _ := usercall(t, m[1], "--help")
		below := commandOf.FindAllStringSubmatch(of, -1)
		if !strings.Contains(of, "\nCommands:") {
			all = append(all, m[1])
			continue
		}
		for _, b := range below {
			all = append(all, b[1])
		}
	}
	if len(all) < 10 {
		t.Fatalf("only %d commands were found: %v", len(all), all)
	}
	return all
}

func TestMakeTargets(t *testing.T) {
	makefile := source(t, "Makefile")
	for _, p := range pages() {
		for _, line := range p.lines() {
			if target, ok := strings.CutPrefix(line, "make "); ok {
				target, _, _ = strings.Cut(target, " ")
				if !strings.Contains(makefile, "\n"+target+":") {
					t.Errorf("%s: make has no target %q", p.path, target)
				}
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks follows every link that stays in the repository.
func TestLinks(t *testing.T) {
	for _, p := range pages() {
		_, _, prose := p.code()
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			name, anchor, _ := strings.Cut(m[1], "#")
			target := p.path
			if name != "" {
				target = path.Join(path.Dir(p.path), name)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s, which is not there", p.path, m[1])
			} else if anchor != "" && !slices.Contains(anchors(written(t, target)), anchor) {
				t.Errorf("%s links to %s, and there is no such heading", p.path, m[1])
			}
		}
	}
}

var notInAnchors = regexp.MustCompile(`[^a-z0-9 _-]`)

// anchors is what a page's headings are reached by.
func anchors(text string) (all []string) {
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			plain := notInAnchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all = append(all, strings.ReplaceAll(plain, " ", "-"))
		}
	}
	return all
}

var setting = regexp.MustCompile(`USERCALL_[A-Z_]*[A-Z]`)

func TestSettings(t *testing.T) {
	known := map[string]bool{}
	reference := written(t, "docs/reference/configuration.md")
	for _, v := range config.Variables {
		known[v.Name], known[v.Name+"_FILE"] = true, true
		if !strings.Contains(reference, "| `"+v.Name+"` |") {
			t.Errorf("configuration.md has no row for %s", v.Name)
		}
	}
	for _, p := range pages() {
		for _, name := range setting.FindAllString(p.text, -1) {
			if !known[name] {
				t.Errorf("%s names %s, which is no setting", p.path, name)
			}
		}
	}
}

var folder = regexp.MustCompile(`(?m)^((?:[a-z0-9-]+/)*[a-z0-9-]+/?)(?: |$)`)

// TestMap compares the map of ARCHITECTURE.md with the folders.
func TestMap(t *testing.T) {
	_, after, _ := strings.Cut(written(t, "ARCHITECTURE.md"), "## The map\n\n```\n")
	text, _, _ := strings.Cut(after, "```")
	mapped := map[string]bool{}
	for _, m := range folder.FindAllStringSubmatch(text, -1) {
		name := strings.TrimSuffix(m[1], "/")
		mapped[name] = true
		if info, err := os.Stat(filepath.Join(root, name)); err != nil || !info.IsDir() {
			t.Errorf("the map of ARCHITECTURE.md has %s, and there is no such folder", m[1])
		}
	}
	for _, pattern := range []string{"internal/*", "cmd/*", "examples/*"} {
		folders, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range folders {
			rel, _ := filepath.Rel(root, f)
			name := filepath.ToSlash(rel)
			if info, err := os.Stat(f); err == nil && info.IsDir() && !mapped[name] && !below(mapped, name) {
				t.Errorf("%s is not in the map of ARCHITECTURE.md", name)
			}
		}
	}
}

// below tells whether something inside of the folder is mapped.
func below(mapped map[string]bool, name string) bool {
	for m := range mapped {
		if strings.HasPrefix(m, name+"/") {
			return true
		}
	}
	return false
}

// TestPathsInTables finds the files and folders that AGENTS.md sends people to.
func TestPathsInTables(t *testing.T) {
	for _, name := range []string{"AGENTS.md", "docs/state-machines.md"} {
		_, spans, _ := page{name, written(t, name)}.code()
		for _, s := range spans {
			if !repositoryPath.MatchString(s) {
				continue
			}
			if found, err := filepath.Glob(filepath.Join(root, s)); err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which is not there", name, s)
			}
		}
	}
}

var repositoryPath = regexp.MustCompile(`^(?:cmd|internal|sdk|examples|docs|tools|scripts|e2e)(?:/[\w.*-]+)*$`)

// TestStudyFiles parses every example of a study, and every piece of one as part
// of a trigger.
func TestStudyFiles(t *testing.T) {
	n := 0
	for _, p := range pages() {
		blocks, _, _ := p.code()
		for _, b := range blocks {
			if b.language != "yaml" {
				continue
			}
			n++
			text := b.text
			if !strings.HasPrefix(text, "usercall:") {
				text = "usercall: 1\nstudy: { key: piece }\ntriggers:\n  - key: piece\n    " +
					strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")
			}
			file, err := trigger.Parse([]byte(text))
			if err == nil {
				_, err = trigger.Compile(file)
			}
			if err != nil {
				t.Errorf("%s: the study\n%s\nis refused: %v", p.path, text, err)
			}
		}
	}
	if n < 3 {
		t.Errorf("only %d studies were found", n)
	}
}

// TestStudyReference looks for what the language has in its reference.
func TestStudyReference(t *testing.T) {
	reference := written(t, "docs/reference/study-file.md")
	rest := reference
	for _, g := range research.Gates {
		_, after, ok := strings.Cut(rest, "\n| `"+string(g)+"` |")
		if !ok {
			t.Errorf("the gates of study-file.md lack %s, or have it in another place", g)
			continue
		}
		rest = after
	}
	for _, op := range trigger.Ops {
		if !strings.Contains(reference, "`"+string(op)+"`") {
			t.Errorf("study-file.md does not explain the test %s", op)
		}
	}
	for _, g := range interview.Guides() {
		if !strings.Contains(reference, "`"+g.ID+"`") {
			t.Errorf("study-file.md does not name the guide %s", g.ID)
		}
	}
}

// TestJSON parses the examples of JSON, a value a line.
func TestJSON(t *testing.T) {
	for _, p := range pages() {
		blocks, _, _ := p.code()
		for _, b := range blocks {
			if b.language != "json" {
				continue
			}
			for line := range strings.Lines(b.text) {
				if !json.Valid([]byte(line)) {
					t.Errorf("%s: %s is no JSON", p.path, line)
				}
			}
		}
	}
}

// TestInviteStates compares the table of state-machines.md with the rule.
func TestInviteStates(t *testing.T) {
	text := written(t, "docs/state-machines.md")
	all := []research.InviteState{research.InviteReserved, research.InviteShown, research.InviteAccepted,
		research.InviteDeclined, research.InviteExpired, research.InviteRevoked}
	for _, from := range all {
		var to []string
		for _, next := range all {
			if from.CanBecome(next) {
				to = append(to, "`"+string(next)+"`")
			}
		}
		row := strings.TrimRight("| `"+string(from)+"` | "+strings.Join(to, ", "), " ") + " |\n"
		if !strings.Contains(text, "\n"+row) {
			t.Errorf("state-machines.md lacks the row %s", row)
		}
	}
}

// TestInterviewStates finds every state of an interview and whether it is final.
func TestInterviewStates(t *testing.T) {
	text := written(t, "docs/state-machines.md")
	for _, s := range []research.InterviewState{research.Consenting, research.Running, research.Paused, research.Completed,
		research.Stopped, research.Abandoned, research.Declined} {
		final := map[bool]string{true: "yes", false: "no"}[s.Final()]
		if !regexp.MustCompile("(?m)^\\| `" + string(s) + "` \\|.*\\| " + final + " \\|$").MatchString(text) {
			t.Errorf("state-machines.md does not say of %s that its being final is: %s", s, final)
		}
	}
}

var pattern = regexp.MustCompile(`"((?:GET|POST) /[^"]*)"`)

// TestRoutes compares the routes of the code with those of the reference.
func TestRoutes(t *testing.T) {
	reference := written(t, "docs/reference/http-api.md")
	segment := written(t, "docs/reference/segment.md")
	code := map[string]bool{}
	for _, name := range []string{"internal/api/sdk/routes.go", "internal/web/routes.go", "internal/web/participant/participant.go", "internal/web/unsubscribe/unsubscribe.go", "internal/app/surfaces.go"} {
		for _, m := range pattern.FindAllStringSubmatch(source(t, name), -1) {
			code[m[1]] = true
		}
	}
	for _, m := range regexp.MustCompile(`list\(api, "([a-z]+)"`).FindAllStringSubmatch(source(t, "internal/api/admin/admin.go"), -1) {
		code["GET /api/v1/"+m[1]] = true
	}
	for _, m := range regexp.MustCompile(`Path: "(/api/v1/[a-z/{}]+)",`).FindAllStringSubmatch(source(t, "internal/api/admin/admin.go")+source(t, "internal/api/admin/recording.go"), -1) {
		code["GET "+m[1]] = true
	}
	code["GET /api/openapi.json"] = true
	delete(code, "GET /sdk/")
	code["GET /sdk/usercall.js"] = true
	for route := range code {
		if !strings.Contains(reference, "`"+route+"`") {
			t.Errorf("http-api.md lacks %s", route)
		}
	}
	_, spans, _ := page{"", reference}.code()
	for _, s := range spans {
		if method, _, _ := strings.Cut(s, " "); (method == "GET" || method == "POST") && !code[s] {
			t.Errorf("http-api.md has %s, and the code does not", s)
		}
	}
	for _, m := range regexp.MustCompile(`"([a-z]+)": +(?:research\.|"")`).FindAllStringSubmatch(source(t, "internal/api/segment/routes.go"), -1) {
		if !strings.Contains(segment, "`/v1/"+m[1]+"`") {
			t.Errorf("segment.md lacks /v1/%s", m[1])
		}
	}
}

// TestPacing finds every setting of pace, with its default.
func TestPacing(t *testing.T) {
	reference := written(t, "docs/reference/pacing.md")
	for _, s := range pacing.All {
		value := "`" + s.Get(research.Settings{}) + "`"
		if value == "``" {
			value = "nobody"
		}
		if row := "\n| `" + s.Name + "` | " + value + " | "; !strings.Contains(reference, row) {
			t.Errorf("pacing.md lacks the row %s", row)
		}
	}
}

// TestRows finds every column of the exports in the reference.
func TestRows(t *testing.T) {
	reference := written(t, "docs/reference/http-api.md")
	for _, m := range regexp.MustCompile("json:\"([a-z_]+)\"").FindAllStringSubmatch(source(t, "internal/report/export.go"), -1) {
		if !strings.Contains(reference, "`"+m[1]+"`") {
			t.Errorf("http-api.md does not name the column %s", m[1])
		}
	}
}

// TestSnippet makes sure that everybody is told to paste the same lines.
func TestSnippet(t *testing.T) {
	const readme = "README.md"
	_, after, ok := strings.Cut(written(t, readme), "```html\n")
	if !ok {
		t.Fatal("README.md has no lines for a page")
	}
	html, after, _ := strings.Cut(after, "```")
	_, after, _ = strings.Cut(after, "```js\n")
	js, _, _ := strings.Cut(after, "```")
	for _, name := range []string{"docs/reference/sdk.md", "sdk/README.md"} {
		if text := written(t, name); !strings.Contains(text, html) || !strings.Contains(text, js) {
			t.Errorf("%s has other lines for a page than %s", name, readme)
		}
	}
	connect := source(t, "internal/web/connect.go")
	stub, _, _ := strings.Cut(html, "\n")
	if !strings.Contains(connect, stub) {
		t.Error("the dashboard's page Connect has another stub than README.md")
	}
	for line := range strings.Lines(js) {
		if line = strings.ReplaceAll(strings.TrimSpace(line), `"YOUR_PROJECT_ID"`, "{{.Key}}"); !strings.Contains(connect, line) {
			t.Errorf("the dashboard's page Connect lacks %q", line)
		}
	}
}

var direct = regexp.MustCompile(`(?m)^(?:require |\t)?(\S+\.\S+/\S+) v\S+$`)

// TestDependencies finds every module that our code imports in the list, and
// every module of the list in use.
func TestDependencies(t *testing.T) {
	text := written(t, "docs/dependencies.md")
	list := exec.Command("go", "list", "-test", "-f", `{{join .Imports "\n"}}{{"\n"}}{{join .TestImports "\n"}}{{"\n"}}{{join .XTestImports "\n"}}`, "./...")
	list.Dir = root
	imports, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var used []string
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v`).FindAllStringSubmatch(source(t, "go.mod"), -1) {
		if bytes.Contains(imports, []byte("\n"+m[1]+"\n")) || bytes.Contains(imports, []byte("\n"+m[1]+"/")) {
			used = append(used, m[1])
		}
	}
	for _, m := range direct.FindAllStringSubmatch(source(t, "tools/go.mod"), -1) {
		used = append(used, m[1])
	}
	var npm struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal([]byte(source(t, "package.json")), &npm); err != nil {
		t.Fatal(err)
	}
	for name := range npm.DevDependencies {
		used = append(used, name)
	}
	for name := range npm.Dependencies {
		used = append(used, name)
	}
	for _, name := range used {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("dependencies.md has no line for %s", name)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^|]+)` \\|").FindAllStringSubmatch(text, -1) {
		for name := range strings.SplitSeq(strings.ReplaceAll(m[1], "`", ""), ", ") {
			if !slices.Contains(used, name) && !strings.Contains(source(t, "tools/go.mod"), "\t"+name+" v") {
				t.Errorf("dependencies.md has a line for %s, which is not used", name)
			}
		}
	}
}

// TestNothingForeign finds what belongs to somebody's machine, and not to the
// project.
func TestNothingForeign(t *testing.T) {
	foreign := regexp.MustCompile(`(?i)(?:^|[\s("'` + "`" + `=:])/(?:work|home|root|tmp|users|var|opt|mnt|usr)/` +
		`|registry\.npmjs|proxy\.golang|sum\.golang|artifactory|\bTODO\b|\bFIXME\b`)
	for _, p := range pages() {
		for i, line := range strings.Split(p.text, "\n") {
			if m := foreign.FindString(line); m != "" {
				t.Errorf("%s:%d: %q belongs to a machine, not to the project", p.path, i+1, m)
			}
		}
	}
}

// TestVoice finds what our sentences do without.
func TestVoice(t *testing.T) {
	unwanted := regexp.MustCompile(`\w!(?:\s|$)|(?i:\b(?:oops|something went wrong|please|simply|blazing|seamless)\b)|[\x{1F300}-\x{1FAFF}]`)
	for _, p := range pages() {
		_, _, prose := p.code()
		for line := range strings.Lines(span.ReplaceAllString(prose, "")) {
			if m := unwanted.FindString(line); m != "" {
				t.Errorf("%s says %q: %s", p.path, m, strings.TrimSpace(line))
			}
		}
	}
	if n := strings.Count(written(t, "AGENTS.md"), "\n"); n >= 120 {
		t.Errorf("AGENTS.md has %d lines; 120 are too many", n)
	}
}
