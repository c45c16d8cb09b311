package meetup

import (
	"cmp"
	"context"
	"time"

	"moot/internal/attendance"
	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup/record"
	"moot/internal/plan"
	"moot/internal/text"
)

// Host has whoever has a token host a meetup that hands agreed on and that nobody
// hosts, where one of their hands may. Who hosts it already goes on. It can be taken on
// until it can no longer be told how it was. Where its host cancelled it, taking it on
// has it stand again, until it begins; who cancelled it may do that, too.
func (m *Meetups) Host(ctx context.Context, thread int64, host key.Actor, hands []key.Actor) error {
	if !host.Known() {
		return errNoToken()
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.records().Hold(tx, thread)
		again := k.StandsAgain(m.Clock.Now())
		switch {
		case err != nil:
			return err
		case again && k.Hosts(host):
			return m.standAgain(tx, &k)
		case k.Hosts(host):
			return nil
		case k.Free(m.Clock.Now()):
		case len(k.Host) > 0 || k.AgreedAt == 0:
			return fault.New(fault.Conflict, "meetup.hosted")
		default:
			return k.Stands()
		}
		if may, err := m.mayHost(tx, hands, k.Place); err != nil {
			return err
		} else if !may {
			return fault.New(fault.Forbidden, "meetup.hand_first")
		}
		k.Host = record.HostOf(host, thread)
		if again {
			return m.standAgain(tx, &k)
		}
		return m.keep(tx, k)
	})
}

// standAgain has what its host cancelled be held after all.
func (m *Meetups) standAgain(tx *db.Tx, k *record.Record) error {
	k.Cancelled, k.Reason, k.MayStand, k.ChangedAt = false, "", false, m.minute().Unix()
	k.Sequence++
	if err := m.again(tx, k); err != nil {
		return err
	}
	return m.changed(tx, *k, heldAfterAll(*k, k.Venue))
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
	return m.change(ctx, host, thread, func(tx *db.Tx, k *record.Record) error {
		if k.AgreedAt == 0 {
			return fault.New(fault.Conflict, "meetup.cancel_instead")
		}
		k.Host = []byte{}
		return m.keep(tx, *k)
	})
}

// Preview is a meetup as Announce would make it, with the next of its times, and finds
// what is wrong with it and with its opening post.
func (m *Meetups) Preview(ctx context.Context, n board.NewThread, d Details) (Meetup, error) {
	now := m.Clock.Now()
	c, err := d.Check(now, n.Place.Zone(), nil)
	_, _, other := m.Boards.Preview(ctx, n.Place, "", board.NewPost{Body: cmp.Or(n.Body, c.Title, "-"), Pictures: n.Pictures})
	if other != nil && !fault.Is(other, fault.Invalid) {
		return Meetup{}, other
	}
	if err := fault.Join(append(fault.Each(err), fault.Each(other)...)...); err != nil {
		return Meetup{}, err
	}
	k := record.Record{NextAt: c.First.Unix(), Host: []byte{1}}
	k.Take(c)
	one := shown(k)
	one.Place, one.Coming = n.Place, k.Series().Coming(now, shownBefore)
	return one, nil
}

// shownBefore is how many of its times are shown of what isn't announced yet.
const shownBefore = 4

// Hosts reports whether whoever has a token hosts a meetup.
func (m *Meetups) Hosts(ctx context.Context, thread int64, host key.Actor) (hosts bool, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := m.records().Find(tx, thread)
		hosts = err == nil && k.Hosts(host)
		return err
	})
	return hosts, err
}

// notesLengthAfter is how long what a host tells of it may be, in characters.
const notesLengthAfter = 4000

// After is how a time of a meetup was.
type After = attendance.After

// Tell keeps how a time of a meetup was that is over, and no more than a week: how many
// came, and what its host has to say. It takes the place of what was told before.
func (m *Meetups) Tell(ctx context.Context, host key.Actor, thread int64, occurrence time.Time, came int, notes string) error {
	notes = text.Clean(notes)
	var faults []*fault.Fault
	if came < 0 || came > plan.MostRoom {
		faults = append(faults, fault.New(fault.Invalid, "meetup.came_unclear", "n", plan.MostRoom).On("came"))
	}
	if err := fault.Join(append(faults, plan.TooLong("notes", notes, notesLengthAfter))...); err != nil {
		return err
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.records().Hold(tx, thread)
		if err != nil {
			return err
		}
		if !host.Steward() && !k.Hosts(host) {
			return fault.New(fault.Forbidden, "meetup.not_host")
		}
		o, found := k.Series().Find(occurrence)
		now := m.Clock.Now()
		switch {
		case !found, !k.Took(o):
			return record.ErrNoOccurrence()
		case o.End.After(now):
			return fault.New(fault.Conflict, "meetup.not_over")
		case !o.End.Add(record.Afterwards).After(now):
			return fault.New(fault.Conflict, "meetup.told_late")
		}
		if err := attendance.PutAfter(tx, thread, After{Occurrence: o, Came: came, Notes: notes}); err != nil {
			return err
		}
		return m.says(tx, k)
	})
}

// ToTell are the times of a meetup of which it can be told now how they were, with what
// was told, the newest first. All a site's times of a week are few.
func (m *Meetups) ToTell(ctx context.Context, thread int64) (all []After, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		k, err := m.records().Find(tx, thread)
		if err != nil {
			return err
		}
		told, err := k.Afters(tx)
		if err != nil {
			return err
		}
		now := m.Clock.Now()
		past := k.Series().Between(now.Add(-record.Afterwards), now, record.MostTold)
		for i := len(past) - 1; i >= 0; i-- {
			o := past[i]
			if o.End.After(now) || !k.Took(o) {
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

// Bare says whether a meetup's thread stays in which no post stands any more, in the
// transaction in which the last was taken back: it does until it is over, and if
// nobody cancelled it, it is cancelled for the reason given. What was announced
// doesn't vanish for those who would come.
func (m *Meetups) Bare(tx *db.Tx, t board.Target, reason string) (stays bool, err error) {
	k, err := m.records().Hold(tx, t.Thread)
	if fault.Is(err, fault.NotFound) || err == nil && k.NextAt == 0 {
		return false, nil
	} else if err != nil || k.Cancelled {
		return true, err
	}
	k.ChangedAt = m.minute().Unix()
	return true, m.cancel(tx, &k, reason)
}
