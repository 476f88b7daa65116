package trigger_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// end is what became of a match, and when.
type end struct {
	*match
	when    int64
	outcome string // "": not decided yet
}

func (e end) compare(o end) int {
	return cmp.Or(cmp.Compare(e.when, o.when), e.owner.compare(o.owner),
		cmp.Compare(o.rule.Priority, e.rule.Priority), cmp.Compare(e.rule.StudyKey, o.rule.StudyKey), cmp.Compare(e.rule.Key, o.rule.Key),
		cmp.Compare(e.pos, o.pos))
}

// decideBefore takes every decision whose moment is before a time, among what was
// cancelled by then.
func (o *oracle) decideBefore(time int64) {
	ends := o.ends
	o.ends = nil
	for _, m := range o.matches {
		if !m.over && m.at < time {
			m.over = true
			ends = append(ends, end{m, m.at, ""})
		}
	}
	slices.SortFunc(ends, end.compare)
	for _, e := range ends {
		switch {
		case e.when >= time: // of the same instant as what is applied next
			o.ends = append(o.ends, e)
		case e.outcome != "":
			o.print(e, "")
		default:
			o.decide(e)
		}
	}
}

func (o *oracle) stillWaiting() {
	var ends []end
	for _, m := range o.matches {
		if !m.over {
			ends = append(ends, end{m, m.at, "waiting"})
		}
	}
	slices.SortFunc(ends, end.compare)
	for _, e := range ends {
		o.print(e, "")
	}
}

func (o *oracle) decide(e end) {
	e.outcome = "invited"
	gate := o.gate(e)
	if gate != "" {
		e.outcome = "skipped"
	} else {
		o.invites = append(o.invites, e.match)
	}
	o.print(e, gate)
}

// gate is the first that fails.
func (o *oracle) gate(e end) string {
	now := time.UnixMilli(e.at)
	switch {
	case e.owner.kind == "a" && e.rule.People != "anyone":
		return "people"
	case !e.rule.WhoHolds(o.traits(e.owner), o.group(e.owner), now.UTC()):
		return "who"
	case draw(e) >= share(string(e.rule.Sample)):
		return "sample"
	case o.invited(func(i *match) bool { return i.owner == e.owner && i.at == e.at }) > 0:
		return "open_invite"
	case o.invited(func(i *match) bool { return i.owner == e.owner && i.rule == e.rule && ago(e, i) < e.rule.Cooldown }) > 0:
		return "cooldown"
	case o.invited(func(i *match) bool { return i.owner == e.owner && ago(e, i) < o.cooldown }) > 0:
		return "project_cooldown"
	case e.rule.PerDay > 0 && o.invited(func(i *match) bool { return i.rule == e.rule && o.day(i) == o.day(e.match) }) >= e.rule.PerDay:
		return "per_day"
	case e.rule.Total > 0 && o.invited(func(i *match) bool { return i.rule == e.rule }) >= e.rule.Total:
		return "total"
	}
	return ""
}

func (o *oracle) invited(which func(*match) bool) (n int) {
	for _, i := range o.invites {
		if which(i) {
			n++
		}
	}
	return n
}

func ago(e end, i *match) time.Duration { return time.Duration(e.at-i.at) * time.Millisecond }

func (o *oracle) day(m *match) string {
	year, month, day := time.UnixMilli(m.at).In(o.zone).Date()
	return fmt.Sprint(year, month, day)
}

func draw(e end) float64 {
	sum := sha256.Sum256([]byte(e.rule.StudyKey + "/" + e.rule.Key + "\n" + e.owner.id))
	return float64(binary.BigEndian.Uint64(sum[:8])) / 18446744073709551616
}

func share(percent string) float64 {
	if percent == "" {
		return 1
	}
	p, err := strconv.ParseFloat(percent, 64)
	if err != nil {
		panic(err)
	}
	return p / 100
}

func (o *oracle) print(e end, gate string) {
	o.lines = append(o.lines, fmt.Sprintf("%s %s %s:%s %q %s %s", time.UnixMilli(e.when).UTC().Format("01-02T15:04:05.000"), e.rule.Key,
		e.owner.kind, e.owner.id, e.MessageID, e.outcome, gate))
}
