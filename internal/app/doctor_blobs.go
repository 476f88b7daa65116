package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/config"
)

// checkRecordings writes to the object store, reads it again and deletes it.
func checkRecordings(ctx context.Context, c *config.Bucket) Check {
	check := Check{Name: "recordings", Detail: "in the data folder"}
	if c == nil {
		return check
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	begun := time.Now()
	check.Detail = "in the bucket " + c.Name
	if err := tryBucket(ctx, *c); err != nil {
		check.Problem = fmt.Sprintf("%s: %v; recordings wait on this machine until it works", check.Detail, err)
		return check
	}
	check.Detail += ", which was written, read, listed and deleted in " + ms(time.Since(begun))
	return check
}

func tryBucket(ctx context.Context, c config.Bucket) error {
	b, err := openBucket(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	name, content := "doctor/"+rand.Text(), []byte(rand.Text())
	if err := b.Put(ctx, name, int64(len(content)), bytes.NewReader(content)); err != nil {
		return err
	}
	err = sameIn(ctx, b, name, content)
	return errors.Join(err, b.Delete(ctx, name))
}

func sameIn(ctx context.Context, b *bucket, name string, content []byte) error {
	got, err := b.Get(ctx, name, 0, int64(len(content)))
	if err != nil {
		return err
	}
	if !bytes.Equal(got, content) {
		return errors.New("the object store gives back something else than it got")
	}
	for o, err := range b.All(ctx, name) {
		if err != nil || o.Name == name {
			return err
		}
	}
	return errors.New("the object store does not list what it has")
}
