package main

import (
	"fmt"
	"strings"
)

// triggers is how many the study under load has, all active.
const triggers = 20

// study is a study of that many triggers. One waits for [hitEvent]. Half of the
// others wait for events that do occur, but with a property that never holds, so
// that the server has to look; the rest for names that nobody sends.
func study() string {
	var b strings.Builder
	b.WriteString(`usercall: 1
study: { key: bench, name: Load, goal: To be there while events arrive, interviews: 100000 }
interview: { mode: text, minutes: 3, languages: [en] }
guide: cancellation
triggers:
`)
	add := func(key, on string) {
		fmt.Fprintf(&b, "  - { key: %s, people: identified, on: { %s },\n", key, on)
		b.WriteString("      invite: { title: A question, body: About three minutes., accept: Yes, decline: \"No\" } }\n")
	}
	add("hit", "event: "+hitEvent)
	for i := 1; i < triggers; i++ {
		if i%2 == 0 {
			add(fmt.Sprintf("absent-%d", i), fmt.Sprintf("event: Nobody Sends %d", i))
			continue
		}
		add(fmt.Sprintf("never-%d", i), fmt.Sprintf("event: %s %s, where: { properties.seats: { gt: %d } }", nouns[i], verbs[i/2], 1000+i))
	}
	return b.String()
}
