package interview

import (
	"regexp"
	"slices"
)

var (
	// leaves are whole clauses that end a conversation whatever stands around them.
	leaves = exactly(
		`i(?:'ve| have)?(?: really| just| actually| sorry)? (?:have to|need to|must|gotta|got to|should|better|had better|want to|wanna|would like to|'d like to|am going to|will)(?: really| probably)? (?:go|leave|run|head out|head off|jump off|hop off|drop off|hang up|be off|get going|sign off|log off|quit|get back to work|wrap up|finish here|end (?:it|this)(?: here| now)?|end (?:the|this) (?:call|interview|chat|conversation))(?: now| here| soon| right now| sorry| please| actually| for now)*`,
		`i(?:'d| would) (?:like|prefer|want) to (?:stop|end|finish|leave|quit|go|wrap up)(?: (?:it|this|here|now|please|the (?:call|interview|chat|conversation)))*`,
		`i(?:'m| am) (?:leaving|going|off|out|hanging up|stopping|logging off|done (?:here|now|talking|with (?:this|the) (?:interview|call|chat|conversation|questions)|answering(?: questions)?))(?: now| sorry| here| then)*`,
		`(?:i )?(?:gotta|got to) (?:go|run|leave|dash|bounce)(?: now| sorry)*`,
		`(?:can|could|may|shall) (?:we|i|you) (?:please )?(?:just )?(?:stop|end|finish|quit|wrap(?: this| it)? up|leave(?: it)?|call it a day)(?: (?:it|this|that|here|now|please|there|asking(?: me)?(?: questions)?|the (?:call|interview|chat|conversation)))*`,
		`let(?:'s| us|s) (?:please )?(?:just )?(?:stop|end|finish|quit|wrap(?: this| it)? up|leave it|call it a day|call it)(?: (?:it|this|that|here|now|please|there|at that|for (?:now|today)|the (?:call|interview|chat|conversation)))*`,
		`(?:please )?(?:end|stop|finish|quit|terminate|exit|close|cancel) (?:the |this )?(?:call|interview|chat|conversation|session|survey)(?: now| please| here)*`,
		`(?:no more|enough with the|stop (?:asking|with)|stop asking me) (?:\w+ )?questions(?: please| now)*`,
		`stop asking(?: me)?(?: please| now)?`,
		`(?:i )?(?:don't|do not) (?:want|wish|wanna) (?:to )?(?:continue|go on|carry on|do this|keep going|be interviewed|talk(?: to you| to a (?:bot|robot|machine))?|answer (?:any ?more|more|these|your|any more)(?: questions)?)(?: with this| this| any ?more| any longer| now| here| please)*`,
		`(?:good ?bye|bye|bye bye|bye-bye|see you|see ya|cya|so long|farewell|have a (?:good|nice|great) (?:day|one|evening))(?: now| then| thanks)*`,
		`(?:please )?leave me alone(?: please| now)*`,
		`i quit`,
		`we(?:'re| are) done(?: here| now)?`,
		`i(?:'m| am) out of time`,
		`(?:that's|that is) (?:enough|all the time i have|all i have time for)(?: now| for (?:now|today)| thanks| thank you| questions)*`,
		`i (?:have no(?: more)?|don't have(?: any(?: more)?)?|haven't got(?: any(?: more)?)?|ran out of) time(?: for this(?: now)?| left| now| any ?more| right now| today| to (?:continue|talk|go on|do this))*`,
		`(?:i(?:'d| would)|we(?:'d| would)) (?:rather|prefer to) (?:stop|not (?:continue|go on|carry on)|end (?:it|this)|leave it)(?: here| now| there| please| this)*`,
		`(?:i )?rather stop(?: here| now)?`,
		`stop here(?: please)?`,
		`i (?:withdraw|opt out)(?: from this)?`,
		`hang up`,
		`(?:i )?can(?:'t|not) (?:continue|stay|talk(?: any ?more| any longer)?|do this (?:right )?now|go on with this)(?: (?:right )?now| any longer| any ?more| sorry)*`,
		`my (?:meeting|call|train|bus|ride|taxi|stop|flight|lunch)(?:'s| is| has)? (?:starting|here|started|up|over|arriving|now|leaving)(?: now)?`,
	)
	// stops end it only where nothing is told around them: "I have to stop, check
	// and redo it" is an answer.
	stops = exactly(
		`(?:please )?stop(?: please| now| it| this| that| right (?:here|there|now)| there| talking)*`,
		`quit`,
		`exit`,
		`end`,
		`cancel`,
		`enough(?: already| now| please)?`,
		`i(?:'m| am) done`,
		`done`,
		`i(?:'ve| have)?(?: really| just)? (?:have to|need to|must|gotta|got to|want to|wanna|'d like to|will|am going to)(?: just)? (?:stop|finish|end)(?: here| now| there| please| this| talking| right (?:here|now))*`,
		`i(?:'ll| will) (?:just )?(?:stop|leave it)(?: here| now| there| at that)*`,
	)
	narrates    = regexp.MustCompile(`^(?:when|whenever|if|every time|each time|once|after|before|then|as soon as|until|while|it (?:made|makes|said|says|told)|he |she |they )`)
	continues   = regexp.MustCompile(`^(?:and |then |or )?(?:[a-z]+) (?:it|the|everything|all|my|our|them|that|this|again|over|and|back)\b|^(?:and|or|then)\b`)
	ownReason   = regexp.MustCompile(`^(?:i|i'm|i've|my|the|sorry|thanks|thank|bye|goodbye|because|it's|we|our|someone|somebody|there's|this|that's|have a|nice|please|dinner|work|kids?)\b`)
	choiceStops = regexp.MustCompile(`^(?:no|nope|nah|not really|stop|(?:i think |i guess |maybe )?(?:we|i|let's|i'd|i would|i'll|better)(?: \w+){0,3} stop(?:ping)?(?: here| now| please)*|here|stop here.*|the first(?: one)?|i don't (?:think so|want to|feel like it)|i can't)$`)
	carriesOn   = regexp.MustCompile(`^(?:\W|carry(?:ing)? on|continue|keep going|go (?:on|ahead)|yes|yeah|yep|sure|ok|okay|fine|alright|all right|please|let's|i'm (?:fine|ok|okay|good)|it's (?:fine|ok|okay|alright)|that's (?:fine|ok|okay)|no problem|we can|i can|i'd like to|i'll|happy to|thanks|thank you|no|don't worry|i don't mind|of course|with|the interview|proceed|whatever|ask away|next|then|just|can|i|you|to|and|want|would|like|we)+$`)
	goesOn      = regexp.MustCompile(`\b(?:carry(?:ing)? on|continue|keep going|go on|go ahead|proceed|i'm (?:fine|ok|okay|good)|it's (?:fine|ok|okay)|that's (?:fine|ok|okay)|yes|yeah|sure|ok|okay)\b`)
)

// wantsToStop tells whether somebody ends the interview: by a clause that says
// so and nothing else, or by not taking our offer to carry on.
func (m *moderator) wantsToStop(h *hearing) bool {
	if m.s.Choice != "" && !goesOn.MatchString(h.plain) {
		for _, s := range h.sentences {
			if choiceStops.MatchString(s.text) {
				return true
			}
		}
	}
	return slices.ContainsFunc(h.sentences, sentence.stops)
}

func (s sentence) stops() bool {
	if stops.MatchString(s.text) || leaves.MatchString(s.text) {
		return true
	}
	for i, c := range s.clauses {
		leave := leaves.MatchString(c)
		if !leave && !stops.MatchString(c) {
			continue
		}
		before, after := s.clauses[:i], s.clauses[i+1:]
		if slices.ContainsFunc(before, narrates.MatchString) || narrates.MatchString(s.text) {
			continue
		}
		if len(after) > 0 && (continues.MatchString(after[0]) || !ownReason.MatchString(after[0])) {
			continue
		}
		if leave || i == 0 && len(after) > 0 {
			return true
		}
	}
	return false
}

// choosing tells whether they took our offer to carry on and said no more.
func (m *moderator) choosing(h *hearing) bool {
	return m.s.Choice != "" && (len(content(h.plain)) < 3 && goesOn.MatchString(h.plain) || carriesOn.MatchString(h.plain))
}
