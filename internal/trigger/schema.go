package trigger

import (
	"encoding/json"
	"strings"
	"sync"
)

// Schema is the JSON Schema (draft 2020-12) of study files, for editors. It
// knows what a file looks like; only Parse knows all of what it may say.
var Schema = sync.OnceValue(func() []byte {
	out, err := json.MarshalIndent(schemaOfFile(), "", "  ")
	if err != nil {
		panic("the schema of study files is no JSON: " + err.Error())
	}
	return append(out, '\n')
})

// SchemaPath is where a server shows the schema.
const SchemaPath = "/schema/study.json"

// schema is a piece of JSON Schema.
type schema map[string]any

func (s schema) about(words string) schema {
	s["description"] = words
	return s
}

func (s schema) otherwise(value any) schema {
	s["default"] = value
	return s
}

// mapOf is an object with these keys and no others.
func mapOf(keys []string, of map[string]schema, required ...string) schema {
	properties := map[string]schema{}
	for _, k := range keys {
		properties[k] = of[k]
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func listOfSome(of schema, most int) schema {
	return schema{"type": "array", "items": of, "minItems": 1, "maxItems": most}
}

func integer(least, most int) schema {
	return schema{"type": "integer", "minimum": least, "maximum": most}
}

func upTo(most int) schema {
	return schema{"type": "string", "minLength": 1, "maxLength": most, "pattern": `\S`}
}

func written(pattern string) schema { return schema{"type": "string", "pattern": pattern} }

func oneOf(words ...string) schema { return schema{"enum": words} }

func either(of ...schema) schema { return schema{"anyOf": of} }

func ref(name string) schema { return schema{"$ref": "#/$defs/" + name} }

const spanPattern = `^([0-9]+[smhdw])+$`

func span() schema { return either(schema{"const": 0}, written(spanPattern)) }

func window() schema { return written(spanPattern) }

func schemaOfFile() schema {
	s := mapOf(fileKeys, map[string]schema{
		"usercall":  schema{"const": Format}.about("Version of the format."),
		"study":     schemaOfStudy().about("What is to be found out."),
		"interview": schemaOfInterview().about("How people are interviewed."),
		"guide":     either(written(guideIDForm.String()), schemaOfGuide()).about("The id of a guide that comes with usercall, or a guide; by the event's name if left out."),
		"triggers":  schema{"type": "array", "items": schemaOfTrigger(), "maxItems": maxTriggers}.about("Who is asked, and when."),
	}, "usercall", "study")
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "Study file of usercall"
	s["$defs"] = map[string]schema{
		"where": schemaOfCondition("where", WhereRoots), "who": schemaOfCondition("who", WhoRoots),
		"test": schemaOfTest(), "scalar": {"type": []string{"string", "number", "boolean"}},
	}
	return s
}

func schemaOfStudy() schema {
	quota := mapOf(quotaKeys, map[string]schema{"name": upTo(64), "where": ref("who"), "interviews": integer(1, maxTarget)}, quotaKeys...)
	return mapOf(studyKeys, map[string]schema{
		"key":        written(keyForm.String()).about("What the study is called for ever: a-z, 0-9 and -."),
		"name":       upTo(maxName),
		"goal":       upTo(maxGoal),
		"context":    upTo(maxContext).about("What the product is."),
		"interviews": integer(1, maxTarget).about("Completed interviews wanted; then nobody else is asked."),
		"quotas":     schema{"type": "array", "items": quota, "maxItems": maxQuotas}.about("Targets inside the target."),
	}, "key")
}

func schemaOfInterview() schema {
	return mapOf(interviewKeys, map[string]schema{
		"mode":      oneOf(string(ModeVoice), string(ModeText), string(ModeChoice)).otherwise(ModeChoice),
		"minutes":   integer(1, maxMinutes),
		"languages": listOfSome(written(languageForm.String()), 50).otherwise([]string{"en"}),
		"patience":  oneOf(string(Quick), string(Normal), string(Patient)).otherwise(Normal).about("How long a spoken interview waits while somebody thinks."),
		"voice":     upTo(maxVoice).about("The voice that speaks, by the name that the speech server knows."),
		"record":    schema{"type": "boolean"}.otherwise(true).about("Ask whether the sound may be kept."),
	})
}

func schemaOfGuide() schema {
	wording := mapOf(wordingKeys, map[string]schema{"ask": upTo(maxAsk), "again": upTo(maxAsk)}, "ask")
	question := mapOf(questionKeys, map[string]schema{
		"id": written(guideIDForm.String()), "topic": upTo(maxName), "must": schema{"type": "boolean"}.about("Asked first when time is short."),
		"ask": upTo(maxAsk), "again": upTo(maxAsk).about("Another wording."), "max_probes": integer(0, maxProbes),
	}, "id", "ask")
	return mapOf(guideKeys, map[string]schema{
		"id": written(guideIDForm.String()), "title": upTo(maxGoal), "goal": upTo(maxGoal), "context": upTo(maxGoal), "last": upTo(maxGoal),
		"target_seconds": integer(30, maxSeconds), "max_seconds": integer(30, maxSeconds),
		"questions": listOfSome(question, maxQuestions),
		"texts":     byLanguage(schema{"type": "object", "additionalProperties": wording}).about("The questions in other languages."),
	}, "questions")
}

func byLanguage(of schema) schema {
	return schema{"type": "object", "minProperties": 1, "propertyNames": written(languageForm.String()), "additionalProperties": of}
}

func localizedUpTo(most int) schema { return either(upTo(most), byLanguage(upTo(most))) }

func schemaOfTrigger() schema {
	history := func(keys []string) schema {
		return schema{"type": []string{"array", "null"}, "items": schemaOfMatch(keys), "maxItems": maxSteps}
	}
	return mapOf(triggerKeys, map[string]schema{
		"key":      written(keyForm.String()).about("What the trigger is called for ever: a-z, 0-9 and -."),
		"name":     upTo(maxName),
		"on":       schemaOfMatch(onKeys).about("The event that makes a match, or begins one."),
		"then":     history(stepKeys).about("Events that have to follow, in this order; the last one makes the match."),
		"absent":   schemaOfMatch(absentKeys, "for").about("An event that must not follow within a time."),
		"did":      history(onKeys).about("Events that have to have happened before."),
		"did_not":  history(stepKeys).about("Events that must not have happened before."),
		"who":      ref("who").about("A condition on the person, at the moment of decision."),
		"people":   oneOf(string(Identified), string(Anyone)).otherwise(Identified),
		"delay":    span().otherwise(0).about("How long after the match is decided."),
		"sample":   written(percentForm.String()).otherwise("100%").about("A share of people; the same person draws the same every time."),
		"cooldown": span().otherwise(formatDuration(DefaultCooldown)).about("How long this trigger leaves a person alone."),
		"per_day":  integer(1, maxCap).about("Invites a day."),
		"total":    integer(1, maxCap).about("Invites ever."),
		"priority": integer(-maxPriority, maxPriority).otherwise(0).about("The higher one goes first."),
		"expires":  span().otherwise(formatDuration(DefaultExpires)).about("How long an invite stays open without an answer."),
		"page":     schemaOfPage().about("Where the card may show."),
		"invite":   schemaOfInvite().about("What the card says, and how it travels."),
	}, "key", "on")
}

func schemaOfMatch(keys []string, required ...string) schema {
	sources := oneOf("browser", "server", "webhook", "custom")
	s := mapOf(keys, map[string]schema{
		"event":  either(upTo(maxName), listOfSome(upTo(maxName), maxEvents)).about("A name, or names of which any will do; exact."),
		"type":   oneOf("track", "page", "screen").otherwise("track"),
		"where":  ref("where").about("A condition on the event."),
		"source": either(sources, listOfSome(sources, 4)).about("Where the event came from."),
		"times":  integer(1, maxTimes).otherwise(1).about("At least so often."),
		"within": window().about("In this time; at most 90d."),
		"for":    window().about("How long is waited; at most 90d."),
	}, required...)
	anyPage := schema{"required": []string{"type"}, "properties": map[string]schema{"type": oneOf("page", "screen")}}
	s["anyOf"] = []schema{{"required": []string{"event"}}, anyPage}
	return s
}

func schemaOfPage() schema {
	parts := map[string]schema{}
	for _, p := range pageParts {
		parts[p] = either(ref("scalar"), schemaOfTests(pageOps))
	}
	url := mapOf(pageParts, parts)
	url["minProperties"] = 1
	return mapOf(pageKeys, map[string]schema{"url": url, "dwell": span().about("How long the person has to be there; at most 10m.")})
}

func schemaOfInvite() schema {
	return mapOf(inviteKeys, map[string]schema{
		"title": localizedUpTo(maxTitle), "body": localizedUpTo(maxBody), "accept": localizedUpTo(maxButton), "decline": localizedUpTo(maxButton),
		"delivery": oneOf(string(Card), string(Link), string(Email), string(Webhook), string(Slack)).otherwise(Card),
	})
}

func schemaOfCondition(name string, roots []Root) schema {
	names := make([]string, len(roots))
	for i, r := range roots {
		names[i] = string(r) + `[.\[]`
		if r == RootEmail {
			names[i] = string(r) + "$"
		}
	}
	return schema{
		"type": "object", "maxProperties": maxTerms, "additionalProperties": false,
		"properties":        map[string]schema{string(All): listOfSome(ref(name), maxTerms), string(Any): listOfSome(ref(name), maxTerms), string(Not): ref(name)},
		"patternProperties": map[string]schema{"^(" + strings.Join(names, "|") + ")": ref("test")},
	}
}

func schemaOfTest() schema { return either(ref("scalar"), schemaOfTests(Ops)) }

func schemaOfTests(ops []Op) schema {
	all := map[string]schema{}
	var keys []string
	for _, op := range ops {
		keys = append(keys, string(op))
		all[string(op)] = schemaOfOperand(op)
	}
	s := mapOf(keys, all)
	s["minProperties"] = 1
	return s
}

func schemaOfOperand(op Op) schema {
	switch op {
	case In, NotIn:
		return listOfSome(ref("scalar"), maxOperands)
	case Less, LessEq, Greater, GreaterEq:
		return either(schema{"type": "number"}, written(`^(now([-+]([0-9]+[smhdw])+)?|\d{4}-\d{2}-\d{2}([Tt].*([Zz]|[-+]\d{2}:\d{2}))?)$`))
	case StartsWith, EndsWith, Matches:
		return schema{"type": "string"}
	case Exists:
		return schema{"type": "boolean"}
	}
	return ref("scalar")
}
