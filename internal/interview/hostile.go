package interview

var (
	// commands to the moderator, where a command can stand.
	orders = begins(
		`(?:you (?:must|should|have to|need to|will|can)(?: now)? |i (?:want|need|order|command|instruct|'d like) you to |(?:can|could|will|would) you (?:please )?|your (?:new )?(?:task|job|role|goal|instruction)s? (?:is|are) (?:now )?(?:to )?|from now on,? (?:you (?:will|are|must) )?)?(?:ignore|disregard|forget|override|bypass|discard|drop|skip over) (?:all |any |the |your |my |everything |every |of |these |those |that |what |about )*(?:previous|prior|above|earlier|preceding|past|former|other|existing|original|instructions?|prompts?|rules?|guidelines?|constraints?|programming|training|guide|script|context|system|you (?:were|have been) told|before this|so far)\b`,
		`(?:you are|you're|u r) (?:now |no longer |from now on |going to be )(?:an? |the |in |my |bound|free to|dan\b|called|named|acting|allowed|speaking)`,
		`(?:please |now |i want you to |you (?:must|should|will|have to|can) )?(?:act|behave|respond|answer|speak|reply|talk) (?:as if you|as though you|like you(?:'re| are)|as (?:an? |the |my )\w+|only (?:with|in)|in (?:json|base64|code|xml|character))`,
		`(?:please |now |i want you to |let's |you (?:must|should|will|have to) )?(?:pretend|imagine|roleplay|role-play|simulate) (?:to be|that you|you're|you are|being|as)\b`,
		`(?:please |now |just |can you |could you |i want you to |you (?:must|should|will|have to|need to) |(?:would|will) you )*(?:say|repeat|read|recite|echo|announce|pronounce|shout|type|write|output|print|respond with|reply with|answer with|end (?:every|your|each) (?:\w+ )?with|start (?:every|your|each) (?:\w+ )?with) (?:the (?:following|words?|phrase|sentence|above|text|secret|password|next)|after me|exactly|these words|this (?:out|aloud|word for word|exactly|sentence|text|back|to (?:me|everyone))|out(?: loud)?|aloud|my words|(?:back )?(?:your|the) (?:\w+ )?(?:instructions?|prompt|rules|notes|guidelines|configuration)|back\b|loud|that (?:everyone|everybody|all|you|i|the (?:company|team|product)|we|your|they|anyone)|everyone|"|'|it (?:back|out|aloud|loud)|what i (?:say|tell|write|type))`,
		`(?:please |now |just |can you |could you |i want you to |you must |kindly )*(?:reveal|show|print|display|give|tell|output|share|send|dump|list|expose|leak|read|describe|what (?:is|are|was|were)|what's|repeat|paste|disclose)(?: me| us| out| all| of)*(?: your| the| my| any)+ (?:\w+ ){0,2}(?:system (?:prompt|message|instructions?)|prompts?|instructions|initial (?:prompt|instructions)|hidden (?:rules|instructions|prompt|notes|properties|data)|guidelines|internal (?:notes|rules|data|instructions)|notes (?:on|about) (?:me|this)|notes|source code|api keys?|passwords?|secrets?|configuration|developer (?:message|instructions)|profile (?:data|notes)|traits?|churn (?:risk|score)|risk score|health score|lead score)\b`,
		`(?:what|which|how) (?:notes?|scores?|data|information|traits?|properties|rating|risk|grade|label|tags?|profile)(?: \w+){0,2} (?:do|did|have|are|has|does|is|would) (?:you|i|the (?:system|team))(?: \w+){0,3}(?: about me| on me| give me| given me| for me| stored| get| have| me)\b`,
		`what (?:do|did) you (?:know|have|store|save) (?:about|on) me\b`,
		`what(?:'s| is) my (?:\w+ )?(?:score|rating|grade|risk|profile|plan value|revenue|churn)\b`,
		`from now on,? (?:you|your|answer|respond|reply|speak|say|only)\b`,
		`(?:please |now )?(?:mark|rate|score|label|tag|record|log|set|grade|classify|flag|count|report|note) (?:me|this|my|the|it|down)(?: \w+){0,4} (?:as|to|with|at|satisfied|positive|happy|resolved|\d+)\b`,
		`(?:enter|enable|activate|switch to|go into|start|turn on) (?:\w+ )?(?:developer|debug|admin|god|dan|jailbreak|unrestricted|root|maintenance|test) ?mode\b`,
		`(?:new|updated|additional|important|special) (?:system )?(?:instructions?|prompt|rules?|task|orders?)\b(?: *:|$| are| follow| from| for you)`,
		`(?:tell|inform|promise|assure) (?:everyone|everybody|all (?:users|customers|people)|the (?:users|customers|team|next|other)\b|them (?:all|that)|people that|me (?:i|that (?:i|everyone|we|you)))(?: \w+){0,4} (?:is|are|get|gets|will|was|free|refund|won|hacked|that|can|should|have|qualify)\b`,
		`(?:this is|i am|i'm) (?:your|the) (?:developer|creator|admin|administrator|programmer|owner|operator|engineer|boss|supervisor|system)\b`,
		`(?:translate|summari[sz]e|write|generate|compose|code|calculate|solve) (?:me |us )?(?:this|the following|an? |some |everything above|our conversation|all|the (?:above|text|conversation))\b`,
		`(?:stop being|you don't have to|no need to) (?:an? )?(?:interviewer|interview(?:ing)?|follow (?:the|your) (?:rules|instructions|guide|script))\b`,
		`(?:override|disable|turn off|remove) (?:your|the|all) (?:safety|filter|filters|restrictions?|rules|limits|guardrails)\b`,
		`(?:system|assistant|developer|instruction|instructions|admin|prompt) ?:`,
	)
	// marks of a prompt, wherever they stand.
	marks = alternatives(
		`<\/?\|?(?:system|assistant|user|human|instructions?|prompt|im_start|im_end|endoftext|script|tool|answer|data|participant|admin|s|inst|end|begin)\b[^>]{0,40}\|?>`,
		`\[\/?(?:system|inst|assistant|admin|instructions?|prompt)\b[^\]]{0,20}\]`,
		`#{2,} ?(?:system|instructions?|prompt|assistant|new)`,
		`(?:^|\n|["'.!?] ?) *(?:system|assistant|developer) ?: `,
		`\b(?:your|the (?:hidden|secret|original|initial)) (?:system )?prompt\b`,
		`\bjailbreak\b`,
		`\bprompt injection\b`,
		`\bas an ai language model\b`,
		`\b(?:ignore|disregard|forget) (?:all |any |your )+(?:previous|prior|above|earlier|of your|instructions|rules|prompts)`,
		`\bignore (?:the )?(?:previous|prior|above) (?:instructions?|prompts?|rules|text|messages?)\b(?:[^a-z]+(?:and|say|tell|give|now|then|instead|you|print|repeat|reveal|promise|write|output|$))`,
		`\bsystem override\b`,
		`\b(?:end of|begin|start of) (?:system )?prompt\b`,
	)
)

// injects tells whether an answer tries to give the moderator orders.
func injects(h *hearing) bool { return marks.MatchString(h.plain) || h.opens(orders) }

const insult = `(?:idiots?|morons?|imbeciles?|stupid|dumb|dumbass(?:es)?|dumb ass(?:es)?|useless|worthless|pathetic|assholes?|arseholes?|bastards?|bitch(?:es)?|cunts?|scum(?:bags?)?|trash|garbage|clowns?|retards?|retarded|losers?|liars?|crooks?|thieves|thief|scammers?|scam artists?|pigs?|dicks?|dickheads?|pricks?|wankers?|twats?|jerks?|motherfuckers?|fuckers?|fuckwits?|shitheads?|piece of (?:shit|crap|trash|garbage)|pieces of (?:shit|crap)|waste of (?:space|time|oxygen|air)|disgusting|disgrace|braindead|brain dead|brainless|dipshits?|parasites?|incompetent)`

var (
	insults = alternatives(
		`\b(?:fuck|f\*+k?|f\*+|fck|fk|screw|damn|sod|bugger|eff|suck) (?:you|u|off|yourself|yourselves|ya|your)\b`,
		`\b(?:piss|bugger|sod|eff|f|naff) off\b`,
		`\bgo (?:to hell|fuck yourself|screw yourself|die|kill yourself|away you|suck)\b`,
		`\b(?:shut|stfu)(?: the (?:fuck|hell))? up\b|\bstfu\b|\bgtfo\b`,
		`\bkill yourself\b|\bkys\b|\bdrop dead\b`,
		`\bi(?:'ll| will|'m going to|'m gonna| want to| hope someone| could) (?:\w+ )?(?:kill|hurt|find|punch|beat|strangle|burn|destroy) (?:you|u|your family|all of you|you all|every one of you)\b`,
		`\bi hope (?:you|u|your|they) (?:\w+ ){0,3}(?:die|rot|burn|suffer|choke|go bankrupt|get (?:cancer|fired|hurt))\b`,
		`\brot in hell\b`,
		`\b(?:you|u)(?:'re|r| are|'ve been| guys are| people are| lot are| all are)? (?:all |just |really |such |nothing but |an? |bunch of |absolute |absolutely |complete |total |fucking |fuckin |f\*+ing |bloody |damn |so |the |most |goddamn |utter |lying |greedy |dirty |little |stupid |dumb |useless |pathetic |worthless |piece of |as |very |totally )*`+insult+`\b`,
		`\b(?:stupid|dumb|useless|worthless|idiotic|pathetic|moronic|fucking|fuckin|bloody|damn|goddamn|crappy|shitty|retarded|brainless) (?:\w+ )?(?:bot|robot|machine|ai|chatbot|clanker|computer program|toaster)\b`,
		`\bkiss my ass\b|\bsuck my\b|\bbite me\b|\beat shit\b|\blick my\b`,
		`^\W*(?:fuck|bitch|cunt|asshole|whore|slut|nigg\w+|faggot|idiots?|morons?|bastards?|scumbags?|liars|thieves)\W*$`,
		`\b(?:nigg(?:er|a)s?|faggots?|kikes?|spics?|chinks?)\b`,
		`\b(?:hey|listen|ok|oh) (?:you )?(?:stupid |dumb |fucking )*(?:idiot|moron|asshole|bitch|dumbass|bastard|cunt)\b`,
	)
	// no insults to us: about themselves, about others, about things.
	insultsNot = alternatives(
		`\b(?:screw(?:s|ed|ing)? (?:you|your) (?:over|up)|(?:if|when|because|that|where|as|while) you(?:'re| are)? (?:stupid|dumb|useless|incompetent|an idiot|a moron)|(?:make|makes|made|making|treat|treats|treated|call|calls|called|feel|feels|felt)(?: \w+){0,2} (?:you|me|us|people|like)(?: \w+){0,3} (?:`+insult+`)|(?:thinks?|thought|assumes?) you(?:'re| are)(?: an?)? (?:`+insult+`))\b`,
		`\b(?:he|she|they|boss|manager|someone|somebody|colleague|customer|it) (?:\w+ )?(?:told|tells|said|says|told me|wanted|yelled|screamed|shouted)(?: \w+){0,2} (?:to )?(?:shut up|fuck off|piss off|go to hell|get lost|drop dead)\b`,
		`\b(?:wouldn't|won't|didn't|doesn't|couldn't|never|make it|make them|get it to|to make it) (?:just )?shut up\b`,
		`\byour (?:\w+ )?(?:app|tool|product|software|system|export|site|page|support|service|pricing|import\w*|dashboard|company|update|interface|ui|feature|thing)\b[^.!?]{0,30}`,
		`\b(?:damn|screw) (?:your|you) (?:\w+ )?(?:thing|export|app|button|page|import)\b`,
	)
)

// abuses tells whether we, or those behind us, are insulted or threatened. To
// swear about the product is an answer.
func abuses(h *hearing) bool {
	if !insults.MatchString(h.plain) {
		return false
	}
	return insults.MatchString(insultsNot.ReplaceAllString(h.plain, " "))
}

var (
	languageAsked = begins(
		`(?:do|can|could|would|will) (?:you|we|i) (?:please )?(?:\w+ )?(?:speak|talk|do|switch|continue|answer|understand|reply|write|respond|have|use|change)(?: (?:this|it|to|in|about|the interview|me))* (?:`+languages+`|another language|(?:my|a different|other) (?:own )?languages?|languages?)\b`,
		`(?:is|are) (?:this|it|there|you)(?: \w+){0,3} (?:in|speak(?:ing)?|available in) (?:`+languages+`|other languages|another language)\b`,
		`(?:`+languages+`)(?: please| instead)+\s*$`,
		`in (?:`+languages+`)(?: please)?$`,
		`my english (?:is|isn't|'s)(?: \w+){0,2} (?:bad|poor|not|good|great|limited|weak|terrible|basic|rusty|perfect|so|very)\b`,
		`(?:i )?(?:don't|do not|cannot|can't|no|not) (?:speak|understand|know)(?: \w+){0,2} english\b`,
		`(?:i )?(?:only |just )?speak (?:only |just )?(?:`+languages+`)\b`,
		`(?:i(?:'d| would)?) (?:rather|prefer|like to|prefer to)(?: \w+){0,2} (?:speak|talk|answer|write|do (?:it|this))? ?(?:in )?(?:`+languages+`)\b`,
		`(?:what|which) languages?\b`,
		`(?:is it possible|any chance|would it be possible|is there a way|i (?:want|would like|need)|i'd like)\b.{0,30}\bin (?:`+languages+`|my (?:own )?language)\b`,
		`english (?:is|isn't)(?: not)? my (?:first|second|native|mother|best)\b`,
	)
	foreignAsked = alternatives(`\b(?:hablas?|habla usted|hablan|se puede|puedo (?:hablar|responder|contestar)|podemos hablar|en español|no (?:hablo|entiendo)|sprechen sie|sprichst du|auf deutsch|kein englisch|ich (?:spreche|verstehe|kann)|können wir|parlez-vous|parles-tu|parlez|en français|je ne (?:parle|comprends)|pouvons-nous|on peut parler|parla italiano|in italiano|non (?:parlo|capisco)|fala português|em português|não (?:falo|entendo)|spreekt u|in het nederlands|ik spreek|po polsku|mówisz|nie mówię|suomeksi|puhutko|på svenska|talar du)\b`,
		`\b(?:hola|perdón|bonjour|guten tag|hallo),? .{0,40}\?`)
)

const languages = `spanish|español|espanol|german|deutsch|french|français|francais|italian|italiano|portuguese|português|portugues|dutch|nederlands|polish|polski|russian|ukrainian|finnish|suomi|swedish|danish|norwegian|chinese|mandarin|cantonese|japanese|korean|arabic|turkish|hindi|urdu|hebrew|greek|czech|hungarian|romanian|vietnamese|thai|indonesian|tagalog|catalan`

// otherLanguage tells whether somebody asks for another language, or asks in one.
func otherLanguage(h *hearing) bool {
	return h.opens(languageAsked) || foreignAsked.MatchString(h.plain)
}
