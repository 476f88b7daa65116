package web

import (
	"net/http"
	"strings"
	texttemplate "text/template"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// NewKey is a key that was just made, to be shown this once.
type NewKey struct {
	Lines          [][2]string // what it is called, and what it is
	Secret         bool        // something of it is never shown again
	KID, Algorithm string      // of an identity key
}

// keysView is the answer to a rotation.
type keysView struct {
	shell
	Kind  research.KeyKind
	Lines []snippet
	New   NewKey
	Snips []snippet
}

// words of each kind of key.
var (
	keyName = map[research.KeyKind]string{research.KeyWrite: "write key", research.KeyServer: "server key", research.KeyAPI: "API key",
		research.KeyWebhook: "webhook", research.KeyIdentity: "identity key"}
	keyUse = map[research.KeyKind]string{research.KeyWrite: "public write key: adds events", research.KeyServer: "secret server key: adds signed events",
		research.KeyAPI:     "secret API key: reads everything of this project",
		research.KeyWebhook: "secret address and secret of the webhook", research.KeyIdentity: "identity key: proves whose a browser's event is"}
)

// rotateKey makes a new key and shows it: the answer to the form is the only
// page that ever holds the secret.
func (d *dashboard) rotateKey(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	kind, public := research.KeyKind(r.path("kind")), strings.TrimSpace(r.form("public_key"))
	if keyName[kind] == "" {
		return d.nowhere(w, r)
	}
	made, err := d.Commands.RotateKey(r.Context(), r.project, kind, public)
	if err != nil {
		return d.settled(w, r, asked(r, kind, public), err)
	}
	v := keysView{shell: r.shell("A new "+keyName[kind], "Settings"), Kind: kind, New: made}
	for i, line := range made.Lines {
		v.Lines = append(v.Lines, snippet{ID: "k" + string(rune('0'+i)), Title: line[0], Code: line[1]})
	}
	if made.Algorithm == "HS256" {
		v.Snips = tokenSnippets(r.project.Key, made.KID)
	}
	return d.render(w, http.StatusOK, "newkey", v)
}

// asked is the form that a key was asked for in.
func asked(r *request, kind research.KeyKind, public string) settingsView {
	if kind == research.KeyIdentity {
		return settingsView{Of: "identity", Mode: r.project.Settings.Identity, PublicKey: public}
	}
	return settingsView{Of: "keys"}
}

// revokeKeys ends all keys of a kind but the newest.
func (d *dashboard) revokeKeys(w http.ResponseWriter, r *request) error {
	kind := research.KeyKind(r.path("kind"))
	if keyName[kind] == "" {
		return d.nowhere(w, r)
	}
	return d.settled(w, r, settingsView{Of: "keys"}, d.Commands.RevokeOldKeys(r.Context(), r.project, kind))
}

// saveIdentity changes what is asked of the userIds that browsers send.
func (d *dashboard) saveIdentity(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	mode := research.IdentityMode(r.form("mode"))
	return d.settled(w, r, settingsView{Of: "identity", Mode: mode}, d.Commands.SetIdentity(r.Context(), r.project, mode))
}

// saveKeySet changes where identity keys are published.
func (d *dashboard) saveKeySet(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	url := strings.TrimSpace(r.form("url"))
	return d.settled(w, r, settingsView{Of: "identity", Mode: r.project.Settings.Identity, SetURL: url}, d.Commands.SetKeySet(r.Context(), r.project, url))
}

// keyRows is the keys that are valid. Revoked ones are for `usercall project keys`.
func keyRows(all []report.Key) (valid []report.Key) {
	for _, k := range all {
		if k.Revoked.IsZero() {
			valid = append(valid, k)
		}
	}
	return valid
}

// currentKID is the kid to sign with; "" where there is none.
func currentKID(all []report.Key) string {
	for _, k := range all {
		if k.Kind == research.KeyIdentity && k.Current {
			return k.Prefix
		}
	}
	return ""
}

var tokenCode = texttemplate.Must(texttemplate.New("").Parse(`
{{define "token-node"}}import { createHmac } from "node:crypto"

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url")

export function identityToken(userId) {
  const now = Math.floor(Date.now() / 1000)
  const signed = part({ alg: "HS256", typ: "JWT", kid: {{.KID}} }) + "." +
    part({ sub: String(userId), aud: {{.Project}}, iat: now, exp: now + 3600 })
  return signed + "." + createHmac("sha256", process.env.IDENTITY_SECRET).update(signed).digest("base64url")
}{{end}}
{{define "token-go"}}import "github.com/golang-jwt/jwt/v5"

func identityToken(userID string) (string, error) {
	now := time.Now()
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": userID, "aud": {{.Project}}, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	t.Header["kid"] = {{.KID}}
	return t.SignedString([]byte(os.Getenv("IDENTITY_SECRET")))
}{{end}}
{{define "token-page"}}usercall.init({ projectId: {{.Project}}, identityToken: "…" })
// or, where somebody signs in without a new page:
usercall.identify({ userId: user.id, token: "…" }){{end}}
`))

// tokenSnippets is how a token is made and passed on.
func tokenSnippets(project, kid string) []snippet {
	all := []snippet{
		{ID: "token-node", Title: "On your server, in Node", Hint: "Needs no package. The secret stays on the server."},
		{ID: "token-go", Title: "On your server, in Go", Hint: "The same in Go."},
		{ID: "token-page", Title: "On the page", Hint: "With the token that your server made for whoever is signed in."},
	}
	values := map[string]string{"Project": quoted(project), "KID": quoted(kid)}
	for i := range all {
		var b strings.Builder
		if err := tokenCode.ExecuteTemplate(&b, all[i].ID, values); err == nil {
			all[i].Code = b.String()
		}
	}
	return all
}
