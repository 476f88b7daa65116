package interview

import "regexp"

var (
	// said with "no" or "not" and still a yes
	agreeable = regexp.MustCompile(`\b(no (problem|worries|objections?|issues?|trouble)|not a problem|(don't|do not|wouldn't) mind|why not|no,? (that's|it's) (fine|ok|okay)|can't complain|no,? go (ahead|on)|no questions|not at all)\b`)
	refuses   = regexp.MustCompile(`\b(no|nope|nah|not (now|today|really|interested|comfortable|ok|okay)|don't want|do not want|don't record|don't (consent|agree)|do not (consent|agree)|rather not|prefer not|decline|stop|cancel|later|another time|leave me|go away|maybe not|refuse|won't|too busy|(don't|do not) have time|no time|bye|goodbye|not)\b`)
	agrees    = regexp.MustCompile(`\b(yes|yeah|yep|yup|ya|yea|sure|ok|okay|okey|k|fine|alright|all right|right|go ahead|go on|go for it|of course|absolutely|certainly|definitely|let's (go|do it|start|begin)|start|begin|ready|sounds (good|fine)|good|great|cool|perfect|fire away|shoot|happy to|glad to|i (do|agree|consent|accept|can|guess|suppose)|agreed?|please do|by all means|be my guest|you may|affirmative|uh-huh|mhm|mm-hm)\b`)
)

// consent reads the answer to "Okay to begin?". Safety comes first; a question
// about the interview is answered before we ask again.
func (m *moderator) consent(h *hearing) Output {
	if out, raised := m.safety(h); raised {
		return out
	}
	if kind := aboutUs(h); kind != "" && m.s.Unclear < 2 {
		m.s.Unclear++
		consent := m.lang.Disclosure["consent"]
		return Output{Say: m.aboutUs(kind) + " " + consent, Question: consent, Act: "redirect", Rule: kind}
	}
	rest := agreeable.ReplaceAllString(h.plain, " yes ")
	no, yes := refuses.MatchString(rest), agrees.MatchString(rest)
	switch {
	case yes && !no:
		return m.begin()
	case no && !yes:
		return m.stop()
	}
	return m.askConsent()
}

// askConsent asks once more; without a yes by then there is no interview.
func (m *moderator) askConsent() Output {
	m.s.Unclear++
	if m.s.Unclear > 1 {
		return m.stop()
	}
	line := m.lang.Disclosure["consent_again"]
	return Output{Say: line, Question: m.lang.Disclosure["consent"], Act: "repair", Rule: "consent_again"}
}
