package deliver

import (
	"encoding/json"
	"fmt"
	"strings"
)

// slackText is a text object of Block Kit.
type slackText struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji *bool  `json:"emoji,omitempty"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackMessage struct {
	Text   string       `json:"text"` // of notifications
	Blocks []slackBlock `json:"blocks"`
	Links  bool         `json:"unfurl_links"`
	Media  bool         `json:"unfurl_media"`
}

// slackEscape is Slack's own: with these three no text can mention anybody or
// hide where a link leads.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escaped is a stranger's text for Slack: escaped, cut, and on one line.
func escaped(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 }), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return slackEscape.Replace(s)
}

func plain(s string) *slackText {
	off := false
	return &slackText{Type: "plain_text", Text: s, Emoji: &off}
}

// slackBody tells the team about an invite, so that somebody passes it on. The
// link is shown and is no button: who presses it in Slack would answer in the
// person's place.
func slackBody(d *Delivery, t Text, link string) ([]byte, error) {
	who := escaped(d.Invite.Person.ID(), 100)
	if !d.Invite.Person.Identified() {
		who = "anonymous " + who
	}
	head := fmt.Sprintf("Invite %s to an interview", who)
	about := fmt.Sprintf("%s, after %s. Send them this link; it is theirs alone and ends on %s.", escaped(d.Named, 150), escaped(d.Invite.EventName, 150),
		d.Invite.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC"))
	return json.Marshal(slackMessage{Text: head, Blocks: []slackBlock{
		{Type: "section", Text: plain(head)},
		{Type: "section", Text: plain(about)},
		{Type: "section", Text: plain(escaped(link, 500))},
		{Type: "section", Text: plain(escaped(t.Title, 200) + "\n" + escaped(t.Body, 800))},
		{Type: "context", Elements: []slackText{*plain("usercall · " + escaped(d.Project.Name, 120) + " · " + d.ID)}},
	}})
}

func slackTest(project string) ([]byte, error) {
	text := "A test of usercall: invites of " + escaped(project, 120) + " will come here."
	return json.Marshal(slackMessage{Text: text, Blocks: []slackBlock{{Type: "section", Text: plain(text)}}})
}
