package trigger

import (
	"cmp"
	"strconv"
	"strings"
)

// decimal is a number of JSON, exactly: 0.digits times ten to the power of exp,
// where digits neither begins nor ends in a zero. Two are the same number where
// they are equal by ==. Comparing looks at the digits that were written and no
// others, so 1e999999 costs no more than 1.
type decimal struct {
	negative bool
	exp      int64
	lead     uint64 // the first 19 digits, filled up with zeros; 0: the number is zero
	rest     string // the digits after those
}

const leadDigits = 19 // as many as fit in a uint64, whatever they are

// hugeExp stands for every exponent of more than 18 digits.
const hugeExp = int64(2e18)

// parseDecimal reads a number that JSON's grammar allows; anything else gives
// some number or other.
func parseDecimal[T string | []byte](s T) (d decimal) {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	digits, point, i := 0, false, 0
	for ; i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.'); i++ {
		if s[i] == '.' {
			point = true
			continue
		}
		if digits > 0 || s[i] != '0' {
			digits++
		}
		if digits > 0 && digits <= leadDigits {
			d.lead = d.lead*10 + uint64(s[i]-'0')
		}
		if digits > 0 && !point {
			d.exp++
		} else if digits == 0 && point {
			d.exp--
		}
	}
	if digits == 0 {
		return decimal{}
	}
	d.lead *= powers[max(0, leadDigits-digits)]
	if digits > leadDigits {
		d.rest = restOf(string(s[:i]))
	}
	if i < len(s) {
		d.exp += parseExponent(string(s[i+1:]))
	}
	return d
}

// powers is those of ten.
var powers = func() (p [leadDigits]uint64) {
	p[0] = 1
	for i := range p[1:] {
		p[i+1] = 10 * p[i]
	}
	return p
}()

// restOf is the digits of a mantissa after the first 19, without the zeros at
// the end.
func restOf(mantissa string) string {
	digits := strings.TrimLeft(strings.Replace(mantissa, ".", "", 1), "0")
	return strings.TrimRight(digits[leadDigits:], "0")
}

func parseExponent(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && n <= hugeExp && n >= -hugeExp {
		return n
	}
	if strings.HasPrefix(s, "-") {
		return -hugeExp
	}
	return hugeExp
}

// compare is negative where d is less than o, zero where they are the same
// number, positive where it is greater.
func (d decimal) compare(o decimal) int {
	if s := cmp.Compare(d.sign(), o.sign()); s != 0 {
		return s
	}
	size := cmp.Or(cmp.Compare(d.exp, o.exp), cmp.Compare(d.lead, o.lead), strings.Compare(d.rest, o.rest))
	if d.negative {
		return -size
	}
	return size
}

func (d decimal) sign() int {
	switch {
	case d.lead == 0:
		return 0
	case d.negative:
		return -1
	}
	return 1
}
