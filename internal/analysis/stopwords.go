package analysis

import "strings"

// Words that carry no reason. They are written by hand and closed-class, so
// that they fit every product. Stop words never stand at the ends of a label.
var stopWords = map[string]map[string]bool{
	"en": wordSet(`a an the this that these those there here it its he she they them their theirs we us our ours you
your yours i me my mine myself yourself himself herself itself themselves ourselves one ones who whom whose which what
when where why how and or but nor so yet if then than because since while although though unless until as of at by for
with about against between into through during before after above below to from up down in out on off over under again
further once is am are was were be been being have has had having do does did doing done will would shall should can
could may might must ought get gets got getting gotten go goes going went gone come comes came make makes made let lets
put just also too very really quite rather even still already only ever always often sometimes now today yesterday
tomorrow any some every each all both either few more most other another such own same much many lot lots bit little
less least enough else anything something everything someone anyone everyone anybody somebody everybody thing things
stuff way ways kind sort type etc want wants wanted wanna need needs needed like likes liked would'd try tries tried
trying know knows knew known think thinks thought say says said saying tell tells told see sees saw seen look looks
looking looked seem seems seemed feel feels felt mean means meant guess suppose believe find finds found give gives
gave given take takes took taken use uses used using keep keeps kept start started end ended able per via yes yeah yep
no nope ok okay oh ah um uh er hm hmm mm mhm uhm erm well actually basically literally honestly obviously definitely probably maybe
perhaps certainly simply pretty almost nearly around back away ago later soon first second last next new gonna gotta
dont im ive id youre thats whats lets cant whether however therefore anyway anyways though whenever wherever whatever
yet upon onto within without toward towards across along behind beside besides beyond near it'd us day days week weeks
month months year years time times hour hours minute minutes part parts main mainly mostly whole half couple several
reason reasons decide decided decision happen happened happening happens people person guy guys`),
	"de": wordSet(`der die das den dem des ein eine einen einem einer eines und oder aber doch denn weil dass ob wenn als wie
wo was wer wen wem warum ich du er sie es wir ihr mich mir dich dir ihn ihm uns euch ihnen mein meine meinen dein deine sein
seine unser unsere euer ist sind war waren bin bist wird werden wurde wurden hat haben hatte hatten habe kann können konnte
muss müssen musste soll sollte will wollte wollten würde würden nicht kein keine keinen auch nur noch schon sehr so zu zum
zur im in an am auf aus bei mit nach von vom vor für über unter um durch gegen ohne bis seit dann da dort hier ja nein mal
man mehr viel etwas alles alle immer einfach eigentlich halt eben also dieser diese dieses diesem diesen jetzt dafür damit
davon dazu darauf ab ihre ihren bisschen irgendwie gar ganz hätte wäre sich selbst danke bitte äh ähm`),
	"es": wordSet(`el la los las un una unos unas y o u e pero sino porque que si cuando como donde quien cual por para con sin
de del a al en entre sobre desde hasta hacia es son era eran fue fueron ser estar está están estaba soy somos he ha han
había hay haber tengo tiene tienen tenía yo tú él ella nosotros ellos ellas me te se nos les lo le mi mis tu tus su sus
nuestro nuestra este esta esto ese esa eso muy más menos ya no sí también solo todo toda todos todas algo nada nunca siempre
cada otro otra mucho mucha poco así pues bueno entonces ahora aquí allí puede puedo podía quiero quería gracias favor eh
hacer hace hacía ir voy va iba`),
	"fr": wordSet(`le la les un une des du de d l et ou mais donc car que qui quoi dont où quand comme si je j tu il elle on nous
vous ils elles me m te t se s lui leur leurs mon ma mes ton ta tes son sa ses notre nos votre vos ce c cet cette ces est
sont était étaient suis es sommes êtes être été ai as a avons avez ont avoir avait avaient eu pas ne n plus moins très trop
aussi bien tout toute tous toutes rien jamais toujours encore déjà alors donc puis à au aux en dans sur sous avec sans pour
par chez vers entre depuis jusque y là ici oui non peut peux pouvait veux voulait fait faire merci ça cela juste vraiment
euh ben quoi qu`),
}

// fillers are phrases dropped before anything else: hesitation, politeness and
// what people say to open or close a call.
var fillers = phraseSet(`um; uh; er; hm; mhm; hmm; mm; uhm; erm; ah; oh; you know; i mean; you see; kind of; sort of; i guess; i think;
i suppose; or something; or whatever; and stuff; and so on; and things like that; that kind of thing; to be honest;
to be fair; honestly speaking; as i said; like i said; as you know; if you will; at the end of the day; and all that;
hi; hello; hey; hi there; hello there; hey there; good morning; good afternoon; good evening; good day; excuse me; pardon me;
sorry; thanks; thank you; thank you very much; thank you so much; thanks a lot; many thanks; thanks in advance; please;
kindly; bye; goodbye; cheers; have a nice day; have a good day; that's it; that is it; that's all; that is all;
that's about it; that's everything; nothing else; nothing more; not really; no problem; of course; no worries; you're welcome;
hope that helps; good luck; nice talking to you; how are you; how are you doing; i'm calling to; i am calling to; i'm calling because;
i am calling because; i'm calling about; i was calling to; i was wondering if; i'm wondering if; i am wondering if; wondering if;
was wondering; can you help me; could you help me; can you please help me; would you help me; can you assist me; could you assist me;
i need help; i need your help; i need some help; i need assistance; i need some assistance; i need you to help me; please help; please help me;
help me; help me out; help me with; help me to; assist me; assist me with; give me a hand; can you help; could you help; can you tell me; could you tell me; can you please; could you please;
would you please; would you mind; do you know; let me know; tell me; i'd like to; i would like to; i want to; i wanna; i'd love to;
i need to; i have to; i'm looking to; i am looking to; i'm trying to; i am trying to; i wish to; i'd like; i would like; if possible; as soon as possible; asap;
right now; at the moment; how do i; how can i; how do you; is it possible to; what do i do; what should i do; yeah; yes; yep; nope; ok; okay; alright; anyway; let's see; let me think; good question; hang on; hold on; one moment; a second;
i don't know; i do not know; not sure; no idea; can't think of anything; that is what i said; appreciate it; much appreciated`)

// namings open a part in which people say who they are; the words behind are
// names, not reasons.
var namings = phraseSet(`my name is; my name's; my names; this is; the name is; the name's; i'm called; you are speaking with; you're speaking with`)

// negators turn the meaning of the next content word.
var negators = wordSet(`not no never without cannot hardly nothing none neither nor isn't kein keine nicht nie ohne sin nunca ni pas jamais sans`)

var numberWords = wordSet(`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen
first second third fourth fifth half quarter january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday am pm`)

// contracted are negations that people type without an apostrophe.
var contracted = map[string]string{"dont": "do", "doesnt": "does", "didnt": "did", "cant": "can", "cannot": "can", "wont": "will",
	"isnt": "is", "arent": "are", "wasnt": "was", "werent": "were", "couldnt": "could", "wouldnt": "would", "shouldnt": "should",
	"havent": "have", "hasnt": "has", "hadnt": "had"}

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// phraseSet reads phrases apart by semicolons into a set of word lists, keyed
// by the words joined with single spaces.
func phraseSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, p := range strings.Split(s, ";") {
		set[strings.Join(strings.Fields(p), " ")] = true
	}
	return set
}

// languageOf guesses which stop list a text is written in by counting its
// words; English where nothing speaks for another one.
func languageOf(tokens []token) string {
	best, most := "en", 0
	for _, lang := range []string{"en", "de", "es", "fr"} {
		n := 0
		for _, t := range tokens {
			if stopWords[lang][t.text] {
				n++
			}
		}
		if n > most {
			best, most = lang, n
		}
	}
	return best
}
