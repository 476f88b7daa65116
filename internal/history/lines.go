package history

import (
	"bufio"
	"errors"
	"io"
)

// maxLine is how long a line may be, in bytes. What is longer is passed over
// without being held.
const maxLine = 1 << 20

// lines reads lines of bounded length.
type lines struct {
	in  *bufio.Reader
	buf []byte
}

func newLines(in io.Reader) *lines { return &lines{in: bufio.NewReaderSize(in, 64<<10)} }

// next is the next line, with its end, until the next call, and how many bytes
// it is; nil where it is longer than maxLine. A line that an error cuts short is
// not given.
func (l *lines) next() (line []byte, size int64, err error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		size += int64(len(part))
		if size <= maxLine {
			l.buf = append(l.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && size > 0: // the last line may lack its end
		case err != nil:
			return nil, 0, err
		}
		if size > maxLine {
			return nil, size, nil
		}
		return l.buf, size, nil
	}
}
