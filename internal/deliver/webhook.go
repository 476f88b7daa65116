package deliver

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Secret is the beginning of every secret that signs a webhook, before its bytes
// in base64: Standard Webhooks.
const secretPrefix = "whsec_"

// NewSecret writes a secret's bytes as receivers want to read them.
func NewSecret(raw []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(raw) }

// message is the body of a webhook. Times are RFC 3339 UTC with milliseconds.
type message struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

// invitation is what a webhook says about an invite.
type invitation struct {
	Invite    string `json:"invite"`
	Project   string `json:"project"`
	Study     string `json:"study"`
	Trigger   string `json:"trigger"`
	Person    person `json:"person"`
	MessageID string `json:"message_id"`
	Event     string `json:"event"`
	Verified  bool   `json:"verified"`
	Link      string `json:"link"`
	Language  string `json:"language"`
	Title     string `json:"title"`
	Body      string `json:"body"`
	Accept    string `json:"accept"`
	Decline   string `json:"decline"`
	Reserved  string `json:"reserved_at"`
	Expires   string `json:"expires_at"`
}

type person struct {
	UserID      string `json:"user_id"`
	AnonymousID string `json:"anonymous_id"`
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// webhookBody is the body for an invite, the same at every attempt while the
// study's texts stay.
func webhookBody(d *Delivery, t Text, link string) ([]byte, error) {
	i := invitation{Invite: d.Invite.PublicID, Project: d.Project.Key, Study: d.Study, Trigger: d.Trigger, MessageID: d.Invite.MessageID,
		Event: d.Invite.EventName, Verified: d.Invite.Verified, Link: link, Language: t.Language, Title: t.Title, Body: t.Body, Accept: t.Accept,
		Decline: t.Decline, Reserved: stamp(d.Invite.ReservedAt), Expires: stamp(d.Invite.ExpiresAt)}
	if d.Invite.Person.Identified() {
		i.Person.UserID = d.Invite.Person.ID()
	} else {
		i.Person.AnonymousID = d.Invite.Person.ID()
	}
	return json.Marshal(message{"invite.reserved", stamp(d.Invite.ReservedAt), i})
}

// testBody is what a test sends.
func testBody(project string, now time.Time) ([]byte, error) {
	return json.Marshal(message{"test", stamp(now), map[string]string{"project": project}})
}

// signed is the headers of a webhook: those of Standard Webhooks, with a
// signature for each secret that is valid, and one in the way Segment signs, with
// the newest.
func signed(id string, at time.Time, body []byte, secrets []string) http.Header {
	seconds := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secretBytes(secret))
		mac.Write([]byte(id + "." + seconds + "."))
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"usercall"}}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", seconds)
	h.Set("webhook-signature", strings.Join(signatures, " "))
	mac := hmac.New(sha1.New, []byte(secrets[0]))
	mac.Write(body)
	h.Set("x-usercall-signature", hex.EncodeToString(mac.Sum(nil)))
	return h
}

// secretBytes is the key that a secret spells; one that spells none is its own.
func secretBytes(secret string) []byte {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return []byte(secret)
	}
	return raw
}
