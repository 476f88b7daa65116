package report

import (
	"io"
	"time"
)

// Sound is a recording that was opened to be heard. It is closed by whoever
// opened it.
type Sound struct {
	io.ReadSeekCloser
	Type     string // the media type
	Modified time.Time
}
