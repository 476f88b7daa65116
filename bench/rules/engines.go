package main

import (
	"fmt"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// engine finds how many rules an event matches.
type engine interface{ match(e *event) int }

// ours is usercall's index. It reads the event as it is stored: raw JSON.
type ours struct {
	index *trigger.Index
	buf   []*trigger.Rule
}

func newOurs(rules []rule) *ours { return &ours{index: trigger.NewIndex(compiled(rules)...)} }

func (o *ours) match(e *event) int {
	o.buf = o.index.Candidates(&e.stored, o.buf[:0])
	return len(o.buf)
}

// compiled is the rules as study files have them, a hundred triggers a study.
func compiled(rules []rule) (out []*trigger.Rule) {
	const most = 100
	for at := 0; at < len(rules); at += most {
		f := &trigger.File{Study: trigger.StudySpec{Key: fmt.Sprint("study-", at)}, Interview: trigger.InterviewSpec{Languages: []string{"en"}}}
		for i, r := range rules[at:min(at+most, len(rules))] {
			f.Triggers = append(f.Triggers, r.spec(fmt.Sprint("trigger-", i)))
		}
		s, err := trigger.Compile(f)
		if err != nil {
			panic(err)
		}
		for i, r := range s.Rules {
			r.TriggerID, r.Active = research.TriggerID(at+i+1), true
		}
		out = append(out, s.Rules...)
	}
	return out
}

func (r rule) spec(key string) trigger.Spec {
	op := trigger.Less
	if r.above {
		op = trigger.Greater
	}
	where := &trigger.Condition{Terms: []trigger.Term{
		{Path: trigger.Path{Root: trigger.RootProperties, Names: []string{properties[r.property]}}, Tests: []trigger.Test{{Op: trigger.Equals, Operands: []trigger.Literal{trigger.Text(value(r.value))}}}},
		{Path: trigger.Path{Root: trigger.RootProperties, Names: []string{numbers[r.number]}}, Tests: []trigger.Test{{Op: op, Operands: []trigger.Literal{trigger.Number(fmt.Sprint(r.bound))}}}},
	}}
	return trigger.Spec{Key: key, On: trigger.MatchSpec{Events: []string{r.name}, Type: research.Track, Where: where},
		People: trigger.Identified, Cooldown: trigger.DefaultCooldown, Expires: trigger.DefaultExpires, Invite: trigger.InviteSpec{Delivery: trigger.Card}}
}

// plain is what one would write by hand for these rules and no others. It reads
// events that were decoded before.
type plain map[string]*[len(properties)]map[string][]bounded

type bounded struct {
	bound  float64
	number uint8
	above  bool
}

func newPlain(rules []rule) plain {
	p := plain{}
	for _, r := range rules {
		if p[r.name] == nil {
			p[r.name] = new([len(properties)]map[string][]bounded)
		}
		of := &p[r.name][r.property]
		if *of == nil {
			*of = map[string][]bounded{}
		}
		(*of)[value(r.value)] = append((*of)[value(r.value)], bounded{float64(r.bound), uint8(r.number), r.above})
	}
	return p
}

func (p plain) match(e *event) (n int) {
	of := p[e.stored.Name]
	if of == nil {
		return 0
	}
	for i, byValue := range of {
		wanted, _ := e.decoded[properties[i]].(string)
		for _, b := range byValue[wanted] {
			x, ok := e.decoded[numbers[b.number]].(float64)
			if ok && (b.above && x > b.bound || !b.above && x < b.bound) {
				n++
			}
		}
	}
	return n
}

// general is a general expression engine on the rules of the event's name. It
// too reads events that were decoded before.
type general struct {
	byName map[string][]*vm.Program
	vm     vm.VM
}

func newExpr(rules []rule) *general {
	g := &general{byName: map[string][]*vm.Program{}}
	env := map[string]any{}
	for _, p := range properties {
		env[p] = ""
	}
	for _, n := range numbers {
		env[n] = 0.0
	}
	for _, r := range rules {
		op := "<"
		if r.above {
			op = ">"
		}
		program, err := expr.Compile(fmt.Sprintf("%s == %q && %s %s %d", properties[r.property], value(r.value), numbers[r.number], op, r.bound), expr.Env(env), expr.AsBool())
		if err != nil {
			panic(err)
		}
		g.byName[r.name] = append(g.byName[r.name], program)
	}
	return g
}

func (g *general) match(e *event) (n int) {
	for _, program := range g.byName[e.stored.Name] {
		out, err := g.vm.Run(program, e.decoded)
		if err != nil {
			panic(err)
		}
		if out.(bool) {
			n++
		}
	}
	return n
}
