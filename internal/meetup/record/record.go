package record

import (
	"bytes"
	"strconv"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/place"
	"moot/internal/plan"
	"moot/internal/recur"
)

// Record is a meetup as it is kept.
type Record struct {
	Thread         int64
	Place, UID     string
	Title          string
	StartsAt       int64
	Zone           string
	Minutes        int
	Venue          plan.Venue
	Spot           string
	SpotHeld       bool
	Room           int
	Rule           string
	Sequence       int
	ChangedAt      int64
	Cancelled      bool
	Reason         string
	Host           []byte
	NextAt, OverAt int64
	Origin         string
	Location       *time.Location
	Changed        map[int64]int64
	Reasons        map[int64]string // why single times were dropped
	AgreedAt       int64
	AgreedIn       bool
	MayStand       bool // whoever hosted what hands agreed on cancelled it, and a hand may have it stand again
}

const Columns = `thread, place, uid, title, starts_at, zone, minutes, venue, directions, recognise, step_free, cost, spot, spot_held, room, rrule, sequence, changed_at, cancelled, reason, host, next_at, over_at, agreed_at, agreed_in, origin, may_stand`

func Scan(scan db.Scan) (k Record, err error) {
	var host []byte
	err = scan(&k.Thread, &k.Place, &k.UID, &k.Title, &k.StartsAt, &k.Zone, &k.Minutes, &k.Venue.Name, &k.Venue.Directions, &k.Venue.Recognise, &k.Venue.StepFree, &k.Venue.Cost,
		&k.Spot, &k.SpotHeld, &k.Room, &k.Rule, &k.Sequence, &k.ChangedAt, &k.Cancelled, &k.Reason, &host, &k.NextAt, &k.OverAt, &k.AgreedAt, &k.AgreedIn, &k.Origin, &k.MayStand)
	k.Host = append([]byte{}, host...) // never nil, which would be stored as NULL
	return k, err
}

// Take has a meetup say what was checked.
func (k *Record) Take(c plan.Checked) {
	k.Title, k.StartsAt, k.Zone, k.Location = c.Title, c.First.Unix(), c.Zone, c.First.Location()
	k.Minutes, k.Venue, k.Spot, k.SpotHeld, k.Room, k.Rule = c.Minutes, c.Venue, c.Spot, c.Held && c.Spot != "", c.Room, c.RRule
}

// Said is what a meetup says, as it was checked.
func (k Record) Said() plan.Checked {
	return plan.Checked{Details: plan.Details{
		Title: k.Title, Start: k.Start().Format(recur.ClockForm), Zone: k.Zone, Minutes: k.Minutes, Venue: k.Venue, Spot: k.Spot, Held: k.SpotHeld, Room: k.Room,
	}, First: k.Start(), RRule: k.Rule}
}

func (k Record) Start() time.Time      { return time.Unix(k.StartsAt, 0).In(k.Location) }
func (k Record) Length() time.Duration { return time.Duration(k.Minutes) * time.Minute }
func (k Record) Days() int             { return k.Series().Days() }
func (k Record) About() string         { return strconv.FormatInt(k.Thread, 10) }

// Ends is when what is next is over.
func (k Record) Ends() time.Time {
	next := time.Unix(k.NextAt, 0)
	return k.Series().Occurrence(next, next).End
}

func (k Record) Series() Series {
	return Series{recur.Series{Start: k.Start(), Rule: k.Rule, Length: k.Length(), Changed: k.Changed}}
}

// keptFor is how long after its host last changed it a meetup that repeats keeps its
// thread on a full board.
const keptFor = 366 * 24 * time.Hour

// StaysUntil is until when its thread isn't archived to make room: until what is next
// is over. One that repeats without end doesn't stay for good.
func (k Record) StaysUntil() time.Time {
	if last := time.Unix(k.ChangedAt, 0).Add(keptFor); k.Rule != "" && last.Before(k.Ends()) {
		return last
	}
	return k.Ends()
}

// Hosts reports whether whoever has a token hosts it.
func (k Record) Hosts(host key.Actor) bool {
	return host.Known() && len(k.Host) > 0 && bytes.Equal(k.Host, HostOf(host, k.Thread))
}

// Stands is what is in the way of changing it, and of answering.
func (k Record) Stands() error {
	switch {
	case k.Cancelled:
		return fault.New(fault.Conflict, "meetup.cancelled")
	case k.NextAt == 0:
		return fault.New(fault.Conflict, "meetup.over")
	}
	return nil
}

// HostOf is what is kept of who has a host's token, for one meetup: two that the
// same token hosts don't show that.
func HostOf(host key.Actor, thread int64) []byte {
	return host.Hash("host " + strconv.FormatInt(thread, 10))
}

// Table is where meetups are kept.
type Table struct{ Places *place.Gazetteer }

// Place is the place of a path that was stored.
func (t Table) Place(path string) (place.Place, error) {
	if p, ok := t.Places.ByPath(path); ok {
		return p, nil
	}
	if p, ok := t.Places.Redirect(path); ok {
		return p, nil
	}
	return place.Place{}, fault.New(fault.Broken, "place.unknown")
}

const meetupQuery = `SELECT ` + Columns + ` FROM meetup WHERE thread = $1`

// Find reads a meetup.
func (t Table) Find(tx *db.Tx, thread int64) (Record, error) {
	return t.whole(tx)(Scan(tx.Row(meetupQuery, thread).Scan))
}

// Hold finds a meetup, and holds it until the transaction ends.
func (t Table) Hold(tx *db.Tx, thread int64) (Record, error) {
	return t.whole(tx)(Scan(tx.HoldRow(meetupQuery, thread).Scan))
}

// whole reads what belongs to one meetup.
func (t Table) whole(tx *db.Tx) func(Record, error) (Record, error) {
	return func(k Record, err error) (Record, error) {
		if err == db.ErrNone {
			return k, fault.New(fault.NotFound, "meetup.no_meetup")
		} else if err != nil {
			return k, err
		}
		all := []Record{k}
		err = t.Complete(tx, all)
		return all[0], err
	}
}

var exceptionsOf = db.ForMany(func(n int) string {
	return `SELECT thread, original, moved, reason FROM meetup_exception WHERE thread IN ` + db.Marks(1, 1, make([]string, n)...)
})

// Complete adds to some meetups, MostAtOnce at the most, what became of their
// single times, and their zones.
func (t Table) Complete(tx *db.Tx, all []Record) error {
	if len(all) == 0 {
		return nil
	}
	number := map[int64]*Record{}
	var threads []any
	for i := range all {
		k := &all[i]
		p, err := t.Place(k.Place)
		if err != nil {
			return err
		}
		if k.Location = p.Zone(); k.Location.String() != k.Zone {
			if k.Location, err = recur.Zone(k.Zone); err != nil {
				return err
			}
		}
		number[k.Thread], threads = k, append(threads, k.Thread)
	}
	query, args := exceptionsOf.Among(threads)
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		var thread, original, moved int64
		var reason string
		if err = scan(&thread, &original, &moved, &reason); err != nil {
			return none, err
		}
		k := number[thread]
		if k.Changed == nil {
			k.Changed, k.Reasons = map[int64]int64{}, map[int64]string{}
		}
		k.Changed[original], k.Reasons[original] = moved, reason
		return none, nil
	}, query, args...)
	return err
}

// Insert keeps a new meetup of a place.
func (k Record) Insert(tx *db.Tx, p place.Place) error {
	var region, country string
	if r := p.Region(); r.Valid() {
		region = r.Path()
	}
	if c := p.Country(); c.Valid() {
		country = c.Path()
	}
	_, err := tx.Exec(`INSERT INTO meetup (`+Columns+`, region, country, kept) VALUES `+db.Marks(1, 1, make([]string, 30)...),
		k.Thread, k.Place, k.UID, k.Title, k.StartsAt, k.Zone, k.Minutes, k.Venue.Name, k.Venue.Directions, k.Venue.Recognise, k.Venue.StepFree, k.Venue.Cost,
		k.Spot, k.SpotHeld, k.Room, k.Rule, k.Sequence, k.ChangedAt, k.Cancelled, k.Reason, k.Host, k.NextAt, k.OverAt, k.AgreedAt, k.AgreedIn, k.Origin, k.MayStand, region, country, true)
	return err
}

// Update keeps what a meetup says that is kept.
func (k Record) Update(tx *db.Tx) error {
	_, err := tx.Exec(`UPDATE meetup SET title = $2, starts_at = $3, zone = $4, minutes = $5, venue = $6, directions = $7, recognise = $8, step_free = $9, cost = $10,
		spot = $11, spot_held = $12, room = $13, rrule = $14, sequence = $15, changed_at = $16, cancelled = $17, reason = $18, host = $19, next_at = $20, over_at = $21, origin = $22, may_stand = $23 WHERE thread = $1`,
		k.Thread, k.Title, k.StartsAt, k.Zone, k.Minutes, k.Venue.Name, k.Venue.Directions, k.Venue.Recognise, k.Venue.StepFree, k.Venue.Cost,
		k.Spot, k.SpotHeld, k.Room, k.Rule, k.Sequence, k.ChangedAt, k.Cancelled, k.Reason, k.Host, k.NextAt, k.OverAt, k.Origin, k.MayStand)
	return err
}

// PutException keeps what became of a single time: 0 where it was dropped.
func PutException(tx *db.Tx, thread, original, moved int64, reason string) error {
	_, err := tx.Exec(`INSERT INTO meetup_exception (thread, original, moved, reason) VALUES ($1, $2, $3, $4)
		ON CONFLICT (thread, original) DO UPDATE SET moved = excluded.moved, reason = excluded.reason`, thread, original, moved, reason)
	return err
}

// DropException has a single time be as its rule says.
func DropException(tx *db.Tx, thread, original int64) error {
	_, err := tx.Exec(`DELETE FROM meetup_exception WHERE thread = $1 AND original = $2`, thread, original)
	return err
}
