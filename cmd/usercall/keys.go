package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/research"
)

type projectKeys struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Format  string `enum:"table,json,jsonl,csv" default:"table" help:"table, json, jsonl or csv."`
}

// Run lists a project's keys by what may be shown of them.
func (c projectKeys) Run(ctx context.Context, out io.Writer) error {
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		all, err := a.KeysOf(ctx, p)
		if err != nil {
			return err
		}
		l := newListing(out, c.Format)
		for _, k := range all {
			row := keyRow{string(k.Kind), k.Prefix, "current", k.Algorithm, k.Created.UTC().Format(time.RFC3339)}
			switch {
			case !k.Revoked.IsZero():
				row.State = "revoked"
			case !k.Current:
				row.State = "previous"
			}
			if err := l.row(row); err != nil {
				return err
			}
		}
		set, err := a.KeySetOf(ctx, p)
		if err != nil {
			return err
		}
		for _, k := range set.Keys {
			if err := l.row(keyRow{string(k.Kind), k.Prefix, "published", k.Algorithm, k.Created.UTC().Format(time.RFC3339)}); err != nil {
				return err
			}
		}
		return l.end("No key yet.")
	})
}

type keyRow struct {
	Kind      string `json:"kind"`
	Prefix    string `json:"prefix"`
	State     string `json:"state"` // current, previous (valid still), revoked, or published by the customer
	Algorithm string `json:"algorithm"`
	CreatedAt string `json:"created_at"`
}

type projectRotate struct {
	Project   string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Key       string `required:"" enum:"write,server,api,webhook,identity" help:"write, server, api, webhook or identity."`
	RevokeOld bool   `help:"Revoke the older ones now, and make no new one."`
	PublicKey string `help:"For identity: a PEM file with a public key of yours, RSA or P-256; - is standard input. Without it a secret is made." placeholder:"FILE"`
	JSON      bool   `name:"json" help:"Print one JSON object."`
}

// Run makes a new key beside the one in force, or ends the older ones.
func (c projectRotate) Run(ctx context.Context, out io.Writer) error {
	if c.PublicKey != "" && (c.Key != string(research.KeyIdentity) || c.RevokeOld) {
		return usage{errors.New("--public-key belongs to a new key of --key identity")}
	}
	public, err := readPublicKey(c.PublicKey)
	if err != nil {
		return err
	}
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		if c.RevokeOld {
			return c.revoke(ctx, a, p, out)
		}
		k, err := a.RotateKey(ctx, p, research.KeyKind(c.Key), public)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(out).Encode(k)
		}
		return printKey(out, k)
	})
}

func (c projectRotate) revoke(ctx context.Context, a *app.App, p *research.Project, out io.Writer) error {
	if err := a.RevokeOldKeys(ctx, p, research.KeyKind(c.Key)); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"project": p.Key, "key": c.Key, "revoked_old": true})
	}
	_, err := fmt.Fprintf(out, "The newest %s key is the only valid one now.\n", c.Key)
	return err
}

func printKey(out io.Writer, k app.NewKey) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range k.Lines() {
		fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
	}
	fmt.Fprintf(w, "\nA key before it stays valid until the next rotation, or until\n`usercall project rotate --project %s --key %s --revoke-old`.\n", k.Project, k.Kind)
	if k.Secret() {
		fmt.Fprint(w, "The secret is not shown again.\n")
	}
	return w.Flush()
}

func readPublicKey(name string) (string, error) {
	switch name {
	case "":
		return "", nil
	case "-":
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
		return string(b), err
	}
	b, err := os.ReadFile(name)
	return string(b), err
}

type projectIdentity struct {
	Project string `required:"" help:"The project's key, prj_…" placeholder:"KEY"`
	Mode    string `enum:",off,when_present,required" default:"" help:"off, when_present or required."`
	JWKS    string `name:"jwks" help:"The address of a key set (JWKS) of yours; none is none." placeholder:"URL"`
}

// Run changes what a project asks of the userIds that browsers send, and where the
// keys are that prove them.
func (c projectIdentity) Run(ctx context.Context, out io.Writer) error {
	if c.Mode == "" && c.JWKS == "" {
		return usage{errors.New("--mode, --jwks or both say what is to change")}
	}
	return onProject(ctx, c.Project, func(a *app.App, p *research.Project) error {
		steps := []func(context.Context, *app.App, *research.Project, io.Writer) error{c.setKeys, c.setMode}
		if c.Mode == "off" { // whoever asks for nothing needs no keys
			slices.Reverse(steps)
		}
		for _, step := range steps {
			if err := step(ctx, a, p, out); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c projectIdentity) setMode(ctx context.Context, a *app.App, p *research.Project, out io.Writer) error {
	mode := research.IdentityMode(c.Mode)
	switch c.Mode {
	case "":
		return nil
	case "off":
		mode = research.IdentityOff
	}
	if err := a.SetIdentity(ctx, p, mode); err != nil {
		return err
	}
	p.Settings.Identity = mode
	_, err := fmt.Fprintf(out, "Signed identity is %s.\n", map[string]string{"off": "off", "when_present": "checked when present", "required": "required"}[c.Mode])
	return err
}

func (c projectIdentity) setKeys(ctx context.Context, a *app.App, p *research.Project, out io.Writer) error {
	url := c.JWKS
	switch url {
	case "":
		return nil
	case "none":
		url = ""
	}
	set, err := a.SetKeySet(ctx, p, url)
	if err != nil {
		return err
	}
	if set == nil {
		_, err = fmt.Fprintln(out, "No key set is read any more.")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Keys that prove tokens, by kid:")
	for _, k := range set.Keys {
		fmt.Fprintf(w, "%s\t%s\n", k.Prefix, k.Algorithm)
	}
	return w.Flush()
}

// onProject opens the data and finds a project by its key.
func onProject(ctx context.Context, key string, do func(*app.App, *research.Project) error) error {
	return opened(ctx, func(a *app.App) error {
		p, err := a.Project(ctx, key)
		if err != nil {
			return err
		}
		return do(a, p)
	})
}
