package trigger_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// dice makes studies and streams over a small alphabet and few seconds, so that
// ties, edges of windows and persons that fold are the rule.
type dice struct{ *rand.Rand }

func one[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// maybe appends a key of a map, now and then.
func (d dice) maybe(to *[]string, percent int, format string, args ...any) {
	if d.chance(percent) {
		*to = append(*to, fmt.Sprintf(format, args...))
	}
}

func flow(entries []string) string { return "{ " + strings.Join(entries, ", ") + " }" }

func (d dice) study() string {
	var b strings.Builder
	b.WriteString("usercall: 1\nstudy: { key: s }\ntriggers:\n")
	for i := range 1 + d.IntN(4) {
		fmt.Fprintf(&b, "  - %s\n", d.trigger(one(d, "a", "b", "c")+fmt.Sprint(i)))
	}
	return b.String()
}

func (d dice) trigger(key string) string {
	out := []string{"key: " + key, "on: " + d.step("times", "within")}
	d.maybe(&out, 40, "then: [%s]", d.steps("within"))
	d.maybe(&out, 50, "absent: %s", d.step("for"))
	d.maybe(&out, 25, "did: [%s]", d.steps("times", "within"))
	d.maybe(&out, 25, "did_not: [%s]", d.steps("within"))
	d.maybe(&out, 20, "who: { %s }", one(d, "traits.plan: pro", "traits.plan: { not: pro }", "group.tier: gold", "email: { exists: true }", `traits.seen: { gt: "now-3s" }`))
	d.maybe(&out, 50, "people: anyone")
	d.maybe(&out, 40, "delay: %ds", d.IntN(5))
	d.maybe(&out, 15, "sample: %s", one(d, "50%", "33.3%", "0%", "99.99%"))
	d.maybe(&out, 90, "cooldown: %s", one(d, "0", "1s", "3s", "10s"))
	d.maybe(&out, 20, "per_day: %d", 1+d.IntN(3))
	d.maybe(&out, 20, "total: %d", 1+d.IntN(4))
	d.maybe(&out, 40, "priority: %d", d.IntN(3)-1)
	return flow(out)
}

func (d dice) steps(keys ...string) string {
	out := []string{d.step(keys...)}
	if d.chance(30) {
		out = append(out, d.step(keys...))
	}
	return strings.Join(out, ", ")
}

func (d dice) step(keys ...string) string {
	out := []string{"event: " + d.names()}
	if d.chance(15) {
		out = []string{one(d, "type: page", "type: screen", "type: page, event: P", "type: page, event: [P, Q]")}
	}
	d.maybe(&out, 30, "where: { %s }", one(d, "properties.n: 1", "properties.n: { gt: 0 }", "traits.plan: pro", "traits.plan: { exists: false }", "context.page.path: /x"))
	d.maybe(&out, 15, "source: %s", one(d, "[browser]", "[server, webhook]", "[custom]"))
	for _, key := range keys {
		switch {
		case key == "for":
			out = append(out, fmt.Sprintf("for: %ds", 1+d.IntN(6)))
		case key == "times":
			d.maybe(&out, 40, "times: %d", 1+d.IntN(3))
		default:
			d.maybe(&out, 60, "within: %ds", 1+d.IntN(5))
		}
	}
	return flow(out)
}

func (d dice) names() string {
	if d.chance(25) {
		return "[A, " + one(d, "B", "C") + "]"
	}
	return one(d, "A", "B", "C", "D")
}

// zones are the time zones of streams, each with a moment just before a midnight
// there; the first two begin and end summer time.
var zones = []struct{ name, midnight string }{
	{"Europe/Berlin", "2026-03-28T23:00:00Z"}, {"Europe/Berlin", "2026-10-25T23:00:00Z"},
	{"UTC", "2026-11-02T00:00:00Z"}, {"America/New_York", "2026-11-02T05:00:00Z"}, {"Asia/Kathmandu", "2026-11-01T18:15:00Z"},
}

// stream makes the lines of a file.
func (d dice) stream(n int, around string) (lines []string) {
	base, err := time.Parse(time.RFC3339, around)
	if err != nil {
		panic(err)
	}
	base = base.Add(-8 * time.Second)
	var all []map[string]any
	for i := range n {
		m := d.message(i)
		d.times(m, base)
		if len(all) > 0 && d.chance(12) {
			m = d.again(one(d, all...), base)
		}
		all = append(all, m)
	}
	for _, m := range all {
		line, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		lines = append(lines, string(line))
	}
	return lines
}

// again is a message that arrives a second time, not always as it was.
func (d dice) again(first map[string]any, base time.Time) map[string]any {
	m := map[string]any{}
	for k, v := range first {
		m[k] = v
	}
	if d.chance(60) {
		d.times(m, base)
	}
	if d.chance(40) {
		m["source"] = one(d, "browser", "server", "custom")
	}
	if d.chance(30) {
		m["userId"] = d.user()
	}
	if d.chance(20) && m["type"] == "track" {
		m["event"] = one(d, "A", "B")
	}
	return m
}

func (d dice) times(m map[string]any, base time.Time) {
	moment := func(spread int) string {
		t := base.Add(time.Duration(d.IntN(spread)) * time.Second).Add(one(d, 0, 0, 0, 0, 0, time.Millisecond, 999*time.Millisecond, 999_900*time.Microsecond, 300))
		return t.In(one(d, time.UTC, time.UTC, time.FixedZone("", 2*3600))).Format(time.RFC3339Nano)
	}
	delete(m, "receivedAt")
	m["timestamp"] = moment(20)
	if d.chance(35) {
		m["receivedAt"] = moment(24)
	}
	if m["receivedAt"] != nil && d.chance(10) {
		delete(m, "timestamp")
	}
}

func (d dice) user() string { return one(d, "u", "u", "v", "v", "w", "x") }
func (d dice) anon() string { return one(d, "a", "a", "b", "b", "c", "u", "v") }

func (d dice) message(i int) map[string]any {
	m := map[string]any{"type": "track", "messageId": fmt.Sprint("m", i)}
	if d.chance(5) {
		delete(m, "messageId")
	}
	switch d.IntN(4) {
	case 0:
		m["anonymousId"] = d.anon()
	case 1:
		m["userId"], m["anonymousId"] = d.user(), d.anon()
	default:
		m["userId"] = d.user()
	}
	if d.chance(30) {
		m["source"] = one(d, "browser", "server", "webhook", "custom")
	}
	d.fill(m)
	return m
}

func (d dice) fill(m map[string]any) {
	switch kind := d.IntN(100); {
	case kind < 65:
		m["event"] = one(d, "A", "A", "B", "B", "C", "D")
		m["properties"] = map[string]any{"n": d.IntN(2)}
		if d.chance(15) {
			m["context"] = map[string]any{"traits": map[string]any{"plan": one[any](d, "pro", nil, "free")}, "page": map[string]any{"path": one(d, "/x", "/y")}}
		}
	case kind < 73:
		m["type"] = one(d, "page", "screen")
		if d.chance(70) {
			m["name"] = one(d, "P", "Q")
		}
	case kind < 85:
		m["type"], m["traits"] = "identify", map[string]any{one(d, "plan", "plan", "email", "seen"): one[any](d, "pro", "free", nil, "2026-11-01T23:59:59Z")}
	case kind < 92:
		m["type"], m["groupId"], m["traits"] = "group", one(d, "g", "h"), map[string]any{"tier": one[any](d, "gold", "tin", nil)}
	default:
		m["type"], m["previousId"] = "alias", one(d, d.user(), d.anon())
	}
}
