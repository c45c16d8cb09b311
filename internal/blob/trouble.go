package blob

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/minio/minio-go/v7"
)

// trouble is what keeps a store from being used, in words for the operator. No
// secret is in them.
type trouble struct {
	kind  kind
	says  string
	cause error
}

// kind is what a trouble asks of somebody.
type kind int

const (
	other kind = iota
	away       // nothing answers: to wait, or to look after the store
	wrong      // the store refuses, and will: to change the setting, or the store's
	full       // to make room
)

func (t *trouble) Error() string { return t.says }
func (t *trouble) Unwrap() error { return t.cause }

func is(err error, k kind) bool {
	var t *trouble
	return errors.As(err, &t) && t.kind == k
}

// Away reports whether an error says that the store doesn't answer at the moment.
func Away(err error) bool { return is(err, away) }

// Full reports whether an error says that the store has no more room.
func Full(err error) bool { return is(err, full) }

// noRoom are the errors of a disk that is full, of a quota, and of a limit on the
// size of files.
var noRoom = []error{syscall.ENOSPC, errQuota, syscall.EFBIG}

// onDisk says what a disk wouldn't do.
func onDisk(at string, err error) error {
	for _, no := range noRoom {
		if errors.Is(err, no) {
			return &trouble{full, fmt.Sprintf("there is no room left in %s: %v", at, reason(err)), err}
		}
	}
	return err
}

// cannotUse says why a folder is of no use.
func cannotUse(at, verb string, err error) error {
	return &trouble{wrong, fmt.Sprintf("the folder %s can't be %s: %v: give it to the user that runs moot, or name another", at, verb, reason(err)), err}
}

// reason is an error of the file system without the path, which the words around
// it say.
func reason(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// words are what a store means by the codes of its errors. %[1]s is the store,
// %[2]s the bucket.
var words = map[string]struct {
	kind kind
	says string
}{
	"NoSuchBucket":                 {wrong, "%[1]s has no bucket %[2]s: make it there, or name another"},
	"InvalidBucketName":            {wrong, "%[1]s takes %[2]s for no name of a bucket: name another"},
	"InvalidAccessKeyId":           {wrong, "%[1]s doesn't know the key: write the one that it gave out"},
	"SignatureDoesNotMatch":        {wrong, "%[1]s says that the secret isn't the key's: write it anew, percent-encoded where it stands in an address"},
	"AccessDenied":                 {wrong, "%[1]s doesn't let the key do this in the bucket %[2]s: it needs GetObject, PutObject, DeleteObject and ListBucket"},
	"AllAccessDisabled":            {wrong, "%[1]s lets nobody into the bucket %[2]s: ask who runs it"},
	"InvalidToken":                 {wrong, "%[1]s doesn't take AWS_SESSION_TOKEN: get another"},
	"ExpiredToken":                 {wrong, "%[1]s says that AWS_SESSION_TOKEN is too old: get another"},
	"AuthorizationHeaderMalformed": {wrong, "%[1]s stands in another region: say which with region= at the end of the address"},
	"InvalidRegion":                {wrong, "%[1]s stands in another region: say which with region= at the end of the address"},
	"PermanentRedirect":            {wrong, "%[1]s says that the bucket %[2]s is elsewhere: write the address of its region"},
	"RequestTimeTooSkewed":         {wrong, "%[1]s has another time than this machine: set the clock"},
	"InsufficientStorage":          {full, "%[1]s has no room left: make some, or give it more"},
	"InsufficientCapacity":         {full, "%[1]s has no room left: make some, or give it more"},
	"XMinioStorageFull":            {full, "%[1]s has no room left: make some, or give it more"},
	"QuotaExceeded":                {full, "%[1]s has given the bucket %[2]s all the room it may have: raise its quota, or make room"},
}

// alike are codes that mean the same.
var alike = map[string]string{
	"InvalidAccessKey": "InvalidAccessKeyId", "XAdminUserNotFound": "InvalidAccessKeyId", "SignatureInvalid": "SignatureDoesNotMatch", "XAmzContentSHA256Mismatch": "SignatureDoesNotMatch",
	"Forbidden": "AccessDenied", "InvalidTokenId": "InvalidToken", "IllegalLocationConstraintException": "InvalidRegion",
	"StorageFull": "InsufficientStorage", "XMinioAdminBucketQuotaExceeded": "QuotaExceeded", "ServiceQuotaExceededException": "QuotaExceeded",
}

// Answers of an object store that has no code for them.
const (
	badRequest = 400
	noStorage  = 507
)

// inBucket says what an object store wouldn't do, or that it isn't there.
func (b *bucket) inBucket(err error) error {
	store := "the object store at " + b.host
	said := func(k kind, format string, args ...any) error {
		return &trouble{k, store + " " + fmt.Sprintf(format, args...), err}
	}
	var lost *net.DNSError
	var unlike x509.HostnameError
	var old x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var answer minio.ErrorResponse
	switch {
	case errors.As(err, &lost):
		return said(away, "isn't found: no machine is known by that name at the moment")
	case errors.As(err, &old) && old.Reason == x509.Expired:
		return said(away, "shows a certificate that is of another time than this machine's clock: %v", old)
	case errors.As(err, &unlike), errors.As(err, &old), errors.As(err, &unknown):
		return said(wrong, "shows a certificate that isn't to be trusted: %v", last(err))
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return said(wrong, "speaks no TLS: put tls=off at the end of the address, if it is on this machine")
	case errors.As(err, &answer):
		code := answer.Code
		if as, ok := alike[code]; ok {
			code = as
		}
		meant, known := words[code]
		switch {
		case known:
			return &trouble{meant.kind, fmt.Sprintf(meant.says, store, b.name), err}
		case answer.StatusCode == noStorage:
			return &trouble{full, fmt.Sprintf(words["InsufficientStorage"].says, store), err}
		case answer.StatusCode == badRequest && strings.Contains(answer.Message+answer.Code, "HTTPS"):
			return said(wrong, "speaks TLS: take tls=off out of the address")
		case answer.StatusCode >= 500:
			return said(away, "can't answer at the moment: %s (%d)", code, answer.StatusCode)
		}
		return said(other, "says: %s: %s (%d)", code, answer.Message, answer.StatusCode)
	case errors.Is(err, context.DeadlineExceeded):
		return said(away, "doesn't answer in time")
	case unanswered(err):
		return said(away, "doesn't answer: %v", last(err))
	}
	return said(other, "can't be asked: %v", last(err))
}

// unanswered reports whether an error is of a store that said nothing.
func unanswered(err error) bool {
	var network net.Error
	var asked *url.Error
	return errors.As(err, &network) || errors.As(err, &asked)
}

// last is the innermost of an error that says what happened, without the
// addresses that were asked.
func last(err error) error {
	var asked *url.Error
	for errors.As(err, &asked) {
		err = asked.Err
	}
	return err
}
