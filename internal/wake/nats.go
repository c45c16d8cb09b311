package wake

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// NATS says how a site's nodes reach NATS (https://nats.io).
type NATS struct {
	Servers     []string // nats://, tls://, ws:// or wss:// addresses of one cluster
	Credentials string   // file of a user's JWT and key (.creds); "" for none
	CA          string   // file of the certificates that the servers' are signed with; "" for the system's
	Site        string   // tells this site's wake-ups from those of others: letters and digits
}

// errNotUp says that the line is not there to speak on.
var errNotUp = errors.New("wake: NATS is not reached")

// Check reports whether the files that the settings name can be used.
func (n NATS) Check() error {
	if n.Credentials != "" {
		content, err := os.ReadFile(n.Credentials)
		if err == nil && !bytes.Contains(content, []byte("NATS USER JWT")) {
			err = errors.New("it holds none")
		}
		if err != nil {
			return fmt.Errorf("nats-credentials: %s is no file of credentials that can be read: %w", n.Credentials, reason(err))
		}
	}
	if n.CA != "" {
		content, err := os.ReadFile(n.CA)
		if err == nil && !x509.NewCertPool().AppendCertsFromPEM(content) {
			err = errors.New("it holds none in PEM")
		}
		if err != nil {
			return fmt.Errorf("nats-ca: %s is no file of certificates that can be read: %w", n.CA, reason(err))
		}
	}
	return nil
}

// reason is an error of the file system without the path.
func reason(err error) error {
	if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) {
		return wrong.Err
	}
	return err
}

// plainly says what is wrong with the way to NATS in a sentence, without what
// signs in there.
func (n NATS) plainly(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var at []string
	for _, server := range n.Servers {
		if u, err := url.Parse(server); err == nil {
			at = append(at, u.Host)
		}
	}
	var check *tls.CertificateVerificationError
	var network net.Error
	says := "says: " + err.Error()
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		says = "doesn't let this site in: write the right user and password, or token, in wakeups, or name the right file in nats-credentials"
	case errors.Is(err, nats.ErrPermissionViolation):
		says = "lets this site in, but not do all it has to: its user in wakeups, or of nats-credentials, must publish and subscribe on moot.wake.> and moot.spent.>"
	case errors.Is(err, nats.ErrSecureConnWanted):
		says = "speaks no TLS: nats:// in place of tls://, if nobody can listen between"
	case errors.As(err, &check):
		says = "shows a certificate that isn't to be trusted: name who signed it with nats-ca"
	case errors.Is(err, nats.ErrNoServers), errors.Is(err, nats.ErrTimeout), errors.Is(err, io.EOF), errors.As(err, &network):
		says = "doesn't answer: does it run, and is the address in wakeups right?"
	}
	return fmt.Errorf("NATS at %s %s", strings.Join(at, ", "), says)
}

// Open is the line to NATS. It is reached when it is heard; what is wrong with
// it then is told to the ear. Words, if it isn't nil, is given what other nodes Tell.
func (n NATS) Open(words func([]byte)) *NATSLine {
	return &NATSLine{settings: n, words: words}
}

// NATSLine is a line by NATS. Beside wake-ups it carries words, from memory to
// memory.
type NATSLine struct {
	settings NATS
	words    func([]byte)
	conn     atomic.Pointer[nats.Conn]
}

func (l *NATSLine) wakeUps() string { return "moot.wake." + l.settings.Site }
func (l *NATSLine) spoken() string  { return "moot.spent." + l.settings.Site }

// Say tells the other nodes to look.
func (l *NATSLine) Say(_ context.Context, node string) error {
	return l.publish(l.wakeUps(), []byte(node))
}

// Tell tells the other nodes something, now or never: nothing is kept of it, on
// either side or between them.
func (l *NATSLine) Tell(word []byte) error { return l.publish(l.spoken(), word) }

func (l *NATSLine) publish(subject string, what []byte) error {
	conn := l.conn.Load()
	if conn == nil {
		return errNotUp
	}
	return conn.Publish(subject, what)
}

// How the client finds out that a server is gone, and goes to another.
const (
	askEvery  = 5 * time.Second
	unheard   = 2 // questions without an answer
	manyWords = 256
	longWords = 4 << 20 // bytes of them
	natsAgain = time.Second
)

// Hear gives each wake-up, and each word, to whom it is for.
func (l *NATSLine) Hear(ctx context.Context, hears Ear) error {
	over := make(chan error, 1)
	options := []nats.Option{
		nats.Name("moot"), nats.NoEcho(),
		nats.MaxReconnects(-1), nats.ReconnectWait(natsAgain), nats.ReconnectBufSize(-1), // a wake-up kept for later says nothing new
		nats.PingInterval(askEvery), nats.MaxPingsOutstanding(unheard),
		nats.DisconnectErrHandler(func(conn *nats.Conn, err error) {
			if !conn.IsClosed() { // else Hear says why
				hears.Down(l.settings.plainly(err))
			}
		}),
		nats.ReconnectHandler(func(conn *nats.Conn) { up(conn, hears) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) { // which drops some of many that say the same
				end(over, err)
			}
		}),
		nats.ClosedHandler(func(conn *nats.Conn) { end(over, conn.LastError()) }),
	}
	if l.settings.Credentials != "" {
		options = append(options, nats.UserCredentials(l.settings.Credentials))
	}
	if l.settings.CA != "" {
		options = append(options, nats.RootCAs(l.settings.CA))
	}
	conn, err := nats.Connect(strings.Join(l.settings.Servers, ","), options...)
	if err != nil {
		return l.settings.plainly(err)
	}
	defer conn.Close()
	if _, err := conn.Subscribe(l.wakeUps(), said(func(b []byte) { hears.Wake(string(b)) })); err != nil {
		return err
	}
	if l.words != nil {
		heard, err := conn.Subscribe(l.spoken(), said(l.words))
		if err != nil {
			return err
		}
		if err := heard.SetPendingLimits(manyWords, longWords); err != nil { // what is beyond is dropped
			return err
		}
	}
	for _, subject := range []string{l.wakeUps(), l.spoken()} { // whether it may, it learns here and not later
		if err := conn.Publish(subject, nil); err != nil {
			return err
		}
	}
	l.conn.Store(conn)
	defer l.conn.Store(nil)
	up(conn, hears)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-over: // refused, as after a change of what this node may do
		return l.settings.plainly(err)
	}
}

// said leaves out what says nothing.
func said(f func([]byte)) nats.MsgHandler {
	return func(m *nats.Msg) {
		if len(m.Data) > 0 {
			f(m.Data)
		}
	}
}

// end says what a line ends for; the first reason counts.
func end(over chan<- error, err error) {
	select {
	case over <- err:
	default:
	}
}

// up tells that the line is there once the server has said that it took the
// subscription.
func up(conn *nats.Conn, hears Ear) {
	if err := conn.FlushTimeout(patient); err != nil {
		hears.Down(err)
		return
	}
	if errors.Is(conn.LastError(), nats.ErrPermissionViolation) {
		return // Hear ends with it
	}
	hears.Up()
}
