package research

import "strings"

// serverLibraries is how the names end that Segment's libraries for servers
// give themselves.
var serverLibraries = []string{"-node", "-go", "-python", "-ruby", "-java", "-php", ".net"}

// Arrived is the way an event came in as one speaks of it: a server that has
// only the write key is still a server. library is what the event says of
// itself, so nothing but words may follow from it.
func Arrived(source Source, library string) Source {
	name, _, _ := strings.Cut(strings.ToLower(library), " ")
	for _, end := range serverLibraries {
		if source == FromBrowser && strings.HasSuffix(name, end) {
			return FromServer
		}
	}
	return source
}
