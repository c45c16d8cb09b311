package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"
)

// attempts is how often a request is sent that the network or the object store
// failed: with waits that grow to a second, about three seconds in all.
const attempts = 5

// answerWithin is how long an object store may take to begin an answer, and the
// other two how long somebody waits for it in all: to begin reading, and to have
// something taken.
const (
	answerWithin = 4 * time.Second
	readWithin   = 8 * time.Second
	takeWithin   = 20 * time.Second
)

// bucket is a Store in a bucket of an object store, under a prefix.
type bucket struct {
	core   minio.Core
	host   string // of the store, with its port
	name   string
	prefix string // "" or "…/"
	line   line
}

func openBucket(address string) (*bucket, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the s3:// address can't be read; are '/', '+' and '%' in the key and secret percent-encoded?")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("what follows '?' in the s3:// address can't be read")
	}
	name, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if u.Host == "" || name == "" || prefix != "" && check(prefix) != nil {
		return nil, errors.New("want s3://KEY:SECRET@HOST/BUCKET, or with a prefix of a-z, 0-9, '.', '-' and '/' after it")
	}
	for option := range query {
		if option != "region" && option != "tls" {
			return nil, fmt.Errorf("%s is no option: there are region and tls", option)
		}
	}
	if tls := query.Get("tls"); tls != "" && tls != "on" && tls != "off" {
		return nil, errors.New("tls is on or off")
	}
	if prefix != "" {
		prefix += "/"
	}
	keys, err := keysOf(u.User)
	if err != nil {
		return nil, err
	}
	client, err := dial(u.Host, query.Get("tls") != "off", query.Get("region"), keys)
	if err != nil {
		return nil, err
	}
	if err := s3utils.CheckValidBucketNameStrict(name); err != nil {
		return nil, fmt.Errorf("%s can't be the name of a bucket: %w", name, err)
	}
	return &bucket{core: minio.Core{Client: client}, host: u.Host, name: name, prefix: prefix}, nil
}

// keysOf takes the key and the secret from an address, or else from the
// environment, which is read once.
func keysOf(user *url.Userinfo) (*credentials.Credentials, error) {
	key, secret, token := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")
	if user != nil {
		key, token = user.Username(), ""
		secret, _ = user.Password()
	}
	if key == "" || secret == "" {
		return nil, errors.New("the s3:// address has no key and secret, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY don't say them")
	}
	return credentials.NewStaticV4(key, secret, token), nil
}

func dial(host string, tls bool, region string, keys *credentials.Credentials) (*minio.Client, error) {
	transport, err := minio.DefaultTransport(tls)
	if err != nil {
		return nil, err
	}
	transport.ResponseHeaderTimeout = answerWithin
	return minio.New(host, &minio.Options{
		Creds: keys, Secure: tls, Region: region, Transport: transport, MaxRetries: attempts,
	})
}

// refused makes ours of an error of the object store.
func (b *bucket) refused(err error) error {
	var t *trouble
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, fs.ErrNotExist):
		return err
	case minio.ToErrorResponse(err).Code == minio.NoSuchKey:
		return fs.ErrNotExist
	case errors.As(err, &t):
		return unavailable(err)
	}
	return unavailable(b.inBucket(err))
}

func (b *bucket) Put(ctx context.Context, name string, content []byte, contentType string) error {
	if err := errors.Join(check(name), checkType(name, contentType)); err != nil {
		return err
	}
	return b.ask(ctx, takeWithin, func(ctx context.Context) error {
		_, err := b.core.Client.PutObject(ctx, b.name, b.prefix+name, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{
			ContentType:      contentType,
			DisableMultipart: true, // one request is whole or nothing; parts would have to be swept
			SendContentMd5:   true, // so that nothing bent on the way is kept
		})
		return err
	})
}

// Open asks for all of the file at once, and reads what is asked for: one
// request serves whoever reads it from the beginning.
func (b *bucket) Open(ctx context.Context, name string) (*File, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	body, info, err := b.get(ctx, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	o := &object{ctx: ctx, bucket: b, name: b.prefix + name, etag: info.ETag, size: info.Size, body: body}
	return &File{o, info.Size, info.LastModified, TypeOf(name)}, nil
}

func (b *bucket) Delete(ctx context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	err := b.ask(ctx, readWithin, func(ctx context.Context) error {
		return b.core.RemoveObject(ctx, b.name, b.prefix+name, minio.RemoveObjectOptions{})
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (b *bucket) Each(ctx context.Context, after string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		options := minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}
		if after != "" {
			options.StartAfter = b.prefix + after
		}
		for info := range b.core.ListObjectsIter(ctx, b.name, options) {
			if info.Err != nil {
				yield(Entry{}, b.refused(info.Err))
				return
			}
			name := strings.TrimPrefix(info.Key, b.prefix)
			if check(name) == nil && !yield(Entry{name, info.Size, info.LastModified}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil { // which ends a listing without a word
			yield(Entry{}, unavailable(err))
		}
	}
}

// Ping asks for the bucket: whether it is there and the key opens it, not
// whether the key may write.
func (b *bucket) Ping(ctx context.Context) error {
	return b.ask(ctx, readWithin, func(ctx context.Context) error {
		there, err := b.core.BucketExists(ctx, b.name)
		if err == nil && !there {
			err = minio.ErrorResponse{Code: minio.NoSuchBucket}
		}
		return err
	})
}

func (b *bucket) Close() error { return nil }

// object reads a file in a bucket. A Seek asks for nothing; a Read elsewhere
// than where the answer stands asks anew, for the rest from there.
type object struct {
	ctx        context.Context // of Open: an io.Reader is given none
	bucket     *bucket
	name, etag string
	size, at   int64

	body   io.ReadCloser // the answer that is being read, or nil
	stands int64         // where in the file it stands
}

func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body == nil || o.stands != o.at {
		if err := o.ask(); err != nil {
			return 0, err
		}
	}
	n, err := o.body.Read(p)
	o.at += int64(n)
	o.stands = o.at
	if err == io.EOF && o.at < o.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && err != io.EOF {
		err = o.bucket.refused(err)
	}
	return n, err
}

// ask asks for the file from where the reader stands: the same file that was
// opened, or an error.
func (o *object) ask() error {
	if err := o.Close(); err != nil {
		return unavailable(err)
	}
	var options minio.GetObjectOptions
	if err := options.SetMatchETag(o.etag); err != nil {
		return err
	}
	if o.at > 0 {
		if err := options.SetRange(o.at, 0); err != nil { // 0: to the end
			return err
		}
	}
	body, _, err := o.bucket.get(o.ctx, o.name, options)
	if err != nil {
		return err
	}
	o.body, o.stands = body, o.at
	return nil
}

func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return 0, errors.New("blob: seek to before the beginning")
	}
	o.at = offset
	return offset, nil
}

func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	err := o.body.Close()
	o.body = nil
	return err
}
