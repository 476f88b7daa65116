package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/usercall/usercall/examples/northdesk"
	"github.com/usercall/usercall/examples/studies"
	"github.com/usercall/usercall/internal/demo"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Demo is how `usercall demo` was asked for.
type Demo struct {
	People int       // scripted people that walk through first
	Addr   string    // of the sample product
	Out    io.Writer // where the links are printed
	// Progress is told after each scripted person how many have walked through.
	Progress func(done, of int)
}

// product is the name of the sample product.
const product = "Northdesk"

// Demo serves with the sample product beside it, on another site, until ctx
// ends. Without people it is a project that starts empty; with people it is
// another one, marked as sample data.
func (a *App) Demo(ctx context.Context, d Demo) error {
	listener, err := net.Listen("tcp", d.Addr)
	if err != nil {
		return fmt.Errorf("the sample product cannot listen on %s: %w; --product picks another address", d.Addr, err)
	}
	site := "http://" + d.Addr
	p, key, err := a.demoProject(ctx, d, site)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	northdesk := newServer(a.northdesk(p, key))
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() { stop(ignoreClosed(northdesk.Serve(listener))) }()
	err = a.Serve(ctx, func(Ready) {
		go func() {
			if err := a.welcome(ctx, d, p, site); err != nil {
				stop(err)
			}
		}()
	})
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	err = errors.Join(err, northdesk.Shutdown(closing))
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

// demoProject finds or makes the demo's project, with its studies active, and
// the API key that the sample product's own server reads the decision log with.
func (a *App) demoProject(ctx context.Context, d Demo, site string) (*research.Project, string, error) {
	p, err := a.findDemo(ctx, d.People > 0)
	if err != nil {
		return nil, "", err
	}
	if p == nil {
		keys, err := a.CreateProject(ctx, NewProject{Name: product, Origins: []string{site}, Sample: d.People > 0})
		if err != nil {
			return nil, "", err
		}
		if p, err = a.db.ProjectByKey(ctx, keys.Project); err != nil {
			return nil, "", err
		}
	}
	if !slices.Contains(p.Origins, site) {
		p.Origins = append(p.Origins, site)
		if err := a.db.UpdateProject(ctx, p); err != nil {
			return nil, "", err
		}
	}
	if err := a.demoStudies(ctx, p); err != nil {
		return nil, "", err
	}
	key := "uc_" + a.derived("demo-api-key", p.Key) + a.derived("demo-api-key-2", p.Key)
	return p, key, a.db.EnsureKey(ctx, p.ID, "api", key, a.now())
}

func (a *App) findDemo(ctx context.Context, sample bool) (*research.Project, error) {
	all, err := a.db.Projects(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Name == product && p.Sample == sample {
			return p, nil
		}
	}
	return nil, nil
}

// ofDemo is the ready-made studies that the people of the demo are there for. The
// others would ask them first, and somebody who was asked is left alone.
var ofDemo = []string{"cancellation", "onboarding"}

// demoStudies makes those ready-made studies that the project does not have. One
// that somebody changed or paused stays as they left it.
func (a *App) demoStudies(ctx context.Context, p *research.Project) error {
	ready, err := studies.All()
	if err != nil {
		return err
	}
	for _, s := range ready {
		if !slices.Contains(ofDemo, s.Key) {
			continue
		}
		_, err := a.db.StudyByKey(ctx, p.ID, s.Key)
		if err == nil {
			continue
		}
		if research.CodeOf(err) != research.NotFound {
			return err
		}
		if _, err := a.ApplyStudy(ctx, p, s.Source, true); err != nil {
			return err
		}
	}
	return nil
}

// northdesk is the sample product. Its server asks our API for decisions, as any
// customer's server can.
func (a *App) northdesk(p *research.Project, apiKey string) http.Handler {
	config := northdesk.Config{Host: a.cfg.URL(), Project: p.Key, WriteKey: string(p.WriteKey), Dashboard: a.cfg.URL() + "/"}
	return northdesk.Handler(config, func(ctx context.Context, person string) ([]byte, error) {
		return a.askDecisions(ctx, apiKey, person)
	})
}

func (a *App) askDecisions(ctx context.Context, apiKey, person string) (_ []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.cfg.URL()+"/api/v1/decisions?limit=50&person="+person, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+apiKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the decision log answered %d", res.StatusCode)
	}
	var log struct {
		Items []report.DecisionRow `json:"items"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&log); err != nil {
		return nil, err
	}
	slices.Reverse(log.Items)
	return json.Marshal(map[string]any{"decisions": append([]report.DecisionRow{}, log.Items...)})
}

// welcome lets the scripted people through and prints where to go.
func (a *App) welcome(ctx context.Context, d Demo, p *research.Project, site string) error {
	if d.People > 0 {
		if err := a.letThrough(ctx, d, p, site); err != nil {
			return err
		}
	}
	link, err := a.SignInLink(ctx, demoUser)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n  usercall is running; data in %s\n\n", a.Describe())
	fmt.Fprintf(&b, "  1  %-30s a sample product: sign up, then cancel\n", site)
	fmt.Fprintf(&b, "  2  the dashboard, signed in by this link once:\n     %s\n\n", link)
	fmt.Fprintf(&b, "  Ctrl-C ends it; the next start finds everything again.\n\n")
	_, err = d.Out.Write(b.Bytes())
	return err
}

// demoUser is who the demo's link signs in.
const demoUser = "demo@localhost"

func (a *App) letThrough(ctx context.Context, d Demo, p *research.Project, site string) error {
	doors := demo.Doors{URL: a.cfg.URL(), Origin: site, Project: p.Key, WriteKey: string(p.WriteKey)}
	if err := demo.Walk(ctx, doors, d.People, func(done int) { d.Progress(done, d.People) }); err != nil {
		return err
	}
	return a.analysed(ctx)
}

// analysed waits until the interviews of the scripted people have their themes.
func (a *App) analysed(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		n, err := a.db.PendingJobs(ctx)
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
