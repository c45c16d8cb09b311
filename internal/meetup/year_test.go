package meetup_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/place"
)

// Cities over a year, a thousand of them by night, in which hands come and go, mark
// or don't, reach to other cities, and ask for a date: no convening opens twice, none
// is stuck, each closes by the rules, and what is counted is what is there.
func TestCitiesOverAYear(t *testing.T) {
	cities := 60
	if os.Getenv("MOOT_FAULTS") == "long" {
		cities = 1000
	}
	y := liveThrough(t, convene.Defaults(), cities, 365, 1871)
	t.Logf("%+v", y)
	if y.opened < cities || y.asked < cities/10 || y.met < cities/4 || y.closed-y.met < cities/4 || y.reached < cities/10 {
		t.Error("too little happened to say much")
	}
}

// The same holds for whatever numbers a site may set.
func TestCitiesByOtherRules(t *testing.T) {
	rules := 6
	if os.Getenv("MOOT_FAULTS") == "long" {
		rules = 100
	}
	chance := rand.New(rand.NewPCG(1871, 18))
	var all year
	for n := range rules {
		r := someRules(chance)
		y := liveThrough(t, r, 12, 200, uint64(n))
		if t.Failed() {
			t.Fatalf("by the rules %+v", r)
		}
		all.opened, all.asked, all.met = all.opened+y.opened, all.asked+y.asked, all.met+y.met
		all.closed, all.reached = all.closed+y.closed, all.reached+y.reached
	}
	t.Logf("%+v", all)
	if all.opened < 10*rules || all.asked < rules || all.met < rules || all.closed-all.met < rules {
		t.Error("too little happened to say much")
	}
}

// someRules are numbers that a site may set (docs/operate/hands.md), small ones mostly, so that
// something happens.
func someRules(chance *rand.Rand) convene.Rules {
	const day = 24 * time.Hour
	r := convene.Rules{Shown: 3 + chance.IntN(2), Held: 1 + chance.IntN(8), Growth: 1 + chance.IntN(4), First: 1 + chance.IntN(20)}
	r.HandLife, r.Rest = time.Duration(7+chance.IntN(100))*day, time.Duration(1+chance.IntN(30))*day
	r.Ask = r.Shown + chance.IntN(3)
	r.Hands = r.Ask + chance.IntN(4)
	r.Least = 2 + chance.IntN(r.Ask-1)
	r.Enough = r.Least + chance.IntN(4)
	open := 1 + chance.IntN(14)
	r.Open, r.Last = time.Duration(open)*day, max(r.First, open)+7+chance.IntN(20)
	return r
}

// year is how much happened.
type year struct {
	opened, closed int // convenings
	asked          int // of them by somebody
	met            int
	reached        int // marks of hands from other cities
}

// liveThrough has cities live by rules for some days, and sees that all laws hold.
func liveThrough(t *testing.T, rules convene.Rules, cities, days int, seed uint64) (y year) {
	t.Helper()
	d := dbtest.Open(t, db.SQLite)
	held, outbox := clock.Hold(friday), event.New()
	jobs, boards := job.New(d, held), board.New(d, held, outbox, gazetteer(), board.Limits{PostLength: 8000})
	english, _ := lang.Lookup("en")
	meetups := meetup.New(meetup.Settings{
		DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs,
		Over: func(tx *db.Tx, at string) error { return jobs.Add(tx, convene.LookJob, at, held.Now()) },
	})
	ladder := convene.New(convene.Settings{
		DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs, Rules: rules,
		Words: func(place.Place) *lang.Language { return english }, ToCome: meetups.ToCome,
		Meet: func(tx *db.Tx, a convene.Agreed) error {
			if a.Hands < rules.Least || !a.At.After(held.Now()) {
				t.Errorf("%s: %d hands meet at %v, now %v", a.Place.Path(), a.Hands, a.At, held.Now())
			}
			tx.After(func() { y.met++ })
			return meetups.Make(tx, a.Thread, meetup.Details{Title: "We meet", Start: a.At.Format(meetup.ClockForm), Minutes: 120})
		},
	})
	crew := jobs.Crew(quiet, append(ladder.Kinds(), meetups.Kinds()...)...)
	if err := crew.Schedule(t.Context()); err != nil {
		t.Fatal(err)
	}

	chance := rand.New(rand.NewPCG(seed, 3))
	random := rand.NewChaCha8([32]byte{18, 71, byte(seed)})
	var all []*city
	countries := gazetteer().Countries()
	for n := 0; len(all) < cities; n++ {
		if p := someCity(countries[n%len(countries)], n/len(countries)); p.Valid() {
			all = append(all, &city{place: p, near: gazetteer().Near(p, 50, 40)})
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
		for range max(1, cities/20) { // something happens in one of twenty
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
			must(c.far(ctx, ladder, chance, random))
			must(c.ask(ctx, ladder, chance, rules, &y))
			must(c.mark(ctx, ladder, chance, &y))
		}
		if day%30 == 29 {
			consistent(t, d, held.Now(), rules)
		}
	}
	consistent(t, d, held.Now(), rules)
	y.opened, y.closed = tell(t, d, `SELECT count(*) FROM convening`), tell(t, d, `SELECT count(*) FROM convening WHERE closed_at > 0`)
	law := strings.NewReplacer("LEAST", strconv.Itoa(rules.Least), "ENOUGH", strconv.Itoa(rules.Enough), "GROWTH", strconv.Itoa(rules.Growth), "REST", strconv.Itoa(int(rules.Rest.Seconds())),
		"OWN", "b.thread NOT IN (SELECT thread FROM post WHERE body = 'Who meets?')")
	for name, wrong := range map[string]string{
		"came of too few":               `SELECT count(*) FROM convening c JOIN convening_choice w ON w.thread = c.thread AND w.number = c.at_choice WHERE c.came AND w.suits < LEAST`,
		"came, by a time that lost":     `SELECT count(*) FROM convening c JOIN convening_choice w ON w.thread = c.thread AND w.number = c.at_choice WHERE c.came AND EXISTS (SELECT 1 FROM convening_choice o WHERE o.thread = c.thread AND o.at > 0 AND (o.suits > w.suits OR o.suits = w.suits AND (o.cant < w.cant OR o.cant = w.cant AND o.at < w.at)))`,
		"nothing came of enough":        `SELECT count(*) FROM convening c WHERE c.closed_at > 0 AND NOT c.came AND EXISTS (SELECT 1 FROM convening_choice o WHERE o.thread = c.thread AND o.at > 0 AND o.suits >= LEAST)`,
		"closed early, for no reason":   `SELECT count(*) FROM convening c WHERE c.closed_at > 0 AND c.closed_at < c.closes_at AND NOT EXISTS (SELECT 1 FROM convening_choice o WHERE o.thread = c.thread AND o.at > 0 AND (o.suits >= ENOUGH OR o.suits >= c.hands AND o.suits >= LEAST))`,
		"came, and made no meetup":      `SELECT count(*) FROM convening c WHERE c.came AND NOT EXISTS (SELECT 1 FROM meetup m WHERE m.thread = c.thread)`,
		"two at once in one city":       `SELECT count(*) FROM convening a JOIN convening b ON a.place = b.place AND a.thread < b.thread WHERE a.closed_at = 0 OR b.opened_at < a.closed_at`,
		"again after nothing, too soon": `SELECT count(*) FROM convening a JOIN convening b ON a.place = b.place AND a.thread < b.thread AND NOT EXISTS (SELECT 1 FROM convening m WHERE m.place = a.place AND m.thread > a.thread AND m.thread < b.thread) WHERE NOT a.came AND b.opened_at < a.closed_at + REST - 60 AND b.hands < a.hands + GROWTH AND b.closed_at = 0 AND OWN`,
	} {
		if n := tell(t, d, law.Replace(wrong)); n != 0 {
			t.Errorf("%d convenings: %s", n, name)
		}
	}
	return y
}

// city is one with its hands.
type city struct {
	place   place.Place
	hands   []key.Actor
	near    []place.Place
	further []key.Actor // hands of other cities that reach here
}

// far has a hand go up in a city near this one, and reach as far.
func (c *city) far(ctx context.Context, l *convene.Ladder, chance *rand.Rand, random io.Reader) error {
	if len(c.near) == 0 || len(c.further) > 3 || chance.IntN(3) > 0 {
		return nil
	}
	who, err := key.Fresh(random)
	if err == nil {
		_, err = l.Raise(ctx, who, nil, c.near[chance.IntN(len(c.near))], 50)
		c.further = append(c.further, who)
	}
	return err
}

// ask has one of the city's hands ask the others for a date: that opens a convening
// where the rules say so, and is refused where they don't.
func (c *city) ask(ctx context.Context, l *convene.Ladder, chance *rand.Rand, rules convene.Rules, y *year) error {
	if len(c.hands) == 0 || chance.IntN(3) > 0 {
		return nil
	}
	up, _, err := l.Up(ctx, c.place)
	if err != nil {
		return err
	}
	before, any, err := l.Standing(ctx, c.place)
	if err != nil {
		return err
	}
	owner := c.hands[chance.IntN(len(c.hands))]
	stands, gone := any && before.Open(), false
	if _, err := l.Hand(ctx, owner); err != nil {
		gone = true
	}
	made, err := l.Begin(ctx, key.Anyone, owner, board.NewThread{Place: c.place, NewPost: board.NewPost{Body: "Who meets?"}})
	switch {
	case err == nil && (stands || gone || !rules.MayAsk(up)):
		return fmt.Errorf("%s: with %+v up, and %+v standing, another opened", c.place.Path(), up, before)
	case err == nil:
		if now, _, err := l.Standing(ctx, c.place); err != nil || now.Thread != made.Thread || !now.Open() || len(now.Times) < 4 {
			return fmt.Errorf("%s: it asked by %+v, and there stands %+v: %v", c.place.Path(), made, now, err)
		}
		y.asked++
	case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden):
		return err
	}
	return nil
}

// mark has some of the city's hands mark what is asked, where something is.
func (c *city) mark(ctx context.Context, l *convene.Ladder, chance *rand.Rand, y *year) error {
	v, any, err := l.Standing(ctx, c.place)
	if err != nil || !any || !v.Open() {
		return err
	}
	for n, who := range slices.Concat(c.hands, c.further) {
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
		if n >= len(c.hands) {
			y.reached++
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
func consistent(t *testing.T, d *db.DB, now time.Time, rules convene.Rules) {
	t.Helper()
	for name, wrong := range map[string]string{
		"cities count hands that aren't up":     `SELECT count(*) FROM hands h WHERE h.up <> (SELECT count(*) FROM hand WHERE hand.place = h.place)`,
		"hands are counted in no city":          `SELECT count(*) FROM hand WHERE place NOT IN (SELECT place FROM hands)`,
		"convenings are stuck":                  fmt.Sprintf(`SELECT count(*) FROM convening WHERE closed_at = 0 AND closes_at <= %d`, now.Add(-24*time.Hour).Unix()),
		"marks are of hands that are down":      `SELECT count(*) FROM mark WHERE hand NOT IN (SELECT hash FROM hand)`,
		"marks are kept of what has closed":     `SELECT count(*) FROM mark m JOIN convening c ON c.thread = m.thread WHERE c.closed_at > 0`,
		"hands are up whose time is long over":  fmt.Sprintf(`SELECT count(*) FROM hand WHERE week < %d`, convene.Week(now.Add(-rules.HandLife))-2),
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
