package analysis

import (
	"slices"
	"strings"
)

// reason is something people commonly stop or stumble over, and how they say
// it: what lets "too expensive" and "out of budget" meet although they share
// no word. It is a prior, not a codebook: themes come from what was said.
type reason struct {
	id     string
	family string // reasons that a small study had better not part
	name   string // label where people share no phrase
	// topical reasons say little without their object: two people who miss
	// something need not miss the same thing.
	topical bool
	cues    []cue
}

// cue is a phrase by which a reason is recognised.
type cue struct {
	words  []string // stems or words; "*" at the end: any ending
	weight float64
	state  bool // a complaint by itself ("slow"), so negation takes it back
}

// reasons of leaving, stalling and complaining, written for products of any
// kind. Phrases apart by semicolons; "~" marks a weak cue, which needs
// another one beside it, "!" one that negation takes back.
var reasons = buildReasons([]reasonText{
	{"price", "money", "price", `!expensive; price*; pricing; pricey; !cost*; afford*; !overpriced; cheap*; too much money; worth it;
worth the money; worth paying; worth that much; worth what; worth the; value for money; paying too much; pay too much; pay so much; paying so much; not pay; so much for; pay that much; paying that much; pay more;
paying more; ~paying; ~pay; a lot of money; ~money; price hike; price increase; went up; gone up; higher than; third higher; percent more; more expensive; too high; twice the; twice as much; put up the; raised the; charge too much; per seat; per user; justify; ~discount; ~plan; ~fee*;
~dollars; ~euros; bucks; steep price; bill doubled; doubled; spend that much; break the bank; teuer; zu teuer; preis*; kosten; caro; precio; cher; trop cher; prix`},
	{"budget", "money", "budget cuts", `budget*; cut costs; cutting costs; cost cutting; cut back; cutting back; cuts; save money; saving money;
spending freeze; downsiz*; layoff*; laid off; tighten*; finance said; cfo; approve the spend; sparen; presupuesto; budgétaire`},
	{"billing", "money", "billing surprise", `~billing; billing surprise; billing problem; charged; billed; invoice was wrong; wrong invoice; ~refund*; no refund; get a refund; my refund; double charged; charged twice; charged again; auto renew*;
renewed without; renewed automatically; hidden fee*; hidden cost*; unexpected charge; overcharged; surprise bill; credit card was; abgebucht; cobro; facturé`},
	{"feature", "gap", "missing feature", `missing; !lack*; no way to; no option; not have; not support; not offer; there is no; there's no; there was no;
couldn't do; can't do; could not do; cannot do; not possible; impossible to; not let me; not let us; not allow; feature*; functionality; wish it; wish there; wish you; wish we; if only; was not able to;
would be nice; would be great; would have been nice; limited; limitation*; too basic; not enough options; not flexible; needed something that; workaround*; work around; by hand; manually; fehlt; fehlte;
falta; faltaba; manque; manquait`},
	{"integration", "gap", "integration", `integrat*; connect to; connects to; connect it; connected to; connect with; connection to; connector*; sync*; api; webhook*; plugin*; plug in; zapier; import*; export*; csv; talk to our; talks to our;
talk to the; work with our; works with our; working with our; work together with; play well; plays well; hook up; link to our; link it; feed into; push it into; push to; single sign on; sso; get our data; data out; data into; copy and paste;
copying and pasting; retype; retyping; re-enter*; typing everything; schnittstelle; integración; intégration`},
	{"bug", "quality", "bugs", `!bug*; !crash*; !error*; !broke; !broken; not work; stopped working; quit working; stop working; not load; not save; not open; not sync; !fail*;
!glitch*; !freez*; !froze*; !unreliable; !down; !outage*; !lost my; !lost our; !lost all; !losing data; !losing work; !lost data; !lost work; !disappear*; !vanish*; !wrong number*; numbers were wrong; data was wrong; !corrupt*; log* me out; logged out; kicked me out; kicked out; never worked;
!unstable; blank screen; white screen; error message*; had to redo; redo*; start over; started over; gave up; !stuck; timed out; time out; kaputt; fehler*; abstürz*; funktioniert nicht; no funciona; error*; bogue; plante; marche pas`},
	{"speed", "quality", "too slow", `!slow*; !lag*; !laggy; take* forever; took forever; taking forever; forever to; ages to; take* ages; took ages; took too long; take* too long; loading; !sluggish;
load time*; ~wait*; to load; ages to; spinner; spinning; spins; performance; minutes to load; seconds to load; hang*; hung; langsam; lento; lent; lente; unresponsive`},
	{"usability", "ease", "hard to use", `!confus*; !complicat*; !complex; hard to; difficult; not figure; figure out; figure it out; !clunky; not intuitive; !unintuitive; !overwhelm*; steep learning; learning curve;
too many steps; too many clicks; too many options; too many buttons; too many menus; too much to learn; not understand; never understood; not obvious; not clear; !unclear; !messy; !clutter*; interface; not find; couldn't find; can't find; !lost in; user friendly; not easy;
hard for; hard time; !awkward; cumbersome; training; kompliziert; unübersichtlich; complicado; difícil; compliqué; difficile`},
	{"onboarding", "ease", "getting started", `set up; setup; setting up; onboarding; get started; getting started; tutorial*; documentation; docs; configur*; install*; migrat*; no guidance;
nobody showed; no one showed; nobody explained; where to start; how to start; where to begin; blank page; empty screen; ~instructions; einricht*; instal*`},
	{"support", "support", "support", `~support; customer service; support team; customer support; your support; ~help desk; ~helpdesk; ~ticket*; not answer; never answered; nobody answered; no answer; no reply; no one replied; never replied; no response;
never heard back; not hear back; never got back; get back to me; got back to me; got back to us; response time*; chatbot; chat bot; talk to a human; reach anyone; reach a person; reached out; rude; ~emailed; ~reply; ~replies; ~replied; kundendienst; soporte; assistance`},
	{"switch", "switch", "switched to another", `switch*; moved to; moving to; move to; moved over; went with; going with; competitor*; another tool; other tool; different tool; another product; another service; another app; different app; alternative*;
replaced; replace it; replacing it; replacing; better option; already have; already use; already pay; consolidat*; same tool; one tool; all in one; comes with; included in; gewechselt; cambiamos; concurrent`},
	{"unneeded", "need", "no longer needed", `no longer need*; not need; any more need; no need; not use; never used; barely use*; hardly use*; rarely use*; not using; stopped using; hardly ever; no use for; project ended; project finish*; project is over; project is done; project was over;
contract ended; client left; finished the project; not relevant; changed jobs; changed my job; new job; left the company; changed roles; no more; one off; one time; only needed; enough without; not anymore; brauche nicht; no necesito; plus besoin; not get around; no time; too busy; not have time; not have the time`},
	{"pause", "pause", "temporary pause", `pause*; pausing; ~for now; season*; seasonal; temporar*; come back; be back; coming back; on hold; hiatus; maternity; parental leave; vacation; slow period; off season; later in the year; take a break; taking a break`},
	{"closed", "closed", "company closed", `closed down; closing down; shut down; shutting down; out of business; went bankrupt; bankrupt*; insolven*; acquired; acquisition; merged; merger; closing the business; sold the company; sold the business; retire*; retiring`},
	{"trust", "trust", "security worries", `secur*; privacy; private; gdpr; data protection; complian*; legal; lawyer*; audit*; breach*; hacked; hack*; !trust*; where the data; where our data; permissions; !worried; hosted in; hosting; encrypt*; certif*; sicherheit; datenschutz; seguridad; privacidad; sécurité`},
	{"trial", "trial", "trial ended", `trial*; free version; free plan; free tier; just testing; just trying; only testing; only trying; trying it out; try it out; tried it out; was curious; probezeit; prueba gratis; essai gratuit`},
	{"quality", "result", "poor results", `!inaccurate; not accurate; accuracy; poor quality; bad quality; low quality; quality; results were; bad results; poor results; not good enough; not meet; expectations; expected more; not what i expected; not what we expected; disappoint*; promised; misleading; advertised; useless`},
	{"team", "team", "team did not adopt", `adopt*; adoption; nobody used; no one used; nobody uses; no one uses; nobody on; rest of the team; team did not; team didn't; team never; team refused; team prefers; colleagues did; buy in; only one using; only person using; get the team; everyone went back; kept using`},
})

var topical = wordSet("feature integration switch onboarding usability")

type reasonText struct{ id, family, name, cues string }

func buildReasons(texts []reasonText) []reason {
	r := newReader()
	var out []reason
	for _, t := range texts {
		n := reason{id: t.id, family: t.family, name: t.name, topical: topical[t.id]}
		for _, s := range strings.Split(t.cues, ";") {
			c := buildCue(r, strings.Join(strings.Fields(s), " "))
			if !slices.ContainsFunc(n.cues, func(o cue) bool { return slices.Equal(o.words, c.words) }) {
				n.cues = append(n.cues, c)
			}
		}
		out = append(out, n)
	}
	return out
}

func buildCue(r *reader, s string) cue {
	c := cue{weight: 1}
	if s[0] == '~' {
		c.weight, s = .4, s[1:]
	}
	if s[0] == '!' {
		c.state, s = true, s[1:]
	}
	for _, w := range strings.Fields(s) {
		base, negative := uncontract(w)
		if !strings.HasSuffix(w, "*") {
			base = r.stem(base, "en")
		}
		if c.words = append(c.words, base); negative {
			c.words = append(c.words, "not")
		}
	}
	return c
}

// reasonsOf scores the reasons that words speak of: the weights of the cues
// found, each cue once, at most 2. Reasons without a cue are missing.
func reasonsOf(words []word) map[string]float64 {
	out := map[string]float64{}
	spoken := expand(words)
	found := map[*cue]bool{}
	for i, w := range spoken {
		for _, first := range initials(w) {
			for _, c := range cuesByInitial[first] {
				if !found[c.cue] && c.at(spoken, i) {
					found[c.cue] = true
					out[c.reason] = min(out[c.reason]+c.weight, 2)
				}
			}
		}
	}
	return out
}

// reasonCue is a cue and whose it is.
type reasonCue struct {
	*cue
	reason string
}

// cuesByInitial finds cues by the first byte of their first word.
var cuesByInitial = indexCues(reasons)

func indexCues(reasons []reason) (index [256][]reasonCue) {
	for _, r := range reasons {
		for i := range r.cues {
			first := r.cues[i].words[0][0]
			index[first] = append(index[first], reasonCue{&r.cues[i], r.id})
		}
	}
	return index
}

// initials are the first bytes of the word and, where it differs, its stem.
func initials(w spokenWord) []byte {
	if w.stem == "" || w.text == "" {
		return nil
	}
	if w.stem[0] == w.text[0] {
		return []byte{w.text[0]}
	}
	return []byte{w.text[0], w.stem[0]}
}

// spokenWord is a word as cues see it: "didn't" is "did" and "not".
type spokenWord struct {
	stem, text string
	negated    bool
}

// weight is how much the reason counts beside a word in the fit.
func (r *reason) weight() float64 {
	if r.topical {
		return reasonWeight / 2
	}
	return reasonWeight
}

func expand(words []word) []spokenWord {
	var out []spokenWord
	for _, w := range words {
		base, negative := uncontract(w.text)
		out = append(out, spokenWord{w.stem, base, w.negated})
		if negative || base == "never" || base == "nobody" || base == "cannot" {
			out = append(out, spokenWord{"not", "not", false})
		}
	}
	return out
}

// at tells whether the cue's words follow each other from word i on, with at
// most one other word in each gap.
func (c *cue) at(words []spokenWord, i int) bool {
	for n, want := range c.words {
		if n > 0 && i < len(words) && !words[i].is(want) {
			i++ // the gap
		}
		if i >= len(words) || !words[i].is(want) || c.state && words[i].negated {
			return false
		}
		i++
	}
	return true
}

func (w spokenWord) is(want string) bool {
	if p, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(w.text, p)
	}
	return w.stem == want || w.text == want
}

// reasonByID finds a reason; nil where there is none.
func reasonByID(id string) *reason {
	for i := range reasons {
		if reasons[i].id == id {
			return &reasons[i]
		}
	}
	return nil
}
