package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
	"time"

	"moot/internal/fault"
)

// Store is where files are kept. All of it may be used by many at once.
type Store interface {
	// Put keeps content under a name. contentType is TypeOf(name), said by the
	// caller so that the two can't drift apart unseen. Putting what is there
	// already is fine.
	Put(ctx context.Context, name string, content []byte, contentType string) error

	// Open opens a file to be read; ctx holds until it is closed. Where there
	// is none, the error is fs.ErrNotExist.
	Open(ctx context.Context, name string) (*File, error)

	// Delete removes a file, for good once it returns. To delete what isn't
	// there is no error.
	Delete(ctx context.Context, name string) error

	// Each lists every file whose name comes after the one given ("" for all),
	// in the order of their names' bytes. Files that come or go meanwhile may
	// be listed or not. It ends after an error.
	Each(ctx context.Context, after string) iter.Seq2[Entry, error]

	// Ping reports whether the store can be used now.
	Ping(ctx context.Context) error

	// Close lets go of the store. Files that are open stay so.
	Close() error
}

// File is an open file. It is for one reader at a time.
type File struct {
	io.ReadSeekCloser
	Size     int64     // bytes
	Modified time.Time // when it was put; some stores know it to the second only
	Type     string    // content type: TypeOf its name
}

// Entry is a file in a listing.
type Entry struct {
	Name     string
	Size     int64 // bytes
	Modified time.Time
}

// Open opens the store at an address:
//
//	file:PATH                                a folder, made where it isn't there
//	s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=REGION&tls=off]
//
// KEY and SECRET are percent-encoded where they hold '/', '+' or the like. An
// address without them takes AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where
// there is one, AWS_SESSION_TOKEN from the environment. The bucket has to be
// there. An object store is not asked before it is used: see Ping.
func Open(ctx context.Context, address string) (Store, error) {
	if at, ok := strings.CutPrefix(address, "file:"); ok {
		return opened(openFolder(ctx, at))
	}
	if strings.HasPrefix(address, "s3:") {
		return opened(openBucket(address))
	}
	return nil, errors.New("want file:FOLDER or s3://…") // not the address: it may hold a secret
}

// opened is a store, or nothing and why: no *folder that is nil.
func opened[S Store](s S, err error) (Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Look opens a store that is there already, to be read: it makes no folder, and
// clears nothing away. Where there is no folder, the error is fs.ErrNotExist.
func Look(address string) (Store, error) {
	if at, ok := strings.CutPrefix(address, "file:"); ok {
		return opened(lookIn(at))
	}
	return Open(context.Background(), address) // a bucket isn't touched before it is used
}

const longestName = 255

// check reports what is wrong with a name.
func check(name string) error {
	for _, r := range name {
		if !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.' || r == '-' || r == '/') {
			return fmt.Errorf("blob: %q is no name: it may hold a-z, 0-9, '.', '-' and '/'", name)
		}
	}
	if !fs.ValidPath(name) || name == "." || len(name) > longestName {
		return fmt.Errorf("blob: %q is no name: its parts must be there, and none may be '.' or '..'", name)
	}
	return nil
}

// types are the endings of names and what they stand for. No type of a program
// is among them: what people send is never to be run by a browser.
var types = map[string]string{
	".avif": "image/avif",
	".gif":  "image/gif",
	".gz":   "application/gzip",
	".ics":  "text/calendar; charset=utf-8",
	".jpg":  "image/jpeg",
	".json": "application/json",
	".pdf":  "application/pdf",
	".png":  "image/png",
	".tar":  "application/x-tar",
	".txt":  "text/plain; charset=utf-8",
	".webp": "image/webp",
	".zip":  "application/zip",
	".zst":  "application/zstd",
}

// Opaque is the content type of files of no known ending.
const Opaque = "application/octet-stream"

// TypeOf is the content type that the ending of a name says.
func TypeOf(name string) string {
	if t, ok := types[path.Ext(name)]; ok {
		return t
	}
	return Opaque
}

func checkType(name, contentType string) error {
	if want := TypeOf(name); contentType != want {
		return fmt.Errorf("blob: %s ends as %s does, and is put as %q", name, want, contentType)
	}
	return nil
}

// unavailable makes a fault of what a disk or an object store can't do now.
// That nobody waits any more stays what it is.
func unavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Unavailable, "blob.unavailable").After(5 * time.Second).Because(err)
}
