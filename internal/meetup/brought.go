package meetup

import (
	"maps"
	"slices"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/meetup/record"
	"moot/internal/place"
	"moot/internal/plan"
)

// Brought is a meetup as a calendar elsewhere has it.
type Brought = plan.Brought

// Fit has a meetup of a calendar elsewhere begin with its first time that is to come,
// and finds what keeps it from being announced in a place.
func (m *Meetups) Fit(p place.Place, b Brought) (plan.Fitting, error) {
	return b.Fit(m.Clock.Now(), p.Zone())
}

// Bring makes a meetup of the card of a thread that is started, in that
// transaction. Whoever has the host's token may change it; where there is none the
// calendar alone says what becomes of it.
func (m *Meetups) Bring(tx *db.Tx, t board.Target, p place.Place, f plan.Fitting, host key.Actor) error {
	if err := m.insert(tx, t, p, f.Checked, record.Record{Host: hostIfAny(host, t.Thread), Origin: f.Origin}); err != nil {
		return err
	}
	k, err := m.records().Hold(tx, t.Thread)
	if err != nil {
		return err
	}
	if err := m.changeSingles(tx, &k, f.Changed); err != nil {
		return err
	}
	return m.again(tx, &k)
}

func hostIfAny(host key.Actor, thread int64) []byte {
	if !host.Known() {
		return []byte{}
	}
	return record.HostOf(host, thread)
}

// BringAgain has a meetup be as a calendar elsewhere has it now, also one that was
// cancelled. What the calendar doesn't say stays.
func (m *Meetups) BringAgain(tx *db.Tx, thread int64, f plan.Fitting, host key.Actor) error {
	k, err := m.records().Hold(tx, thread)
	if err != nil {
		return err
	}
	now := m.Clock.Now()
	was, old := k.Said(), k.Series()
	c := f.Checked
	c.Venue.Recognise, c.Venue.StepFree, c.Venue.Cost = k.Venue.Recognise, k.Venue.StepFree, k.Venue.Cost
	c.Spot, c.Held, c.Room = k.Spot, k.SpotHeld, k.Room
	if next := old.Coming(now, 1); len(next) > 0 {
		was.Next = next[0].Original
	}
	begins := was.Begins(c.First) && was.Zone == c.Zone
	if begins && was.RRule == c.RRule {
		c.First = was.First
	}
	stays := was.First.Equal(c.First) && was.Zone == c.Zone && was.RRule == c.RRule
	changed := maps.Clone(k.Changed)
	k.Take(c)
	k.Origin, k.ChangedAt, k.Host = f.Origin, m.minute().Unix(), hostIfAny(host, thread)
	if !stays || k.Cancelled || was.Minutes != c.Minutes || was.Venue != c.Venue || !maps.Equal(changed, f.Changed) {
		k.Sequence++
	}
	off := k.Cancelled
	k.Cancelled, k.Reason, k.MayStand, k.OverAt = false, "", false, 0
	if !stays {
		if err := m.follow(tx, &k, old, !begins); err != nil {
			return err
		}
	}
	if err := m.changeSingles(tx, &k, f.Changed); err != nil {
		return err
	}
	if err := m.again(tx, &k); err != nil {
		return err
	}
	switch what, some := changeOf(was, old, k, now); {
	case off:
		err = m.changed(tx, k, heldAfterAll(k, was.Venue))
	case some:
		err = m.changed(tx, k, what)
	case stays:
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
func (m *Meetups) singlesChanged(tx *db.Tx, k record.Record, before map[int64]int64) error {
	either := map[int64]int64{}
	maps.Copy(either, before)
	maps.Copy(either, k.Changed)
	at := func(changed map[int64]int64, original int64) int64 {
		if moved, some := changed[original]; some {
			return moved
		}
		return original
	}
	for _, original := range slices.Sorted(maps.Keys(either)) {
		was, is := at(before, original), at(k.Changed, original)
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
func (m *Meetups) changeSingles(tx *db.Tx, k *record.Record, changed map[int64]int64) error {
	for original := range k.Changed {
		if _, stays := changed[original]; !stays {
			if err := record.DropException(tx, k.Thread, original); err != nil {
				return err
			}
		}
	}
	for original, moved := range changed {
		if err := record.PutException(tx, k.Thread, original, moved, ""); err != nil {
			return err
		}
	}
	k.Changed = maps.Clone(changed)
	return nil
}

// CallOff has a meetup not be held that its calendar no longer has, for a reason
// that everybody is told. One that is over or cancelled stays as it is.
func (m *Meetups) CallOff(tx *db.Tx, thread int64, reason string) error {
	k, err := m.records().Hold(tx, thread)
	if err != nil || k.Stands() != nil {
		return err
	}
	k.ChangedAt = m.minute().Unix()
	return m.cancel(tx, &k, reason)
}

// Release has a meetup no longer be of a calendar: it stands, and whoever hosts it
// looks after it.
func (m *Meetups) Release(tx *db.Tx, thread int64) error {
	k, err := m.records().Hold(tx, thread)
	if err != nil {
		return err
	}
	k.Origin = ""
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
