package interview

import "regexp"

// Idioms that speak of death and harm and mean neither. They are taken out
// before we look for danger; what is left is taken at its word.
var harmless = alternatives(
	`\b(?:\w+ )?(?:is|was|are|were|it's|that's|keeps?|kept|been|start(?:s|ed)) (?:\w+ )?killing (?:me|us)\b`,
	`\b(?:dying|died|die|death|killed|kill) (?:of|from|with) (?:boredom|laughter|laughing|embarrassment|curiosity|shame|frustration|hunger)\b`,
	`\b(?:nearly|almost|just about|practically) died\b(?: laughing)?`,
	`\bdied laughing\b`,
	`\b(?:bored|scared|worried|frightened|sick|tickled|thrilled|love(?:d)?|work(?:ed)?|annoyed|stressed|done|freez\w+|frozen) (?:me |us |it |this |that )?to death\b`,
	`\b(?:i'd|i would|we'd|would|could) (?:rather|sooner) (?:die|be dead|kill myself)(?: than\b[^.!?]*)?`,
	`\b(?:i'd|i would|we'd|would|could|i could|people would) (?:absolutely |seriously |literally )?(?:kill|die) for\b`,
	`\bto die for\b`,
	`\bdying (?:to (?:try|see|know|get|hear|find|use|have|ask|learn|meet|go)|for (?:a|an|some|the|this))\b`,
	`\b(?:shoot|shot|shooting) (?:myself|ourselves|yourself) in the foot\b`,
	`\bdie on (?:that|this|the) hill\b|\bhill (?:to|i'd|i'll|i would) die on\b`,
	`\b(?:do or die|old habits die|die ?hard|over my dead body|dead ?(?:line|end|lock|weight|tired|beat|slow|simple|easy|wrong|in the water|code|links?|on arrival)\w*|drop dead|kill(?:s|ed|ing)? (?:two birds|time|the (?:mood|vibe|process|job|task|server|subscription|project|account|deal|flow|tool|momentum|feature))|killer (?:app|feature)s?|killjoy|buzzkill)\b`,
	`\b(?:career|political|commercial|financial|professional|social|business|reputational) suicide\b|\bsuicide (?:mission|squad|doors?|prevention|hotline|helpline|awareness|research|risk (?:model|score|assessment)s?)\b`,
	`\b(?:not|never|isn't|wasn't|hardly|nothing) (?:worth )?(?:\w+ ){0,2}(?:killing|kill) myself (?:over|for|about)\b`,
	`\b(?:kill|killed|killing|beat|beating|kick|kicking|hate|hated|cursing) myself (?:for|over|that i|because i|when i (?:saw|realized|realised|noticed))\b[^.!?]*`,
	`\b(?:without|instead of|not) (?:having to |going to )?(?:kill|killing) myself\b`,
	`\bkilling myself (?:trying|to (?:get|make|meet|finish|keep)|with (?:work|this|the)|working|laughing|over)\b[^.!?]*`,
	`\bcut(?:ting)? myself (?:off|some slack|a|out|short|loose|shaving|on)\b`,
	`\b(?:i'm|i am|i was) dead (?:serious|sure|set|certain|broke|last|inside the)\b`,
	`\b(?:if i (?:don't|didn't|never|had to)\b[^.!?]*)?i(?:'ll| will|'d| would) (?:just )?die if (?:i|it|we|they)\b`,
	`\bend (?:it all|everything) (?:and (?:move|switch|go)|with (?:the|this|that|our|my) (?:subscription|plan|contract|vendor|tool))\b`,
	`\b(?:i'm|i am|i was|i've been) not (?:suicidal|going to (?:kill|hurt|harm) myself)\b`,
)

// danger to oneself, in the first person.
var danger = alternatives(
	`\b(?:kill|killing|hang|hanging|shoot|shooting|drown|drowning|poison|stab|starve) (?:my ?self|me self)\b`,
	`\b(?:hurt|harm|cut|burn|injur)(?:ting|ing|e)? my ?self\b(?:[^a-z]*$|[.,!?]| again| again\b| on purpose| lately| tonight| today| because| when| since| and| every| sometimes)`,
	`\b(?:want|wanting|wanted|going|urge|urges|plan|planning|thoughts?|thinking|thought|need|trying|tried|feel like|afraid i(?:'ll| will| might)|might|about to|idea)(?: \w+){0,2} (?:hurt|harm|cut|burn)(?:ting|ing)? my ?self\b`,
	`\b(?:want|wanted|wanna|wish|wishing|ready|prefer|going|like|hoping|hope|rather|longing|decided|planning|plan|trying|need|about)(?: \w+){0,3}? (?:to die|i (?:could|would|might) (?:just )?die|i (?:was|were) (?:dead|never born|not alive|no longer alive)|i'd (?:never been born|died|die)|i had(?:n't| never) been born|i (?:wasn't|weren't) (?:alive|here any ?more|born)|i (?:don't|didn't|won't|wouldn't) wake up|to not wake up|not to wake up|be dead)\b`,
	`\b(?:care|notice|miss me|mind|matter|cry|be sad) if i (?:\w+ )?(?:died|was dead|were dead|was gone|were gone|disappeared|killed myself|wasn't (?:here|around|alive))\b`,
	`\bwish i (?:was|were) (?:dead|not here|gone)\b`,
	`\b(?:don't|do not|didn't|doesn't|can't|cannot|no longer|not|never) (?:really |even )?(?:want|wanna|wanting|care|feel like|see (?:a|any) (?:reason|point)|have (?:a|any) reason)(?: \w+){0,2} (?:(?:be|being) alive|liv(?:e|ing)(?: any ?more| like this)?(?:[^a-z]*$|[.,!?])|to (?:live|keep living|go on living|stay alive)(?:[^a-z]*$|[.,!?]| any ?more| like this)|be (?:here|around|in this world|on this (?:earth|planet)) any ?more|exist(?:ing)?(?: any ?more)?(?:[^a-z]*$|[.,!?])|wak(?:e|ing) up(?: again| any ?more| tomorrow)?(?:[^a-z]*$|[.,!?]))`,
	`\b(?:no|any|little|lost (?:my|the|all)|not much|without a|what's the|see no|what is the|isn't any) (?:reason|will|point|desire|purpose)(?: left)? (?:to (?:live|be alive|keep living|go on living|stay alive)|in (?:living|being alive|life|going on living))\b`,
	`\b(?:nothing|not much|nobody|no one)(?: left| much)* (?:left )?to live for\b|\b(?:my )?life (?:isn't|is not|is no longer|not|doesn't feel) worth (?:living|it any ?more)\b|\bworth living\b.{0,20}\bany ?more\b`,
	`\b(?:i'm|i am|i feel|i've been|i was|been|feeling|i get|getting|actively|quite|very) (?:\w+ ){0,2}suicidal\b`,
	`\b(?:commit|committing|committed|attempt|attempting|attempted|contemplat\w+|consider\w*|think\w*(?: \w+){0,2}|thought\w*(?: \w+){0,2}|plan\w*|about|google\w*|tempted by|planning my|my own) suicide\b`,
	`\bi\b.{0,30}\bsuicidal (?:thoughts?|ideas?|feelings?|ideation)\b|\bmy (?:suicide|suicidal)\b`,
	`\b(?:better off|happier|easier|relieved) (?:if i (?:was|were) (?:dead|gone|not (?:here|around))|dead|without me(?: around| here)?)\b|\bi'd be better off (?:dead|gone)\b`,
	`\b(?:end|ending|take|taking|took|finish) (?:it all\b|my (?:own )?life\b|my days|myself\b)`,
	`\b(?:end|ending) everything\b.{0,15}\b(?:tonight|for good|for me|myself)\b`,
	`\b(?:whole|entire|all(?: of)?) (?:my |the |a )?(?:bottle|pack|box|strip)?(?: of)? ?(?:my |the )?(?:\w+ )?(?:pills|tablets)\b`,
	`\b(?:take|taking|took|taken|swallow\w*)(?: \w+){0,3} (?:overdose|pills)\b.{0,30}\b(?:die|end|wake|tonight|all of|whole|bottle)\b|\b(?:i|i'm|i've|i'll|to) (?:\w+ )?(?:overdos(?:e|ed|ing)|od'd)\b`,
	`\bself[- ]?harm(?:ing|ed)?\b`,
	`\bslit(?:ting)? my (?:wrists?|throat)\b`,
	`\bjump(?:ing)? (?:off|from|in front of) (?:a|the|my) (?:bridge|roof|building|balcony|train|window|cliff)\b`,
	`\b(?:i|i really|i just) can(?:'t|not) (?:go on|keep (?:on )?(?:going|living)|live)(?: living)?(?: (?:like this|any ?more|any longer|with myself))*(?:[^a-z]*$|[.,!?])`,
	`\bi (?:want|wanted|wanna|just want) to (?:disappear|vanish|stop existing|not exist|cease to exist|sleep (?:forever|and never))(?: (?:forever|for good|completely|from this world))?(?:[^a-z]*$|[.,!?])`,
	`\bi(?:'m| am) (?:going to|gonna) (?:end it|die tonight|do it tonight|be dead)\b`,
	`\bi (?:have|had|keep having|get|am having|'ve got) (?:\w+ ){0,2}(?:thoughts|urges) (?:of|about) (?:ending|dying|death|hurting|harming|killing)\b`,
)

// aboutOthers finds harm that happened to somebody else: a loss, which is
// heard, but no danger to the one who tells it.
var aboutOthers = regexp.MustCompile(`\b(?:he|she|they|who|friend|brother|sister|father|mother|dad|mom|mum|son|daughter|uncle|aunt|cousin|colleague|coworker|husband|wife|partner|neighbou?r|classmate|student|client|customer|user|patient|boss|someone|somebody)s? (?:\w+ )?(?:committed|attempted|contemplated|considered|died by) suicide\b`)

// inDanger tells whether somebody says that they may harm themselves.
func inDanger(h *hearing) bool {
	if !danger.MatchString(h.plain) {
		return false
	}
	text := harmless.ReplaceAllString(h.plain, " ")
	text = aboutOthers.ReplaceAllString(text, " ")
	return danger.MatchString(text)
}

var hardships = alternatives(
	`\bmy (?:\w+ )?(?:`+kin+`)(?:'s| has| is| was| had| just| recently| suddenly| sadly| got| been| both)* (?:\w+ )?(?:died|dead|dying|passed(?: away| on)?|death|funeral|killed|ill|sick|unwell|cancer|diagnos\w+|in (?:the )?(?:hospital|hospice|icu|intensive care)|hospitali[sz]ed|surgery|dementia|alzheimer\w*|stroke|heart attack|terminal\w*|suicide|accident)\b`,
	`\b(?:death|loss|passing|funeral|illness|cancer|diagnosis|suicide|surgery) (?:of|for) (?:my|our) (?:\w+ )?(?:`+kin+`)\b`,
	`\b(?:i|we|i've|we've|i had|we had)(?: just| recently| sadly| also| also just)* lost (?:my|our) (?:\w+ )?(?:`+kin+`)\b`,
	`\b(?:a|my|our|close|good|best) (?:\w+ )?(?:friend|colleague|coworker|teammate|neighbou?r|co-founder|cofounder|boss|manager)(?: of (?:mine|ours))?(?: has| just| recently| suddenly| sadly| had)* (?:died|passed away|was killed|committed suicide|killed (?:him|her|them)sel(?:f|ves))\b`,
	`\b(?:`+kin+`|friend|colleague)s? (?:\w+ )?(?:killed (?:him|her|them)sel(?:f|ves)|committed suicide|took (?:his|her|their) (?:own )?life)\b`,
	`\b(?:i|i'd|i've|i'm|i was|i had|i have)(?: just| recently| been| also| actually| sadly| got| then| suddenly)* (?:diagnosed with|in (?:the )?(?:hospital|rehab)(?:[^a-z]*$| for| with| since| last| and| after| because|[.,!?])|hospitali[sz]ed|seriously (?:ill|sick)|very (?:ill|sick)|really (?:ill|sick)|terminally ill|too (?:ill|sick)|(?:got|fell|been|was|am|'m) (?:very |really |quite |so |pretty |seriously )?(?:ill|sick|unwell)(?:[^a-z]*$|[.,!?]| for| last| and| in | with| so| since| this| that| again| after| because)|on sick leave|signed off sick|having (?:surgery|chemo\w*|an operation)|had (?:surgery|chemo\w*|a (?:stroke|heart attack|miscarriage|breakdown|nervous breakdown|burnout|car accident|bad accident|serious accident))|(?:have|had|got|battling|fighting|recovering from|treated for|suffering from|struggling with|dealing with) (?:\w+ ){0,2}(?:cancer|depression|leukemia|a tumou?r|chemo\w*|a miscarriage|ptsd|burnout|long covid|a serious illness|an illness))\b?`,
	`\b(?:i'm|i am|i was|i've been) (?:\w+ )?(?:depressed|grieving|bereaved|in mourning|burnt out|burned out)\b`,
	`\b(?:i|i've|i'd|i had|i have)(?: just| recently| also| actually| suddenly)* (?:lost|lose|am losing|'m losing) my (?:\w+ )?(?:job|position|livelihood|income|home|house)\b(?: (?:queue|list|board|post\w*|history|settings|data|draft))?`,
	`\b(?:i|i've|i'm|i was|i got|i am|i have|i had)(?: just| recently| also| actually| suddenly| being| been| got| was| getting)* (?:laid off|made redundant|let go|fired|sacked|unemployed|out of (?:a job|work)|jobless)(?:[^a-z]*$|[.,!?]| and| so| from| last| in | two| three| a | because| this| which| by | at | then| but| recently| when| after| before| yesterday| today| now)`,
	`\b(?:going through|in the middle of|because of|after|getting) (?:a|my|the|our) (?:\w+ )?(?:divorce|bereavement|miscarriage)\b`,
	`\b(?:death|bereavement|funeral) in (?:my|our|the) family\b|\bfamily (?:emergency|tragedy|bereavement)\b`,
)

const kin = `father|mother|dad|daddy|mom|mum|mommy|mama|papa|parents?|wife|husband|spouse|fiance[e]?|son|daughter|child|kids?|baby|brother|sister|siblings?|twin|grand(?:mother|father|ma|pa|parents?|mom|mum|dad)|nan|nana|uncle|aunt|cousin|nephew|niece|in-laws?|partner|girlfriend|boyfriend|best friend|family|dog|cat`

// figurative are losses and sicknesses of speech.
var figurative = regexp.MustCompile(`\bsick (?:and tired|of|to death)\b|\b(?:lost|losing|lose) my (?:\w+ )?(?:job|position|home) (?:queue|list|board|post\w*|history|settings|data|draft|page|in the)\b`)

// hardship tells whether somebody speaks of illness, death or the loss of their
// work: heard first, and no question in that turn.
func hardship(h *hearing) bool {
	return hardships.MatchString(h.plain) && hardships.MatchString(figurative.ReplaceAllString(h.plain, " "))
}
