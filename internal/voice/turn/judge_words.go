package turn

import "strings"

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

func phrases(list string) []string { return strings.Split(list, ", ") }

// languages are the words for [Judge]. A word that often ends a sentence as
// well, such as a preposition of English or a verb's particle of German, is
// left out: to wait for its owner costs more than it saves.
var languages = map[string]*language{
	"en": {
		joins: set("and but because so or if when while although though whereas unless since until that's it's there's " +
			"um uh uhm umm er erm hmm hm the a an my our your their its every to of with from into than as " +
			"i i'm i've i'd we we're we've they're he's she's who which whose where " +
			"is was were are am been very really just also like maybe basically actually probably cause"),
		ends:  phrases("you know, i mean, kind of, sort of, and then, so that, such as, for example, for instance, due to, in order, as well as, the thing is"),
		waits: phrases("let me think, let me see, hang on, hold on, one moment, one second, one sec, give me a second, give me a moment, how do i say, how do i put it, how should i put it, what's the word, good question, let's see, wait"),
		nods:  set("mm hm mhm mmhm mmm hmm uh huh yeah yes yep yup okay ok right sure aha ah oh i see got it"),
		count: set("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen " +
			"twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million double triple point dot at dash underscore slash plus"),
		empty: set("um uh er well it that this these those you me us them him her not do did does have had has be be can could would will there here then oh hey please"),
	},
	"de": {
		joins: set("und aber weil denn oder sondern wenn falls ob dass obwohl während bevor nachdem damit sodass also " +
			"äh ähm öh öhm hm hmm der die den dem des ein eine einen einem einer mein meine meinen unser unsere ihr ihre sein seine kein keine " +
			"von für bei zum zur vom beim ins im am als wie ich ich's wir sehr ganz eigentlich halt quasi sozusagen vielleicht wahrscheinlich " +
			"ist war waren sind bin"),
		ends:  phrases("das heißt, zum beispiel, und dann, so dass, ich meine, wie gesagt, in der, auf die, mit der, mit dem"),
		waits: phrases("lass mich überlegen, lassen sie mich überlegen, mal überlegen, moment, einen moment, moment mal, sekunde, eine sekunde, wie soll ich sagen, wie sagt man, gute frage, mal sehen, warte, warten sie"),
		nods:  set("mm hm mhm mmm hmm aha ah oh ja genau ok okay richtig klar stimmt verstehe gut so achso"),
		count: set("null eins ein zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn " +
			"zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend million doppel komma punkt at ät bindestrich unterstrich schrägstrich plus"),
		empty: set("äh ähm na ja es das dies du sie mich uns nicht da hier dann doch mal bitte hallo"),
	},
	"es": {
		joins: set("y e pero porque o u si cuando mientras aunque sino que pues entonces como donde " +
			"eh em este esto mmm hm el la los las un una unos unas mi mis su sus nuestro nuestra tu cada " +
			"de del al a en con por para sin sobre entre desde hasta muy más casi también quizás quizá básicamente " +
			"yo me se es era eran son estaba"),
		ends:  phrases("o sea, es decir, por ejemplo, y luego, así que, ya que, la verdad es, lo que pasa es"),
		waits: phrases("déjame pensar, déjeme pensar, a ver, un momento, un segundo, espera, espere, cómo se dice, cómo te digo, cómo decirlo, buena pregunta, déjame ver"),
		nods:  set("mm hm mhm mmm ajá aja ah oh sí si ya vale ok okay claro bien bueno exacto entiendo"),
		count: set("cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve " +
			"veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil millón coma punto arroba guion guión barra doble más"),
		empty: set("eh pues lo le les te nos no eso esto ahí aquí hay hola favor"),
	},
	"fr": {
		joins: set("et mais parce car ou si quand lorsque alors donc puisque quoique que qu qui dont où comme " +
			"euh heu hum hmm bah ben le la les un une des du de d l mon ma mes notre nos votre vos leur leurs son sa ses chaque " +
			"à au aux en dans avec sans pour par sur chez vers très plus assez vraiment aussi " +
			"je j'ai j'étais on ils elles c'est c'était il elle est était sont"),
		ends:  phrases("parce que, c'est à dire, par exemple, et puis, et après, en fait, je veux dire, tu vois, vous voyez, tandis que, pour que, peut être"),
		waits: phrases("laissez moi réfléchir, laisse moi réfléchir, attendez, attends, un instant, un moment, une seconde, voyons, comment dire, bonne question, je réfléchis"),
		nods:  set("mm hm mhm mmm hmm ah oh oui ouais ok okay d'accord bien voilà exactement exact je vois"),
		count: set("zéro un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante " +
			"septante huitante nonante cent cents mille million virgule point arobase tiret underscore barre double plus"),
		empty: set("euh ben ne pas ça ce cela y tu vous me te se lui là ici alors bonjour"),
	},
}
