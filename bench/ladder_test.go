package bench

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/place"
)

// climb is something of which the way to a meeting comes to have more and more, and
// what is done there.
type climb struct {
	name string
	acts []string
	seed func(tx *db.Tx, on climbed, n int) error
}

// climbed is where there is much of it: Athens has a convening and a meetup.
type climbed struct{ convening, meetup int64 }

var climbs = []climb{
	{"hands in the city", []string{"raise", "strip"}, func(tx *db.Tx, _ climbed, n int) error {
		return tx.Together(
			db.Do(upTo+`INSERT INTO hand (hash, place, week, reach) SELECT `+numbered(tx, "i")+`, 'gr/athens', 2900, 0 FROM n`, n),
			db.Do(`UPDATE hands SET up = up + $1 WHERE place = 'gr/athens'`, n))
	}},
	{"hands around it", []string{"raise", "strip"}, func(tx *db.Tx, _ climbed, n int) error {
		return tx.Together(
			db.Do(upTo+`INSERT INTO hand (hash, place, week, reach) SELECT `+numbered(tx, "i")+`, 'gr/piraeus', 2900, 25 FROM n`, n),
			db.Do(`INSERT INTO hands (place, up) VALUES ('gr/piraeus', $1)`, n))
	}},
	{"marks", []string{"mark", "card"}, func(tx *db.Tx, on climbed, n int) error {
		return tx.Together(db.Do(upTo+`INSERT INTO mark (thread, choice, hand, answer) SELECT $2, 1, `+numbered(tx, "i")+`, 2 FROM n`, n, on.convening))
	}},
	{"answers", []string{"answer", "meetup"}, func(tx *db.Tx, on climbed, n int) error {
		return tx.Together(db.Do(upTo+`INSERT INTO rsvp (thread, occurrence, hash, answer, note) SELECT $2, starts_at, `+numbered(tx, "i")+`, 1, '' FROM n, meetup WHERE thread = $2`, n, on.meetup))
	}},
	{"meetups that are over", []string{"announce", "list", "strip"}, func(tx *db.Tx, _ climbed, n int) error { return seedMeetups(tx, n, 0) }},
	{"meetups to come", []string{"announce", "list", "strip"}, func(tx *db.Tx, _ climbed, n int) error {
		return seedMeetups(tx, n, time.Now().Add(40*24*time.Hour).Unix())
	}},
}

// numbered is bytes of a number, in SQL.
func numbered(tx *db.Tx, number string) string {
	if tx.Engine() == db.SQLite {
		return "CAST('seeded ' || " + number + " AS blob)"
	}
	return "CAST('seeded ' || " + number + " AS bytea)"
}

func seedMeetups(tx *db.Tx, n int, next int64) error {
	return tx.Together(append(seedThreads(n, `'gr/athens'`), db.Do(upTo+`INSERT INTO meetup (thread, place, region, country, uid, title, starts_at, zone, minutes, venue, directions, recognise,
			step_free, cost, spot, spot_held, room, rrule, sequence, changed_at, cancelled, reason, host, next_at, over_at, kept)
		SELECT i - 1000000, 'gr/athens', 'gr/attica', 'gr', 'seeded-' || CAST(i AS text), 'Reading', 1000000 + i, 'Europe/Athens', 120, 'Library', '', '',
			$2, '', '', $2, 0, '', 0, 0, $2, '', $3, CASE WHEN CAST($4 AS bigint) > 0 THEN $4 + i ELSE 0 END, 1, $2 FROM n`, n, false, []byte{}, next))...)
}

// BenchmarkLadder measures what people do on the way to a meeting as what is already
// there grows. Ratio is the slowest size's median for the smallest's.
func BenchmarkLadder(b *testing.B) {
	sizes := []int{10, 1_000, 100_000}
	for _, engine := range dbtest.Engines() {
		for _, c := range climbs {
			var sites []grownSite
			for _, size := range sizes {
				sites = append(sites, climbSite(b, engine, c, size))
			}
			for _, act := range c.acts {
				b.Run(fmt.Sprintf("%v/%s/%s", engine, c.name, act), func(b *testing.B) { inTurn(b, sites, act, sizes) })
			}
		}
	}
}

func climbSite(b *testing.B, engine db.Engine, c climb, size int) grownSite {
	b.Helper()
	d, now, outbox := dbtest.Open(b, engine), clock.New(), event.New()
	jobs, boards := job.New(d, now), board.New(d, now, outbox, gazetteer(), board.Limits{PostLength: 8000})
	english, _ := lang.Lookup("en")
	meetups := meetup.New(meetup.Settings{
		DB: d, Clock: now, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs,
		Over: func(*db.Tx, string) error { return nil },
	})
	rules := convene.Defaults()
	rules.Enough, rules.Held = 1<<20, 1<<20 // it stays open, whoever marks
	ladder := convene.New(convene.Settings{
		DB: d, Clock: now, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs, Rules: rules,
		Words: func(place.Place) *lang.Language { return english }, ToCome: func(*db.Tx, string) (bool, error) { return false, nil },
		Meet: func(*db.Tx, convene.Agreed) error { return nil },
	})
	athens, _ := gazetteer().ByPath("gr/athens")
	fresh := func() key.Actor {
		who, err := key.Fresh(rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		return who
	}
	var last key.Actor
	raise := func() (err error) {
		last, err = ladder.Raise(b.Context(), fresh(), nil, athens, 0)
		return err
	}
	for range rules.Hands {
		if err := raise(); err != nil {
			b.Fatal(err)
		}
	}
	standing, _, err := ladder.Standing(b.Context(), athens)
	if err != nil {
		b.Fatal(err)
	}
	details := meetup.Details{
		Title: "Reading", Start: now.Now().Add(10 * 24 * time.Hour).In(athens.Zone()).Format(meetup.ClockForm), Minutes: 120,
		Venue: meetup.Venue{Name: "Library"},
	}
	announce := func() (board.Target, error) {
		return meetups.Announce(b.Context(), fresh(), fresh(), board.NewThread{Place: athens}, details)
	}
	held, err := announce()
	if err != nil {
		b.Fatal(err)
	}
	on := climbed{standing.Thread, held.Thread}
	err = d.Write(b.Context(), func(tx *db.Tx) error {
		if err := c.seed(tx, on, size); err != nil || engine == db.SQLite {
			return err
		}
		_, err := tx.Exec(`ANALYZE`) // as PostgreSQL does by itself, a minute later
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	marks := 0
	return grownSite{map[string]func() error{
		"raise": raise,
		"mark": func() error {
			marks++
			return ladder.Mark(b.Context(), last, on.convening, map[int64]convene.Answer{2: convene.Answer(1 + marks%3)})
		},
		"card": func() error {
			_, err := ladder.Convening(b.Context(), on.convening)
			return err
		},
		"strip": func() error {
			if _, _, err := ladder.Up(b.Context(), athens); err != nil {
				return err
			}
			if _, _, err := ladder.Standing(b.Context(), athens); err != nil {
				return err
			}
			_, _, err := meetups.Next(b.Context(), athens)
			return err
		},
		"answer": func() error {
			return meetups.RSVP(b.Context(), fresh(), on.meetup, time.Time{}, meetup.Coming, "")
		},
		"meetup": func() error {
			_, err := meetups.Meetup(b.Context(), on.meetup)
			return err
		},
		"announce": func() error {
			_, err := announce()
			return err
		},
		"list": func() error {
			_, _, err := meetups.Coming(b.Context(), athens, meetup.Cursor{}, 40)
			return err
		},
	}}
}
