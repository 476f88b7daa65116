package segment

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// webhook takes deliveries of a webhook destination, Segment's or another's.
// The sender shows two secrets: the token in the path, and the webhook secret,
// with which it signs or which it sends. The token covers what the signature
// leaves out: all elements of an array but the first.
//
// For Segment every 4xx but 408 and 429 is final and the whole delivery lost.
// So what nobody can use is taken, counted, and answered with 200.
func (s *surface) webhook() http.Handler {
	return s.handle(research.FromWebhook, func(w http.ResponseWriter, r *http.Request, a *arrival) error {
		if err := s.enter(r, a); err != nil {
			return err
		}
		delivery, err := s.receive(w, r, a)
		if err != nil {
			return err
		}
		if delivery == nil { // signed, and no JSON
			return nil
		}
		req := delivery.Decode(s.origin(a))
		if err := s.store(r, a, req); err != nil {
			return err
		}
		s.strangers(r, a, req)
		return s.erase(r, a, req.Deleted)
	})
}

// enter finds the project of the path, if the token is its own. A project that
// does not exist and a wrong token are told apart by nothing, time included.
func (s *surface) enter(r *http.Request, a *arrival) error {
	a.key = r.PathValue("projectKey")
	right := oneOf(r.PathValue("token"), s.WebhookTokens(a.key))
	a.project = s.Projects.Known(a.key)
	if right && a.project == nil { // made a moment ago by another process
		p, err := s.Projects.ByProjectKey(r.Context(), a.key)
		if err != nil && research.CodeOf(err) != research.NotFound {
			return err
		}
		a.project = p
	}
	if !right || a.project == nil {
		return &refusal{why: "no_webhook_token", err: research.Errorf(research.Unauthenticated,
			"This is not the address of a project's webhook. Copy it again from Connect.")}
	}
	return nil
}

// receive reads the body and checks that it comes from who holds the secret.
// The delivery is nil where it does, and there is nothing in it to be read.
func (s *surface) receive(w http.ResponseWriter, r *http.Request, a *arrival) (*ingest.Delivery, error) {
	var err error
	if a.body, err = readBody(w, r, ingest.MaxDelivery); err != nil {
		return nil, smaller(err)
	}
	a.body = fromForm(r, a.body)
	delivery, unreadable := ingest.OpenDelivery(a.body)
	if err := s.verify(r, a, delivery.Signed); err != nil {
		return nil, err
	}
	if research.CodeOf(unreadable) == research.Invalid {
		s.noted(r, a, "bad_json", unreadable)
		return nil, nil
	}
	return delivery, unreadable
}

// smaller says what to do about a delivery that is too large.
func smaller(err error) error {
	if research.CodeOf(err) != research.TooLarge {
		return err
	}
	return &refusal{why: "too_large", err: research.Errorf(research.TooLarge,
		"The delivery has more than %d bytes. Set the batch size to 100, or leave batching off.", ingest.MaxDelivery)}
}

// verify accepts the secret itself, or a signature made with it over one of the
// texts that senders sign.
func (s *surface) verify(r *http.Request, a *arrival, signed [][]byte) error {
	secrets := s.WebhookSecrets(a.project.Key)
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && oneOf(strings.TrimSpace(bearer), secrets) {
		return nil
	}
	signature := r.Header.Get("X-Signature")
	if claimed, err := hex.DecodeString(signature); err == nil && made(claimed, secrets, signed) {
		return nil
	}
	if signature == "" && bearer == "" {
		return &refusal{why: "unsigned", err: research.Errorf(research.Unauthenticated,
			"This delivery is not signed. Set the webhook secret as Segment's shared secret, or send it as a header: Authorization: Bearer SECRET.")}
	}
	return &refusal{why: "bad_signature", err: research.Errorf(research.Unauthenticated,
		"The signature, or the Bearer token, is not made of this project's webhook secret. Copy the secret again from Connect.")}
}

// made tells whether one of the secrets signed one of the texts.
func made(signature []byte, secrets []string, texts [][]byte) bool {
	for _, secret := range secrets {
		for _, text := range texts {
			mac := hmac.New(sha1.New, []byte(secret))
			mac.Write(text)
			if hmac.Equal(mac.Sum(nil), signature) {
				return true
			}
		}
	}
	return false
}

// oneOf tells whether it is one of those that are wanted; it looks at all.
func oneOf(got string, want []string) (found bool) {
	for _, w := range want {
		found = same(got, w) || found
	}
	return found
}

// same compares in constant time.
func same(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// strangers tells which keys a delivery had that no event was found in. It is
// told once, and only where nothing else was in it.
func (s *surface) strangers(r *http.Request, a *arrival, req *ingest.Request) {
	if req.Dropped[ingest.NotAnEvent] == 0 || len(req.Events) > 0 || len(req.Deleted) > 0 {
		return
	}
	s.Log.Info("a delivery held no event", "project", a.project.Key)
	s.Watch.Refused(ingest.Refusal{Project: a.project.ID, Source: a.source, Why: string(ingest.NotAnEvent), Key: beginning(a.key), Names: req.Names})
}

// erase comes after the delivery's events are stored: some may be of the person
// who asks to be forgotten. A failure makes the sender try again.
func (s *surface) erase(r *http.Request, a *arrival, users []research.UserID) error {
	for _, user := range users {
		if err := s.Erase(r.Context(), a.project, user); err != nil {
			return err
		}
	}
	return nil
}
