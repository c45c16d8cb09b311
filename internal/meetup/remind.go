package meetup

import (
	"context"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/lang"
	"moot/internal/meetup/record"
	"moot/internal/plan"
	"moot/internal/tiding"
)

// before is how long before it begins somebody is reminded of it.
const before = 24 * time.Hour

// telling is how far people were told of a meetup.
type telling struct {
	tidings  int   // the number of the newest
	reminded int64 // up to which start nobody is to be reminded any more
}

func (m *Meetups) telling(tx *db.Tx, thread int64) (t telling, err error) {
	return t, tx.Row(`SELECT tidings, reminded FROM meetup WHERE thread = $1`, thread).Scan(&t.tidings, &t.reminded)
}

func (t telling) keep(tx *db.Tx, thread int64) error {
	_, err := tx.Exec(`UPDATE meetup SET tidings = $2, reminded = $3 WHERE thread = $1`, thread, t.tidings, t.reminded)
	return err
}

// tell has whoever asked told of something about a meetup that is held.
func (m *Meetups) tell(tx *db.Tx, k record.Record, t *telling, what tiding.Tiding) error {
	t.tidings++
	what.Number, what.At = t.tidings, m.minute()
	if err := what.Put(tx, k.Thread); err != nil {
		return err
	}
	if err := t.keep(tx, k.Thread); err != nil {
		return err
	}
	return m.Outbox.Append(tx, event.Event{Kind: event.MeetupTiding, Place: k.Place, Thread: k.Thread, Post: int64(t.tidings), At: m.minute()})
}

// changed tells of a change, and plans anew when somebody is to be reminded. Whoever is
// told that it begins within a day needs no reminder of that.
func (m *Meetups) changed(tx *db.Tx, k record.Record, what tiding.Tiding) error {
	t, err := m.telling(tx, k.Thread)
	if err != nil {
		return err
	}
	now := m.Clock.Now()
	if what.Kind == tiding.Moved && !what.SameTime() {
		for _, o := range k.Series().Between(now, now.Add(before+1), record.MostChanged+1) {
			if what.Occurrence.IsZero() || what.Occurrence.Equal(o.Original) {
				t.reminded = max(t.reminded, o.Start.Unix())
			}
		}
	}
	if err := m.tell(tx, k, &t, what); err != nil {
		return err
	}
	return m.plan(tx, k)
}

// plan has the job at hand that reminds of the next time of a meetup.
func (m *Meetups) plan(tx *db.Tx, k record.Record) error {
	t, err := m.telling(tx, k.Thread)
	if err != nil {
		return err
	}
	next, some := k.Series().ToRemind(time.Unix(t.reminded, 0), m.Clock.Now())
	if !some || k.Cancelled || k.NextAt == 0 {
		return m.Jobs.Drop(tx, RemindJob, k.About())
	}
	return m.Jobs.Add(tx, RemindJob, k.About(), next.Start.Add(-before))
}

// planFirst is plan, of a meetup that is announced: what is nearer than a day is new to
// everybody.
func (m *Meetups) planFirst(tx *db.Tx, k record.Record) error {
	t := telling{reminded: m.Clock.Now().Add(before).Unix()}
	if err := t.keep(tx, k.Thread); err != nil {
		return err
	}
	return m.plan(tx, k)
}

// Remind has whoever asked reminded of the next time of a meetup, a day before it
// begins; later where the site was away, and not at all once it has begun. Done is told
// of the transaction in which it does.
func (m *Meetups) Remind(ctx context.Context, thread int64, done func(*db.Tx) error) error {
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.records().Hold(tx, thread)
		if err := done(tx); err != nil { // first, since the next job takes its place
			return err
		}
		if fault.Is(err, fault.NotFound) || err == nil && k.Stands() != nil {
			return nil
		} else if err != nil {
			return err
		}
		t, err := m.telling(tx, thread)
		if err != nil {
			return err
		}
		now := m.Clock.Now()
		next, some := k.Series().ToRemind(time.Unix(t.reminded, 0), now)
		if some && !next.Start.Add(-before).After(now) {
			t.reminded = next.Start.Unix()
			what := tiding.Tiding{Kind: tiding.Soon, Occurrence: next.Original, Was: next.Start, Now: next.Start, WasVenue: k.Venue.Name, Venue: k.Venue.Name}
			if err := m.tell(tx, k, &t, what); err != nil {
				return err
			}
		}
		return m.plan(tx, k)
	})
}

// noMore tells that a meetup is over: nothing of it is to be told any more.
func (m *Meetups) noMore(tx *db.Tx, k record.Record) error {
	if err := m.Jobs.Drop(tx, RemindJob, k.About()); err != nil {
		return err
	}
	return m.Outbox.Append(tx, event.Event{Kind: event.MeetupTiding, Place: k.Place, Thread: k.Thread, At: m.minute()})
}

// changeOf is what whoever asked is told of a meetup that says something else than it
// did; false where that is nothing to them.
func changeOf(was plan.Checked, old record.Series, k record.Record, now time.Time) (what tiding.Tiding, some bool) {
	what = tiding.Tiding{Kind: tiding.Moved, WasVenue: was.Venue.Name, Venue: k.Venue.Name}
	if next := old.Coming(now, 1); len(next) > 0 {
		what.Was = next[0].Start
	}
	if next := k.Series().Coming(now, 1); len(next) > 0 {
		what.Now = next[0].Start
	}
	switch {
	case !was.First.Equal(k.Start()), was.RRule != k.Rule, was.Zone != k.Zone, !what.SameVenue():
		return what, true
	case was.Venue != k.Venue || was.Spot != k.Spot:
		what.Kind = tiding.Directions
		return what, true
	}
	return what, false
}

// heldAfterAll is what whoever asked is told of a meetup that was cancelled and stands
// again.
func heldAfterAll(k record.Record, was Venue) tiding.Tiding {
	return tiding.Tiding{Kind: tiding.Moved, Now: time.Unix(k.NextAt, 0), WasVenue: was.Name, Venue: k.Venue.Name}
}

// withTidings adds to meetups what became of them.
func withTidings(tx *db.Tx, all []Meetup, now time.Time) error {
	zones := map[int64]*time.Location{}
	for _, m := range all {
		zones[m.Thread] = m.Start.Location()
	}
	tidings, err := tiding.Of(tx, zones)
	for i := range all {
		m := &all[i]
		m.Tidings = tidings[m.Thread]
		for i := range m.Tidings {
			m.Tidings[i].Days = m.Days()
		}
		if !m.Cancelled && !m.Over() {
			m.Standing = tiding.Standing(m.Tidings, m.Rule == "", now)
		}
	}
	return err
}

// Untold is what whoever knows the meetup up to one of its tidings hasn't been told, and
// until when that is of use: tiding.Untold.
func (m Meetup) Untold(since int, words *lang.Language, now time.Time) (lines []string, until time.Time) {
	return tiding.Untold(m.Tidings, since, words, now)
}

// ChangedSince is what was changed since one of its tidings, in words.
func (m Meetup) ChangedSince(number int, words *lang.Language, now time.Time) []string {
	lines, _ := tiding.Untold(tiding.Changes(m.Tidings), number, words, now)
	return lines
}

// sweepTidings forgets what became of meetups long ago, and of those that were over
// before a time.
func sweepTidings(tx *db.Tx, now, over time.Time) error {
	threads, err := db.All(tx, func(scan db.Scan) (thread int64, err error) { return thread, scan(&thread) },
		`SELECT thread FROM meetup WHERE over_at > 0 AND over_at <= $1 AND kept`, over.Unix())
	for _, thread := range threads {
		if err != nil {
			break
		}
		err = tiding.Forget(tx, thread)
	}
	if err != nil {
		return err
	}
	return tiding.Sweep(tx, now)
}
