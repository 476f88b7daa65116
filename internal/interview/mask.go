package interview

import (
	"regexp"
	"strings"
)

// masked stands in an answer where contact or card data stood.
const masked = "[removed]"

const digitWord = `(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)`

// What is masked, each by its shape.
var (
	contacts = []*regexp.Regexp{
		regexp.MustCompile(`(?i)[\p{L}\p{N}._%+'-]+\s?@\s?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`),
		regexp.MustCompile(`(?i)\b[\p{L}\p{N}._-]+(?: dot [\p{L}\p{N}_-]+)*(?: at | \(at\) | \[at\] |\(at\)|\[at\])[\p{L}\p{N}-]+(?: dot | ?\(dot\) ?| ?\[dot\] ?|\.)(?:com|net|org|io|co|de|uk|dev|app|edu|ai|me|fr|es|nl|eu)\b(?:(?: dot |\.)(?:uk|com|au))?`),
		regexp.MustCompile(`(?i)\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b`),
		regexp.MustCompile(`\b\d{3}-\d{2}-\d{4}\b`),
		regexp.MustCompile(`(?i)\b` + digitWord + `(?:[ ,-]+` + digitWord + `){6,}\b`),
		regexp.MustCompile(`(?i)\b\d{1,5} (?:[A-Z][\p{L}'-]+ ){1,3}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|way|square|place)\b\.?`),
		regexp.MustCompile(`(?i)\b(?:my |the )?(?:password|passcode|pin(?: code| number)?|cvv|cvc|security code|api key|secret key|access token|ssn|social security number|passport number)(?: is|:| =|=)+ ?\S+`),
		regexp.MustCompile(`\b(?:sk|pk|ghp|xoxb|AKIA)[_-]?[A-Za-z0-9_-]{12,}\b`),
	}
	// numbers are told from counts, dates and amounts by isContact.
	numbers = regexp.MustCompile(`\+?\(?\d(?:[ \t().\-/]{0,3}\d){6,}`)
)

// mask replaces contact, card and number strings. Text without any comes back
// as it is.
func mask(text string) string {
	if strings.ContainsAny(text, "@0123456789") || contactWords.MatchString(text) {
		for _, p := range contacts {
			text = p.ReplaceAllString(text, masked)
		}
		text = maskNumbers(text)
	}
	return text
}

var contactWords = regexp.MustCompile(`(?i)\b(?:dot|\(at\)|password|passcode|pin|key|token|` + digitWord + `)\b`)

func maskNumbers(text string) string {
	var b strings.Builder
	last := 0
	for _, at := range numbers.FindAllStringIndex(text, -1) {
		if !isContact(text[at[0]:at[1]], text[:at[0]], text[at[1]:]) {
			continue
		}
		b.WriteString(text[last:at[0]])
		b.WriteString(masked)
		last = at[1]
	}
	return b.String() + text[last:]
}

var (
	dates   = regexp.MustCompile(`^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d|(?:19|20)\d\d(?: (?:19|20)\d\d)+)(?:$|[ \t])`)
	thouds  = regexp.MustCompile(`^\d{1,3}(?:[ .]\d{3}){2,}$`)
	amount  = regexp.MustCompile(`(?:[$€£¥#,.]|\d,)\s?$`)
	counted = regexp.MustCompile(`^\s*(?:[,.]\d|%|percent|rows?|users?|records?|events?|lines?|items?|people|customers?|contacts?|requests?|hits|views|bytes|dollars|euros|bucks|usd|eur|files?|entries|transactions|products?|ms|seconds|documents?|cells|data|messages|emails|orders|visitors|k\b|m\b)`)
)

// isContact tells a phone, card or account number from a count, a date or an
// amount, by its shape and by what stands around it.
func isContact(number, before, after string) bool {
	number = strings.TrimSpace(number)
	return !dates.MatchString(number) && !thouds.MatchString(number) &&
		!amount.MatchString(before) && !counted.MatchString(strings.ToLower(after))
}
