package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/usercall/usercall/internal/app"
)

type projectCmd struct {
	Create projectCreate `cmd:"" help:"Make a project; its secret keys are shown this once."`
	List   projectList   `cmd:"" help:"List the projects."`

	Keys     projectKeys     `cmd:"" help:"List a project's keys, by what may be shown of them."`
	Rotate   projectRotate   `cmd:"" help:"Make a new key beside the one in force."`
	Identity projectIdentity `cmd:"" help:"Ask for a signed identity of browsers, or not."`

	Settings   projectSettings   `cmd:"" help:"List how often, when and whom a project asks."`
	Set        projectSet        `cmd:"" help:"Change how often, when and whom a project asks."`
	Recordings projectRecordings `cmd:"" help:"How many days recordings are kept."`
	Pause      projectPause      `cmd:"" help:"Pause everything: nobody is invited, nothing is shown or sent."`
	Resume     projectResume     `cmd:"" help:"End that pause."`
	Delivery   projectDelivery   `cmd:"" help:"Set where invites are sent, and test it."`
}

type projectCreate struct {
	Name   string   `required:"" help:"The product's name, as participants know it."`
	Origin []string `help:"A site whose pages may use the SDK, like https://app.example.com. May be repeated."`
	Open   bool     `help:"For development: every origin, no limits per key or address."`
	JSON   bool     `name:"json" help:"Print one JSON object."`
}

// Run makes a project and prints its keys.
func (c projectCreate) Run(ctx context.Context, out io.Writer) error {
	return opened(ctx, func(a *app.App) error {
		k, err := a.CreateProject(ctx, app.NewProject{Name: c.Name, Origins: c.Origin, Open: c.Open})
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(out).Encode(k)
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "Project\t%s\nWrite key\t%s\tpublic, for the page and Segment's clients\n", k.Project, k.WriteKey)
		fmt.Fprintf(w, "Server key\t%s\tsecret, may add signed events\n", k.ServerKey)
		fmt.Fprintf(w, "API key\t%s\tsecret, may read\n", k.APIKey)
		fmt.Fprintf(w, "Webhook\t%s\tfor a webhook destination of Segment\nWebhook secret\t%s\n", k.WebhookURL, k.WebhookSecret)
		fmt.Fprint(w, "\nThe secrets are not shown again.\n")
		return w.Flush()
	})
}

type projectList struct {
	Format string `enum:"table,json,jsonl,csv" default:"table" help:"table, json, jsonl or csv."`
}

// Run lists the projects.
func (c projectList) Run(ctx context.Context, out io.Writer) error {
	return opened(ctx, func(a *app.App) error {
		all, err := a.Projects(ctx)
		if err != nil {
			return err
		}
		l := newListing(out, c.Format)
		for _, p := range all {
			if err := l.row(projectRow{p.Key, p.Name, string(p.WriteKey), p.Sample, p.Created.UTC().Format(time.RFC3339)}); err != nil {
				return err
			}
		}
		return l.end("No project yet: `usercall project create --name NAME`.")
	})
}

type projectRow struct {
	Project   string `json:"project"`
	Name      string `json:"name"`
	WriteKey  string `json:"write_key"`
	Sample    bool   `json:"sample"`
	CreatedAt string `json:"created_at"`
}
