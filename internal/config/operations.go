package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// operationsVariables is the settings of where recordings lie and who watches.
var operationsVariables = []Variable{
	{"USERCALL_BLOB_URL", "files in the data folder", "where recordings are kept, like s3://bucket?endpoint=https://s3.example.com&region=eu-central-1", false},
	{"USERCALL_METRICS_ADDR", "none", "where /metrics is served, an address of its own like 127.0.0.1:9090", false},
	{"USERCALL_OTLP_URL", "none", "the collector that traces go to by OTLP over HTTP, like http://127.0.0.1:4318", false},
}

// Bucket is where recordings are kept in an object store with the interface of S3.
// Who may write there is told as every program of S3 is: AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, or the machine's role.
type Bucket struct {
	Name     string
	Endpoint string // "": of Amazon
	Region   string
	Prefix   string // of every name, with a slash at its end; "": none
}

// readOperations reads the settings of where things lie and who watches.
func (c *Config) readOperations(get func(name, fallback string) (string, error)) error {
	blobs, err1 := get("USERCALL_BLOB_URL", "")
	var err2, err3 error
	c.MetricsAddr, err2 = get("USERCALL_METRICS_ADDR", "")
	c.OTLPURL, err3 = get("USERCALL_OTLP_URL", "")
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if err := address("USERCALL_METRICS_ADDR", c.MetricsAddr); err != nil {
		return err
	}
	if err := plainURL("USERCALL_OTLP_URL", c.OTLPURL, "http://127.0.0.1:4318"); err != nil {
		return err
	}
	var err error
	c.Bucket, err = bucketOf(blobs)
	return err
}

// plainURL refuses what is no address, or has a password in it.
func plainURL(name, value, like string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return fmt.Errorf("%s cannot be read; write it like %s, without user and password", name, like)
	}
	return nil
}

var (
	bucketNames = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixNames = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)
)

// bucketOf reads the object store; nil where recordings stay in the data folder.
func bucketOf(address string) (*Bucket, error) {
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || !bucketNames.MatchString(u.Host) {
		return nil, errors.New("USERCALL_BLOB_URL cannot be read; write s3://bucket?endpoint=https://host&region=name, or leave it out to keep recordings in the data folder")
	}
	if u.User != nil {
		return nil, errors.New("USERCALL_BLOB_URL has a key in it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead")
	}
	b := &Bucket{Name: u.Host}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		if !prefixNames.MatchString(prefix) {
			return nil, errors.New("USERCALL_BLOB_URL names a folder that an object store may misread; use letters, digits, dots, - and _, with / between")
		}
		b.Prefix = prefix + "/"
	}
	return b, b.options(u)
}

func (b *Bucket) options(u *url.URL) error {
	all, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("USERCALL_BLOB_URL has options that cannot be read; write them like ?endpoint=https://host&region=name")
	}
	for name := range all {
		switch name {
		case "endpoint":
			b.Endpoint = strings.TrimRight(all.Get(name), "/")
		case "region":
			b.Region = all.Get(name)
		default:
			return fmt.Errorf("USERCALL_BLOB_URL has the option %q; there are endpoint and region", name)
		}
	}
	if b.Endpoint == "" && b.Region == "" {
		return errors.New("USERCALL_BLOB_URL needs a region, like s3://bucket?region=eu-central-1, or the endpoint of another object store")
	}
	return plainURL("the endpoint in USERCALL_BLOB_URL", b.Endpoint, "https://s3.example.com")
}
