package trigger

import (
	"encoding/binary"
	"errors"
)

// runFormat is the first byte of a stored run.
const runFormat = 1

// AppendTo appends the run as it is stored.
func (run *Run) AppendTo(to []byte) []byte {
	w := runWriter{append(to, runFormat), Point{}}
	w.points(run.Last)
	w.number(int64(len(run.Marks)))
	for _, marks := range run.Marks {
		w.points(marks)
	}
	w.number(int64(len(run.Pending)))
	for i := range run.Pending {
		w.match(&run.Pending[i])
	}
	return w.to
}

// ParseRun reads what AppendTo wrote.
func ParseRun(stored []byte) (*Run, error) {
	if len(stored) == 0 || stored[0] != runFormat {
		return nil, errors.New("a stored run is of an unknown format")
	}
	r := runReader{from: stored[1:]}
	run := &Run{Last: r.points()}
	run.Marks = make([][]Point, r.count(1))
	for i := range run.Marks {
		run.Marks[i] = r.points()
	}
	run.Pending = make([]Match, r.count(leastMatch))
	for i := range run.Pending {
		run.Pending[i] = r.match()
	}
	if r.broken || len(r.from) > 0 {
		return nil, errors.New("a stored run is damaged")
	}
	return run, nil
}

// runWriter writes points as differences to the one before, which are small.
type runWriter struct {
	to   []byte
	last Point
}

func (w *runWriter) number(n int64) { w.to = binary.AppendVarint(w.to, n) }

func (w *runWriter) text(s string) {
	w.number(int64(len(s)))
	w.to = append(w.to, s...)
}

func (w *runWriter) point(p Point) {
	w.number(p.At - w.last.At)
	w.number(p.Seq - w.last.Seq)
	w.last = p
}

func (w *runWriter) points(of []Point) {
	w.number(int64(len(of)))
	for _, p := range of {
		w.point(p)
	}
}

func (w *runWriter) match(m *Match) {
	w.point(m.Point)
	w.number(m.Due - m.At)
	w.number(m.Received - m.At)
	w.text(m.MessageID)
	w.text(m.EventName)
	w.text(string(m.Ticket))
	proved := int64(0)
	if m.Proved {
		proved = 1
	}
	w.number(proved)
}

type runReader struct {
	from   []byte
	last   Point
	broken bool
}

func (r *runReader) number() int64 {
	n, size := binary.Varint(r.from)
	if size <= 0 {
		r.broken, r.from = true, nil
		return 0
	}
	r.from = r.from[size:]
	return n
}

// The least bytes that are written of each.
const (
	leastPoint = 2
	leastMatch = leastPoint + 6
)

// count is how many things follow that take at least so many bytes: no more than
// what is left can hold.
func (r *runReader) count(least int) int {
	n := r.number()
	if n < 0 || n > int64(len(r.from)/least) {
		r.broken, r.from = true, nil
		return 0
	}
	return int(n)
}

func (r *runReader) text() string {
	n := r.count(1)
	s := string(r.from[:n])
	r.from = r.from[n:]
	return s
}

func (r *runReader) point() Point {
	p := Point{r.last.At + r.number(), r.last.Seq + r.number()}
	r.last = p
	return p
}

func (r *runReader) points() []Point {
	out := make([]Point, r.count(leastPoint))
	for i := range out {
		out[i] = r.point()
	}
	return out
}

func (r *runReader) match() (m Match) {
	m.Point = r.point()
	m.Due, m.Received = m.At+r.number(), m.At+r.number()
	m.MessageID, m.EventName = r.text(), r.text()
	if t := r.text(); t != "" {
		m.Ticket = []byte(t)
	}
	m.Proved = r.number() == 1
	return m
}
