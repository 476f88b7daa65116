package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/sdk"
)

// Check is one thing that was looked at.
type Check struct {
	Name    string
	Detail  string // what was found
	Problem string // what is wrong and what to do; "": nothing
}

// Describe says in one line where the data is.
func (a *App) Describe() string {
	if a.db.Engine() == "postgres" {
		return "PostgreSQL"
	}
	path, err := filepath.Abs(a.cfg.Database())
	if err != nil {
		path = a.cfg.Database()
	}
	return "SQLite, " + path
}

// Diagnose looks at everything that a server needs.
func (a *App) Diagnose(ctx context.Context) []Check {
	all := []Check{a.checkStore(ctx), a.checkDisk(), a.checkPublicURL(), a.checkIdentity(ctx), a.checkMail(), checkBuilt()}
	return append(append(all, checkSpeech(ctx, a.cfg.Voice)...), checkRecordings(ctx, a.cfg.Bucket))
}

func (a *App) checkStore(ctx context.Context) Check {
	c := Check{Name: "database", Detail: a.Describe()}
	if err := a.db.Ping(ctx); err != nil {
		c.Problem = fmt.Sprintf("it cannot be written to: %v", err)
	}
	return c
}

// minDisk is the least free space, in bytes, with which storing is safe.
const minDisk = 512 << 20

func (a *App) checkDisk() Check {
	c := Check{Name: "disk"}
	var s syscall.Statfs_t
	if err := syscall.Statfs(a.cfg.DataDir, &s); err != nil {
		c.Problem = fmt.Sprintf("the data folder cannot be looked at: %v", err)
		return c
	}
	free := s.Bavail * uint64(s.Bsize)
	c.Detail = fmt.Sprintf("%d MiB free for the data folder", free>>20)
	if free < minDisk {
		c.Problem = c.Detail + "; make room before events are refused"
	}
	if info, err := os.Stat(filepath.Join(a.cfg.DataDir, "secret")); err == nil && info.Mode().Perm()&0o077 != 0 {
		c.Problem = "the instance key can be read by others: chmod 600 " + filepath.Join(a.cfg.DataDir, "secret")
	}
	return c
}

func (a *App) checkPublicURL() Check {
	c := Check{Name: "public URL", Detail: a.cfg.URL()}
	if a.cfg.PublicURL == "" {
		c.Detail += ", reachable from this machine only; set USERCALL_PUBLIC_URL for others"
	}
	return c
}

// checkIdentity finds projects that ask for proof and could never believe one.
func (a *App) checkIdentity(ctx context.Context) Check {
	c := Check{Name: "identity"}
	projects, err := a.db.Projects(ctx)
	valid, keysErr := a.db.ValidKeys(ctx)
	sets, setsErr := a.db.KeySets(ctx)
	if err := errors.Join(err, keysErr, setsErr); err != nil {
		c.Problem = fmt.Sprintf("the keys cannot be read: %v", err)
		return c
	}
	asking := 0
	for _, p := range projects {
		if p.Settings.Identity == research.IdentityOff {
			continue
		}
		asking++
		if len(valid.IdentityOf(p.ID)) == 0 {
			c.Problem = fmt.Sprintf("%s asks for signed identity and has no valid key: usercall project rotate --project %s --key identity", p.Key, p.Key)
		}
	}
	for _, s := range sets {
		if s.Wrong != "" {
			c.Problem = fmt.Sprintf("the keys that %s publishes could not be read at %s: %s Those read at %s count until %s", s.Of,
				s.Tried.UTC().Format(time.RFC3339), s.Wrong, s.Read.UTC().Format(time.RFC3339), s.Read.Add(store.UnreadLife).UTC().Format(time.RFC3339))
		}
	}
	c.Detail = fmt.Sprintf("%d of %d projects ask browsers for a signed identity", asking, len(projects))
	return c
}

func checkBuilt() Check {
	c := Check{Name: "scripts", Detail: "the SDK and the pages are built in"}
	if _, err := sdk.Files(); err != nil {
		c.Problem = err.Error()
	}
	if !assets.Built() {
		c.Problem = "the pages' scripts and styles are not built: run make build"
	}
	return c
}
