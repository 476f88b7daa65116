package provider

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const (
	longestEvent  = 256 << 10
	longestStream = 4 << 20
)

var errTooMuch = errors.New("the stream is longer than it can need to be")

// events calls each with the data of every event of a stream, until each says
// stop or the stream ends.
func events(body io.Reader, each func(data []byte) (stop bool, err error)) error {
	lines := bufio.NewScanner(&io.LimitedReader{R: body, N: longestStream})
	lines.Buffer(make([]byte, 0, 4096), longestEvent)
	var data []byte
	total := 0
	flush := func() (bool, error) {
		if data == nil {
			return false, nil
		}
		d := data
		data = nil
		return each(d)
	}
	for lines.Scan() {
		line := bytes.TrimSuffix(lines.Bytes(), []byte("\r"))
		if total += len(line) + 1; total >= longestStream {
			return errTooMuch
		}
		if len(line) == 0 {
			if stop, err := flush(); stop || err != nil {
				return err
			}
			continue
		}
		value, found := bytes.CutPrefix(line, []byte("data:"))
		if !found {
			continue // names, ids and comments
		}
		value = bytes.TrimPrefix(value, []byte(" "))
		if data != nil {
			data = append(data, '\n')
		}
		if len(data)+len(value) > longestEvent {
			return errTooMuch
		}
		data = append(append([]byte{}, data...), value...)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	_, err := flush()
	return err
}
