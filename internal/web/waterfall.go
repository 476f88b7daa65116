package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
)

// waterfall is how long somebody waited for each reply, drawn.
type waterfall struct {
	Rows  []waitRow
	Steps []stepRow // what each mark means, with its numbers
	Whole report.Spread
}

type waitRow struct {
	report.Wait
	Bars  []stepBar
	Words string // what the drawing says
}

// stepBar is one step of a wait, in hundredths of the longest.
type stepBar struct {
	Class, X, W, Title string
}

type stepRow struct {
	Class, Name, Means string
	report.Spread
}

// waitSteps is what each step is called, by its number.
var waitSteps = [...]struct{ class, name, means string }{
	report.StepEnd:     {"s-end", "End of turn", "until it was clear that they had finished"},
	report.StepHear:    {"s-hear", "Recognise", "until what they said was written down"},
	report.StepDecide:  {"s-decide", "Decide", "until it was clear what to say"},
	report.StepSpeak:   {"s-speak", "Voice", "until the first sound of the voice"},
	report.StepBetween: {"s-between", "Between", "the rest, which is ours"},
	report.StepNetwork: {"s-network", "Network", "until they heard it"},
}

// fall draws waits; nil where there are none.
func fall(waits []report.Wait) *waterfall {
	if len(waits) == 0 {
		return nil
	}
	f := &waterfall{Whole: report.SpreadOfWaits(waits)}
	longest := time.Millisecond
	for _, w := range waits {
		longest = max(longest, w.Total())
	}
	for _, s := range report.Steps {
		f.Steps = append(f.Steps, stepRow{waitSteps[s].class, waitSteps[s].name, waitSteps[s].means, report.SpreadOfStep(waits, s)})
	}
	for _, w := range waits {
		f.Rows = append(f.Rows, fallRow(w, longest))
	}
	return f
}

// fallRow draws one wait with its steps one after the other.
func fallRow(w report.Wait, longest time.Duration) waitRow {
	row := waitRow{Wait: w}
	var at time.Duration
	var said []string
	for _, s := range report.Steps {
		took := w.Steps[s]
		if took > 0 {
			words := waitSteps[s].name + " " + millis(took)
			said = append(said, words)
			row.Bars = append(row.Bars, stepBar{waitSteps[s].class, part(at, longest), part(took, longest), words})
		}
		at += took
	}
	row.Words = strings.Join(said, ", ")
	return row
}

func part(d, of time.Duration) string { return unit(100 * float64(d) / float64(of)) }

// millis is a short time as a table has it.
func millis(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return number(int(d.Milliseconds())) + " ms"
}
