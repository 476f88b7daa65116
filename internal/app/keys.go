package app

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
)

// NewKey is a key that was just made; a secret is shown this once. Only the
// fields of its kind are there.
type NewKey struct {
	Project        string           `json:"project"`
	Kind           research.KeyKind `json:"key"`
	WriteKey       string           `json:"write_key,omitempty"`
	ServerKey      string           `json:"server_key,omitempty"`
	APIKey         string           `json:"api_key,omitempty"`
	WebhookURL     string           `json:"webhook_url,omitempty"`
	WebhookSecret  string           `json:"webhook_secret,omitempty"`
	KID            string           `json:"kid,omitempty"`
	Algorithm      string           `json:"algorithm,omitempty"`
	IdentitySecret string           `json:"identity_secret,omitempty"`
}

// Lines is what is shown of the key: what it is called, and what it is.
func (k NewKey) Lines() (out [][2]string) {
	for _, line := range [][2]string{{"Write key", k.WriteKey}, {"Server key", k.ServerKey}, {"API key", k.APIKey}, {"Webhook", k.WebhookURL},
		{"Webhook secret", k.WebhookSecret}, {"Key id (kid)", k.KID}, {"Algorithm", k.Algorithm}, {"Identity secret", k.IdentitySecret}} {
		if line[1] != "" {
			out = append(out, line)
		}
	}
	return out
}

// Secret tells whether something of the key is never shown again.
func (k NewKey) Secret() bool {
	return k.ServerKey+k.APIKey+k.WebhookSecret+k.IdentitySecret != ""
}

// RotateKey makes a new key of a kind beside the one in force, which stays valid
// until the next rotation or RevokeOldKeys. publicKey is PEM, for an identity
// key whose other half the customer keeps; "" makes a secret.
func (a *App) RotateKey(ctx context.Context, p *research.Project, kind research.KeyKind, publicKey string) (NewKey, error) {
	k := NewKey{Project: p.Key, Kind: kind}
	var err error
	switch kind {
	case research.KeyWrite:
		k.WriteKey = secretKey("wk_")
		err = a.db.RotateWriteKey(ctx, p.ID, research.WriteKey(k.WriteKey), a.now())
	case research.KeyServer:
		k.ServerKey = secretKey("sk_")
		err = a.db.RotateSecret(ctx, p.ID, kind, k.ServerKey, a.now())
	case research.KeyAPI:
		k.APIKey = secretKey("uc_")
		err = a.db.RotateSecret(ctx, p.ID, kind, k.APIKey, a.now())
	case research.KeyWebhook:
		err = a.rotateWebhook(ctx, p, &k)
	case research.KeyIdentity:
		err = a.rotateIdentity(ctx, p, &k, publicKey)
	default:
		return k, errKeyKind
	}
	if err != nil {
		return NewKey{}, err
	}
	return k, a.catalog.refresh(ctx)
}

var errKeyKind = research.Errorf(research.Invalid, "There is no key of that kind. It is write, server, api, webhook or identity.")

func (a *App) rotateWebhook(ctx context.Context, p *research.Project, k *NewKey) error {
	generation, err := a.db.RotateWebhook(ctx, p.ID, a.now())
	w := a.webhook(p.Key, generation)
	k.WebhookURL, k.WebhookSecret = a.webhookURL(p.Key, w), w.Secret
	return err
}

func (a *App) rotateIdentity(ctx context.Context, p *research.Project, k *NewKey, publicKey string) error {
	made := store.IdentityKey{Project: p.ID, PublicKey: publicKey}
	var err error
	if made.KID, err = research.NewID(research.PrefixIdentity, a.now(), rand.Reader); err != nil {
		return err
	}
	key, err := a.identityKey(p.Key, made)
	if err != nil {
		return err
	}
	made.Algorithm = string(key.Algorithm)
	k.KID, k.Algorithm = made.KID, made.Algorithm
	if key.Algorithm == identity.HS256 {
		k.IdentitySecret = a.identitySecret(p.Key, made.KID)
	}
	return a.db.PutIdentityKey(ctx, made, a.now())
}

// RevokeOldKeys ends every key of a kind but the newest.
func (a *App) RevokeOldKeys(ctx context.Context, p *research.Project, kind research.KeyKind) error {
	if !slices.Contains(research.KeyKinds, kind) {
		return errKeyKind
	}
	n, err := a.db.RevokeOldKeys(ctx, p.ID, kind, a.now())
	if err == nil && n == 0 {
		return research.Errorf(research.Conflict, "There is no older %s key that is valid, so nothing was revoked.", kind)
	}
	if err != nil {
		return err
	}
	return a.catalog.refresh(ctx)
}

// SetIdentity changes what a project asks of the userIds that browsers send.
func (a *App) SetIdentity(ctx context.Context, p *research.Project, mode research.IdentityMode) error {
	if !mode.Known() {
		return research.Errorf(research.Invalid, "Identity is off, when_present or required.")
	}
	valid, err := a.db.ValidKeys(ctx)
	if err != nil {
		return err
	}
	if mode != research.IdentityOff && len(valid.IdentityOf(p.ID)) == 0 {
		return research.Errorf(research.Conflict, "There is no identity key yet, so no token could be checked. Make one first.")
	}
	changed := *p
	changed.Settings.Identity = mode
	if err := a.db.UpdateProject(ctx, &changed); err != nil {
		return err
	}
	return a.catalog.refresh(ctx)
}

// KeysOf lists every key that a project has or had.
func (a *App) KeysOf(ctx context.Context, p *research.Project) ([]report.Key, error) {
	return a.db.Reports().Keys(ctx, p.ID)
}

// Webhook is what one generation of a project's webhook trusts.
type Webhook struct {
	Token  string // of its address
	Secret string // that signs, or is sent as a Bearer token
}

// Webhooks is the webhooks of a project that are valid, the newest last. Of a
// project that does not exist it is one too, which takes as long to tell.
func (a *App) Webhooks(project string) (out []Webhook) {
	for _, generation := range a.catalog.webhooks(project) {
		out = append(out, a.webhook(project, generation))
	}
	return out
}

// webhookTokens and webhookSecrets are what a delivery to a project's webhook may
// bring.
func (a *App) webhookTokens(project string) (out []string) {
	for _, w := range a.Webhooks(project) {
		out = append(out, w.Token)
	}
	return out
}

func (a *App) webhookSecrets(project string) (out []string) {
	for _, w := range a.Webhooks(project) {
		out = append(out, w.Secret)
	}
	return out
}

// webhook derives a generation. The first one is older than generations are, and
// keeps its name.
func (a *App) webhook(project string, generation int) Webhook {
	suffix := ""
	if generation > 0 {
		suffix = "/" + strconv.Itoa(generation)
	}
	return Webhook{a.derived("webhook-token"+suffix, project), a.derived("webhook-secret"+suffix, project)}
}

func (a *App) webhookURL(project string, w Webhook) string {
	return a.cfg.URL() + "/v1/webhooks/segment/" + project + "/" + w.Token
}
