package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
)

// sizeOf is how much the files in a folder hold.
func sizeOf(folder string) func(context.Context) (int64, error) {
	return func(context.Context) (sum int64, err error) {
		err = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				var info fs.FileInfo
				if info, err = d.Info(); err == nil {
					sum += info.Size()
				}
			}
			if errors.Is(err, fs.ErrNotExist) { // PostgreSQL removed it meanwhile
				return nil
			}
			return err
		})
		return sum, err
	}
}

// pages is how large an SQLite database is, with what still stands in its
// write-ahead log alone: the files would show the one too early, the other late.
func pages(source string) func(context.Context) (int64, error) {
	return func(ctx context.Context) (n int64, err error) {
		err = query(ctx, "sqlite", source, &n, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
		return n, err
	}
}
