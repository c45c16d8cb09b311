package meetup_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
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

// Cities over a year, a thousand of them by night, in which hands come and go, mark
// or don't: no convening opens twice, none is stuck, each closes by the rules, and
// what is counted is what is there.
func TestCitiesOverAYear(t *testing.T) {
	const days = 365
	cities := 60
	if os.Getenv("MOOT_FAULTS") == "long" {
		cities = 1000
	}
	d := dbtest.Open(t, db.SQLite)
	held, outbox := clock.Hold(friday), event.New()
	jobs, boards := job.New(d, held), board.New(d, held, outbox, gazetteer(), board.Limits{PostLength: 8000})
	english, _ := lang.Lookup("en")
	rules := convene.Defaults()
	meetups := meetup.New(meetup.Settings{
		DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs,
		Over: func(tx *db.Tx, at string) error { return jobs.Add(tx, convene.LookJob, at, held.Now()) },
	})
	met := 0
	ladder := convene.New(convene.Settings{
		DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs, Rules: rules,
		Words: func(place.Place) *lang.Language { return english }, ToCome: meetups.ToCome,
		Meet: func(tx *db.Tx, a convene.Agreed) error {
			if a.Hands < rules.Least || !a.At.After(held.Now()) {
				t.Errorf("%s: %d hands meet at %v, now %v", a.Place.Path(), a.Hands, a.At, held.Now())
			}
			tx.After(func() { met++ })
			return meetups.Make(tx, a.Thread, meetup.Details{Title: "We meet", Start: a.At.Format(meetup.ClockForm), Minutes: 120})
		},
	})
	crew := jobs.Crew(quiet, append(ladder.Kinds(), meetups.Kinds()...)...)
	if err := crew.Schedule(t.Context()); err != nil {
		t.Fatal(err)
	}

	chance := rand.New(rand.NewPCG(1871, 3))
	random := rand.NewChaCha8([32]byte{18, 71})
	var all []*city
	countries := gazetteer().Countries()
	for n := 0; len(all) < cities; n++ {
		if p := someCity(countries[n%len(countries)], n/len(countries)); p.Valid() {
			all = append(all, &city{place: p})
		}
	}
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for day := range days {
		held.Advance(24 * time.Hour)
		_, err := crew.Due(ctx)
		must(err)
		for range cities / 20 { // something happens in one of twenty
			c := all[chance.IntN(cities)]
			switch {
			case len(c.hands) < 12 && chance.IntN(3) > 0:
				for range 1 + chance.IntN(4) {
					who, err := key.Fresh(random)
					must(err)
					_, err = ladder.Raise(ctx, who, nil, c.place, convene.Reaches[chance.IntN(len(convene.Reaches))])
					must(err)
					c.hands = append(c.hands, who)
				}
			case len(c.hands) > 0:
				_, err := ladder.Lower(ctx, c.hands[0])
				must(err)
				c.hands = c.hands[1:]
			}
			must(c.mark(ctx, ladder, chance))
		}
		if day%30 == 29 {
			consistent(t, d, held.Now())
		}
	}
	consistent(t, d, held.Now())
	opened, closed := tell(t, d, `SELECT count(*) FROM convening`), tell(t, d, `SELECT count(*) FROM convening WHERE closed_at > 0`)
	t.Logf("%d convenings, %d closed, %d meetups", opened, closed, met)
	if opened < cities || met < cities/4 || closed-met < cities/4 {
		t.Error("too little happened to say much")
	}
	for name, wrong := range map[string]string{
		"came of too few":               `SELECT count(*) FROM convening c JOIN convening_choice w ON w.thread = c.thread AND w.number = c.at_choice WHERE c.came AND w.suits < 3`,
		"came, by a time that lost":     `SELECT count(*) FROM convening c JOIN convening_choice w ON w.thread = c.thread AND w.number = c.at_choice WHERE c.came AND EXISTS (SELECT 1 FROM convening_choice o WHERE o.thread = c.thread AND o.at > 0 AND (o.suits > w.suits OR o.suits = w.suits AND (o.cant < w.cant OR o.cant = w.cant AND o.at < w.at)))`,
		"nothing came of enough":        `SELECT count(*) FROM convening c WHERE c.closed_at > 0 AND NOT c.came AND EXISTS (SELECT 1 FROM convening_choice o WHERE o.thread = c.thread AND o.at > 0 AND o.suits >= 3)`,
		"closed early, for no reason":   `SELECT count(*) FROM convening c WHERE c.closed_at > 0 AND c.closed_at < c.closes_at AND NOT EXISTS (SELECT 1 FROM convening_choice o WHERE o.thread = c.thread AND o.at > 0 AND (o.suits >= 5 OR o.suits >= c.hands AND o.suits >= 3))`,
		"came, and made no meetup":      `SELECT count(*) FROM convening c WHERE c.came AND NOT EXISTS (SELECT 1 FROM meetup m WHERE m.thread = c.thread)`,
		"two at once in one city":       `SELECT count(*) FROM convening a JOIN convening b ON a.place = b.place AND a.thread < b.thread WHERE a.closed_at = 0 OR b.opened_at < a.closed_at`,
		"again after nothing, too soon": `SELECT count(*) FROM convening a JOIN convening b ON a.place = b.place AND a.thread < b.thread AND NOT EXISTS (SELECT 1 FROM convening m WHERE m.place = a.place AND m.thread > a.thread AND m.thread < b.thread) WHERE NOT a.came AND b.opened_at < a.closed_at + 14 * 86400 - 60 AND b.hands < a.hands + 2 AND b.closed_at = 0`,
	} {
		if n := tell(t, d, wrong); n != 0 {
			t.Errorf("%d convenings: %s", n, name)
		}
	}
}

// city is one with its hands.
type city struct {
	place place.Place
	hands []key.Actor
}

// mark has some of the city's hands mark what is asked, where something is.
func (c *city) mark(ctx context.Context, l *convene.Ladder, chance *rand.Rand) error {
	v, any, err := l.Standing(ctx, c.place)
	if err != nil || !any || !v.Open() {
		return err
	}
	for _, who := range c.hands {
		if chance.IntN(3) == 0 {
			continue
		}
		answers := map[int64]convene.Answer{}
		for _, choice := range v.Times {
			answers[choice.Number] = convene.Answer(chance.IntN(4))
		}
		if _, err := l.Hand(ctx, who); err != nil { // it came down by itself
			continue
		}
		if err := l.Mark(ctx, who, v.Thread, answers); err != nil {
			return err
		}
		if v, err = l.Convening(ctx, v.Thread); err != nil || !v.Open() {
			return err
		}
	}
	return nil
}

// someCity is a city of a country.
func someCity(country place.Place, n int) place.Place {
	var cities []place.Place
	for _, p := range country.Children() {
		if p.Kind() == place.City {
			cities = append(cities, p)
			continue
		}
		cities = append(cities, p.Children()[:min(1, len(p.Children()))]...)
	}
	if n < len(cities) && cities[n].Kind() == place.City {
		return cities[n]
	}
	return place.Place{}
}

// consistent sees that what is counted is what is there, and that nothing is stuck.
func consistent(t *testing.T, d *db.DB, now time.Time) {
	t.Helper()
	for name, wrong := range map[string]string{
		"cities count hands that aren't up":     `SELECT count(*) FROM hands h WHERE h.up <> (SELECT count(*) FROM hand WHERE hand.place = h.place)`,
		"hands are counted in no city":          `SELECT count(*) FROM hand WHERE place NOT IN (SELECT place FROM hands)`,
		"convenings are stuck":                  fmt.Sprintf(`SELECT count(*) FROM convening WHERE closed_at = 0 AND closes_at <= %d`, now.Add(-24*time.Hour).Unix()),
		"marks are of hands that are down":      `SELECT count(*) FROM mark WHERE hand NOT IN (SELECT hash FROM hand)`,
		"marks are kept of what has closed":     `SELECT count(*) FROM mark m JOIN convening c ON c.thread = m.thread WHERE c.closed_at > 0`,
		"hands are up whose time is long over":  fmt.Sprintf(`SELECT count(*) FROM hand WHERE week < %d`, convene.Week(now)-10),
		"meetups are to come that are long ago": fmt.Sprintf(`SELECT count(*) FROM meetup WHERE next_at > 0 AND next_at < %d`, now.Add(-48*time.Hour).Unix()),
		"jobs were given up":                    `SELECT count(*) FROM job WHERE dead_at > 0`,
	} {
		if n := tell(t, d, wrong); n != 0 {
			t.Errorf("%d %s", n, name)
		}
	}
}

func tell(t *testing.T, d *db.DB, query string) (n int) {
	t.Helper()
	if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(query).Scan(&n) }); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
