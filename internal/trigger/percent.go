package trigger

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// Percent is an exact share from 0 to 100, written without its sign and without
// needless zeros: "25", "0.5". The empty Percent is 100.
type Percent string

var percentForm = regexp.MustCompile(`^([0-9]{1,100})(?:\.([0-9]{1,100}))?%$`)

// parsePercent reads "25%".
func parsePercent(s string) (Percent, error) {
	m := percentForm.FindStringSubmatch(s)
	if m == nil {
		return "", errors.New(quoted(s) + " is no share; write a number from 0 to 100 with %, as in 25%")
	}
	whole, fraction := strings.TrimLeft(m[1], "0"), strings.TrimRight(m[2], "0")
	if share := parseDecimal(strings.TrimSuffix(s, "%")); share.compare(parseDecimal("100")) > 0 {
		return "", errors.New(quoted(s) + " is more than 100%")
	}
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	if whole+fraction == "100" {
		return "", nil
	}
	return Percent(whole + fraction), nil
}

// All tells whether nobody is left out.
func (p Percent) All() bool { return p == "" || p == "100" }

// Share is the number from 0 to 1 that is nearest to p/100. The point is moved
// in the text, so there is one rounding and not two.
func (p Percent) Share() float64 {
	if p.All() {
		return 1
	}
	f, err := strconv.ParseFloat(string(p)+"e-2", 64)
	if err != nil { // not made by parsePercent
		return 0
	}
	return f
}

func (p Percent) String() string {
	if p.All() {
		return "100%"
	}
	return string(p) + "%"
}
