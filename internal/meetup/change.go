package meetup

import (
	"context"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/recur"
	"moot/internal/text"
	"moot/internal/tiding"
)

// mostChanged is how many single times of a meetup can be moved or dropped, and how
// many that are to come are looked at when the whole is moved: more than a year of
// days.
const mostChanged = 400

// change changes a meetup that is to come, for its host or a steward.
func (m *Meetups) change(ctx context.Context, host key.Actor, thread int64, act func(tx *db.Tx, k *kept) error) error {
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.hold(tx, thread)
		if err != nil {
			return err
		}
		if !host.Steward() && !k.hosts(host) {
			return fault.New(fault.Forbidden, "meetup.not_host")
		}
		if err := k.stands(); err != nil {
			return err
		}
		k.changedAt = m.minute().Unix()
		return act(tx, &k)
	})
}

// Edit has a meetup say something else. What is not in its form stays: where the
// spot is held back, an empty one leaves it as it is.
func (m *Meetups) Edit(ctx context.Context, host key.Actor, thread int64, d Details) error {
	return m.change(ctx, host, thread, func(tx *db.Tx, k *kept) error {
		said := d // it may run twice
		if k.spotHeld && d.Held && d.Spot == "" {
			said.Spot = k.spot
		}
		return m.say(tx, host, k, said)
	})
}

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
	return m.change(ctx, host, thread, func(tx *db.Tx, k *kept) error {
		d := k.said().Details
		var until time.Time
		if d.Every, until, d.Times = recur.Of(k.rule, k.start()); d.Every == Otherwise {
			d.Rule, d.Times = k.rule, 0
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
func (m *Meetups) say(tx *db.Tx, host key.Actor, k *kept, d Details) error {
	p, err := m.place(k.place)
	if err != nil {
		return err
	}
	was, old := k.said(), k.series()
	if next := old.coming(m.Clock.Now(), 1); old.Rule != "" && len(next) > 0 {
		was.next = next[0].Original
	}
	c, err := d.check(m.Clock.Now(), p.Zone(), &was)
	if err != nil {
		return err
	}
	if err := k.agrees(was, c); err != nil && !host.Steward() {
		return err
	}
	if was.Title != c.Title {
		if err := m.Boards.Title(tx, k.target(), was.Title, c.Title); err != nil {
			return err
		}
	}
	k.take(c)
	if !was.start.Equal(c.start) || was.Zone != c.Zone || was.rule != c.rule || was.Minutes != c.Minutes || was.Venue != c.Venue || was.Spot != c.Spot {
		k.sequence++
	}
	if !was.start.Equal(c.start) || was.Zone != c.Zone || was.rule != c.rule {
		if err := m.follow(tx, k, old, !was.begins(c.start) || was.Zone != c.Zone); err != nil {
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
func (m *Meetups) follow(tx *db.Tx, k *kept, old series, moved bool) error {
	now := m.Clock.Now()
	for original := range k.changed {
		if moved || !k.series().Has(time.Unix(original, 0)) {
			if err := dropException(tx, k.thread, original); err != nil {
				return err
			}
			delete(k.changed, original)
		}
	}
	becomes := map[int64]int64{}
	if moved {
		these := k.series().Originals(now.Add(1-k.length()), now.Add(recur.Ahead), mostChanged)
		for i, t := range old.Originals(now.Add(1-old.Length), now.Add(recur.Ahead), mostChanged) {
			if i < len(these) {
				becomes[t.Unix()] = these[i].Unix()
			}
		}
	}
	times, err := answered(tx, k.thread, now.Unix())
	if err != nil {
		return err
	}
	var pairs [][2]int64
	for _, t := range times {
		if !moved && k.series().Has(time.Unix(t, 0)) {
			continue
		}
		pairs = append(pairs, [2]int64{t, becomes[t]})
	}
	return putOff(tx, k.thread, pairs)
}

// again works out when a meetup that was changed is held next, and keeps it.
func (m *Meetups) again(tx *db.Tx, k *kept) error {
	now := m.Clock.Now()
	next := k.series().coming(now, 1)
	if len(next) == 0 {
		return fault.New(fault.Conflict, "meetup.over")
	}
	k.nextAt = next[0].Start.Unix()
	times, err := answered(tx, k.thread, 0)
	if err != nil {
		return err
	}
	for _, t := range times {
		if o, ok := k.series().find(time.Unix(t, 0)); ok && o.End.After(now) {
			if err := putEnd(tx, k.thread, o); err != nil {
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
	return m.change(ctx, host, thread, func(tx *db.Tx, k *kept) error {
		to, f := recur.Start(start, k.location)
		if f == nil {
			f = recur.Soon(to, m.Clock.Now())
		}
		if f != nil {
			return f
		}
		return m.one(tx, k, occurrence, to.Unix(), "")
	})
}

// DropOne has a single time of a meetup that repeats not be held, for a reason that
// everybody is told, if one is given.
func (m *Meetups) DropOne(ctx context.Context, host key.Actor, thread int64, occurrence time.Time, reason string) error {
	reason = text.CleanLine(reason)
	if f := tooLong("reason", reason, reasonLength); f != nil {
		return f
	}
	return m.change(ctx, host, thread, func(tx *db.Tx, k *kept) error { return m.one(tx, k, occurrence, 0, reason) })
}

// UndoOne has a single time that was moved or dropped be as its rule says again.
func (m *Meetups) UndoOne(ctx context.Context, host key.Actor, thread int64, occurrence time.Time) error {
	return m.change(ctx, host, thread, func(tx *db.Tx, k *kept) error {
		if _, changed := k.changed[occurrence.Unix()]; !changed {
			return nil
		}
		return m.one(tx, k, occurrence, occurrence.Unix(), "")
	})
}

// one has a single time begin at another, 0 where it is dropped; its own where it is as
// its rule says again.
func (m *Meetups) one(tx *db.Tx, k *kept, occurrence time.Time, moved int64, reason string) error {
	original := occurrence.Unix()
	was, found := k.series().find(occurrence)
	if dropped, changed := k.changed[original]; changed && dropped == 0 && moved == original {
		was.End, found = occurrence.Add(k.length()), k.series().Has(occurrence)
	}
	switch {
	case k.rule == "":
		return fault.New(fault.Conflict, "meetup.held_once")
	case !found || !was.End.After(m.Clock.Now()):
		return errNoOccurrence()
	case len(k.changed) >= mostChanged:
		return fault.New(fault.Conflict, "meetup.changes_full", "n", mostChanged)
	}
	if moved > 0 {
		at := time.Unix(moved, 0)
		for _, o := range k.series().between(at, at.Add(k.length()), 2) {
			if o.Original.Unix() != original {
				return fault.New(fault.Conflict, "meetup.clash").On("start")
			}
		}
	}
	before, some := k.changed[original]
	if !some {
		before = original
	}
	if k.changed == nil {
		k.changed = map[int64]int64{}
	}
	if moved == original {
		delete(k.changed, original)
		if err := dropException(tx, k.thread, original); err != nil {
			return err
		}
	} else {
		k.changed[original] = moved
		if err := putException(tx, k.thread, original, moved, reason); err != nil {
			return err
		}
	}
	if len(k.series().coming(m.Clock.Now(), 1)) == 0 {
		return fault.New(fault.Conflict, "meetup.last_one")
	}
	k.sequence++
	if err := m.again(tx, k); err != nil {
		return err
	}
	return m.singleChanged(tx, *k, original, before, moved)
}

// singleChanged tells of a single time that was to begin at one and begins at another; 0
// where it was dropped.
func (m *Meetups) singleChanged(tx *db.Tx, k kept, original, was, is int64) error {
	if was == is {
		return nil
	}
	what := tiding.Tiding{Kind: tiding.Moved, Occurrence: time.Unix(original, 0), WasVenue: k.venue.Name, Venue: k.venue.Name}
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
// be seen until what would have come next is over. What hands agreed on no host can
// cancel, only leave.
func (m *Meetups) Cancel(ctx context.Context, host key.Actor, thread int64, reason string) error {
	reason = text.CleanLine(reason)
	if reason == "" {
		return fault.New(fault.Invalid, "meetup.needs_reason").On("reason")
	}
	if f := tooLong("reason", reason, reasonLength); f != nil {
		return f
	}
	return m.change(ctx, host, thread, func(tx *db.Tx, k *kept) error {
		if k.agreedAt != 0 && !host.Steward() {
			return fault.New(fault.Conflict, "meetup.agreed_stands")
		}
		return m.cancel(tx, k, reason)
	})
}

func (m *Meetups) cancel(tx *db.Tx, k *kept, reason string) error {
	k.cancelled, k.reason = true, reason
	k.sequence++
	if err := m.keep(tx, *k); err != nil {
		return err
	}
	what := tiding.Tiding{Kind: tiding.CalledOff, WasVenue: k.venue.Name}
	if next := k.series().coming(m.Clock.Now(), 1); len(next) > 0 {
		what.Was = next[0].Start
	}
	if err := m.changed(tx, *k, what); err != nil {
		return err
	}
	return m.Settings.Over(tx, k.place)
}

// Over has a meetup whose next time is over go on to the one after, or be over
// itself. Done is told of the transaction in which it does.
func (m *Meetups) Over(ctx context.Context, thread int64, done func(*db.Tx) error) error {
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.hold(tx, thread)
		if err := done(tx); err != nil { // first, since the next job takes its place
			return err
		}
		if fault.Is(err, fault.NotFound) || err == nil && k.nextAt == 0 {
			return nil
		} else if err != nil {
			return err
		}
		now := m.Clock.Now()
		if k.ends().After(now) {
			return m.Jobs.Add(tx, OverJob, k.about(), k.ends())
		}
		if next := k.series().coming(now, 1); len(next) > 0 && !k.cancelled {
			k.nextAt = next[0].Start.Unix()
			if err := m.goesOn(tx, k); err != nil {
				return err
			}
			if err := m.plan(tx, k); err != nil {
				return err
			}
			return m.keep(tx, k)
		}
		k.overAt, k.nextAt = k.ends().Unix(), 0
		if err := m.keep(tx, k); err != nil {
			return err
		}
		if err := m.noMore(tx, k); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE rsvp_count SET ends_at = $2 WHERE thread = $1 AND kept AND ends_at > $2`, thread, k.overAt); err != nil {
			return err
		}
		if err := m.Boards.Stay(tx, k.target(), false); err != nil {
			return err
		}
		return m.Settings.Over(tx, k.place)
	})
}
