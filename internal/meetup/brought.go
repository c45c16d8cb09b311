package meetup

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/place"
	"moot/internal/recur"
	"moot/internal/text"
)

// Brought is a meetup as a calendar elsewhere has it.
type Brought struct {
	recur.Written
	Title  string
	Venue  Venue
	Public bool   // as in Details
	Origin string // what its card says of where it comes from
}

// unsaid is how long something is taken to last that doesn't say.
const unsaid = 2 * time.Hour

// Fitting is a meetup from a calendar elsewhere that is right for this site.
type Fitting struct {
	checked
	changed map[int64]int64
	origin  string
	now     time.Time
}

// Next is when it is held next.
func (f Fitting) Next() time.Time {
	if next := f.series().Coming(f.now, 1); len(next) > 0 {
		return next[0].Start
	}
	return f.start
}

// Often is how often it is held.
func (f Fitting) Often() Every {
	e, _, _ := recur.Of(f.rule, f.start)
	return e
}

func (f Fitting) series() recur.Series {
	return recur.Series{Start: f.start, Rule: f.rule, Length: time.Duration(f.Minutes) * time.Minute, Changed: f.changed}
}

// Fit has a meetup of a calendar elsewhere begin with its first time that is to
// come, and finds what keeps it from being announced in a place.
func (m *Meetups) Fit(p place.Place, b Brought) (Fitting, error) {
	return b.fit(m.Clock.Now(), p.Zone())
}

func (b Brought) fit(now time.Time, home *time.Location) (Fitting, error) {
	f := Fitting{origin: b.Origin, now: now}
	w := b.Written
	w.Start = w.Start.Truncate(time.Minute)
	once := w.Rule == "" && len(w.Extra) == 0
	if _, err := recur.Zone(w.Start.Location().String()); err != nil || once {
		w.Start = w.Start.In(home)
	}
	w.Length = max(cmp.Or(max(w.Length, 0), unsaid), shortest*time.Minute)
	d := Details{Title: text.CleanLine(b.Title), Start: w.Start.Format(ClockForm), Minutes: int(w.Length / time.Minute), Venue: b.Venue, Public: b.Public}
	if once && !w.Start.After(now) {
		return f, fault.New(fault.Invalid, "meetup.start_past").On("start")
	} else if !once {
		s, wrong := w.Ahead(now)
		if wrong != nil {
			return f, wrong
		}
		d.Start, d.Every, d.Rule, f.changed = s.Start.Format(ClockForm), Otherwise, s.Rule, s.Changed
	}
	d.Zone = w.Start.Location().String()
	c, err := d.check(now, home, nil)
	f.checked = c
	return f, err
}

// Bring makes a meetup of the card of a thread that is started, in that
// transaction. Whoever has the host's token may change it; where there is none the
// calendar alone says what becomes of it.
func (m *Meetups) Bring(tx *db.Tx, t board.Target, p place.Place, f Fitting, host key.Actor) error {
	if err := m.insert(tx, t, p, f.checked, kept{host: hostIfAny(host, t.Thread), origin: f.origin}); err != nil {
		return err
	}
	k, err := m.hold(tx, t.Thread)
	if err != nil {
		return err
	}
	if err := m.changeSingles(tx, &k, f.changed); err != nil {
		return err
	}
	return m.again(tx, &k)
}

func hostIfAny(host key.Actor, thread int64) []byte {
	if !host.Known() {
		return []byte{}
	}
	return hostOf(host, thread)
}

// BringAgain has a meetup be as a calendar elsewhere has it now, also one that was
// cancelled. What the calendar doesn't say stays.
func (m *Meetups) BringAgain(tx *db.Tx, thread int64, f Fitting, host key.Actor) error {
	k, err := m.hold(tx, thread)
	if err != nil {
		return err
	}
	was, old := k.said(), k.series()
	c := f.checked
	c.Venue.Recognise, c.Venue.StepFree, c.Venue.Cost = k.venue.Recognise, k.venue.StepFree, k.venue.Cost
	c.Spot, c.Held, c.Room = k.spot, k.spotHeld, k.room
	if next := old.coming(f.now, 1); len(next) > 0 {
		was.next = next[0].Original
	}
	begins := was.begins(c.start) && was.Zone == c.Zone
	if begins && was.rule == c.rule {
		c.start = was.start
	}
	stays := was.start.Equal(c.start) && was.Zone == c.Zone && was.rule == c.rule
	changed := maps.Clone(k.changed)
	k.take(c)
	k.origin, k.changedAt, k.host = f.origin, m.minute().Unix(), hostIfAny(host, thread)
	if !stays || k.cancelled || was.Minutes != c.Minutes || was.Venue != c.Venue || !maps.Equal(changed, f.changed) {
		k.sequence++
	}
	off := k.cancelled
	k.cancelled, k.reason, k.overAt = false, "", 0
	if !stays {
		if err := m.follow(tx, &k, old, !begins); err != nil {
			return err
		}
	}
	if err := m.changeSingles(tx, &k, f.changed); err != nil {
		return err
	}
	if err := m.again(tx, &k); err != nil {
		return err
	}
	if what, some := changeOf(was, old, k, f.now); some && !off {
		err = m.changed(tx, k, what)
	} else if stays {
		err = m.singlesChanged(tx, k, changed)
	}
	if err != nil {
		return err
	}
	if err := m.plan(tx, k); err != nil { // nobody was to be reminded while it was called off
		return err
	}
	_, err = tx.Exec(`UPDATE meetup SET kept = $2 WHERE thread = $1`, thread, true)
	return err
}

// singlesChanged tells of single times that are to come and were at others before.
func (m *Meetups) singlesChanged(tx *db.Tx, k kept, before map[int64]int64) error {
	either := map[int64]int64{}
	maps.Copy(either, before)
	maps.Copy(either, k.changed)
	at := func(changed map[int64]int64, original int64) int64 {
		if moved, some := changed[original]; some {
			return moved
		}
		return original
	}
	for _, original := range slices.Sorted(maps.Keys(either)) {
		was, is := at(before, original), at(k.changed, original)
		if max(was, is) <= m.Clock.Now().Unix() {
			continue
		}
		if err := m.singleChanged(tx, k, original, was, is); err != nil {
			return err
		}
	}
	return nil
}

// changeSingles has these single times be at others, and no more.
func (m *Meetups) changeSingles(tx *db.Tx, k *kept, changed map[int64]int64) error {
	for original := range k.changed {
		if _, stays := changed[original]; !stays {
			if err := dropException(tx, k.thread, original); err != nil {
				return err
			}
		}
	}
	for original, moved := range changed {
		if err := putException(tx, k.thread, original, moved, ""); err != nil {
			return err
		}
	}
	k.changed = maps.Clone(changed)
	return nil
}

// CallOff has a meetup not be held that its calendar no longer has, for a reason
// that everybody is told. One that is over or cancelled stays as it is.
func (m *Meetups) CallOff(tx *db.Tx, thread int64, reason string) error {
	k, err := m.hold(tx, thread)
	if err != nil || k.stands() != nil {
		return err
	}
	k.changedAt = m.minute().Unix()
	return m.cancel(tx, &k, reason)
}

// Release has a meetup no longer be of a calendar: it stands, and whoever hosts it
// looks after it.
func (m *Meetups) Release(tx *db.Tx, thread int64) error {
	k, err := m.hold(tx, thread)
	if err != nil {
		return err
	}
	k.origin = ""
	return m.keep(tx, k)
}

var uidsAmong = db.ForMany(func(n int) string {
	return `SELECT uid, thread FROM meetup WHERE uid IN ` + db.Marks(1, 1, make([]string, n)...)
})

// Known are the threads of meetups of this site that go by some uids.
func (m *Meetups) Known(tx *db.Tx, uids []string) (map[string]int64, error) {
	var likely []any
	for _, uid := range uids {
		if len(uid) == len(newUID()) {
			likely = append(likely, uid)
		}
	}
	found := map[string]int64{}
	for some := range slices.Chunk(likely, db.MostAtOnce) {
		query, args := uidsAmong.Among(some)
		if _, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
			var uid string
			var thread int64
			err = scan(&uid, &thread)
			found[uid] = thread
			return none, err
		}, query, args...); err != nil {
			return nil, err
		}
	}
	return found, nil
}
