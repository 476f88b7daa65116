package interview

import (
	"regexp"
	"strings"
)

const childAge = `(6|7|8|9|10|11|12|13|14|15|16|17|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)`

var (
	// ageSaid finds a number where an age would stand; what follows decides.
	ageSaid = regexp.MustCompile(`\b(?:i'm|i am|i was born and i'm|i(?:'ve)? (?:just |only |recently )?turned|i(?:'ll| will) be turning|my age is|i'm actually|i am actually)` +
		`(?: (?:only|just|actually|like|still|about|almost|nearly|literally|barely|really|currently|now|um|uh|a|an|also|not even))*[ ,]+` + childAge + `\b(-| )?([^ ]*)( [^ ]*)?`)
	ageNamed = regexp.MustCompile(`\b(?:i'm|i am|as|i'm just|being) (?:only |just |still )?(?:a |an )?` + childAge + `[- ]?(?:year|yr)s?[- ]?olds?\b(?: \w+)?|` +
		`\b(?:i'm|i am|im) (?:\w+ )?` + childAge + ` ?(?:yo|y/o|y\.o\.?|yrs? old|years? (?:old|of age|young))\b`)
	school = alternatives(
		`\b(?:i'm|i am) (?:\w+ )?in (?:the )?(?:\w+ (?:week|month|term|semester) of )?(?:(?:1st|2nd|3rd|[4-9]th|1[0-2]th|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth) (?:grade|form)|grade (?:\d|1[0-2]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)|year (?:[4-9]|1[0-3]|six|seven|eight|nine|ten|eleven|twelve|thirteen)|(?:middle|high|elementary|primary|secondary|junior high|grade) school|junior high|kindergarten)\b(?: \w+)?`,
		`\b(?:i'm|i am|as) (?:\w+ )?an? (?:\w+ )?(?:high[- ]?school(?:er)?|middle[- ]?school(?:er)?|secondary[- ]?school|(?:sixth|seventh|eighth|ninth|tenth|eleventh|6th|7th|8th|9th|10th|11th)[- ]grade(?:r)?|school ?(?:boy|girl|kid|child))\b(?: \w+)?`,
		`\b(?:i'm|i am) (?:\w+ )?an? (?:freshman|sophomore|junior|senior) (?:in|at) (?:my |a |the )?high school\b`,
		`\bi (?:still )?(?:go to|attend) (?:an? |the |my )?(?:local )?(?:middle|high|elementary|primary|secondary) school\b(?: \w+)?`,
	)
	underage = alternatives(
		`\b(?:i'm|i am) (?:\w+ )?(?:under ?age|under (?:18|eighteen|the age of (?:18|eighteen))|younger than (?:18|eighteen)|below (?:18|eighteen)|not (?:yet |even )?(?:18|eighteen|an adult|of age|old enough)(?: yet)?)(?:[^a-z%]*$|[.,!?]| and| so| but| yet| i| if| though)`,
		`\b(?:i'm|i am) (?:\w+ )?(?:a minor|a child|just a kid|only a kid|a kid|a teenager|a teen)(?:[^a-z]*$|[.,!?]| and| so| but| i| if)`,
		`\bi(?:'ll| will)? (?:only |just )?(?:turn|be|am turning) (?:18|eighteen) (?:next|in|on|soon|this)\b|\b(?:i haven't|i have not) turned (?:18|eighteen)\b`,
	)
	// units make a number of something out of an age.
	units = set(`day days minute minutes min mins hour hours hrs h week weeks month months second seconds sec secs
		people person of or out percent % per to x times th step steps in into inches feet foot ft cm kg miles km
		away late behind ahead down deep short points point point- past over under short-staffed k m bit
		and-a-half bucks dollars euros cents pages clicks more less other different hundred thousand million
		plus by at from until till about rows screens calls th-`)
	workAt = regexp.MustCompile(` (?:teacher|teachers|teaching|admin|administration|administrator|education|sales|principal|counsel\w+|coach\w*|librarian|staff|district|districts|classrooms?|students|parent|mode|plan|account|app|tutor|it|science|math|english|project|projects|software|market|markets|reunion)$`)
)

// isMinor tells whether somebody says that they are under eighteen.
func isMinor(h *hearing) bool {
	if underage.MatchString(h.plain) {
		return true
	}
	for _, m := range ageNamed.FindAllString(h.plain, -1) {
		if !workAt.MatchString(m) && !strings.Contains(m, "-old company") && !productAge.MatchString(m) {
			return true
		}
	}
	for _, m := range school.FindAllString(h.plain, -1) {
		if !workAt.MatchString(m) {
			return true
		}
	}
	for _, m := range ageSaid.FindAllStringSubmatch(h.plain, -1) {
		if isAge(m[2], m[3], strings.TrimSpace(m[4])) {
			return true
		}
	}
	return false
}

var productAge = regexp.MustCompile(` (?:company|startup|business|firm|account|customer|user|codebase|app|system|veteran|laptop|computer|tool)$`)

// isAge reads what stands after the number: the end of a thought makes it an
// age, a unit or a plural makes it a count.
func isAge(sep, next, after string) bool {
	word := strings.Trim(next, `.,!?;:"')(`)
	switch {
	case next == "" || word == "":
		return next == "" || !strings.HasPrefix(next, "%") && !strings.HasPrefix(next, "'")
	case strings.ContainsAny(next[:1], `.,!?;:)`):
		return len(next) == 1 || next[1] < '0' || next[1] > '9' // "16.5"
	case word == "years" || word == "year" || word == "yrs":
		after = strings.Trim(after, `.,!?;:"')(`)
		return after == "old" || after == "young" || after == "of"
	case sep == "-" || units[word] || next[0] == '%' || next[0] == '\'' || next[0] == '/':
		return false
	case strings.HasSuffix(word, "s") && !agePlurals[word]:
		return false
	}
	return true
}

var agePlurals = set("is was this unless thus as yes its it's that's he's she's parents")
