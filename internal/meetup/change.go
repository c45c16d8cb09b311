package meetup

import (
	"context"
	"errors"
	"time"

	"moot/internal/attendance"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup/record"
	"moot/internal/plan"
	"moot/internal/recur"
	"moot/internal/text"
	"moot/internal/tiding"
)

// reasonLength is how long the reason may be why something isn't held, in characters.
const reasonLength = 300

// change changes a meetup that is to come, for its host or a steward.
func (m *Meetups) change(ctx context.Context, host key.Actor, thread int64, act func(tx *db.Tx, k *record.Record) error) error {
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.records().Hold(tx, thread)
		if err != nil {
			return err
		}
		if !host.Steward() && !k.Hosts(host) {
			return fault.New(fault.Forbidden, "meetup.not_host")
		}
		if err := k.Stands(); err != nil {
			return err
		}
		k.ChangedAt = m.minute().Unix()
		return act(tx, &k)
	})
}

// Edit has a meetup say something else. What is not in its form stays: where the
// spot is held back, an empty one leaves it as it is.
func (m *Meetups) Edit(ctx context.Context, host key.Actor, thread int64, d Details) error {
	return m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error { return m.edit(tx, host, k, d) })
}

func (m *Meetups) edit(tx *db.Tx, host key.Actor, k *record.Record, d Details) error {
	if k.SpotHeld && d.Held && d.Spot == "" {
		d.Spot = k.Spot
	}
	return m.say(tx, host, k, d)
}

// PreviewEdit is a meetup as Edit would leave it, with what would be told of it, and
// finds what is wrong with that. It is done and taken back: nothing is kept.
func (m *Meetups) PreviewEdit(ctx context.Context, host key.Actor, thread int64, d Details) (one Meetup, err error) {
	err = m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error {
		if err := m.edit(tx, host, k, d); err != nil {
			return err
		}
		all, err := m.shown(tx, []record.Record{*k}, shownBefore)
		if err != nil {
			return err
		}
		one = all[0]
		return errPreviewed
	})
	if errors.Is(err, errPreviewed) {
		return one, nil
	}
	return Meetup{}, err
}

// errPreviewed takes back what was done to be looked at.
var errPreviewed = errors.New("meetup: it was a preview")

// To is a new time and place of a meetup. What is "" or 0 stays as it is.
type To struct {
	Start   string // in ClockForm; of one that repeats, the first time from now on
	Minutes int
	Venue   Venue // where its Name is given
	Public  bool  // as in Details
}

// Move has a meetup be at another time or place. Of one that repeats, the times
// that are to come move in their order, and the answers with them; single times
// that were moved or dropped are held as the rule says again.
func (m *Meetups) Move(ctx context.Context, host key.Actor, thread int64, to To) error {
	return m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error {
		d := k.Said().Details
		var until time.Time
		if d.Every, until, d.Times = recur.Of(k.Rule, k.Start()); d.Every == Otherwise {
			d.Rule, d.Times = k.Rule, 0
		} else if !until.IsZero() {
			d.Until = until.Format(DayForm)
		}
		if to.Start != "" {
			d.Start = to.Start
		}
		if to.Minutes != 0 {
			d.Minutes = to.Minutes
		}
		if to.Venue.Name != "" {
			d.Venue = to.Venue
		}
		d.Public = to.Public
		return m.say(tx, host, k, d)
	})
}

// say has a meetup that is held say what is right, and follows it up.
func (m *Meetups) say(tx *db.Tx, host key.Actor, k *record.Record, d Details) error {
	p, err := m.records().Place(k.Place)
	if err != nil {
		return err
	}
	was, old := k.Said(), k.Series()
	if next := old.Coming(m.Clock.Now(), 1); old.Rule != "" && len(next) > 0 {
		was.Next = next[0].Original
	}
	c, err := d.Check(m.Clock.Now(), p.Zone(), &was)
	if err != nil {
		return err
	}
	if err := k.Agrees(was, c); err != nil && !host.Steward() {
		return err
	}
	if was.Title != c.Title {
		if err := m.Boards.Title(tx, target(*k), was.Title, c.Title); err != nil {
			return err
		}
	}
	k.Take(c)
	if !was.First.Equal(c.First) || was.Zone != c.Zone || was.RRule != c.RRule || was.Minutes != c.Minutes || was.Venue != c.Venue || was.Spot != c.Spot {
		k.Sequence++
	}
	if !was.First.Equal(c.First) || was.Zone != c.Zone || was.RRule != c.RRule {
		if err := m.follow(tx, k, old, !was.Begins(c.First) || was.Zone != c.Zone); err != nil {
			return err
		}
	}
	if err := m.again(tx, k); err != nil {
		return err
	}
	if what, some := changeOf(was, old, *k, m.Clock.Now()); some {
		return m.changed(tx, *k, what)
	}
	return nil
}

// follow has answers and single times follow a meetup whose times were others. Where
// it moved they follow in their order; else they stay with the times that are left.
func (m *Meetups) follow(tx *db.Tx, k *record.Record, old record.Series, moved bool) error {
	now := m.Clock.Now()
	for original := range k.Changed {
		if moved || !k.Series().Has(time.Unix(original, 0)) {
			if err := record.DropException(tx, k.Thread, original); err != nil {
				return err
			}
			delete(k.Changed, original)
		}
	}
	becomes := map[int64]int64{}
	if moved {
		these := k.Series().Originals(now.Add(1-k.Length()), now.Add(recur.Ahead), record.MostChanged)
		for i, t := range old.Originals(now.Add(1-old.Length), now.Add(recur.Ahead), record.MostChanged) {
			if i < len(these) {
				becomes[t.Unix()] = these[i].Unix()
			}
		}
	}
	times, err := attendance.Answered(tx, k.Thread, now.Unix())
	if err != nil {
		return err
	}
	var pairs [][2]int64
	for _, t := range times {
		if !moved && k.Series().Has(time.Unix(t, 0)) {
			continue
		}
		pairs = append(pairs, [2]int64{t, becomes[t]})
	}
	return attendance.PutOff(tx, k.Thread, pairs)
}

// again works out when a meetup that was changed is held next, and keeps it.
func (m *Meetups) again(tx *db.Tx, k *record.Record) error {
	now := m.Clock.Now()
	next := k.Series().Coming(now, 1)
	if len(next) == 0 {
		return fault.New(fault.Conflict, "meetup.over")
	}
	k.NextAt = next[0].Start.Unix()
	times, err := attendance.Answered(tx, k.Thread, 0)
	if err != nil {
		return err
	}
	for _, t := range times {
		if o, ok := k.Series().Find(time.Unix(t, 0)); ok && o.End.After(now) {
			if err := attendance.PutEnd(tx, k.Thread, o); err != nil {
				return err
			}
		}
	}
	if err := m.goesOn(tx, *k); err != nil {
		return err
	}
	return m.keep(tx, *k)
}

// MoveOne has a single time of a meetup that repeats begin at another, in
// ClockForm.
func (m *Meetups) MoveOne(ctx context.Context, host key.Actor, thread int64, occurrence time.Time, start string) error {
	return m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error {
		to, f := recur.Start(start, k.Location)
		if f == nil {
			f = recur.Soon(to, m.Clock.Now())
		}
		if f != nil {
			return f
		}
		if k.Days() > 0 { // whatever hour of that day was named
			to = recur.Begin(to)
		}
		return m.one(tx, k, occurrence, to.Unix(), "")
	})
}

// DropOne has a single time of a meetup that repeats not be held, for a reason that
// everybody is told, if one is given.
func (m *Meetups) DropOne(ctx context.Context, host key.Actor, thread int64, occurrence time.Time, reason string) error {
	reason = text.CleanLine(reason)
	if f := plan.TooLong("reason", reason, reasonLength); f != nil {
		return f
	}
	return m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error { return m.one(tx, k, occurrence, 0, reason) })
}

// UndoOne has a single time that was moved or dropped be as its rule says again.
func (m *Meetups) UndoOne(ctx context.Context, host key.Actor, thread int64, occurrence time.Time) error {
	return m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error {
		if _, changed := k.Changed[occurrence.Unix()]; !changed {
			return nil
		}
		return m.one(tx, k, occurrence, occurrence.Unix(), "")
	})
}

// one has a single time begin at another, 0 where it is dropped; its own where it is as
// its rule says again.
func (m *Meetups) one(tx *db.Tx, k *record.Record, occurrence time.Time, moved int64, reason string) error {
	original := occurrence.Unix()
	was, found := k.Series().Find(occurrence)
	if dropped, changed := k.Changed[original]; changed && dropped == 0 && moved == original {
		was.Occurrence, found = k.Series().Occurrence(occurrence, occurrence), k.Series().Has(occurrence)
	}
	switch {
	case k.Rule == "":
		return fault.New(fault.Conflict, "meetup.held_once")
	case !found || !was.End.After(m.Clock.Now()):
		return record.ErrNoOccurrence()
	case len(k.Changed) >= record.MostChanged:
		return fault.New(fault.Conflict, "meetup.changes_full", "n", record.MostChanged)
	}
	if moved > 0 {
		at := time.Unix(moved, 0)
		for _, o := range k.Series().Between(at, at.Add(k.Length()), 2) {
			if o.Original.Unix() != original {
				return fault.New(fault.Conflict, "meetup.clash").On("start")
			}
		}
	}
	before, some := k.Changed[original]
	if !some {
		before = original
	}
	if k.Changed == nil {
		k.Changed = map[int64]int64{}
	}
	if moved == original {
		delete(k.Changed, original)
		if err := record.DropException(tx, k.Thread, original); err != nil {
			return err
		}
	} else {
		k.Changed[original] = moved
		if err := record.PutException(tx, k.Thread, original, moved, reason); err != nil {
			return err
		}
	}
	if len(k.Series().Coming(m.Clock.Now(), 1)) == 0 {
		return fault.New(fault.Conflict, "meetup.last_one")
	}
	k.Sequence++
	if err := m.again(tx, k); err != nil {
		return err
	}
	return m.singleChanged(tx, *k, original, before, moved)
}

// singleChanged tells of a single time that was to begin at one and begins at another; 0
// where it was dropped.
func (m *Meetups) singleChanged(tx *db.Tx, k record.Record, original, was, is int64) error {
	if was == is {
		return nil
	}
	what := tiding.Tiding{Kind: tiding.Moved, Occurrence: time.Unix(original, 0), WasVenue: k.Venue.Name, Venue: k.Venue.Name}
	if was > 0 {
		what.Was = time.Unix(was, 0)
	}
	if is > 0 {
		what.Now = time.Unix(is, 0)
	} else {
		what.Kind = tiding.Dropped
	}
	return m.changed(tx, k, what)
}

// Cancel has a meetup not be held, for a reason that everybody is told. It stays to
// be seen until what would have come next is over. What hands agreed on a hand may have
// stand again until it begins, unless a steward cancelled it.
func (m *Meetups) Cancel(ctx context.Context, host key.Actor, thread int64, reason string) error {
	reason = text.CleanLine(reason)
	if reason == "" {
		return fault.New(fault.Invalid, "meetup.needs_reason").On("reason")
	}
	if f := plan.TooLong("reason", reason, reasonLength); f != nil {
		return f
	}
	return m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error {
		k.MayStand = k.AgreedAt != 0 && !host.Steward()
		return m.cancel(tx, k, reason)
	})
}

func (m *Meetups) cancel(tx *db.Tx, k *record.Record, reason string) error {
	k.Cancelled, k.Reason = true, reason
	k.Sequence++
	if err := m.keep(tx, *k); err != nil {
		return err
	}
	what := tiding.Tiding{Kind: tiding.CalledOff, WasVenue: k.Venue.Name, Reason: reason}
	if next := k.Series().Coming(m.Clock.Now(), 1); len(next) > 0 {
		what.Was = next[0].Start
	}
	if err := m.changed(tx, *k, what); err != nil {
		return err
	}
	return m.Settings.Over(tx, k.Place)
}

// Over has a meetup whose next time is over go on to the one after, or be over
// itself. Done is told of the transaction in which it does.
func (m *Meetups) Over(ctx context.Context, thread int64, done func(*db.Tx) error) error {
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.records().Hold(tx, thread)
		if err := done(tx); err != nil { // first, since the next job takes its place
			return err
		}
		if fault.Is(err, fault.NotFound) || err == nil && k.NextAt == 0 {
			return nil
		} else if err != nil {
			return err
		}
		now := m.Clock.Now()
		if k.Ends().After(now) {
			return m.Jobs.Add(tx, OverJob, k.About(), k.Ends())
		}
		if next := k.Series().Coming(now, 1); len(next) > 0 && !k.Cancelled {
			k.NextAt = next[0].Start.Unix()
			if err := m.goesOn(tx, k); err != nil {
				return err
			}
			if err := m.plan(tx, k); err != nil {
				return err
			}
			return m.keep(tx, k)
		}
		k.OverAt, k.NextAt = k.Ends().Unix(), 0
		if err := m.keep(tx, k); err != nil {
			return err
		}
		if err := m.noMore(tx, k); err != nil {
			return err
		}
		if err := attendance.EndAll(tx, thread, k.OverAt); err != nil {
			return err
		}
		if err := m.Boards.Stay(tx, target(k), false); err != nil {
			return err
		}
		return m.Settings.Over(tx, k.Place)
	})
}
