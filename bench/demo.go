package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// demo is where the sample product runs, for the measurement in the browser.
type demo struct {
	*process
	*installation
	site     string
	writeKey string
}

// startDemo starts usercall with its sample product, on SQLite or a database of
// the lab's PostgreSQL server, and lifts the limits that keep the product's study
// to a few people a day.
func (l *lab) startDemo(ctx context.Context, onPostgres bool) (*demo, error) {
	database := ""
	if onPostgres {
		server, err := l.database(ctx)
		if err != nil {
			return nil, err
		}
		if database, err = server.database(ctx); err != nil {
			return nil, err
		}
	}
	dir, addr, err := l.place("demo")
	if err != nil {
		return nil, err
	}
	product, err := freeAddr()
	if err != nil {
		return nil, err
	}
	d := &demo{installation: &installation{program: l.program("usercall"), dir: dir, addr: addr, database: database},
		site: strings.Replace(product, "127.0.0.1", "localhost", 1)}
	if d.process, err = start(d.command(ctx, "demo", "--product", d.site), l.dir); err != nil {
		return nil, err
	}
	err = d.await(ctx, 20*time.Millisecond, func() bool { return alive("http://" + addr + "/healthz") })
	if err == nil {
		err = d.liftLimits(ctx)
	}
	if err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// liftLimits lets any number of persons be asked on one day, among the studies that
// servers under load have.
func (d *demo) liftLimits(ctx context.Context) error {
	const study = "cancellation"
	out, err := d.run(ctx, "", "project", "list", "--format", "jsonl")
	if err != nil {
		return err
	}
	var p projectKeys
	if err := json.Unmarshal(out, &p); err != nil {
		return err
	}
	d.writeKey = p.WriteKey
	file, err := d.run(ctx, "", "export", "study", study, "--project", p.Project)
	if err != nil {
		return err
	}
	lifted := strings.NewReplacer("per_day: 20\n", "per_day: 100000\n", "interviews: 30\n", "interviews: 100000\n").Replace(string(file))
	if lifted == string(file) {
		return errors.New("the demo's study has other limits than those that are lifted here")
	}
	for _, study := range append(studies(), lifted) {
		if err := d.apply(ctx, p.Project, study); err != nil {
			return err
		}
	}
	return pause(ctx, 2*time.Second) // until the server has surely taken it up
}
