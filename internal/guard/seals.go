package guard

import (
	"context"
	"slices"
	"sync"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
)

// seal is a day's key of tickets.
type seal struct {
	day int64 // since 1970 in UTC
	key [32]byte
}

// seals are the keys of tickets that are good on a day: its own, that of the day
// before, whose last tickets still live, and that of the day after, which another
// node's clock may have reached. The newest is the first.
type seals struct {
	lock sync.RWMutex
	keys []seal
}

func (s *seals) set(keys []seal) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.keys = keys
}

// all are the keys that a ticket may be signed with, and the place of the one
// that is for today. Where the database was away for more than a day, that is
// the newest there is.
func (s *seals) all(now time.Time) (keys []seal, today int) {
	s.lock.RLock()
	defer s.lock.RUnlock()
	today = slices.IndexFunc(s.keys, func(k seal) bool { return k.day <= day(now) })
	return s.keys, max(today, 0)
}

// of is the key of a day; nil where there is none.
func (s *seals) of(day int64) *seal {
	s.lock.RLock()
	defer s.lock.RUnlock()
	for _, k := range s.keys {
		if k.day == day {
			return &k
		}
	}
	return nil
}

func day(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// Open is the guard of one node of a site, whose tickets are good on every node
// and after a restart: their keys are in the database, a new one for each day.
// What is counted of visitors is in the memory of this process alone. Renew the
// keys every hour or so.
func Open(ctx context.Context, d *db.DB, clk *clock.Clock, limits Limits) (*Guard, error) {
	g := New(clk, limits)
	g.db = d
	return g, g.Renew(ctx)
}

// Renew makes the keys of today and tomorrow where no node has yet, and reads
// those that are good. While the clock is suspect it leaves all as it is.
func (g *Guard) Renew(ctx context.Context) error {
	if g.clock.Suspect() {
		return nil
	}
	today := day(g.clock.Now())
	var fresh [2][32]byte
	for i := range fresh {
		g.random(fresh[i][:])
	}
	var keys []seal
	err := g.db.Write(ctx, func(tx *db.Tx) (err error) {
		for i := range fresh {
			if _, err := tx.Exec(`INSERT INTO ticket_key (day, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, today+int64(i), fresh[i][:]); err != nil {
				return err
			}
		}
		keys, err = db.All(tx, func(scan db.Scan) (s seal, err error) {
			var value []byte
			err = scan(&s.day, &value)
			copy(s.key[:], value)
			return s, err
		}, `SELECT day, value FROM ticket_key WHERE day BETWEEN $1 AND $2 ORDER BY day DESC`, today-1, today+1)
		return err
	})
	if err == nil {
		g.seals.set(keys)
	}
	return err
}

// Sweep destroys the keys that no living ticket is signed with, unless the clock
// is suspect.
func (g *Guard) Sweep(ctx context.Context) error {
	if g.clock.Suspect() {
		return nil
	}
	return g.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM ticket_key WHERE day < $1`, day(g.clock.Now())-1)
		return err
	})
}
