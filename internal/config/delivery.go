package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
)

// deliveryVariables is the settings of what is sent.
var deliveryVariables = []Variable{
	{"USERCALL_SMTP_URL", "none", "the mail server that invites are sent by, like smtp://user:password@mail.example.com:587", true},
	{"USERCALL_SMTP_FROM", "none", "the sender of mails, like Northdesk <hello@northdesk.example>", false},
	{"USERCALL_PRIVATE_WEBHOOKS", "no", "yes lets webhooks go to private networks and by http", false},
}

// Mail is the mail server.
type Mail struct {
	Host     string
	Port     int
	User     string
	Password Secret
	TLS      string // starttls, tls or none
	From     string
}

// readDelivery reads the settings of what is sent.
func (c *Config) readDelivery(get func(name, fallback string) (string, error)) error {
	address, err1 := get("USERCALL_SMTP_URL", "")
	from, err2 := get("USERCALL_SMTP_FROM", "")
	private, err3 := get("USERCALL_PRIVATE_WEBHOOKS", "no")
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if private != "yes" && private != "no" {
		return fmt.Errorf("USERCALL_PRIVATE_WEBHOOKS is %q; use yes or no", private)
	}
	c.PrivateWebhooks = private == "yes"
	var err error
	c.Mail, err = mailOf(address, from)
	return err
}

// mailOf reads the mail server; nil where none is set. No error repeats the
// address: there is a password in it.
func mailOf(address, from string) (*Mail, error) {
	if address == "" && from == "" {
		return nil, nil
	}
	if address == "" || from == "" {
		return nil, errors.New("USERCALL_SMTP_URL and USERCALL_SMTP_FROM belong together; set both, or neither")
	}
	if _, err := mail.ParseAddress(from); err != nil {
		return nil, fmt.Errorf("USERCALL_SMTP_FROM is %q; write an address like hello@example.com, or Name <hello@example.com>", from)
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" && u.Path != "/" {
		return nil, errors.New("USERCALL_SMTP_URL cannot be read; write smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465, special characters of the password as %xx")
	}
	m := &Mail{Host: u.Hostname(), User: u.User.Username(), From: from, TLS: "starttls", Port: 587}
	password, _ := u.User.Password()
	m.Password = Secret(password)
	if u.Scheme == "smtps" {
		m.TLS, m.Port = "tls", 465
	}
	switch tls := u.Query().Get("tls"); {
	case tls == "none" && u.Scheme == "smtp" && (m.User == "" || net.ParseIP(m.Host).IsLoopback() || m.Host == "localhost"):
		m.TLS = "none"
	case tls != "":
		return nil, errors.New("USERCALL_SMTP_URL: the only tls that can be asked for is none, with smtp:// and without a password, for a relay nearby")
	}
	if u.Port() == "" {
		return m, nil
	}
	if m.Port, err = strconv.Atoi(u.Port()); err != nil || m.Port < 1 || m.Port > 65535 {
		return nil, errors.New("USERCALL_SMTP_URL has a port that is none")
	}
	return m, nil
}
