// Package config is the one place where settings come from: defaults, then the
// environment, then flags. Only app and cmd see it; the rest of the program is
// handed what it needs.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Config is everything an operator can set; contract.md §3.
type Config struct {
	Addr        string         // USERCALL_ADDR
	Proxies     []netip.Prefix // USERCALL_TRUSTED_PROXIES: whose X-Forwarded-For counts
	PublicURL   string         // USERCALL_PUBLIC_URL
	DataDir     string         // USERCALL_DATA_DIR
	DatabaseURL string         // USERCALL_DATABASE_URL; "" is SQLite in the data folder
	Secret      Secret         // USERCALL_SECRET; "" is made at the first start
	IngestRate  int            // USERCALL_INGEST_RATE: events per second of one write key
	IngestBurst int            // USERCALL_INGEST_BURST: events that it may bring at once
	Mail        *Mail          // USERCALL_SMTP_URL and USERCALL_SMTP_FROM; nil: none
	// PrivateWebhooks is USERCALL_PRIVATE_WEBHOOKS: deliveries may go to private
	// networks and by http.
	PrivateWebhooks bool
	Voice           Voice   // USERCALL_STT_…, USERCALL_TTS_… and USERCALL_VOICE_MINUTES
	Bucket          *Bucket // USERCALL_BLOB_URL; nil: recordings stay in the data folder
	MetricsAddr     string  // USERCALL_METRICS_ADDR; "": no metrics are served
	OTLPURL         string  // USERCALL_OTLP_URL; "": no traces are sent
	LogLevel        slog.Level
	LogJSON         bool
}

// Secret is a value that no log, error or dump shows.
type Secret string

func (Secret) String() string       { return "(secret)" }
func (Secret) GoString() string     { return "(secret)" }
func (Secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// Variable is one row of the table of settings.
type Variable struct {
	Name    string
	Default string
	Use     string
	Secret  bool
}

// Variables is every setting that the environment can make.
var Variables = slices.Concat([]Variable{
	{"USERCALL_ADDR", "127.0.0.1:8080", "where the server listens", false},
	{"USERCALL_PUBLIC_URL", "http:// and the address", "what links and the SDK use", false},
	{"USERCALL_DATA_DIR", "./data", "SQLite database and instance key", false},
	{"USERCALL_SECRET", "made at the first start", "the instance key; the same on every node of one database", true},
	{"USERCALL_DATABASE_URL", "SQLite in the data folder", "postgres://… to use PostgreSQL", true},
	{"USERCALL_TRUSTED_PROXIES", "none", "CIDRs whose X-Forwarded-For counts, like 10.0.0.0/8,::1/128", false},
	{"USERCALL_INGEST_RATE", "1000", "events per second that one write key may bring", false},
	{"USERCALL_INGEST_BURST", "10000", "events that one write key may bring at once", false},
	{"USERCALL_LOG", "info", "debug, info, warn or error", false},
	{"USERCALL_LOG_FORMAT", "text", "text or json", false},
}, deliveryVariables, voiceVariables, operationsVariables)

// FromEnv reads the environment through lookup (os.LookupEnv in the program).
func FromEnv(lookup func(string) (string, bool)) (Config, error) {
	get := func(name, fallback string) (string, error) { return value(lookup, name, fallback) }
	var c Config
	var errs [10]error
	var secret, level, format, proxies, rate, burst string
	c.Addr, errs[0] = get("USERCALL_ADDR", "127.0.0.1:8080")
	c.PublicURL, errs[1] = get("USERCALL_PUBLIC_URL", "")
	c.DataDir, errs[2] = get("USERCALL_DATA_DIR", "data")
	c.DatabaseURL, errs[3] = get("USERCALL_DATABASE_URL", "")
	secret, errs[4] = get("USERCALL_SECRET", "")
	level, errs[5] = get("USERCALL_LOG", "info")
	format, errs[6] = get("USERCALL_LOG_FORMAT", "text")
	proxies, errs[7] = get("USERCALL_TRUSTED_PROXIES", "")
	rate, errs[8] = get("USERCALL_INGEST_RATE", "1000")
	burst, errs[9] = get("USERCALL_INGEST_BURST", "10000")
	c.Secret, c.LogJSON = Secret(secret), format == "json"
	if err := errors.Join(errs[:]...); err != nil {
		return c, err
	}
	if err := cmp.Or(c.readDelivery(get), c.readVoice(get), c.readOperations(get)); err != nil {
		return c, err
	}
	var err error
	if c.Proxies, err = prefixes(proxies); err != nil {
		return c, err
	}
	if c.IngestRate, err = count("USERCALL_INGEST_RATE", rate); err != nil {
		return c, err
	}
	if c.IngestBurst, err = count("USERCALL_INGEST_BURST", burst); err != nil {
		return c, err
	}
	if err := c.LogLevel.UnmarshalText([]byte(level)); err != nil {
		return c, fmt.Errorf("USERCALL_LOG is %q; use debug, info, warn or error", level)
	}
	return c, nil
}

// count reads a number of events.
func count(name, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q; write a whole number of events, 1 or more", name, value)
	}
	return n, nil
}

// prefixes reads a list of CIDRs, or single addresses, between commas.
func prefixes(list string) (all []netip.Prefix, err error) {
	for part := range strings.SplitSeq(list, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(part); err == nil {
				p = netip.PrefixFrom(a, a.BitLen())
			}
		}
		if err != nil {
			return nil, fmt.Errorf("USERCALL_TRUSTED_PROXIES has %q; write CIDRs like 10.0.0.0/8, with commas between", part)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// value is a setting, or the content of the file that NAME_FILE points to.
func value(lookup func(string) (string, bool), name, fallback string) (string, error) {
	if v, ok := lookup(name); ok && v != "" {
		return v, nil
	}
	if path, ok := lookup(name + "_FILE"); ok && path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("%s_FILE: %w", name, err)
		}
		return strings.TrimSpace(string(b)), nil
	}
	return fallback, nil
}

// Database is the store's target: a PostgreSQL URL, or the SQLite file.
func (c Config) Database() string {
	return cmp.Or(c.DatabaseURL, filepath.Join(c.DataDir, "usercall.db"))
}

// URL is the public URL, without a slash at its end.
func (c Config) URL() string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return "http://" + c.Addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Check finds settings that cannot work.
func (c Config) Check() error {
	u, err := url.Parse(c.URL())
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" {
		return fmt.Errorf("USERCALL_PUBLIC_URL is %q; it has to be like https://usercall.example.com, without a path", c.PublicURL)
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("USERCALL_ADDR is %q; it has to be like 127.0.0.1:8080", c.Addr)
	}
	return nil
}
