package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/usercall/usercall/"

// allowed says which packages of this module a package may import. A trailing
// "/..." stands for everything below. Test files may import anything.
var allowed = []struct {
	pkg    string
	may    []string
	reason string
}{
	{"internal/research", nil, "the vocabulary depends on nothing"},
	{"internal/ingest", []string{"internal/research"}, "a stage knows the vocabulary, and no other stage"},
	{"internal/trigger", []string{"internal/research"}, "a stage knows the vocabulary, and no other stage"},
	{"internal/invite", []string{"internal/research"}, "a stage knows the vocabulary, and no other stage"},
	{"internal/deliver", []string{"internal/research"}, "sending knows the vocabulary; what an invite says and where its link leads is handed to it"},
	{"internal/interview", []string{"internal/research"}, "a stage knows the vocabulary, and no other stage"},
	{"internal/analysis", []string{"internal/research"}, "a stage knows the vocabulary, and no other stage"},
	{"internal/report", []string{"internal/research"}, "a stage knows the vocabulary, and no other stage"},
	{"internal/eventlog", []string{"internal/research"}, "the log's format knows events, and neither SQL nor stages"},
	{"internal/history", []string{"internal/research", "internal/ingest"}, "a file of messages is a way in: it is decoded by the stage, and stored"},
	{"internal/pacing", []string{"internal/research", "internal/trigger"}, "settings as text: it knows how a length of time is written"},
	{"internal/jobs", []string{"internal/research"}, "the queue carries work, not meaning"},
	{"internal/identity", []string{"internal/research"}, "reading a token is pure: the app finds the keys, the surfaces ask the app"},
	{"internal/voice/turn", nil, "when to speak is pure: it knows time and words, and no product"},
	{"internal/voice/speak", nil, "cutting and pacing a line is pure"},
	{"internal/voice/session", []string{"internal/research", "internal/voice/..."}, "a running interview knows sound and services; what is said and kept it asks for"},
	{"internal/voice/provider/...", []string{"internal/research", "internal/voice/pcm", "internal/voice/provider/..."}, "outside services know errors of the vocabulary, and nothing of interviews"},
	{"internal/metrics", []string{"internal/research", "internal/ingest", "internal/report", "internal/voice/session"}, "numbers are told by who does something, and read nobody"},
	{"internal/traces", []string{"internal/research", "internal/voice/session"}, "spans are told by sessions, and read nobody"},
	{"internal/httpkit", []string{"internal/research"}, "httpkit holds no product words"},
	{"internal/config", nil, "config is read by app and cmd, and reads nobody"},
	{"internal/voice/pcm", []string{"internal/research"}, "samples are samples: no transport, no product"},
	{"internal/voice/pcm/pcmtest", []string{"internal/research", "internal/voice/pcm"}, "a voice for tests is samples and no more"},
	{"internal/voice/vad", nil, "the detector judges samples, and knows nothing of whose they are"},
	{"internal/voice/record", []string{"internal/research", "internal/voice/pcm"}, "a recording is files and samples; rows and rights are its caller's"},
	{"internal/store", []string{"internal/research", "internal/eventlog", "internal/jobs", "internal/ingest", "internal/history", "internal/trigger", "internal/invite", "internal/deliver", "internal/interview", "internal/analysis", "internal/report"}, "the store serves the stages' interfaces"},
	{"internal/store/storetest", []string{"internal/store"}, "storetest opens the store"},
	{"internal/api/segment", []string{"internal/research", "internal/ingest", "internal/httpkit"}, "the Segment surface only adds events"},
	{"internal/api/sdk", []string{"internal/research", "internal/ingest", "internal/trigger", "internal/invite", "internal/interview", "internal/voice", "internal/httpkit", "internal/identity"}, "the SDK surface has its own trust rule"},
	{"internal/api/admin", []string{"internal/research", "internal/report", "internal/httpkit", "internal/trigger", "internal/invite", "internal/interview", "internal/analysis"}, "the API reads reports and calls stages, never the store"},
	{"internal/web/...", []string{"internal/research", "internal/report", "internal/httpkit", "internal/trigger", "internal/invite", "internal/interview", "internal/analysis", "internal/voice/session", "internal/voice/turn", "internal/pacing", "internal/web/..."}, "pages read reports and call stages, never the store"},
	{"internal/app", []string{"internal/...", "sdk", "sdk/segmentjs", "examples/..."}, "the composition root may see everything"},
	{"cmd/usercall", []string{"internal/app", "internal/config", "internal/ingest", "internal/trigger", "internal/interview", "internal/analysis", "internal/research", "internal/pacing"}, "commands call app, and pure stages for offline work"},
	{"internal/archtest", nil, "it has no code"},
	{"internal/demo", nil, "the scripted people know the public doors only"},
	{"sdk", nil, "the SDK's package only embeds it"},
	{"sdk/segmentjs", nil, "it only embeds Segment's library; the Segment surface serves it"},
	{"examples/...", nil, "examples stand for themselves"},
	{"docs", nil, "it has no code but its test"},
	{"bench/...", []string{"internal/..."}, "benchmarks may run anything"},
	{"e2e", []string{"internal/..."}, "the whole-system test may run anything"},
}

func TestImports(t *testing.T) {
	for _, f := range sources(t) {
		rule := slices.IndexFunc(allowed, func(r struct {
			pkg    string
			may    []string
			reason string
		}) bool {
			return match(r.pkg, f.pkg)
		})
		if rule < 0 {
			t.Errorf("%s: no rule says what package %s may import; add one here", f.path, f.pkg)
			continue
		}
		for _, imported := range f.imports {
			inside, ok := strings.CutPrefix(imported, module)
			if !ok {
				checkThirdParty(t, f, imported)
				continue
			}
			if !slices.ContainsFunc(allowed[rule].may, func(p string) bool { return match(p, inside) }) && inside != f.pkg {
				t.Errorf("%s imports %s: %s", f.path, inside, allowed[rule].reason)
			}
		}
	}
}

func checkThirdParty(t *testing.T, f source, imported string) {
	t.Helper()
	if f.pkg == "internal/research" && strings.Contains(strings.Split(imported, "/")[0], ".") {
		t.Errorf("%s imports %s: research uses the standard library only", f.path, imported)
	}
	if imported == "database/sql" && !slices.Contains([]string{"internal/store", "internal/store/storetest", "internal/jobs"}, f.pkg) && !strings.HasPrefix(f.pkg, "bench") {
		t.Errorf("%s imports database/sql: SQL lives in store and jobs", f.path)
	}
}

func match(pattern, pkg string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == prefix || strings.HasPrefix(pkg, prefix+"/")
	}
	return pattern == pkg
}

// owner of each table: only that file writes it.
var owner = map[string]string{
	"projects": "project.go", "pauses": "project.go", "project_keys": "project.go", "revisions": "project.go",
	"identity_keys": "project.go", "former_write_keys": "project.go", "webhook_generations": "project.go",
	"key_sets": "project.go", "published_keys": "project.go",
	"replays": "replays.go",
	"studies": "study.go", "triggers": "study.go", "study_versions": "study.go",
	"event_log": "log", "packs": "log", "runs": "log", "run_parts": "log",
	"imports": "import.go",
	"inbox":   "trigger", "people": "trigger", "group_traits": "trigger", "links": "trigger", "former_links": "trigger", "decisions": "trigger", "decision_counts": "trigger", "shards": "trigger", "trigger_runs": "trigger",
	"invitations": "invite.go", "invite_quotas": "invite.go", "contacts": "invite.go", "caps": "invite.go", "cap_reservations": "invite.go", "suppressed": "invite.go",
	"invite_tickets": "invite.go", "refusals": "invite.go",
	"endpoints": "delivery.go", "deliveries": "delivery.go", "delivery_attempts": "delivery.go", "mailed": "delivery.go", "mail_refused": "delivery.go",
	"interviews": "interview", "turns": "interview", "socket_tickets": "interview",
	"recordings": "recording.go", "exchanges": "exchange.go", "voice_budget": "voice_budget.go",
	"themes": "analysis", "quotes": "analysis", "summaries": "analysis", "study_reports": "analysis",
	"tallies": "tally.go", "arrivals": "tally.go",
	"catalogue_names": "catalogue.go", "catalogue_days": "catalogue.go", "catalogue_paths": "catalogue.go",
	"users": "account", "sessions": "account", "login_tokens": "account",
}

// files of a stage that is spread over several.
var stageFiles = map[string][]string{
	"invite.go": {"invite_end.go", "caps.go", "hot.go"},
	"log":       {"ingest.go", "better.go", "hot.go", "migrate_events.go"},
	"trigger":   {"trigger.go", "decisions.go", "decisions_bulk.go", "trigger_runs.go", "runs_bulk.go", "runs_old.go", "identity.go", "links.go", "facts.go", "groups.go", "prefetch.go", "sightings.go", "bulk.go", "hot.go", "migrate.go", "migrate_events.go", "log_atonce.go"},
	"interview": {"interview.go", "interview_turns.go", "interview_end.go", "interview_tickets.go"},
	"analysis":  {"analysis.go"},
	"account":   {"account.go"},
}

var writes = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_]+)\b`)

func TestOneWriterATable(t *testing.T) {
	for _, f := range sources(t) {
		if f.pkg != "internal/store" {
			continue
		}
		for _, m := range writes.FindAllStringSubmatch(f.text, -1) {
			who, known := owner[strings.ToLower(m[1])]
			if !known {
				continue // SET, a CTE's name, or a word of a comment
			}
			base := filepath.Base(f.path)
			if base != who && !slices.Contains(stageFiles[who], base) && !strings.HasPrefix(base, strings.TrimSuffix(who, ".go")) {
				t.Errorf("%s writes table %s, which belongs to %s", f.path, m[1], who)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range sources(t) {
		documented[f.pkg] = documented[f.pkg] || f.doc
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment: say what it owns, what it must not do, and where to start", pkg)
		}
	}
}

// TestSizes prints what somebody should look at; it fails only far beyond.
func TestSizes(t *testing.T) {
	for _, f := range sources(t) {
		if n := strings.Count(f.text, "\n"); n > 600 {
			t.Errorf("%s has %d lines: which noun hides in it?", f.path, n)
		} else if n > 300 {
			t.Logf("%s has %d lines", f.path, n)
		}
	}
}

func TestNoReplace(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mod), "\nreplace ") {
		t.Error("go.mod replaces a module: `go install` ignores that")
	}
}

type source struct {
	path, pkg, text string
	imports         []string
	doc             bool
}

// sources reads every Go file of the module but tests.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() && (rel == "tools" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && rel != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		s := source{path: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), text: string(text), doc: parsed.Doc != nil}
		for _, i := range parsed.Imports {
			s.imports = append(s.imports, strings.Trim(i.Path.Value, `"`))
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("found %d files: this test looks in the wrong place", len(all))
	}
	return all
}
