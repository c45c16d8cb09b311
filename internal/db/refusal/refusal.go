// Package refusal says why a database can't be opened: in one sentence for the
// operator that says what to do, without a password.
package refusal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// refusal is a sentence, and what it was made of.
type refusal struct {
	says  string
	cause error
}

func (r *refusal) Error() string { return r.says }
func (r *refusal) Unwrap() error { return r.cause }

// OfFile says why a database's file can't be opened.
func OfFile(path string, err error) error {
	reason := err
	if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) {
		reason = wrong.Err
	}
	return &refusal{fmt.Sprintf("the file %s can't be opened: %v: give it and its folder to the user that runs moot, or name another", path, reason), err}
}

// OfAddress says what is wrong with the address of a server. What the driver
// says of it has the address in front.
func OfAddress(address string, err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, "`: "); i >= 0 {
		text = text[i+len("`: "):]
	}
	if u, err := url.Parse(address); err != nil {
		text = "are '/', '@', ':' and '%' in the password percent-encoded?"
	} else if password, has := u.User.Password(); has && password != "" {
		text = strings.ReplaceAll(text, password, "xxxxx")
	}
	return &refusal{"the address of the server can't be used: " + text, err}
}

// meant is what a server means by the codes of its errors.
var meant = map[string]string{
	"28P01": "doesn't take the password of the user {user}: write the right one, percent-encoded in an address",
	"28000": "doesn't let the user {user} in: it says: {message}",
	"3D000": "has no database {database}: make it (createdb -O {user} {database}), or name another",
	"42501": "doesn't let the user {user} do this in the database {database}: {message}: give the database to that user",
	"25006": "can only be read: name the one that writes, or all of them and target_session_attrs=read-write",
	"53300": "takes no more connections: raise max_connections, or lower what others take",
	"53100": "has no room left on its disk: make some",
	"57P03": "isn't up yet, or is going down: start again in a moment",
}

// Of says why the servers of an address don't do what a site begins with.
func Of(hosts []*pgx.ConnConfig, err error) error {
	if err == nil || len(hosts) == 0 {
		return err
	}
	c := hosts[0]
	says := func(format string, args ...any) error {
		return &refusal{"the server at " + at(hosts) + " " + fmt.Sprintf(format, args...), err}
	}
	var answer *pgconn.PgError
	var lost *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &answer):
		if format, ok := meant[answer.Code]; ok {
			return says("%s", strings.NewReplacer("{user}", c.User, "{database}", c.Database, "{message}", answer.Message).Replace(format))
		}
		return says("says: %s (%s)", answer.Message, answer.Code)
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return says("speaks no TLS: sslmode=disable, if nobody can listen between")
	case untrusted(err):
		return says("shows a certificate that isn't to be trusted: name who signed it with sslrootcert=")
	case errors.As(err, &lost):
		return says("isn't found: no machine is known by that name at the moment")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &op) && op.Timeout():
		return says("doesn't answer in time: does it run, is the address right, does a firewall stand between?")
	case errors.As(err, &op):
		return says("doesn't answer: %v: does it run, and is the address right?", op.Err)
	}
	return says("can't be used: %s", strings.Join(strings.Fields(innermost(err).Error()), " "))
}

// at names servers.
func at(hosts []*pgx.ConnConfig) string {
	var all []string
	for _, h := range hosts {
		if strings.HasPrefix(h.Host, "/") {
			all = append(all, h.Host)
		} else {
			all = append(all, net.JoinHostPort(h.Host, fmt.Sprint(h.Port)))
		}
	}
	return strings.Join(all, ", ")
}

func untrusted(err error) bool {
	var check *tls.CertificateVerificationError
	var unlike x509.HostnameError
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &check) || errors.As(err, &unlike) || errors.As(err, &unknown)
}

// innermost is what an error begins with.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
