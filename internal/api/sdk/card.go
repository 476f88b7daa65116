package sdk

import (
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// card is an invite as the page shows it.
type card struct {
	ID        string    `json:"id"`
	Link      string    `json:"link"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Accept    string    `json:"accept"`
	Decline   string    `json:"decline"`
	Later     string    `json:"later"`
	Never     string    `json:"never"`
	Close     string    `json:"close"`
	Lang      string    `json:"lang"`
	Dir       string    `json:"dir"`
	Page      any       `json:"page"`
	ExpiresAt time.Time `json:"expires_at"`

	cause string // messageId of the event that led to it
}

// controls is the card's own words, which no study writes.
var controls = map[string]struct{ later, never, close string }{
	"en": {"Not now", "Don’t ask again", "Close"},
	"de": {"Jetzt nicht", "Nicht mehr fragen", "Schließen"},
	"es": {"Ahora no", "No volver a preguntar", "Cerrar"},
	"fr": {"Pas maintenant", "Ne plus demander", "Fermer"},
}

// rightToLeft is the languages that are written so.
var rightToLeft = []string{"ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"}

// card is the invite in the language of the page, where its texts have it.
func (c Config) card(i *research.Invite, rule *trigger.Rule, locale string) *card {
	text := rule.Say(locale)
	primary, _, _ := strings.Cut(text.Language, "-")
	words, known := controls[primary]
	if !known {
		words = controls["en"]
	}
	dir := "ltr"
	if slices.Contains(rightToLeft, primary) {
		dir = "rtl"
	}
	return &card{ID: i.PublicID, cause: i.MessageID, Link: c.Link(i.PublicID), Lang: text.Language, Dir: dir, ExpiresAt: i.ExpiresAt,
		Title: text.Title, Body: text.Body, Accept: text.Accept, Decline: text.Decline,
		Later: words.later, Never: words.never, Close: words.close, Page: rule.Page}
}
