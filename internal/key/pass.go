package key

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/fault"
)

// How long a link waits for its one use, and how long what it opens stays open
// (security.md 1.7: a moderator's session, 12 hours).
const (
	linkLife    = time.Hour
	sessionLife = 12 * time.Hour
)

// Passes let stewards in who have no key: who runs the machine makes a link,
// whoever opens it first is a steward until the session ends. Only hashes are
// kept.
type Passes struct {
	db     *db.DB
	clock  *clock.Clock
	random io.Reader
}

// NewPasses are the passes of a site.
func NewPasses(d *db.DB, c *clock.Clock) *Passes {
	return &Passes{db: d, clock: c, random: rand.Reader}
}

// Link makes the secret of a link that is good once, within the hour.
func (p *Passes) Link(ctx context.Context) (secret string, err error) {
	return p.issue(ctx, true, linkLife, nil)
}

// Redeem turns the secret of a link into that of a session. One that was used,
// is too old or was never made is a fault of kind Forbidden.
func (p *Passes) Redeem(ctx context.Context, link string) (session string, err error) {
	return p.issue(ctx, false, sessionLife, func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM pass WHERE hash = $1 AND link AND until > $2`, passHash(link), p.clock.Now().Unix())
		if err == nil && n == 0 {
			err = fault.New(fault.Forbidden, "key.link_used")
		}
		return err
	})
}

// issue makes a secret and keeps its hash, unless first says no.
func (p *Passes) issue(ctx context.Context, link bool, life time.Duration, first func(*db.Tx) error) (string, error) {
	b := make([]byte, 2*tokenBytes)
	if _, err := io.ReadFull(p.random, b); err != nil {
		return "", err
	}
	secret := plain.EncodeToString(b)
	return secret, p.db.Write(ctx, func(tx *db.Tx) error {
		if first != nil {
			if err := first(tx); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO pass (hash, link, until) VALUES ($1, $2, $3)`, passHash(secret), link, p.clock.Now().Add(life).Unix())
		return err
	})
}

// Actor is who holds the secret of a session: a steward while it lasts, or
// Anyone.
func (p *Passes) Actor(ctx context.Context, session string) (Actor, error) {
	if session == "" {
		return Anyone, nil
	}
	var good bool
	err := p.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT EXISTS (SELECT 1 FROM pass WHERE hash = $1 AND NOT link AND until > $2)`, passHash(session), p.clock.Now().Unix()).Scan(&good)
	})
	if err != nil || !good {
		return Anyone, err
	}
	return Steward, nil
}

// End ends a session.
func (p *Passes) End(ctx context.Context, session string) error {
	return p.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM pass WHERE hash = $1 AND NOT link`, passHash(session))
		return err
	})
}

// Sweep forgets the passes that are over, unless the clock is suspect.
func (p *Passes) Sweep(ctx context.Context) error {
	if p.clock.Suspect() {
		return nil
	}
	return p.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM pass WHERE until <= $1`, p.clock.Now().Unix())
		return err
	})
}

func passHash(secret string) []byte {
	sum := sha256.Sum256([]byte("pass:" + secret))
	return sum[:]
}
