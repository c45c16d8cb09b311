package key

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"sync"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
)

// Ring holds the keys that are the site's own, and makes those that nobody made
// yet. It is safe for many goroutines, and owns the tables secret and day_key.
type Ring struct {
	db     *db.DB
	clock  *clock.Clock
	random io.Reader

	mu     sync.Mutex
	secret []byte
	day    int64 // of dayKey
	dayKey []byte
}

// NewRing is the keys of the site that has a database.
func NewRing(d *db.DB, c *clock.Clock) *Ring { return &Ring{db: d, clock: c, random: rand.Reader} }

// Keys are what a post is marked with.
type Keys struct {
	Day    []byte // of today's poster tags
	Secret []byte // of the site's secure tripcodes
}

// keyBytes is the size of a key for HMAC-SHA-256.
const keyBytes = 32

// today is days since 1970 in UTC.
func (r *Ring) today() int64 { return r.clock.Now().Unix() / int64(24*time.Hour/time.Second) }

// Keys reads today's keys, making them where nobody has yet. They are made in
// a transaction of their own, so that a post's never waits for it.
func (r *Ring) Keys(ctx context.Context) (Keys, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	today := r.today()
	if r.secret != nil && r.day == today {
		return Keys{r.dayKey, r.secret}, nil
	}
	fresh := make([]byte, 2*keyBytes)
	if _, err := io.ReadFull(r.random, fresh); err != nil {
		return Keys{}, err
	}
	var k Keys
	err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
		if k.Secret, err = secretOr(tx, "tripcode", fresh[:keyBytes]); err != nil {
			return err
		}
		k.Day, err = dayKeyOr(tx, today, fresh[keyBytes:])
		return err
	})
	if err != nil {
		return Keys{}, err
	}
	r.secret, r.day, r.dayKey = k.Secret, today, k.Day
	return k, nil
}

// Identity is a random number that tells a site from every other: names that
// must never change are made of it, since the site's address may. A copy of the
// site that is opened elsewhere has the same. It is no secret.
type Identity [16]byte

// Identity reads the site's identity, which is made the first time.
func (r *Ring) Identity(ctx context.Context) (id Identity, err error) {
	var fresh Identity
	if _, err := io.ReadFull(r.random, fresh[:]); err != nil {
		return id, err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		kept, err := secretOr(tx, "identity", fresh[:])
		if err == nil && copy(id[:], kept) != len(id) {
			return fmt.Errorf("key: the site's identity has %d bytes, not %d", len(kept), len(id))
		}
		return err
	})
	return id, err
}

// ForgetDays destroys the keys of past days, without which nobody can tell any
// more which browser a poster tag came from.
func (r *Ring) ForgetDays(tx *db.Tx) error {
	_, err := tx.Exec(`DELETE FROM day_key WHERE day < $1`, r.today())
	return err
}

// secretOr reads a secret of the site, or keeps the fresh one.
func secretOr(tx *db.Tx, name string, fresh []byte) (value []byte, err error) {
	if _, err := tx.Exec(`INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, fresh); err != nil {
		return nil, err
	}
	err = tx.Row(`SELECT value FROM secret WHERE name = $1`, name).Scan(&value)
	return value, err
}

func dayKeyOr(tx *db.Tx, day int64, fresh []byte) (value []byte, err error) {
	if _, err := tx.Exec(`INSERT INTO day_key (day, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, day, fresh); err != nil {
		return nil, err
	}
	err = tx.Row(`SELECT value FROM day_key WHERE day = $1`, day).Scan(&value)
	return value, err
}
