// Package segmentjs holds Segment's own browser library, analytics-next, as its npm package has
// it, for those who have no other host that serves it. "make build" fills dist/: the script
// analytics.min.js, the chunks that it loads, and LICENSE, which must go where they go.
//
// It changes no byte of them and knows nothing of requests. Start at [Files].
package segmentjs

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the library by its names, each file with a .gz beside it. A chunk's name has a hash of
// its content. It is empty in a program built without assets.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}
