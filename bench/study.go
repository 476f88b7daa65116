package main

import (
	"fmt"
	"strings"
)

// What the studies under load wait for, all of it active: one trigger for
// [hitEvent], which hits; some for events that do occur, with a property that
// never holds, so that the server has to look; the rest for names that nobody
// sends.
const (
	triggers = 1000
	never    = 100
	inStudy  = 100 // as many as a file may have
)

// studies is the files of as many studies as that takes.
func studies() []string {
	files := make([]string, 0, triggers/inStudy)
	for first := 0; first < triggers; first += inStudy {
		files = append(files, study(first))
	}
	return files
}

// study is one file, with the triggers from number first on.
func study(first int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `usercall: 1
study: { key: bench-%d, name: Load, goal: To be there while events arrive, interviews: 100000 }
interview: { mode: text, minutes: 3, languages: [en] }
guide: cancellation
triggers:
`, first/inStudy)
	for i := first; i < first+inStudy; i++ {
		fmt.Fprintf(&b, "  - { key: t-%d, people: identified, on: { %s },\n", i, awaits(i))
		b.WriteString("      invite: { title: A question, body: About three minutes., accept: Yes, decline: \"No\" } }\n")
	}
	return b.String()
}

// awaits is the event that trigger i waits for.
func awaits(i int) string {
	switch {
	case i == 0:
		return "event: " + hitEvent
	case i <= never:
		return fmt.Sprintf("event: %s %s, where: { properties.seats: { gt: %d } }", nouns[i%len(nouns)], verbs[i/len(nouns)], 1000+i)
	}
	return fmt.Sprintf("event: Nobody Sends %d", i)
}
