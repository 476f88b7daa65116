package interview

import (
	"slices"
	"strings"
	"unicode"
)

// thing is a noun phrase of an answer: what a question can be about.
type thing struct {
	text  string // turned to them: "your boss"
	first int    // words of the clause
	last  int
}

var (
	determiners = set("the a an my our their his her your this that these those some every each another any its")
	articles    = set("the a an my our their his her your its")
	pronouns    = set("i we you they he she it who i'd we'd you'd they'd i've we've i'll we'll they'll nobody everyone")
	auxiliaries = set(`can could will would shall should may might must do does did don't doesn't didn't can't couldn't won't wouldn't
		shouldn't cannot not never always just really to let lets`)
	// nounsAfterTo are words after which "to" leads to a thing, not a deed.
	nounsAfterTo = set("back went go going moved switched over compared due according access link talk talked spoke switch move close similar replied sent belongs used return returned came listened related migrated thanks next")
	verbs        = set(`is are was were be been am being have has had having do does did get gets got getting go goes went going gone
		make makes made take takes took taken come comes came keep keeps kept see sees saw seen find finds found give gives gave given
		tell tells told ask say says said know knows knew known think thinks thought feel feels felt seem seems become becomes became leave leaves left
		put let lets mean means meant begin begins began start starts stop stops run runs ran turn turns bring brings brought
		happen happens show shows write writes wrote sit sits sat stand stands stood lose loses lost pay pays paid meet meets met
		send sends sent fall falls fell cut build builds built spend spends spent buy buys bought break breaks broke hold holds held
		hear hears heard choose chose set sets grow grows grew win won want wants need needs needed like liked likes love loved try tries tried
		use uses used work works call calls move moves look looks wait help helps let stay stays crash crashes fail fails hang hangs
		freeze freezes froze click clicks expect expects hope guess wish sign signs export import upload download sync close closes open opens
		read reads understand understood forget forgot realize realise notice explain connect load loads save saves share shares switch cancel
		add adds remove removes check checks match matches fit fits grew sounds sound looks exist exists lacks lack hate hates suit
		handle handles support supports allow allows let matter matters cost costs last lasts miss misses struggle refuse refuses offer offers
		outgrew outgrown wake woke woken shut gave figure feels redo redid delete deletes rename renames create creates drop drops reach reaches remember remembers talk talks ask pull pulls push pushes pick picks carry carries walk walks drive drives rang ring rings keep force forces require requires`)
	// nounsToo are verbs that are nouns after a determiner or a noun.
	nounsToo   = set("close export import upload download sync support cost costs work use help call calls show change share search test plan price list order report load match fit offer check click clicks crash crashes need needs look move switch hope wait break run set read lack start stop struggle")
	adjectives = set(`slow slower fast faster good bad great nice fine easy hard harder difficult confusing complicated complex clunky messy awkward steep
		expensive pricey cheap cheaper costly annoying frustrating terrible awful horrible useless boring weird odd strange big small
		huge tiny long short new old free busy able unable happy sad glad sure different same other own whole entire full empty
		wrong right broken buggy unreliable missing unclear simple basic main only first second last next late early enough many much more most few
		less least better worse best worst several certain various private safe secure nervous worried afraid overwhelming tedious cumbersome
		fiddly hidden blank stuck random important real ready quick clear okay ok such two three four five six seven eight nine ten eleven twelve tired sick abroad
		heavy light crazy dramatic outdated modern pretty ugly so-so seventy eighty fifty forty thirty twenty fed poor rough tough high low available possible impossible helpful lovely amazing true false`)
	nounIngs = set(`pricing billing meeting training onboarding setting settings building reporting mapping marketing accounting hiring
		engineering thing things morning evening spring string listing booking recording mailing scheduling planning forecasting tracking messaging training`)
	nounEds  = set("feed seed speed need shed bed red spreadsheet")
	nounLys  = set("family reply supply weekly monthly daily assembly anomaly july")
	emptyish = set(`thing things stuff something anything nothing everything someone anyone bit lot lots kind sort way ways time times day days week weeks
		month months year years moment one ones part point reason reasons case end start while fact sense idea problem problems issue issues
		people today yesterday tomorrow tonight hour hours minute minutes second seconds course example place matter deal somebody
		anybody everybody everyone nobody rest yes no ok okay thanks sorry please hello hi top side couple guess honestly kinda sorta etc
		reality mind question answer interview maybe perhaps honest ages word words half hm hmm meh nah yup mondays tuesdays wednesdays thursdays fridays saturdays sundays monday tuesday wednesday thursday friday saturday sunday`)
)

// things finds the noun phrases of a clause. It knows no grammar, only which
// words cannot be part of one, so it may miss some and is rarely wrong.
func (c clause) things() []thing {
	var out []thing
	start := -1
	flush := func(end int) {
		if t, ok := c.phrase(start, end); ok && start >= 0 {
			out = append(out, t)
		}
		start = -1
	}
	for i, w := range c.words {
		switch low := strings.ToLower(w); {
		case determiners[low] && (low != "that" || start < 0): // "every truck that stopped"
			flush(i)
			start = i
		case c.nominal(i, start >= 0):
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
	}
	flush(len(c.words))
	return out
}

// nominal tells whether word i can belong to a noun phrase.
func (c clause) nominal(i int, inside bool) bool {
	low := strings.ToLower(strings.ReplaceAll(c.words[i], "’", "'"))
	before := ""
	if i > 0 {
		before = strings.ToLower(strings.ReplaceAll(c.words[i-1], "’", "'"))
	}
	switch {
	case adjectives[low]:
		return true
	case stopwords[low] || pronouns[low] || strings.Contains(low, "'"):
		return false
	case verbs[low]:
		return nounsToo[low] && (i == 0 || inside && (determiners[before] || adjectives[before]))
	case before == "to" && !c.proper(i):
		return i > 1 && nounsAfterTo[strings.ToLower(c.words[i-2])]
	case (auxiliaries[before] && before != "to" || pronouns[before]) && !c.proper(i):
		return false
	case strings.HasSuffix(low, "ly") && !nounLys[low]:
		return false
	case strings.HasSuffix(low, "ing") && !nounIngs[low]:
		return inside && articles[before]
	case strings.HasSuffix(low, "ed") && len(low) > 4 && !nounEds[low]:
		return inside && articles[before]
	}
	return strings.ContainsFunc(low, unicode.IsLetter)
}

// proper tells whether word i is a name: capitals where no sentence begins.
func (c clause) proper(i int) bool {
	r := []rune(c.words[i])
	return (i > 0 || c.lead != "") && unicode.IsUpper(r[0])
}

// phrase makes a thing of the words [from, to), if they name one.
func (c clause) phrase(from, to int) (thing, bool) {
	for to > from && from >= 0 && adjectives[strings.ToLower(c.words[to-1])] {
		to--
	}
	if from < 0 || to <= from {
		return thing{}, false
	}
	det := determiners[strings.ToLower(c.words[from])]
	if det && to-from == 1 || emptyish[strings.ToLower(c.words[to-1])] {
		return thing{}, false
	}
	if !det { // without an article the first words may be a verb's
		from = max(from, to-2)
		for from < to-1 && adjectives[strings.ToLower(c.words[from])] {
			from++
		}
	}
	if to-from > 4 {
		return thing{}, false
	}
	words := slices.Clone(c.words[from:to])
	if from == 0 && c.lead == "" && !acronym(words[0]) {
		words[0] = strings.ToLower(words[0][:1]) + words[0][1:]
	}
	return thing{turn(words), from, to - 1}, true
}

func acronym(w string) bool {
	return len(w) > 1 && strings.ToUpper(w) == w
}

// turned says "your" of what they call "my".
var turned = map[string]string{
	"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "us": "you", "our": "your", "ours": "yours",
	"i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll", "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll",
	"am": "are", "your": "the", "this": "that", "these": "those", "ourselves": "yourselves",
}

func turn(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if t, ok := turned[strings.ToLower(strings.ReplaceAll(w, "’", "'"))]; ok {
			out[i] = t
		}
		if i > 0 && out[i-1] == "you" && strings.EqualFold(w, "was") {
			out[i] = "were"
		}
	}
	return strings.Join(out, " ")
}

// whole is a short clause turned to them: what a contrast word led to. A clause
// that speaks to us, or is long, is not put back whole.
func (c clause) whole() string {
	words := c.words
	for len(words) > 0 && trailing[strings.ToLower(words[0])] {
		words = words[1:]
	}
	if len(words) < 3 || len(words) > 5 {
		return ""
	}
	if first := strings.ToLower(words[0]); !pronouns[first] && !determiners[first] && first != "there" && !strings.HasPrefix(first, "it") {
		return ""
	}
	for _, w := range words {
		if low := strings.ToLower(w); low == "you" || low == "your" || low == "you're" || low == "maybe" {
			return ""
		}
	}
	words = slices.Clone(words)
	if !acronym(words[0]) || strings.EqualFold(words[0], "I") {
		words[0] = strings.ToLower(words[0][:1]) + words[0][1:]
	}
	return turn(words)
}

// trailing words open a clause and say nothing.
var trailing = set("and or well yeah yes honestly actually basically so then like just um uh also")

// near is the thing closest to a hit; later ones win ties.
func (c clause) near(first, last int) (thing, bool) {
	var best thing
	found, least := false, 0
	for _, t := range c.things() {
		gap := max(first-t.last, t.first-last, 0)
		if !found || gap <= least {
			best, least, found = t, gap, true
		}
	}
	return best, found
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
