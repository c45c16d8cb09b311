package notify

import (
	"context"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/place"
)

// About is what a browser asks to be told of besides new posts: a meetup, or the dates
// that are looked for in a city. Of the city the site keeps that this browser wants to
// know, and not whether it has a hand there: docs/decisions/0022.
type About struct {
	Meetup int64       // its thread; 0: it is about a city
	City   place.Place // zero: it is about a meetup
	Reach  int         // how far around the city, in km; one of Cards.Reaches
}

func (a About) path() string {
	if a.Meetup != 0 {
		return ""
	}
	return a.City.Path()
}

// keptMeetup is how long a browser is told of a meetup that goes on for ever, from when
// it asked or asked again.
const keptMeetup = 366 * 24 * time.Hour

// Ask has a browser told of something from now on: of a meetup until it is over, a year
// at the most, of dates in a city for 60 days. Asking again renews it.
func (n *Notices) Ask(ctx context.Context, about About, s Subscription, language string) error {
	if err := n.check(s); err != nil {
		return err
	}
	until := n.clock.Now().Add(kept)
	if about.Meetup != 0 {
		m, err := n.cards.Meetup(ctx, about.Meetup)
		if err != nil {
			return err
		}
		if m.Over {
			return fault.New(fault.Conflict, "notify.meetup_over")
		}
		about, until = About{Meetup: about.Meetup}, n.clock.Now().Add(keptMeetup)
	} else if !about.City.Valid() || about.City.Kind() != place.City {
		return fault.New(fault.Invalid, "convene.no_city").On("place")
	} else if !slices.Contains(n.cards.Reaches, about.Reach) {
		return fault.New(fault.Invalid, "convene.reach").On("reach")
	}
	return n.db.Write(ctx, func(tx *db.Tx) error {
		if browser, all, err := countAsks(tx, s.Endpoint, about); err != nil {
			return err
		} else if browser >= perBrowser || all >= perThread {
			return fault.New(fault.TooMuch, "notify.too_many")
		}
		return putAsk(tx, s, about, language, until)
	})
}

// EndAsk ends it.
func (n *Notices) EndAsk(ctx context.Context, about About, endpoint string) error {
	return n.db.Write(ctx, func(tx *db.Tx) error { return removeAsk(tx, endpoint, about) })
}

// How long somebody is told what they asked for, where their push service fails.
const debtLife = 3 * 24 * time.Hour

// oweNews has those told who asked about what happened to a meetup or a convening.
func (n *Notices) oweNews(tx *db.Tx, e event.Event) error {
	now := n.clock.Now()
	switch {
	case e.Kind == event.MeetupTiding && e.Post == 0:
		return removeAsksOf(tx, e.Thread)
	case e.Kind == event.MeetupTiding:
		return oweMeetup(tx, e.Thread, e.Post, now)
	}
	in, ok := n.places.ByPath(e.Place)
	if !ok {
		return nil
	}
	for reach, cities := range n.cards.Reaching(in) {
		var paths []any
		for _, p := range cities {
			paths = append(paths, p.Path())
		}
		for some := range slices.Chunk(paths, db.MostAtOnce) {
			if err := oweCities(tx, some, reach, e.Thread, e.Post, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func countAsks(tx *db.Tx, endpoint string, a About) (browser, all int, err error) {
	err = tx.Row(`SELECT count(*) FROM push_ask WHERE endpoint = $1 AND NOT (thread = $2 AND place = $3)`, endpoint, a.Meetup, a.path()).Scan(&browser)
	if err != nil {
		return 0, 0, err
	}
	if a.Meetup != 0 {
		err = tx.Row(`SELECT count(*) FROM push_ask WHERE thread = $1 AND thread > 0 AND endpoint <> $2`, a.Meetup, endpoint).Scan(&all)
	} else {
		err = tx.Row(`SELECT count(*) FROM push_ask WHERE place = $1 AND place <> '' AND endpoint <> $2`, a.path(), endpoint).Scan(&all)
	}
	return browser, all, err
}

func putAsk(tx *db.Tx, s Subscription, a About, language string, until time.Time) error {
	_, err := tx.Exec(`INSERT INTO push_ask (endpoint, thread, place, reach, p256dh, auth, language, until, told_at, failed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)
		ON CONFLICT (endpoint, thread, place) DO UPDATE SET reach = excluded.reach, p256dh = excluded.p256dh, auth = excluded.auth, language = excluded.language, until = excluded.until, failed = 0`,
		s.Endpoint, a.Meetup, a.path(), a.Reach, s.P256dh, s.Auth, language, until.Unix())
	return err
}

func removeAsk(tx *db.Tx, endpoint string, a About) error {
	if _, err := tx.Exec(`DELETE FROM push_debt WHERE endpoint = $1 AND place = $2 AND (place <> '' OR thread = $3)`, endpoint, a.path(), a.Meetup); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM push_ask WHERE endpoint = $1 AND thread = $2 AND place = $3`, endpoint, a.Meetup, a.path())
	return err
}

// removeAsksOf ends what was asked about a meetup. Who is to be told something still is
// told it.
func removeAsksOf(tx *db.Tx, thread int64) error {
	_, err := tx.Exec(`DELETE FROM push_ask WHERE thread = $1 AND thread > 0`, thread)
	return err
}

// owed is the beginning of a statement that has those told who asked, and its end.
// Those who are to be told of the same still are told of both at once.
const (
	owed    = `INSERT INTO push_debt (endpoint, place, p256dh, auth, language, thread, since, upto, due, until, tries) SELECT endpoint, place, p256dh, auth, language, CAST($1 AS bigint), CAST($2 AS bigint) - 1, CAST($2 AS bigint), `
	owedToo = ` ON CONFLICT (endpoint, thread, place) DO UPDATE SET upto = excluded.upto, until = excluded.until`
)

// oweMeetup has those told who asked about a meetup, not sooner than after their quiet
// time.
func oweMeetup(tx *db.Tx, thread, number int64, now time.Time) error {
	_, err := tx.Exec(owed+`CASE WHEN told_at > $3 THEN told_at + $4 ELSE $5 END, CAST($6 AS bigint), 0 FROM push_ask WHERE thread = $1 AND thread > 0 AND until > $5`+owedToo,
		thread, number, now.Add(-quiet).Unix(), int64(quiet/time.Second), now.Unix(), now.Add(debtLife).Unix())
	return err
}

var inCities = db.ForMany(func(n int) string {
	return owed + `CAST($3 AS bigint), CAST($4 AS bigint), 0 FROM push_ask WHERE place <> '' AND reach >= $5 AND until > $3 AND place IN ` + db.Marks(6, 1, make([]string, n)...) + owedToo
})

// oweCities has those told who asked about dates in one of some cities and as far around
// it, MostAtOnce of them at the most.
func oweCities(tx *db.Tx, paths []any, reach int, thread, what int64, now time.Time) error {
	query, args := inCities.Among(paths)
	return tx.Later(db.Do(query, append([]any{thread, what, now.Unix(), now.Add(debtLife).Unix(), reach}, args...)...))
}
