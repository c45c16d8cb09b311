package origin

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"moot/internal/calendar"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/order"
	"moot/internal/outbound"
	"moot/internal/place"
	"moot/internal/text"
)

// The kinds of the jobs of origins.
const (
	LookJob  = "calendar-look" // about the number of a calendar that is followed
	sweepJob = "sweep-origins"
)

// How often a calendar is asked for (security.md 2.4: four times a day at the
// most), how long it is left alone at the most while that fails, and after how many
// times stewards are told.
const (
	lookEvery   = 6 * time.Hour
	longestWait = 4 * 24 * time.Hour
	Troubled    = 3
	keptAfter   = 7 * 24 * time.Hour // as a meetup's host is
	mostFollow  = 100                // calendars that one site follows
)

// Kinds are the jobs of origins.
func (o *Origins) Kinds() []job.Kind {
	return []job.Kind{
		{Name: LookJob, Do: func(ctx context.Context, t *job.Turn) error {
			number, err := strconv.ParseInt(t.About, 10, 64)
			if err != nil {
				return err
			}
			return o.Visit(ctx, number, t.Done)
		}},
		{Name: sweepJob, Every: time.Hour, Do: func(ctx context.Context, _ *job.Turn) error { return o.Sweep(ctx) }},
	}
}

// Sweep forgets where meetups came from that are long over, unless the clock is
// suspect.
func (o *Origins) Sweep(ctx context.Context) error {
	for !o.Clock.Suspect() {
		var n int
		err := o.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = forget(tx, o.Clock.Now().Add(-keptAfter))
			return err
		})
		if err != nil || n < sweepAtOnce {
			return err
		}
	}
	return nil
}

// Followed is a calendar that stewards have the site look at.
type Followed struct {
	Number  int64
	Place   place.Place
	Name    string
	Host    string
	Public  bool
	Asked   time.Time // when it was asked for last; zero: not yet
	Next    time.Time // when it is asked for next
	Failed  int       // how often that failed, in a row
	Why     *fault.Fault
	Meetups int // that came of it and stand
	Left    int // events to come that aren't taken
}

// Troubled reports whether it failed so often that somebody should look.
func (f Followed) Troubled() bool { return f.Failed >= Troubled }

// Follow has the site look at a calendar, for a steward.
func (o *Origins) Follow(ctx context.Context, actor key.Actor, p place.Place, name, address string, public bool) (number int64, err error) {
	if err := order.May(actor, order.Follow, p.Path()); err != nil {
		return 0, err
	}
	name, wrong := checkName(name)
	if p.Kind() != place.City {
		wrong = cmp.Or(wrong, fault.New(fault.Invalid, "origin.no_city").On("place"))
	}
	address = strings.TrimSpace(address)
	if rest, ok := strings.CutPrefix(address, "webcal://"); ok {
		address = "https://" + rest
	}
	u, failed := url.Parse(address)
	if failed != nil || len(address) > 2000 || !o.Client.Allows(address) {
		return 0, fault.Join(wrong, fault.New(fault.Invalid, "origin.address").On("address"))
	}
	if wrong != nil {
		return 0, wrong
	}
	secret, err := o.Boards.Secret(ctx)
	if err != nil {
		return 0, err
	}
	number = newNumber()
	sealed, err := key.Seal(secret, purpose(number), []byte(address))
	if err != nil {
		return 0, err
	}
	return number, o.DB.Write(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.Row(`SELECT count(*) FROM calendar WHERE host <> ''`).Scan(&n); err != nil {
			return err
		}
		if n >= mostFollow {
			return fault.New(fault.Conflict, "origin.follows_full", "n", mostFollow)
		}
		if twice, err := follows(tx, secret, p.Path(), address); err != nil {
			return err
		} else if twice {
			return fault.New(fault.Conflict, "origin.followed_already").On("address")
		}
		c := keptCalendar{number: number, place: p.Path(), name: name, host: strings.ToLower(u.Hostname()), owner: []byte{}, public: public}
		if err := insertCalendar(tx, c); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO calendar_address (calendar, sealed) VALUES ($1, $2)`, number, sealed); err != nil {
			return err
		}
		return o.Jobs.Add(tx, LookJob, about(number), o.Clock.Now())
	})
}

// follows reports whether a city follows an address.
func follows(tx *db.Tx, secret []byte, place, address string) (bool, error) {
	type sealed struct {
		number int64
		box    []byte
	}
	all, err := db.All(tx, func(scan db.Scan) (s sealed, err error) { return s, scan(&s.number, &s.box) },
		`SELECT a.calendar, a.sealed FROM calendar_address a JOIN calendar c ON c.number = a.calendar WHERE c.place = $1`, place)
	for _, s := range all {
		if plain, err := key.Open(secret, purpose(s.number), s.box); err == nil && string(plain) == address {
			return true, nil
		}
	}
	return false, err
}

func about(number int64) string   { return strconv.FormatInt(number, 10) }
func purpose(number int64) string { return "calendar " + about(number) }

// Follows are the calendars that the site looks at, for a steward.
func (o *Origins) Follows(ctx context.Context, actor key.Actor) (all []Followed, err error) {
	if err := order.May(actor, order.Follow, ""); err != nil {
		return nil, err
	}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		list, err := db.All(tx, scanCalendar, `SELECT `+calendarColumns+` FROM calendar WHERE host <> '' ORDER BY place, name, number LIMIT $1`, mostFollow)
		if err != nil {
			return err
		}
		for _, c := range list {
			f := Followed{Number: c.number, Name: c.name, Host: c.host, Public: c.public, Failed: c.failed, Left: c.leftOut}
			f.Place, _ = o.Places.ByPath(c.place)
			if c.fetchedAt > 0 {
				f.Asked = time.Unix(c.fetchedAt, 0).UTC()
				f.Next = f.Asked.Add(waits(c.failed))
			}
			if c.why != "" {
				f.Why = fault.New(fault.Invalid, c.why, "n", c.code, "line", c.code)
			}
			if err := tx.Row(`SELECT count(*) FROM brought WHERE calendar = $1 AND NOT gone`, c.number).Scan(&f.Meetups); err != nil {
				return err
			}
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// Unfollow has the site no longer look at a calendar, for a steward. Its meetups
// that are to come are called off, or stand without it.
func (o *Origins) Unfollow(ctx context.Context, actor key.Actor, number int64, callOff bool) error {
	return o.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := holdCalendar(tx, number)
		if err == db.ErrNone || err == nil && c.host == "" {
			return fault.New(fault.NotFound, "origin.no_calendar")
		} else if err != nil {
			return err
		}
		if err := order.May(actor, order.Follow, c.place); err != nil {
			return err
		}
		list, err := ofCalendar(tx, number)
		for _, b := range list {
			if err != nil {
				return err
			}
			if callOff {
				err = o.CallOff(tx, b.thread, o.gone(tx, c))
			} else if !b.gone {
				err = o.Release(tx, b.thread)
			}
		}
		if err != nil {
			return err
		}
		if err := o.Jobs.Drop(tx, LookJob, about(number)); err != nil {
			return err
		}
		for _, statement := range []string{`DELETE FROM brought WHERE calendar = $1`, `DELETE FROM calendar_address WHERE calendar = $1`, `DELETE FROM calendar WHERE number = $1`} {
			if _, err := tx.Exec(statement, number); err != nil {
				return err
			}
		}
		return nil
	})
}

// waits is how long a calendar is left alone that has failed so often.
func waits(failed int) time.Duration { return min(longestWait, lookEvery<<min(failed, 6)) }

// Visit asks for a calendar that is followed, and does what it says. Done is told of
// the transaction in which that is so, or in which it is noted why not.
func (o *Origins) Visit(ctx context.Context, number int64, done func(*db.Tx) error) error {
	var c keptCalendar
	var sealed []byte
	err := o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		sealed = nil
		if c, err = scanCalendar(tx.Row(`SELECT `+calendarColumns+` FROM calendar WHERE number = $1`, number).Scan); err != nil {
			return err
		}
		if err = tx.Row(`SELECT sealed FROM calendar_address WHERE calendar = $1`, number).Scan(&sealed); err == db.ErrNone {
			err = nil // a backup has no addresses
		}
		return err
	})
	if err == db.ErrNone {
		return o.DB.Write(ctx, done)
	} else if err != nil {
		return err
	}
	found, why, code := o.fetch(ctx, c, sealed)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return o.take(ctx, c, found, why, code, done)
}

// fetch asks for a calendar: what its host has, or why not.
func (o *Origins) fetch(ctx context.Context, c keptCalendar, sealed []byte) (found outbound.Fetched, why string, code int) {
	secret, err := o.Boards.Secret(ctx)
	if err != nil {
		return found, "origin.away", 0
	}
	address, err := key.Open(secret, purpose(c.number), sealed)
	if err != nil {
		return found, "origin.no_address", 0
	}
	found, err = o.Client.Fetch(ctx, string(address), outbound.Fetched{ETag: c.etag, Modified: c.modified}, calendar.MostBytes)
	switch {
	case errors.Is(err, outbound.ErrTooBig):
		return found, "origin.too_big", calendar.MostBytes >> 20
	case errors.Is(err, outbound.ErrTooFar):
		return found, "origin.too_far", 0
	case errors.Is(err, outbound.ErrAddress):
		return found, "origin.not_public", 0
	case err != nil:
		return found, "origin.away", 0
	case found.Status != 200 && found.Status != 304:
		return found, "origin.status", found.Status
	}
	return found, "", 0
}

// take does what a calendar says that was fetched, or notes why it wasn't.
func (o *Origins) take(ctx context.Context, was keptCalendar, found outbound.Fetched, why string, code int, done func(*db.Tx) error) error {
	p, known := o.Places.ByPath(was.place)
	if !known {
		why = cmp.Or(why, "origin.no_city")
	}
	var lines []Line
	empty := false
	if why == "" && found.Status == 200 {
		book, err := calendar.Read(found.Body, p.Zone())
		if err != nil {
			f := fault.Each(err)[0]
			why = "origin.unread"
			for i := 0; i+1 < len(f.Args); i += 2 {
				if line, ok := f.Args[i+1].(int); ok && f.Args[i] == "line" {
					code = line
				}
			}
		} else {
			empty = len(book.Found) == 0
			lines = o.weighAll(p, book, was.name+" ("+was.host+")", func(string) bool { return was.public })
		}
	}
	bodies := o.bodies(ctx, p, lines)
	return o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := done(tx); err != nil { // first, since the next look takes its place
			return err
		}
		c, err := holdCalendar(tx, was.number)
		if err == db.ErrNone {
			return nil
		} else if err != nil {
			return err
		}
		said, number := why, code
		list, err := ofCalendar(tx, c.number)
		if err != nil {
			return err
		}
		if said == "" && empty && c.failed == 0 && slices.ContainsFunc(list, func(b brought) bool { return !b.gone }) {
			said = "origin.emptied" // it is believed when it says so again
		}
		c.fetchedAt, c.why, c.code = o.Clock.Now().Truncate(time.Minute).Unix(), said, number
		if said != "" {
			c.failed++
		} else if c.failed = 0; found.Status == 200 {
			c.etag, c.modified = bounded(found.ETag), bounded(found.Modified)
			if err := o.follow(tx, &c, list, slices.Clone(lines), bodies); err != nil {
				return err
			}
		}
		if err := updateCalendar(tx, c); err != nil {
			return err
		}
		return o.Jobs.Add(tx, LookJob, about(c.number), o.Clock.Now().Add(waits(c.failed)))
	})
}

// bounded is what a host calls a form of its calendar; one that is too long isn't
// kept, so that it is asked for whole.
func bounded(s string) string {
	if len(s) > 200 || text.CleanLine(s) != s {
		return ""
	}
	return s
}
