package app

import (
	"context"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/web"
)

func (a *App) dashboard(public *url.URL) (http.Handler, error) {
	ready, err := readyMade()
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{Reports: a.db.Reports(), Accounts: a.db.Accounts(), Commands: commands{a}, Ready: ready,
		Describe: describe, Why: a.Why, Forecast: a.Forecast, Recording: a.Recording, WebhookOf: a.webhookOf, Link: a.link, PublicURL: public, Address: a.address, Now: a.now, Log: a.log}), nil
}

// SignInLink lets somebody sign in once within a day; who has no account gets
// one.
func (a *App) SignInLink(ctx context.Context, email string) (string, error) {
	at, err := mail.ParseAddress(email)
	if err != nil || at.Address != strings.TrimSpace(email) {
		return "", research.Errorf(research.Invalid, "%q is no e-mail address.", short(email))
	}
	public, err := url.Parse(a.cfg.URL())
	if err != nil {
		return "", err
	}
	accounts := a.db.Accounts()
	user, _, err := accounts.ByEmail(ctx, email)
	if err == nil && user == 0 {
		user, err = accounts.Add(ctx, email, "", a.now())
	}
	if err != nil {
		return "", err
	}
	return web.NewSessions(accounts, public, a.now).Link(ctx, user)
}

// account is one row of `usercall user list`.
type account struct {
	Email     string      `json:"email"`
	CreatedAt report.Time `json:"created_at"`
}

// Users lists who may sign in.
func (a *App) Users(ctx context.Context, row func(any) error) error {
	all, err := a.db.Accounts().List(ctx)
	if err != nil {
		return err
	}
	for _, u := range all {
		if err := row(account{u.Email, report.Time{Time: u.Created}}); err != nil {
			return err
		}
	}
	return nil
}

// SetPassword sets an account's password and ends its sessions.
func (a *App) SetPassword(ctx context.Context, email, password string) error {
	accounts := a.db.Accounts()
	user, _, err := accounts.ByEmail(ctx, email)
	if err != nil {
		return err
	}
	if user == 0 {
		return research.Errorf(research.NotFound, "Nobody of that address may sign in; `usercall user add %s` changes that.", short(email))
	}
	hash, err := web.HashPassword(password)
	if err != nil {
		return err
	}
	return accounts.SetPassword(ctx, user, hash, nil)
}
