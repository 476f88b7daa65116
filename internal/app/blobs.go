package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/voice/record"
)

// recordings is where recordings are kept.
type recordings interface {
	record.Store
	// Repair makes usable what a crash left; before anything is recorded.
	Repair() error
	// Catch brings what waits on this machine to where it is kept; now and then.
	Catch(ctx context.Context) error
	Close() error
}

// spool is how many bytes of recordings may wait on a machine for the object store:
// about a hundred interviews of a quarter of an hour.
const spool = 4 << 30

// openRecordings opens the folder of recordings, and the object store if one is set
// up. It asks the object store for nothing yet.
func openRecordings(ctx context.Context, cfg config.Config) (recordings, error) {
	files, err := record.OpenFiles(filepath.Join(cfg.DataDir, "recordings"))
	if err != nil {
		return nil, fmt.Errorf("open the folder of recordings: %w", err)
	}
	if cfg.Bucket == nil {
		return local{files}, nil
	}
	b, err := openBucket(ctx, *cfg.Bucket)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	return distant{record.NewRemote(files, b, spool), files, b}, nil
}

// local is recordings that stay in files.
type local struct{ *record.Files }

func (local) Catch(context.Context) error { return nil }

// distant is recordings that move to an object store.
type distant struct {
	*record.Remote
	files *record.Files
	at    *bucket
}

func (d distant) Close() error { return errors.Join(d.files.Close(), d.at.Close()) }

// bucket is an object store with the interface of S3, through gocloud.dev. It is the
// one file that knows it.
type bucket struct {
	*blob.Bucket
	prefix string
}

// openBucket opens a bucket with the keys of the environment or the machine's role.
// Endpoints other than Amazon's are asked for nothing that only Amazon knows.
func openBucket(ctx context.Context, c config.Bucket) (*bucket, error) {
	q := url.Values{"region": {cmp.Or(c.Region, "us-east-1")}}
	if c.Endpoint != "" {
		q = url.Values{"region": q["region"], "endpoint": {c.Endpoint}, "hostname_immutable": {"true"}, "use_path_style": {"true"},
			"request_checksum_calculation": {"when_required"}, "response_checksum_validation": {"when_required"}}
	}
	b, err := new(s3blob.URLOpener).OpenBucketURL(ctx, &url.URL{Scheme: s3blob.Scheme, Host: c.Name, RawQuery: q.Encode()})
	if err != nil {
		return nil, fmt.Errorf("USERCALL_BLOB_URL cannot be used: %w", storeError(err))
	}
	return &bucket{b, c.Prefix}, nil
}

// partSize is what an upload holds in memory; recordings of more than twice that go up
// in several parts, which become an object together or not at all.
const partSize = 8 << 20

func (b *bucket) Put(ctx context.Context, name string, size int64, from io.Reader) error {
	o := &blob.WriterOptions{ContentType: "audio/flac", BufferSize: partSize, MaxConcurrency: 1, DisableContentTypeDetection: true}
	return storeError(b.Upload(ctx, b.prefix+name, io.LimitReader(from, size), o))
}

func (b *bucket) Get(ctx context.Context, name string, from, length int64) ([]byte, error) {
	r, err := b.NewRangeReader(ctx, b.prefix+name, from, length, nil)
	if err != nil {
		return nil, storeError(err)
	}
	defer r.Close()
	all := make([]byte, length)
	if _, err := io.ReadFull(r, all); err != nil {
		return nil, storeError(err)
	}
	return all, nil
}

func (b *bucket) Stat(ctx context.Context, name string) (record.Object, error) {
	a, err := b.Attributes(ctx, b.prefix+name)
	if err != nil {
		return record.Object{}, storeError(err)
	}
	return record.Object{Name: name, Bytes: a.Size, Modified: a.ModTime}, nil
}

// Delete deletes every version that a plain deletion reaches.
func (b *bucket) Delete(ctx context.Context, name string) error {
	err := storeError(b.Bucket.Delete(ctx, b.prefix+name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (b *bucket) All(ctx context.Context, prefix string) iter.Seq2[record.Object, error] {
	return func(yield func(record.Object, error) bool) {
		list := b.List(&blob.ListOptions{Prefix: b.prefix + prefix})
		for {
			o, err := list.Next(ctx)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(record.Object{}, storeError(err))
				return
			}
			if !yield(record.Object{Name: o.Key[len(b.prefix):], Bytes: o.Size, Modified: o.ModTime}, nil) {
				return
			}
		}
	}
}

// storeError is an error without addresses and what else an object store answers: its code
// says enough, and what it was about.
func storeError(err error) error {
	var coded interface{ ErrorCode() string }
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return errors.Join(errStore{"does not answer in time", ""}, context.DeadlineExceeded)
	case errors.As(err, &coded) && denied[coded.ErrorCode()] || gcerrors.Code(err) == gcerrors.PermissionDenied:
		return errStore{"refuses the key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to one that may read, write, delete and list there", ""}
	case errors.As(err, &coded) && coded.ErrorCode() == "NoSuchBucket":
		return errStore{"has no such bucket: make it first", ""}
	case gcerrors.Code(err) == gcerrors.NotFound:
		return fs.ErrNotExist
	case errors.As(err, &coded):
		return errStore{"did not do what it was asked", coded.ErrorCode()}
	}
	return errStore{"cannot be reached, or no key for it was found: check the endpoint, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", ""}
}

// denied is what object stores call a key that is wrong.
var denied = map[string]bool{"AccessDenied": true, "Forbidden": true, "InvalidAccessKeyId": true, "SignatureDoesNotMatch": true, "ExpiredToken": true, "InvalidToken": true}

type errStore struct{ what, code string }

func (e errStore) Error() string {
	if e.code == "" {
		return "the object store " + e.what
	}
	return "the object store " + e.what + " (" + e.code + ")"
}
