package interview

import (
	"regexp"
	"strings"
)

// What people ask of the interviewer. All patterns stand at the beginning of a
// sentence or clause: "are you a robot?" asks us, "the captcha asked are you a
// robot" tells a story.
var (
	askRobot = begins(
		`(?:are|r) (?:you|u|we|i) (?:really |actually |just |even |like )?(?:an? )?(?:(?:real|actual|live|human|automated|computer|recorded|living) )?(?:human|person|people|robot|bot|chatbot|ai|a\.i\.|machine|computer|real|recording|being|program|voice|someone|llm|gpt|chatgpt|agent)\b`,
		`(?:am i|is it|is this|are we) (?:really |actually |just )?(?:talking|speaking|chatting|typing|writing)? ?(?:to|with)? ?(?:an? )?(?:(?:real|actual|live|human|automated|computer|recorded) )?(?:human|person|robot|bot|chatbot|ai|a\.i\.|machine|computer|real|recording|someone|program)\b`,
		`(?:who|what) (?:exactly )?(?:are|r) (?:you|u)\b`,
		`(?:you're|you are|this is|so you're|is that) (?:just |really )?an? (?:robot|bot|ai|machine|computer|chatbot)(?: right| then| huh)?$`,
		`who am i (?:talking|speaking|chatting) (?:to|with)`,
		`is (?:there|anyone|somebody) (?:a |any )?(?:real |actual )?(?:human|person|anybody|there)\b`,
		`can i (?:talk|speak) (?:to|with) (?:an? )?(?:real |actual |live )?(?:human|person|someone)`,
	)
	askRecorded = begins(
		`(?:is|are|was|will) (?:this|it|we|you|i|the (?:call|chat|interview|conversation)|that|my (?:voice|answers?|audio)|everything)(?: \w+){0,3} (?:recorded|recording|taped|taping|kept|stored|saved)\b`,
		`(?:do|are|will) you (?:\w+ )?(?:record|recording|keep|keeping|store|storing|save|saving|tape|taping)(?: \w+){0,3}(?: this| it| my| me| the audio| what i| everything|$)`,
	)
	askPrivacy = begins(
		`who(?:'s)? (?:\w+ )?(?:reads?|reading|listening|watching|hears?|sees?|listens?|gets?|has|have|is|will|can|else|would|looks?)(?: \w+){0,4}? ?(?:read|reads|hear|hears|see|sees|listen|listening|reading|access|get|gets|this|it|these|that|them|my answers?|looks?|what i)\b`,
		`(?:is|are|will) (?:this|it|my (?:answers?|responses?|name|identity|data|feedback)|these|what i say|that|everything)(?: \w+){0,4} (?:anonymous|anonymi[sz]ed|confidential|private|secret|shared|linked|tied|attached|passed|published|sold|used|seen|public)\b`,
		`what (?:happens|will happen|do you do|are you (?:going to|gonna) do|will you do|is done|becomes) (?:\w+ )?(?:to|with|of) (?:this|it|my|these|the (?:answers?|recording|data|transcript)|what i|that|everything)\b`,
		`where (?:does|do|will|is|are) (?:this|it|my|these|the (?:answers?|recording|data)|that)(?: \w+){0,3} (?:go|going|end up|stored|kept|sent)\b`,
		`(?:can|could|will|would|how do|how can|may) (?:i|you) (?:\w+ )?(?:ask (?:you )?to )?(?:delete|erase|remove|withdraw)(?: \w+){0,2} (?:this|it|my (?:answers?|data|responses?|recording|words)|that|what i|everything)(?: \w+){0,2}`,
		`(?:can|could|will|may|would) (?:i|you|this|it|my (?:answers?|data|recording)) (?:\w+ )?(?:have |get |be )(?:(?:this|it|that|my \w+) )?(?:deleted|removed|erased|withdrawn)\b`,
		`(?:delete|erase) (?:my|this|these|all (?:of )?(?:my|this)|everything i)\b`,
		`how did you (?:get|find|know) (?:my|me|i|that i|about)\b`,
		`why (?:are you|am i being) (?:asking|asked|contacting|contacted)`,
		`(?:does|will|can|could|would) (?:my (?:boss|manager|company|employer|team|colleagues?)|anyone|anybody|someone|the (?:team|ceo|company))(?: \w+){0,3} (?:see|hear|read|know|find out|listen|get)\b.{0,20}(?:this|it|that|i (?:say|said)|answers?)\b`,
		`who (?:is|are|'s) (?:behind|running|asking|doing|paying for|conducting)\b`,
		`what is this (?:for|about|call|chat|interview)\b`,
	)
	askLength = begins(
		`how (?:much )?(?:long|longer|more time|time)(?: \w+){0,3}? ?(?:this|it|will|does|is|do you|the (?:interview|call|chat|survey)|left|have we|to go)\b(?: (?:\w+ ){0,3}(?:take|last|go|going|left|be|need|have))?(?: for)?$|how much longer`,
		`how many (?:\w+ )?(?:questions|more)(?: \w+){0,4}$`,
		`(?:are|is) (?:we|this|it) (?:\w+ )?(?:almost|nearly|about) (?:done|over|finished)`,
		`(?:is|will) (?:this|it) (?:going to |gonna )?(?:take|be) (?:long|quick)`,
		`when (?:is|will) (?:this|it) (?:be )?(?:over|done|finished|end)`,
	)
	notForUs = begins(`how long (?:it|the (?:export|import|setup|page))\b`,
		`is (?:it|that) (?:saved|kept|stored)\b.{8,}`,
		`how did you (?:get|find) (?:it|the)\b`)
)

// aboutUs names the question that was asked about the interview itself: the
// handler that answers it; "" where none was.
func aboutUs(h *hearing) string {
	for _, q := range []struct {
		kind    string
		pattern *regexp.Regexp
	}{{"robot", askRobot}, {"recorded", askRecorded}, {"who_reads", askPrivacy}, {"how_long", askLength}} {
		if h.opens(q.pattern) && !h.opens(notForUs) {
			return q.kind
		}
	}
	return ""
}

func aboutUsPatterns() []*regexp.Regexp {
	return []*regexp.Regexp{askRobot, askRecorded, askPrivacy, askLength}
}

func (m *moderator) aboutUs(kind string) string {
	switch {
	case kind == "robot" || kind == "who_reads":
		kind = "who_reads"
	case kind != "recorded":
	case !m.su.voice():
		kind = "recorded_text"
	case m.su.Recorded:
		kind = "recorded_yes"
	default:
		kind = "recorded_no"
	}
	return m.su.fill(m.lang.Handlers[kind])
}

const deals = `(?:refund|refunds|discount|discounts|money back|deal|coupon|voucher|credit|credits|promo(?: code)?|reimburse\w*|compensat\w+|free (?:month|months|year|trial|upgrade|plan|version|seat|seats)|cheaper (?:plan|price|rate|deal|option)|better (?:price|deal|rate|offer)|special (?:price|offer|rate)|lower (?:price|rate)|price (?:cut|match|reduction)|(?:\d+|fifty|twenty|half|ten|thirty) ?(?:%|percent)? off|gift card|trial extension|my money)`

var (
	deal = begins(
		`(?:can|could|may|might|will|would|do|does|is there|are there|any chance|what about|how about|is it possible|would it be possible)\b[^.!?]{0,50}\b`+deals+`\b`,
		`(?:i|we) (?:want|need|demand|expect|'d like|would like|would love|'d love|'d appreciate|deserve|insist|should (?:get|have|receive)|am (?:entitled|owed|asking)|still want|really want) (?:\w+ ){0,4}`+deals+`\b`,
		`i'd (?:like|love|want|appreciate|expect)(?: \w+){0,4} `+deals+`\b`,
		`(?:give|get|offer|send|make|cut|issue|pay|process|refund|extend|apply)(?: me| us| my| i)+ (?:\w+ ){0,4}(?:`+deals+`|back|trial|payment|subscription|money|invoice)\b`,
		`refund (?:me|us|my|this|the)\b`,
		`(?:i'm|i am|we're|i'll be|i'd be) (?:entitled|owed|asking (?:you )?for|waiting for you to|willing to (?:stay|come back)|happy to (?:stay|come back))\b[^.!?]{0,40}\b`+deals+`\b`,
		`(?:i'll|i will|i'd|i would|we'd|we'll|we would) (?:\w+ )?(?:stay|come back|reconsider|sign up again|renew|keep it|return|resubscribe)\b[^.!?]{0,30}\bif (?:you|i|we)\b[^.!?]{0,40}\b(?:`+deals+`|less|cheaper)\b`,
		`(?:if|only if) you (?:give|gave|offer|offered|can (?:give|offer))\b[^.!?]{0,40}\b`+deals+`\b`,
		`when (?:do|will|can) i (?:get|receive)\b[^.!?]{0,20}\b`+deals+`\b`,
		`(?:can|could|would|will) you (?:do|match|lower|drop|reduce|waive|knock)\b[^.!?]{0,30}\b(?:price|fee|fees|cost|rate|bill)\b`,
	)
	advice = begins(
		`what(?:'s| is| are| would be)? your (?:\w+ )?(?:opinion|advice|view|take|recommendation|thoughts?|suggestion|guess)`,
		`what (?:do|would|did) you (?:\w+ )?(?:think|recommend|suggest|advise|prefer|do|reckon|use|say|choose|like|make of)\b`,
		`do you (?:\w+ )?(?:think|agree|believe|reckon|feel|recommend|like|prefer|suppose|have (?:any |an? )?(?:opinion|advice|suggestion|recommendation|tip|idea|thought)s?)\b`,
		`(?:don't|wouldn't|would|shouldn't) you (?:\w+ )?(?:think|agree|say|recommend|suggest|do|choose|feel)\b`,
		`should (?:i|we) (?:\w+ ){0,3}(?:use|try|switch|go|buy|stay|keep|cancel|move|pick|choose|get|upgrade|downgrade|do|be|have|wait|take|change|just|start|come|contact|ask|pay|talk|consider|look)\b`,
		`(?:which|what) (?:\w+ ){0,4}(?:should|would you|do you) (?:i|we|you|recommend|suggest|pick|choose|prefer|use)\b`,
		`(?:any|got any|have you (?:got )?any|can you give (?:me |us )?(?:some|any)) (?:advice|tips?|suggestions?|recommendations?|ideas?|thoughts)\b`,
		`(?:can|could|would|will) you (?:please )?(?:recommend|suggest|advise|tell me (?:which|what (?:i should|you think)|if (?:i|you)|whether))\b`,
		`(?:is|are) (?:\w+ ){1,4}(?:better|any good|worth it|a good (?:idea|choice|alternative|option))(?: than\b.*)?$`,
		`am i (?:right|wrong|crazy|the only one|missing something|being unreasonable)\b`,
		`how would you (?:do|solve|handle|approach|fix)\b`,
		`what should (?:i|we) (?:\w+ )?(?:do|use|try|switch|pick|choose|have done)\b`,
	)
	adviceNot = begins(`do you (?:know|see|get|understand)\b`,
		`should (?:i|we) have\b`)
	help = begins(
		`how (?:do|can|could|would|should) (?:i|we|you) (?:\w+ )?(?:export|import|cancel|reset|change|delete|remove|add|find|get|turn|set|make|fix|use|connect|invite|share|log|sign|restore|recover|download|upload|update|upgrade|downgrade|edit|create|open|undo|stop|pay|contact|reach|reactivate|enable|disable|access|sync|link|move|transfer|unsubscribe|merge|print|filter|schedule|integrate|switch|install|copy|save|view|see|solve|do)\b`,
		`(?:can|could|would|will) (?:you|someone|somebody|anyone|anybody) (?:please |maybe |just |also )*(?:help|fix|show|reset|cancel|restore|change|check|look into|look at|explain how|explain|walk me|guide me|tell me how|tell me where|tell me why|tell me what|send me|reactivate|unlock|delete my account|close my account|open a|raise a|file a|report|forward|pass|transfer me|put me|connect me|escalate|solve|sort|undo|recover|update|add|remove|turn|enable|disable|get (?:me|my|it|this|them|someone)|have someone|ask (?:them|someone|your))\b`,
		`(?:i|we) (?:\w+ )?need (?:some |your )?help (?:with|on|getting|to|logging|setting|now|please)\b[^.!?]{0,60}$`,
		`(?:please )?help(?: me)?(?: with| to| please| out|$)`,
		`(?:please )?(?:fix|reset|cancel|restore|unlock|reactivate|close|delete) my (?:\w+ )?(?:account|password|subscription|plan|data|login|workspace|project|export|profile)\b`,
		`where (?:do|can|is|are|would) (?:i|we|the|my|your) (?:\w+ )?(?:find|see|get|go|change|export|cancel|download|setting|settings|button|menu|option|page|invoice|invoices|link|support|tab|export|import|reset)\b`,
		`(?:do you know|any idea) (?:how|why|where|when) (?:i|to|my|the|it|we)\b`,
		`why (?:is|does|can't|won't|isn't|doesn't|did|didn't|do|don't) (?:my|the|it|i|you|your)\b[^.!?]{0,50}(?:work|working|load|loading|show|showing|charged|charge|log ?in|sync|export|save|open|connect|error|slow|blocked|locked)\b`,
		`is there (?:a|any|some) way (?:to|i can|for me to)\b`,
		`(?:my|the) \w+ (?:isn't|is not|doesn't|won't|is)(?: \w+){0,3} (?:can|could) you (?:help|fix|check|look)\b`,
		`tell me how (?:to|i)\b`,
		`(?:what is|what's) (?:the|your) (?:support|help|customer service) (?:email|number|phone|link|address|line)\b`,
		`when will (?:you|this|it|the) (?:\w+ ){0,4}(?:fix|fixed|add|added|be fixed|be added|be ready|work|support|be available|available|release|released)\b`,
	)
	helpNot = begins(
		`how (?:do|can|could|would|should) (?:i|you|we) (?:put|say|explain|describe|know|express|phrase|even|word|tell you|begin|start|trust|be sure)\b`,
		`(?:can|could) you (?:believe|imagine|blame)\b`,
		`where (?:do|can|should|would) i (?:even )?(?:start|begin)\b`,
		`how (?:can|could|do) you (?:get|do|make|use|find) (?:any|anything|real) (?:work|done)\b`,
	)
)

func asksAdvice(h *hearing) bool { return h.opens(advice) && !h.opens(adviceNot) }

func asksHelp(h *hearing) bool { return h.opens(help) && !h.opens(helpNot) }

var (
	refusal = exactly(
		`(?:i'd|i would|i'll|i will|i)? ?(?:rather|prefer|'d prefer|would prefer|'d rather) (?:not|to not|to skip|skip|pass|keep)(?: (?:to )?(?:say|answer|talk|discuss|share|go|get|comment|tell|disclose|reveal|respond)\b.*| that\b.*| this\b.*| it\b.*| private\b.*| to myself\b.*)?`,
		`(?:no comment|pass|skip|next|next question|next one|next please|none of your (?:business|concern)|not your (?:business|concern)|mind your own business|(?:that's|that is|this is|it's|kind of|that's a bit|that's kind of|that's too|too|a bit) (?:\w+ )?(?:private|personal|confidential|none of your business|not something i(?:'d| would|'m| can|'ll)?.*|sensitive|under nda)|under nda)(?: please| thanks| on that(?: one)?| for me| information| question| matter| sorry| actually| one| it| that)*`,
		`(?:can|could|may|shall) (?:we|i) (?:please )?(?:just )?(?:skip|pass|move on|leave|not (?:answer|talk)|go to the next|have the next)(?: .*)?`,
		`(?:let's|let us|please) (?:just )?(?:skip|move on|not go there|leave that|go on to|pass|talk about something else|not talk about)(?: .*)?`,
		`i(?:'m| am|'d| would|'ll)? (?:\w+ )?(?:don't|do not|won't|will not|can't|cannot|not able to|not allowed to|not going to|not comfortable|refuse to|decline to|not willing to|wouldn't|not at liberty to|uncomfortable)(?: really| want to| wish to| care to| like to| feel like| feel comfortable| wanna| need to| feel)* ?(?:answer|answering|say(?:ing)?(?: (?:that|more|anything|any more|why|much))?|talk(?:ing)?(?: about| to you about)?|discuss(?:ing)?|share|sharing|get(?:ting)? into|go(?:ing)? into|comment(?:ing)?|disclose|disclosing|reveal|tell(?:ing)?(?: you)?|respond|speak about)(?: (?:that|this|it|the|those|these|any|my|details?|more|here|on|with|about|about that|of|further|question|questions|in detail|right now|please|sorry|you|a|an|such|reasons?|one|here|matters?|information|things?|numbers?|there|anything|salary|money|finances?|why|what|publicly|strangers?|machine|bot|robot|ai|legal|personal|private|internal))*`,
		`(?:skip|pass on|leave) (?:this|that|it)(?: (?:one|question|please|out))*`,
		`(?:i'll|i will|i'm going to|gonna|i) (?:skip|pass)(?: (?:on )?(?:this|that|it)(?: one| question)?)?`,
		`not (?:going to|gonna|comfortable|willing to|keen to|happy to) (?:answer|say|talk|discuss|share|get into|answering|saying|talking|discussing|sharing|getting)(?: .{0,30})?`,
		`(?:that's|it's) (?:between|my business|for me to know).*`,
		`why do you (?:need|want) to know(?: that)?`,
		`something else(?: please)?`,
	)
	told = begins(
		`(?:i|i've|i have|we|i think i|i believe i|i'm sure i|i feel like i)(?: have)?(?: literally| only| pretty much| kind of)? (?:already|just) (?:\w+ )?(?:said|told you|answered|mentioned|explained|covered|went over|been over|gone over|did|described|talked about)(?: (?:that|this|it|so|everything|all that|all of that|that one|that question|you|you that|above|earlier|before|twice|once|the same))*(?:$|\b(?: in| when| two| a| about (?:that|this|it)))`,
		`(?:i|i've|i have|you|you've|you have|we|we've) (?:said|told you|answered|asked|covered|mentioned|explained|discussed)(?: me)? (?:that|this|it|the same(?: thing)?)(?: question| one)? (?:already|before|earlier|twice|once|just now|a minute ago)\b`,
		`(?:like|as) i(?:'ve| have| just| already)* (?:said|told you|mentioned|explained)(?: before| already| earlier| just now| above| twice)*$`,
		`you(?:'ve| have)?(?: just| already| literally)+ asked(?: me)?(?: that| this| it| the same| about)?`,
		`(?:didn't|haven't|have) (?:i|you) (?:just|already) (?:say|said|answer|answered|tell|told|ask|asked|cover|covered|explain|explained)\b`,
		`you(?:'re| are) (?:asking|repeating) (?:me )?(?:the same|yourself|that again|this again)`,
		`asked and answered`,
		`(?:same|the same) (?:answer|thing|as (?:before|above|i said|i just|earlier|already))(?: as before| again| i (?:already )?said)*(?:$|,| i)`,
		`see (?:above|my (?:last|previous|earlier|first) (?:answer|reply|message))`,
		`(?:that's|that is|this is|it's) (?:the same question|what i (?:just |already )?(?:said|told you)|the same thing you)`,
		`(?:this|that)(?:'s| is| was)? (?:was |has been )?already (?:answered|asked|said|covered)`,
		`we(?:'ve| have)? (?:already |just )(?:been|went|gone|talked|covered|discussed|did|done)\b.{0,25}$`,
		`i told you(?: already| that| before| so| this)*$`,
		`i said(?: that| it| so)* (?:already|before|earlier|just now)\b`,
	)
	unsaid = exactly(
		`(?:i )?(?:really |honestly |just |genuinely )?(?:don't|do not|dunno|wouldn't|couldn't|can't|cannot|didn't) ?(?:really |honestly |even |quite |exactly |fully )?(?:know|remember|recall|say|tell|tell you|think of (?:anything|any|one)|have (?:a|any) (?:clue|idea|answer|opinion|preference|thoughts?)|say for sure|be sure|have (?:anything|an answer|much))?(?: (?:really|exactly|for sure|anymore|any more|to be honest|honestly|tbh|sorry|what to say|how to answer(?: that)?|that|off the top of my head|right now|offhand|anything|why|it|at the moment|yet|specifically|precisely))*`,
		`(?:i have |i've |got |i've got |really )?(?:no|not a|not the faintest|haven't a|not any) (?:idea|clue)(?: (?:really|sorry|honestly|why|at all|to be honest|what to say|tbh))*`,
		`(?:i'm |i am |i )?(?:really |honestly )?not (?:really |entirely |quite |too |so |very |totally |completely |exactly )?(?:sure|certain)(?: (?:really|sorry|honestly|about that|why|to be honest|how to answer(?: that)?|what to say|exactly|yet|tbh|anymore|actually|what you mean))*`,
		`(?:it's |that's |that is )?(?:hard|difficult|tough|impossible|tricky) to (?:say|tell|remember|know|explain|answer)(?: .{0,20})?`,
		`dunno(?: .{0,10})?`,
		`idk`,
		`no clue`,
		`(?:tough|tricky) question`,
		`beats me`,
		`who knows`,
		`can't remember`,
		`(?:i )?(?:forget|forgot)(?: sorry| honestly)?`,
		`nothing (?:comes|springs) to mind`,
		`(?:i )?haven't (?:really )?thought about (?:it|that)(?: yet| much)?`,
		`i couldn't say`,
		`search me`,
		`your guess is as good as mine`,
	)
	unheard = begins(
		`(?:can|could|would|will) you (?:please |just )*(?:repeat|rephrase|say (?:that|it) (?:again|once more|differently|another way)|ask (?:that|it) again|clarify|reword|restate|explain (?:the|that|your) question|speak (?:up|slower|louder|more slowly))\b`,
		`what (?:was|is|were) (?:the|your|that) (?:\w+ )?(?:question|again)\b`,
		`what(?: did you (?:say|ask|just say)(?: again)?| was that| did you mean)?$`,
		`(?:i )?(?:didn't|couldn't|did not|don't|do not) (?:quite |really |fully )?(?:catch|hear|get|understand|follow) (?:that|you|the question|it|what you (?:said|asked|mean)|your question)(?: .{0,15})?$`,
		`(?:pardon|come again|say again|say that again|repeat (?:that|please|the question|it)|once more|one more time|huh|eh)(?: me| please| that)*$`,
		`what do you mean(?: by (?:that|this))?(?: exactly)?$`,
		`(?:i )?(?:missed|lost) (?:that|the question|you there)`,
		`(?:you )?(?:cut out|broke up|are breaking up|froze)(?: there| for a (?:second|moment))?$`,
		`not sure (?:what you mean|i (?:understand|follow|get) (?:the question|that|what you)?.*)$`,
		`(?:which|what) (?:one|part)(?: do you mean)?$`,
	)
	thinking = exactly(`(?:(?:hold|hang) on|wait|(?:just )?(?:one|a) (?:sec|second|moment|minute)|(?:just )?give me an? (?:\w+ )?(?:sec|second|moment|minute)|let me (?:just )?think(?: about (?:that|it))?|(?:i'm |still )?thinking|let me see|good question|hm+|um+|uh+|er+m?)(?:,? (?:please|for a (?:second|moment|minute)|a (?:second|moment|minute)|let me think))*`)
	jests    = regexp.MustCompile(`^(?:tell|sing|write|draw|play)`)
	tangent  = begins(
		`(?:what|what's|who|who's|where|when|how|why|which|can|could|do|does|did|is|are|will|would|have) (?:[^?]{0,60})\b(?:you|your|weather|joke|time is it|president|capital of|news|score|song|poem|story|recipe|movie|football|match)\b`,
		`(?:tell|sing|write|make|give|draw|play|show) (?:me |us )(?:an? |the |some )?(?:joke|story|poem|song|recipe|code|essay|riddle|fact)\b`,
		`how are you\b`,
		`(?:sing|write) (?:an? |some )?(?:song|poem|code|essay|story)\b`,
	)
)

func refusesAnswer(h *hearing) bool {
	return h.opens(refusal) && len(content(h.plain)) < 10
}

// saidAlready is a complaint only where little new comes with it: "like I said"
// is also a way of talking.
func saidAlready(h *hearing) bool {
	return h.opens(told) && len(content(strings.Join(h.rest(told), " "))) < 2
}

func asksAgain(h *hearing) bool { return h.opens(unheard) && len(content(h.plain)) < 6 }

// dontKnow is an answer where nothing else is said. "I don't know, it just felt
// slow" is one that says something.
func dontKnow(h *hearing) bool {
	return h.opens(unsaid) && len(content(strings.Join(h.rest(unsaid), " "))) == 0
}

// rest are the clauses that the pattern does not match.
func (h *hearing) rest(p *regexp.Regexp) []string {
	var out []string
	for _, s := range h.sentences {
		if p.MatchString(s.text) {
			continue
		}
		for _, c := range s.clauses {
			if !p.MatchString(c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// offTopic is a question to us and nothing else.
func offTopic(h *hearing) bool {
	return len(h.sentences) == 1 && tangent.MatchString(h.sentences[0].text) && len(spoken(h.plain)) <= 14 &&
		(h.sentences[0].question || jests.MatchString(h.sentences[0].text))
}
