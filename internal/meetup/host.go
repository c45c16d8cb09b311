package meetup

import (
	"cmp"
	"context"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/text"
)

// Host has whoever has a token host a meetup that hands agreed on and that nobody
// hosts, where one of their hands may. Who hosts it already goes on. It can be taken on
// until it can no longer be told how it was.
func (m *Meetups) Host(ctx context.Context, thread int64, host key.Actor, hands []key.Actor) error {
	if !host.Known() {
		return errNoToken()
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.hold(tx, thread)
		switch {
		case err != nil:
			return err
		case k.hosts(host):
			return nil
		case len(k.host) > 0 || k.agreedAt == 0:
			return fault.New(fault.Conflict, "meetup.hosted")
		case k.cancelled, !k.told(m.Clock.Now()):
			return k.stands()
		}
		if may, err := m.mayHost(tx, hands, k.place); err != nil {
			return err
		} else if !may {
			return fault.New(fault.Forbidden, "meetup.hand_first")
		}
		k.host = hostOf(host, thread)
		return m.keep(tx, k)
	})
}

func (m *Meetups) mayHost(tx *db.Tx, hands []key.Actor, place string) (may bool, err error) {
	for _, hand := range hands {
		if may || err != nil || m.MayHost == nil {
			break
		}
		may, err = m.MayHost(tx, hand, place)
	}
	return may, err
}

// Leave has whoever hosts what hands agreed on host it no longer. It is held all the
// same, and another may take it on.
func (m *Meetups) Leave(ctx context.Context, host key.Actor, thread int64) error {
	return m.change(ctx, host, thread, func(tx *db.Tx, k *kept) error {
		if k.agreedAt == 0 {
			return fault.New(fault.Conflict, "meetup.cancel_instead")
		}
		k.host = []byte{}
		return m.keep(tx, *k)
	})
}

// Preview is a meetup as Announce would make it, with the next of its times, and finds
// what is wrong with it and with its opening post.
func (m *Meetups) Preview(ctx context.Context, n board.NewThread, d Details) (Meetup, error) {
	now := m.Clock.Now()
	c, err := d.check(now, n.Place.Zone(), nil)
	_, _, other := m.Boards.Preview(ctx, n.Place, "", board.NewPost{Body: cmp.Or(n.Body, c.Title, "-"), Pictures: n.Pictures})
	if other != nil && !fault.Is(other, fault.Invalid) {
		return Meetup{}, other
	}
	if err := fault.Join(append(fault.Each(err), fault.Each(other)...)...); err != nil {
		return Meetup{}, err
	}
	k := kept{nextAt: c.start.Unix(), host: []byte{1}}
	k.take(c)
	one := k.shown()
	one.Place, one.Coming = n.Place, k.series().coming(now, shownBefore)
	return one, nil
}

// shownBefore is how many of its times are shown of what isn't announced yet.
const shownBefore = 4

// Hosts reports whether whoever has a token hosts a meetup.
func (m *Meetups) Hosts(ctx context.Context, thread int64, host key.Actor) (hosts bool, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := m.find(tx, thread)
		hosts = err == nil && k.hosts(host)
		return err
	})
	return hosts, err
}

// startsWithin is how far whoever took on what hands agreed on may move its start,
// within that day.
const startsWithin = 2 * time.Hour

// agrees is what is in the way of what hands agreed on: its host may add to it, and
// change nothing of it.
func (k kept) agrees(was, c checked) error {
	if k.agreedAt == 0 {
		return nil
	}
	var faults []*fault.Fault
	agreed := time.Unix(k.agreedAt, 0).In(k.location)
	if c.start.Sub(agreed).Abs() > startsWithin || c.start.In(k.location).YearDay() != agreed.YearDay() {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_start").On("start"))
	}
	if k.agreedIn && (c.Venue.Name != was.Venue.Name || c.Venue.Directions != was.Venue.Directions || c.Venue.StepFree != was.Venue.StepFree) {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_venue").On("venue"))
	}
	if c.rule != "" {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_once").On("repeat"))
	}
	if c.Room != 0 {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_room").On("room"))
	}
	return fault.Join(faults...)
}

// afterwards is how long after its end a host can tell how it was: as long as it is
// kept who they are.
const afterwards = spotKept

// notesLengthAfter is how long what a host tells of it may be, in characters.
const notesLengthAfter = 4000

// After is how a time of a meetup was.
type After struct {
	Occurrence
	Came  int    // how many
	Notes string // in the words of its host, as the posts of a thread are
	Told  bool   // somebody told it
}

// told reports whether it can be told how it was, or what is next isn't over.
func (k kept) told(now time.Time) bool {
	return k.nextAt > 0 || time.Unix(k.overAt, 0).Add(afterwards).After(now)
}

// Tell keeps how a time of a meetup was that is over, and no more than a week: how many
// came, and what its host has to say. It takes the place of what was told before.
func (m *Meetups) Tell(ctx context.Context, host key.Actor, thread int64, occurrence time.Time, came int, notes string) error {
	notes = text.Clean(notes)
	var faults []*fault.Fault
	if came < 0 || came > mostRoom {
		faults = append(faults, fault.New(fault.Invalid, "meetup.came_unclear", "n", mostRoom).On("came"))
	}
	if err := fault.Join(append(faults, tooLong("notes", notes, notesLengthAfter))...); err != nil {
		return err
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.hold(tx, thread)
		if err != nil {
			return err
		}
		if !host.Steward() && !k.hosts(host) {
			return fault.New(fault.Forbidden, "meetup.not_host")
		}
		o, found := k.series().find(occurrence)
		now := m.Clock.Now()
		switch {
		case !found, !k.held(o):
			return errNoOccurrence()
		case o.End.After(now):
			return fault.New(fault.Conflict, "meetup.not_over")
		case !o.End.Add(afterwards).After(now):
			return fault.New(fault.Conflict, "meetup.told_late")
		}
		if err := putAfter(tx, thread, o, came, notes); err != nil {
			return err
		}
		return m.says(tx, k)
	})
}

// held reports whether a time was held before the meetup was cancelled, if it was.
func (k kept) held(o Occurrence) bool {
	return !k.cancelled || !o.End.After(time.Unix(k.changedAt, 0))
}

// ToTell are the times of a meetup of which it can be told now how they were, with what
// was told, the newest first. All a site's times of a week are few.
func (m *Meetups) ToTell(ctx context.Context, thread int64) (all []After, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		k, err := m.find(tx, thread)
		if err != nil {
			return err
		}
		told, err := aftersOf(tx, k, mostTold)
		if err != nil {
			return err
		}
		now := m.Clock.Now()
		past := k.series().between(now.Add(-afterwards), now, mostTold)
		for i := len(past) - 1; i >= 0; i-- {
			o := past[i]
			if o.End.After(now) || !k.held(o) {
				continue
			}
			a := After{Occurrence: o}
			for _, t := range told {
				if t.Original.Equal(o.Original) {
					a = t
				}
			}
			all = append(all, a)
		}
		return nil
	})
	return all, err
}

// mostTold is of how many times it is shown how they were: more than a week of days.
const mostTold = 12

// Bare says whether a meetup's thread stays in which no post stands any more, in the
// transaction in which the last was taken back: it does until it is over, and if
// nobody cancelled it, it is cancelled for the reason given. What was announced
// doesn't vanish for those who would come.
func (m *Meetups) Bare(tx *db.Tx, t board.Target, reason string) (stays bool, err error) {
	k, err := m.hold(tx, t.Thread)
	if fault.Is(err, fault.NotFound) || err == nil && k.nextAt == 0 {
		return false, nil
	} else if err != nil || k.cancelled {
		return true, err
	}
	k.changedAt = m.minute().Unix()
	return true, m.cancel(tx, &k, reason)
}
