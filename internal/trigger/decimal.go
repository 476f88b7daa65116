package trigger

import (
	"cmp"
	"strconv"
	"strings"
)

// decimal is a number of JSON, exactly: 0.digits times ten to the power of exp,
// where digits neither begins nor ends in a zero. Zero has no digits and no
// exponent. Comparing looks at the digits that were written and no others, so
// 1e999999 costs no more than 1.
type decimal struct {
	negative bool
	digits   string
	exp      int64
}

// hugeExp stands for every exponent of more than 18 digits.
const hugeExp = int64(2e18)

// parseDecimal reads a number that JSON's grammar allows; anything else gives
// some number or other.
func parseDecimal(s string) decimal {
	d := decimal{negative: strings.HasPrefix(s, "-")}
	mantissa, exponent := strings.TrimLeft(s, "-+"), ""
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		mantissa, exponent = mantissa[:i], mantissa[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	d.digits = strings.TrimLeft(digits, "0")
	d.exp = int64(len(whole)) - int64(len(digits)-len(d.digits)) + parseExponent(exponent)
	d.digits = strings.TrimRight(d.digits, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

func parseExponent(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > hugeExp || n < -hugeExp {
		if s[0] == '-' {
			return -hugeExp
		}
		return hugeExp
	}
	return n
}

// compare is negative where d is less than o, zero where they are the same
// number, positive where it is greater.
func (d decimal) compare(o decimal) int {
	if s := cmp.Compare(d.sign(), o.sign()); s != 0 {
		return s
	}
	size := cmp.Or(cmp.Compare(d.exp, o.exp), strings.Compare(d.digits, o.digits))
	if d.negative {
		return -size
	}
	return size
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}
