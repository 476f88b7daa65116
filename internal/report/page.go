package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// PageSize is how many rows a page of a listing has.
const PageSize = 50

// Cursor is a place in a listing that has the newest first: rows strictly
// before it follow. The zero Cursor is the beginning.
type Cursor struct {
	At time.Time
	ID int64
}

// String is the cursor as it stands in a URL.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return strconv.FormatInt(c.At.UnixMilli(), 36) + "." + strconv.FormatInt(c.ID, 36)
}

// ParseCursor reads what String wrote; "" is the beginning.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	at, id, _ := strings.Cut(s, ".")
	ms, err1 := strconv.ParseInt(at, 36, 64)
	n, err2 := strconv.ParseInt(id, 36, 64)
	if err1 != nil || err2 != nil {
		return Cursor{}, research.Errorf(research.Invalid, "This page of the list does not exist. Start from the first one.")
	}
	return Cursor{time.UnixMilli(ms).UTC(), n}, nil
}

// Window is a part of a listing.
type Window struct {
	Before Cursor
	Limit  int // rows at most; 0: PageSize
}

// Rows is Limit with its default filled in.
func (w Window) Rows() int {
	if w.Limit <= 0 {
		return PageSize
	}
	return w.Limit
}

// Listing is a page of rows and the place where the next one begins.
type Listing[T any] struct {
	Rows []T
	Next Cursor // zero: there are no more
}

// List makes a listing of up to one row more than w wants: the one too many
// says that there is a next page.
func List[T any](w Window, rows []T, place func(T) Cursor) Listing[T] {
	if len(rows) <= w.Rows() {
		return Listing[T]{Rows: rows}
	}
	rows = rows[:w.Rows()]
	return Listing[T]{Rows: rows, Next: place(rows[len(rows)-1])}
}
