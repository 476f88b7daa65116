package deliver

import (
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"time"
)

// phrases is what a mail says besides the invite's own texts. Never is a link's
// text, with the address behind it.
type phrases struct{ Until, Why, Never string }

var mailPhrases = map[string]phrases{
	"en": {"The link is yours alone and works until %s.", "You get this one mail because you use %s.", "Don't ask me again"},
	"de": {"Der Link ist nur für Sie und gilt bis %s.", "Sie erhalten diese eine Nachricht, weil Sie %s nutzen.", "Nicht mehr fragen"},
	"es": {"El enlace es solo para usted y funciona hasta el %s.", "Recibe este único correo porque usa %s.", "No volver a preguntarme"},
	"fr": {"Le lien est réservé à vous seul et fonctionne jusqu’au %s.", "Vous recevez cet unique message parce que vous utilisez %s.", "Ne plus me demander"},
}

// page is a mail before it is written.
type page struct {
	Language, Title, Body, Accept string
	Link, Unsubscribe             string
	Until, Why, Never             string
}

var letterText = texttemplate.Must(texttemplate.New("").Parse(`{{.Title}}

{{.Body}}

{{.Accept}}: {{.Link}}

{{.Until}}

--` + " " + `
{{.Why}}
{{.Never}}: {{.Unsubscribe}}
`))

var letterHTML = htmltemplate.Must(htmltemplate.New("").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;max-width:560px">
<p dir="auto"><strong>{{.Title}}</strong></p>
<p dir="auto">{{.Body}}</p>
<p><a href="{{.Link}}">{{.Accept}}</a></p>
<p>{{.Until}}</p>
<p style="font-size:13px">{{.Why}} <a href="{{.Unsubscribe}}">{{.Never}}</a></p>
</body></html>
`))

// invitationLetter is the mail for an invite.
func invitationLetter(d *Delivery, t Text, link, unsubscribe string, now time.Time) (letter, error) {
	said, known := mailPhrases[t.Language]
	if !known {
		said = mailPhrases[primary(t.Language)]
	}
	if said == (phrases{}) {
		said = mailPhrases["en"]
	}
	p := page{Language: t.Language, Title: oneLine(t.Title), Body: t.Body, Accept: oneLine(t.Accept), Link: link, Unsubscribe: unsubscribe,
		Until: strings.Replace(said.Until, "%s", d.Invite.ExpiresAt.UTC().Format(time.DateOnly), 1),
		Why:   strings.Replace(said.Why, "%s", oneLine(d.Project.Name), 1), Never: said.Never}
	var text, html strings.Builder
	if err := letterText.Execute(&text, p); err != nil {
		return letter{}, err
	}
	if err := letterHTML.Execute(&html, p); err != nil {
		return letter{}, err
	}
	return letter{id: d.ID, to: mailAddress(d.Email), sender: d.Project.Name, subject: t.Title, text: text.String(), html: html.String(),
		unsubscribe: unsubscribe, at: now}, nil
}

// testLetter is what a test sends to a member of the team.
func testLetter(id, to, project string, now time.Time) letter {
	text := "This is a test of usercall. Invites of " + oneLine(project) + " are sent from this address.\n"
	return letter{id: id, to: to, sender: project, subject: "A test of usercall", text: text,
		html: "<p>" + htmltemplate.HTMLEscapeString(text) + "</p>", at: now}
}

func primary(language string) string {
	first, _, _ := strings.Cut(language, "-")
	return strings.ToLower(first)
}

// Locale is the first of some values that is a language, as a card names it:
// "de_DE" is "de-DE". "": none is one.
func Locale(values []string) string {
	for _, v := range values {
		v = strings.ReplaceAll(strings.TrimSpace(v), "_", "-")
		first, _, _ := strings.Cut(v, "-")
		if len(v) <= 35 && len(first) >= 2 && len(first) <= 3 && !strings.ContainsAny(first, "0123456789") && !strings.ContainsFunc(v, notTag) {
			return strings.ToLower(first) + strings.TrimPrefix(v, first)
		}
	}
	return ""
}

func notTag(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
