package meetup

import (
	"bytes"
	"strconv"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/place"
	"moot/internal/recur"
)

// kept is a meetup as it is kept.
type kept struct {
	thread         int64
	place, uid     string
	title          string
	startsAt       int64
	zone           string
	minutes        int
	venue          Venue
	spot           string
	spotHeld       bool
	room           int
	rule           string
	sequence       int
	changedAt      int64
	cancelled      bool
	reason         string
	host           []byte
	nextAt, overAt int64
	origin         string
	location       *time.Location
	changed        map[int64]int64
	reasons        map[int64]string // why single times were dropped
	agreedAt       int64
	agreedIn       bool
}

const meetupColumns = `thread, place, uid, title, starts_at, zone, minutes, venue, directions, recognise, step_free, cost, spot, spot_held, room, rrule, sequence, changed_at, cancelled, reason, host, next_at, over_at, agreed_at, agreed_in, origin`

func scanMeetup(scan db.Scan) (k kept, err error) {
	var host []byte
	err = scan(&k.thread, &k.place, &k.uid, &k.title, &k.startsAt, &k.zone, &k.minutes, &k.venue.Name, &k.venue.Directions, &k.venue.Recognise, &k.venue.StepFree, &k.venue.Cost,
		&k.spot, &k.spotHeld, &k.room, &k.rule, &k.sequence, &k.changedAt, &k.cancelled, &k.reason, &host, &k.nextAt, &k.overAt, &k.agreedAt, &k.agreedIn, &k.origin)
	k.host = append([]byte{}, host...) // never nil, which would be stored as NULL
	return k, err
}

// take has a meetup say what was checked.
func (k *kept) take(c checked) {
	k.title, k.startsAt, k.zone, k.location = c.Title, c.start.Unix(), c.Zone, c.start.Location()
	k.minutes, k.venue, k.spot, k.spotHeld, k.room, k.rule = c.Minutes, c.Venue, c.Spot, c.Held && c.Spot != "", c.Room, c.rule
}

// said is what a meetup says, as it was checked.
func (k kept) said() checked {
	return checked{Details: Details{
		Title: k.title, Start: k.start().Format(ClockForm), Zone: k.zone, Minutes: k.minutes, Venue: k.venue, Spot: k.spot, Held: k.spotHeld, Room: k.room,
	}, start: k.start(), rule: k.rule}
}

func (k kept) start() time.Time      { return time.Unix(k.startsAt, 0).In(k.location) }
func (k kept) length() time.Duration { return time.Duration(k.minutes) * time.Minute }
func (k kept) about() string         { return strconv.FormatInt(k.thread, 10) }

// ends is when what is next is over.
func (k kept) ends() time.Time { return time.Unix(k.nextAt, 0).Add(k.length()) }

func (k kept) series() series {
	return series{recur.Series{Start: k.start(), Rule: k.rule, Length: k.length(), Changed: k.changed}}
}

func (k kept) target() board.Target {
	return board.Target{Number: k.thread, Thread: k.thread, Place: k.place}
}

// keptFor is how long after its host last changed it a meetup that repeats keeps its
// thread on a full board.
const keptFor = 366 * 24 * time.Hour

// staysUntil is until when its thread isn't archived to make room: until what is next
// is over. One that repeats without end doesn't stay for good.
func (k kept) staysUntil() time.Time {
	if last := time.Unix(k.changedAt, 0).Add(keptFor); k.rule != "" && last.Before(k.ends()) {
		return last
	}
	return k.ends()
}

// hosts reports whether whoever has a token hosts it.
func (k kept) hosts(host key.Actor) bool {
	return host.Known() && len(k.host) > 0 && bytes.Equal(k.host, hostOf(host, k.thread))
}

// stands is what is in the way of changing it, and of answering.
func (k kept) stands() error {
	switch {
	case k.cancelled:
		return fault.New(fault.Conflict, "meetup.cancelled")
	case k.nextAt == 0:
		return fault.New(fault.Conflict, "meetup.over")
	}
	return nil
}

const meetupQuery = `SELECT ` + meetupColumns + ` FROM meetup WHERE thread = $1`

// find reads a meetup.
func (m *Meetups) find(tx *db.Tx, thread int64) (kept, error) {
	return m.whole(tx)(scanMeetup(tx.Row(meetupQuery, thread).Scan))
}

// hold finds a meetup, and holds it until the transaction ends.
func (m *Meetups) hold(tx *db.Tx, thread int64) (kept, error) {
	return m.whole(tx)(scanMeetup(tx.HoldRow(meetupQuery, thread).Scan))
}

// whole reads what belongs to one meetup.
func (m *Meetups) whole(tx *db.Tx) func(kept, error) (kept, error) {
	return func(k kept, err error) (kept, error) {
		if err == db.ErrNone {
			return k, fault.New(fault.NotFound, "meetup.no_meetup")
		} else if err != nil {
			return k, err
		}
		all := []kept{k}
		err = m.complete(tx, all)
		return all[0], err
	}
}

var exceptionsOf = db.ForMany(func(n int) string {
	return `SELECT thread, original, moved, reason FROM meetup_exception WHERE thread IN ` + db.Marks(1, 1, make([]string, n)...)
})

// complete adds to some meetups, MostAtOnce at the most, what became of their
// single times, and their zones.
func (m *Meetups) complete(tx *db.Tx, all []kept) error {
	if len(all) == 0 {
		return nil
	}
	number := map[int64]*kept{}
	var threads []any
	for i := range all {
		k := &all[i]
		p, err := m.place(k.place)
		if err != nil {
			return err
		}
		if k.location = p.Zone(); k.location.String() != k.zone {
			if k.location, err = recur.Zone(k.zone); err != nil {
				return err
			}
		}
		number[k.thread], threads = k, append(threads, k.thread)
	}
	query, args := exceptionsOf.Among(threads)
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		var thread, original, moved int64
		var reason string
		if err = scan(&thread, &original, &moved, &reason); err != nil {
			return none, err
		}
		k := number[thread]
		if k.changed == nil {
			k.changed, k.reasons = map[int64]int64{}, map[int64]string{}
		}
		k.changed[original], k.reasons[original] = moved, reason
		return none, nil
	}, query, args...)
	return err
}

func insertMeetup(tx *db.Tx, k kept, p place.Place) error {
	var region, country string
	if r := p.Region(); r.Valid() {
		region = r.Path()
	}
	if c := p.Country(); c.Valid() {
		country = c.Path()
	}
	_, err := tx.Exec(`INSERT INTO meetup (`+meetupColumns+`, region, country, kept) VALUES `+db.Marks(1, 1, make([]string, 29)...),
		k.thread, k.place, k.uid, k.title, k.startsAt, k.zone, k.minutes, k.venue.Name, k.venue.Directions, k.venue.Recognise, k.venue.StepFree, k.venue.Cost,
		k.spot, k.spotHeld, k.room, k.rule, k.sequence, k.changedAt, k.cancelled, k.reason, k.host, k.nextAt, k.overAt, k.agreedAt, k.agreedIn, k.origin, region, country, true)
	return err
}

func updateMeetup(tx *db.Tx, k kept) error {
	_, err := tx.Exec(`UPDATE meetup SET title = $2, starts_at = $3, zone = $4, minutes = $5, venue = $6, directions = $7, recognise = $8, step_free = $9, cost = $10,
		spot = $11, spot_held = $12, room = $13, rrule = $14, sequence = $15, changed_at = $16, cancelled = $17, reason = $18, host = $19, next_at = $20, over_at = $21, origin = $22 WHERE thread = $1`,
		k.thread, k.title, k.startsAt, k.zone, k.minutes, k.venue.Name, k.venue.Directions, k.venue.Recognise, k.venue.StepFree, k.venue.Cost,
		k.spot, k.spotHeld, k.room, k.rule, k.sequence, k.changedAt, k.cancelled, k.reason, k.host, k.nextAt, k.overAt, k.origin)
	return err
}

// putException keeps what became of a single time: 0 where it was dropped.
func putException(tx *db.Tx, thread, original, moved int64, reason string) error {
	_, err := tx.Exec(`INSERT INTO meetup_exception (thread, original, moved, reason) VALUES ($1, $2, $3, $4)
		ON CONFLICT (thread, original) DO UPDATE SET moved = excluded.moved, reason = excluded.reason`, thread, original, moved, reason)
	return err
}

// dropException has a single time be as its rule says.
func dropException(tx *db.Tx, thread, original int64) error {
	_, err := tx.Exec(`DELETE FROM meetup_exception WHERE thread = $1 AND original = $2`, thread, original)
	return err
}

// putAfter keeps how a time was, in place of what was told of it before.
func putAfter(tx *db.Tx, thread int64, o Occurrence, came int, notes string) error {
	_, err := tx.Exec(`INSERT INTO meetup_after (thread, occurrence, starts_at, came, notes) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (thread, occurrence) DO UPDATE SET starts_at = excluded.starts_at, came = excluded.came, notes = excluded.notes`,
		thread, o.Original.Unix(), o.Start.Unix(), came, notes)
	return err
}

// aftersOf are how the last times of a meetup were of which that was told, the newest
// first.
func aftersOf(tx *db.Tx, k kept, most int) ([]After, error) {
	return db.All(tx, func(scan db.Scan) (After, error) {
		var original, start int64
		a := After{Told: true}
		err := scan(&original, &start, &a.Came, &a.Notes)
		a.Original, a.Start = time.Unix(original, 0).In(k.location), time.Unix(start, 0).In(k.location)
		a.End = a.Start.Add(k.length())
		return a, err
	}, `SELECT occurrence, starts_at, came, notes FROM meetup_after WHERE thread = $1 ORDER BY starts_at DESC, occurrence LIMIT $2`, k.thread, most)
}

// answered are the times of a meetup that somebody answered for and that end after
// a time.
func answered(tx *db.Tx, thread, after int64) ([]int64, error) {
	return db.All(tx, func(scan db.Scan) (o int64, err error) { return o, scan(&o) },
		`SELECT occurrence FROM rsvp_count WHERE thread = $1 AND kept AND ends_at > $2 ORDER BY occurrence`, thread, after)
}

// putOff has answers for one time count for others: pairs of when those would have
// begun, the second 0 where nothing comes of it. They go by numbers that no time
// has, since one may be what another was.
func putOff(tx *db.Tx, thread int64, pairs [][2]int64) error {
	for _, table := range []string{"rsvp", "rsvp_count"} {
		for _, p := range pairs {
			var err error
			if p[1] == 0 {
				_, err = tx.Exec(`DELETE FROM `+table+` WHERE thread = $1 AND occurrence = $2`, thread, p[0])
			} else {
				_, err = tx.Exec(`UPDATE `+table+` SET occurrence = -CAST($3 AS bigint) WHERE thread = $1 AND occurrence = $2`, thread, p[0], p[1])
			}
			if err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE `+table+` SET occurrence = -occurrence WHERE thread = $1 AND occurrence < 0`, thread); err != nil {
			return err
		}
	}
	return nil
}

// holdCount finds how many answered for a time, and writes down when that is over.
func holdCount(tx *db.Tx, thread int64, o Occurrence) (c Counts, err error) {
	err = tx.Row(`INSERT INTO rsvp_count (thread, occurrence, ends_at, kept, coming, maybe, cant) VALUES ($1, $2, $3, $4, 0, 0, 0)
		ON CONFLICT (thread, occurrence) DO UPDATE SET ends_at = excluded.ends_at, kept = excluded.kept RETURNING coming, maybe, cant`,
		thread, o.Original.Unix(), o.End.Unix(), true).Scan(&c.Coming, &c.Maybe, &c.Cant)
	return c, err
}

func putCount(tx *db.Tx, thread, occurrence int64, c Counts) error {
	_, err := tx.Exec(`UPDATE rsvp_count SET coming = $3, maybe = $4, cant = $5 WHERE thread = $1 AND occurrence = $2`, thread, occurrence, c.Coming, c.Maybe, c.Cant)
	return err
}

// putEnd writes down when a time is over that somebody may have answered for.
func putEnd(tx *db.Tx, thread int64, o Occurrence) error {
	_, err := tx.Exec(`UPDATE rsvp_count SET ends_at = $3 WHERE thread = $1 AND occurrence = $2`, thread, o.Original.Unix(), o.End.Unix())
	return err
}

// putRSVP keeps an answer in place of the one that was there.
func putRSVP(tx *db.Tx, thread, occurrence int64, hash []byte, r RSVP) error {
	if r.Answer == Unanswered {
		_, err := tx.Exec(`DELETE FROM rsvp WHERE thread = $1 AND occurrence = $2 AND hash = $3`, thread, occurrence, hash)
		return err
	}
	_, err := tx.Exec(`INSERT INTO rsvp (thread, occurrence, hash, answer, note, seen) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (thread, hash, occurrence) DO UPDATE SET answer = excluded.answer, note = excluded.note, seen = excluded.seen`,
		thread, occurrence, hash, int(r.Answer), r.Note, r.Seen)
	return err
}

func findRSVP(tx *db.Tx, thread, occurrence int64, hash []byte) (r RSVP, err error) {
	err = tx.Row(`SELECT answer, note, seen FROM rsvp WHERE thread = $1 AND occurrence = $2 AND hash = $3`, thread, occurrence, hash).Scan(&r.Answer, &r.Note, &r.Seen)
	if err == db.ErrNone {
		err = nil
	}
	return r, err
}
