package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

type backtestCmd struct {
	Study           string `required:"" help:"The study file, YAML or JSON." placeholder:"FILE"`
	Events          string `required:"" help:"Segment messages, one a line, in any order; - is standard input." placeholder:"FILE"`
	ProjectCooldown string `default:"7d" help:"The least time between two invites of one person, by any trigger." placeholder:"TIME"`
	Timezone        string `default:"UTC" help:"The time zone that days are counted in." placeholder:"ZONE"`
	All             bool   `help:"Also what was cancelled, and what still waits at the end."`
	Format          string `default:"auto" enum:"auto,table,jsonl" help:"table sums up, jsonl prints every decision; without it a terminal gets the table."`
}

// Run decides what the recorded events would have led to. It needs no server and
// no database.
func (c backtestCmd) Run(ctx context.Context, out io.Writer, all *cli) error {
	rules, cooldown, err := c.rules()
	if err != nil {
		return err
	}
	lines := bufio.NewWriterSize(out, 1<<16)
	sum := trigger.NewForecaster(rules)
	test := trigger.NewBacktest(rules, cooldown, c.printer(lines, sum))
	events := trigger.NewRecording(test.Keep)
	if err := c.read(ctx, events, newCounter(os.Stderr, all.Quiet)); err != nil {
		return err
	}
	last, err := events.Play(test.Apply)
	if err == nil {
		err = test.End(last)
	}
	if err != nil {
		return err
	}
	if c.sums() {
		if err := writeForecast(lines, events.Count, last, sum); err != nil {
			return err
		}
	}
	return lines.Flush()
}

func (c backtestCmd) sums() bool {
	if c.Format != "auto" {
		return c.Format == "table"
	}
	return isTerminal(os.Stdout)
}

// rules is the study's triggers, which count as active.
func (c backtestCmd) rules() ([]*trigger.Rule, time.Duration, error) {
	cooldown, err := trigger.ParseDuration(c.ProjectCooldown)
	if err != nil {
		return nil, 0, usage{fmt.Errorf("--project-cooldown: %w", err)}
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "Local" {
		return nil, 0, usage{fmt.Errorf("--timezone %q is not the name of a time zone, as in Europe/Berlin", c.Timezone)}
	}
	src, err := os.ReadFile(c.Study)
	if err != nil {
		return nil, 0, err
	}
	study, err := trigger.Load(src)
	if err != nil {
		return nil, 0, explain(c.Study, err)
	}
	for i, r := range study.Rules {
		r.Active, r.Timezone, r.TriggerID = true, c.Timezone, research.TriggerID(i+1)
	}
	return study.Rules, cooldown, nil
}

// printed is a decision as it is printed.
type printed struct {
	At        string           `json:"at"`
	Study     string           `json:"study"`
	Trigger   string           `json:"trigger"`
	Person    string           `json:"person"`
	MessageID string           `json:"message_id"`
	Outcome   research.Outcome `json:"outcome"`
	Gate      research.Gate    `json:"gate,omitempty"`
}

// printer takes the lines of a backtest: it sums them up, or prints them.
func (c backtestCmd) printer(out io.Writer, sum *trigger.Forecaster) func(trigger.Line) error {
	if c.sums() {
		return func(l trigger.Line) error {
			sum.Add(l)
			return nil
		}
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return func(l trigger.Line) error {
		if !c.All && (l.Outcome == research.Waiting || l.Outcome == research.Cancelled) {
			return nil
		}
		return enc.Encode(printed{shortTime(l.At), l.Rule.StudyKey, l.Rule.Key, l.Person.ID(), l.MessageID, l.Outcome, l.Gate})
	}
}

// shortTime is RFC 3339 with milliseconds where they are not zero.
func shortTime(t time.Time) string {
	if t.Nanosecond() == 0 {
		return t.Format(time.RFC3339)
	}
	return t.Format("2006-01-02T15:04:05.000Z07:00")
}
