package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// How long a session lasts: unused, and at all.
const (
	sessionIdle = 12 * time.Hour
	sessionLife = 14 * 24 * time.Hour
	linkLife    = 24 * time.Hour
	touchEvery  = time.Minute // last use is noted this often, not at each request
)

// Sessions signs people in and out, and knows who a request is from.
type Sessions struct {
	accounts  Accounts
	public    *url.URL
	now       func() time.Time
	byAccount *backoff
	byAddress *backoff
}

// NewSessions makes the service. Links and cookies follow public, the address
// under which browsers reach this server.
func NewSessions(accounts Accounts, public *url.URL, now func() time.Time) *Sessions {
	return &Sessions{accounts: accounts, public: public, now: now,
		// An account waits a minute at most: somebody else may be failing in its name.
		byAccount: newBackoff(5, time.Minute), byAddress: newBackoff(10, 15*time.Minute)}
}

// who is who a request is from.
type who struct {
	user  int64
	email string
	hash  []byte // of the session
}

func (s *Sessions) secure() bool { return s.public.Scheme == "https" }

// cookieName has the prefix that binds a cookie to its host, where browsers
// accept it: on https.
func (s *Sessions) cookieName() string {
	if s.secure() {
		return "__Host-usercall"
	}
	return "usercall"
}

func (s *Sessions) cookie(token string, age int) *http.Cookie {
	return &http.Cookie{Name: s.cookieName(), Value: token, Path: "/", MaxAge: age,
		Secure: s.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// of is who the request is from; nil where nobody is signed in.
func (s *Sessions) of(r *http.Request) (*who, error) {
	c, err := r.Cookie(s.cookieName())
	if err != nil || c.Value == "" {
		return nil, nil
	}
	hash, now := tokenHash(c.Value), s.now()
	user, email, created, seen, err := s.accounts.Session(r.Context(), hash)
	if err != nil || user == 0 {
		return nil, err
	}
	if now.Sub(created) >= sessionLife || now.Sub(seen) >= sessionIdle {
		return nil, s.accounts.EndSession(r.Context(), hash)
	}
	if now.Sub(seen) >= touchEvery {
		err = s.accounts.TouchSession(r.Context(), hash, now)
	}
	return &who{user, email, hash}, err
}

// begin signs a user in: a session with a token of its own, and the end of the
// one that the browser had.
func (s *Sessions) begin(w http.ResponseWriter, r *http.Request, user int64) error {
	if err := s.end(r); err != nil {
		return err
	}
	token, now := newToken(), s.now()
	if err := s.accounts.PutSession(r.Context(), tokenHash(token), user, now, now.Add(-sessionLife)); err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(token, int(sessionLife/time.Second)))
	return nil
}

func (s *Sessions) end(r *http.Request) error {
	c, err := r.Cookie(s.cookieName())
	if err != nil || c.Value == "" {
		return nil
	}
	return s.accounts.EndSession(r.Context(), tokenHash(c.Value))
}

// signOut ends the session on the server, and then in the browser.
func (s *Sessions) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.end(r); err != nil {
		return err
	}
	http.SetCookie(w, s.cookie("", -1))
	return nil
}

// errSignIn is the same for every way that signing in can fail.
var errSignIn = research.Errorf(research.Unauthenticated, "This address and password do not belong together. Check both, or ask whoever runs this server for a sign-in link: usercall user add prints one.")

var errLink = research.Errorf(research.Unauthenticated, "This link has been used, or is older than a day. Ask whoever runs this server for a new one: usercall user add prints it.")

// withPassword finds the account of an address and password. Whether the
// account exists, has a password, or has another one, the answer and its time
// are the same.
func (s *Sessions) withPassword(ctx context.Context, address netip.Addr, email, password string) (int64, error) {
	now, account, from := s.now(), "account "+strings.ToLower(strings.TrimSpace(email)), addressKey(address)
	if wait := s.byAddress.attempt(from, now); wait > 0 {
		return 0, tooSoon(wait)
	}
	if wait := s.byAccount.attempt(account, now); wait > 0 {
		return 0, tooSoon(wait)
	}
	user, stored, err := s.accounts.ByEmail(ctx, email)
	if err != nil {
		return 0, err
	}
	if !passwordIs(stored, password) {
		return 0, errSignIn
	}
	s.byAccount.forget(account)
	s.byAddress.forgive(from)
	return user, nil
}

// withLink finds the account of a sign-in link and uses the link up.
func (s *Sessions) withLink(ctx context.Context, address netip.Addr, token string) (int64, error) {
	now, from := s.now(), addressKey(address)
	if wait := s.byAddress.attempt(from, now); wait > 0 {
		return 0, tooSoon(wait)
	}
	user, err := s.accounts.RedeemLoginToken(ctx, tokenHash(token), now)
	if err != nil {
		return 0, err
	}
	if user == 0 {
		return 0, errLink
	}
	s.byAddress.forgive(from)
	return user, nil
}

// addressKey is who fails together: one IPv4 address, or one IPv6 network of a
// household.
func addressKey(a netip.Addr) string {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return "address " + p.String()
		}
	}
	return "address " + a.String()
}

// Link makes a one-time sign-in link for a user, valid for a day.
func (s *Sessions) Link(ctx context.Context, user int64) (string, error) {
	token := newToken()
	if err := s.accounts.PutLoginToken(ctx, tokenHash(token), user, s.now().Add(linkLife)); err != nil {
		return "", err
	}
	return s.public.JoinPath("signin", token).String(), nil
}
