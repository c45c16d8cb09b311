package convene

import (
	"context"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/place"
)

// Ladder is the first two steps in all cities of a site: hands, and convenings.
// It is safe for many goroutines.
type Ladder struct {
	Settings
}

// Settings are what a ladder stands on.
type Settings struct {
	DB     *db.DB
	Clock  *clock.Clock
	Outbox *event.Outbox
	Places *place.Gazetteer
	Boards *board.Boards
	Jobs   *job.Jobs
	Rules  Rules
	Name   string                           // in which the site writes
	Words  func(place.Place) *lang.Language // in which the site writes on a city's board

	// ToCome reports whether a meetup is to come in a city.
	ToCome func(tx *db.Tx, place string) (bool, error)
	// Meet makes a meetup of what a convening that closed has found, on its thread.
	Meet func(tx *db.Tx, a Agreed) error
}

// New is the ladder of a site.
func New(s Settings) *Ladder { return &Ladder{s} }

// Hand is a hand that is up.
type Hand struct {
	Place place.Place
	Reach int       // km; one of Reaches
	Ends  time.Time // when it comes down unless it is renewed
}

// Warning is how long before a hand comes down its owner is told of it.
const Warning = 7 * 24 * time.Hour

// EndsSoon reports whether it is time to tell its owner that it comes down.
func (h Hand) EndsSoon(now time.Time) bool { return !now.Before(h.Ends.Add(-Warning)) }

// handOf is what is kept of who has a hand's token.
func handOf(owner key.Actor) []byte { return owner.Hash("hand") }

// Owner is who will own the hand that a form with a ticket puts up: the same for
// each sending of that form.
func (l *Ladder) Owner(ctx context.Context, ticket string) (key.Actor, error) {
	secret, err := l.Boards.Secret(ctx)
	if err != nil {
		return key.Anyone, err
	}
	return key.Derived(secret, ticket), nil
}

// Raise puts a hand up in a city for whoever will have the owner's token. Held are
// the owners of the hands that the same device has: where one of them is up in
// that city it is renewed instead, and is the one returned. The same owner's hand
// is put up once, however often it is asked for.
func (l *Ladder) Raise(ctx context.Context, owner key.Actor, held []key.Actor, p place.Place, reach int) (key.Actor, error) {
	if err := mayStand(p, reach); err != nil {
		return key.Anyone, err
	}
	now := l.Clock.Now()
	whose := owner
	err := l.DB.Write(ctx, func(tx *db.Tx) error {
		whose = owner
		var others int
		for _, h := range held {
			at, err := holdHand(tx, handOf(h))
			if err == db.ErrNone {
				continue
			} else if err != nil {
				return err
			}
			if at.place == p.Path() {
				whose = h
				return renewHand(tx, handOf(h), Week(now))
			}
			others++
		}
		if others >= l.Rules.Held {
			return fault.New(fault.Conflict, "convene.hands_full", "n", l.Rules.Held)
		}
		if at, err := holdHand(tx, handOf(owner)); err == nil { // the form was sent twice
			if at.place != p.Path() {
				return fault.New(fault.Conflict, "convene.hand_elsewhere")
			}
			return nil
		} else if err != db.ErrNone {
			return err
		}
		return l.up(tx, handOf(owner), p, reach, now)
	})
	if db.Taken(err) { // the form was sent twice, to two nodes at once
		if _, err = l.Hand(ctx, owner); err == nil {
			return owner, nil
		}
	}
	return whose, err
}

// mayStand sees whether a hand may be up in a place, and reach so far.
func mayStand(p place.Place, reach int) error {
	if !p.Valid() || p.Kind() != place.City {
		return fault.New(fault.Invalid, "convene.no_city").On("place")
	}
	for _, r := range Reaches {
		if r == reach {
			return nil
		}
	}
	return fault.New(fault.Invalid, "convene.reach").On("reach")
}

// up adds a hand that wasn't there, and opens a convening where that makes enough.
func (l *Ladder) up(tx *db.Tx, hash []byte, p place.Place, reach int, now time.Time) error {
	if err := insertHand(tx, hash, p.Path(), Week(now), reach); err != nil {
		return err
	}
	up, err := countHands(tx, p.Path(), 1)
	if err != nil {
		return err
	}
	if err := l.handsChanged(tx, p.Path()); err != nil {
		return err
	}
	return l.consider(tx, p, up)
}

// Lower takes a hand down, and what it has marked with it. A hand that is not up
// stays down.
func (l *Ladder) Lower(ctx context.Context, owner key.Actor) (place.Place, error) {
	var p place.Place
	err := l.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := holdHand(tx, handOf(owner))
		if err == db.ErrNone {
			return nil
		} else if err != nil {
			return err
		}
		if p, err = l.place(h.place); err != nil {
			return err
		}
		return l.down(tx, h)
	})
	return p, err
}

func (l *Ladder) down(tx *db.Tx, h keptHand) error {
	changed, err := dropMarks(tx, h.hash, "")
	if err != nil {
		return err
	}
	if was, err := deleteHand(tx, h.hash); err != nil || !was {
		return err
	}
	if _, err := countHands(tx, h.place, -1); err != nil {
		return err
	}
	if err := l.handsChanged(tx, h.place); err != nil {
		return err
	}
	return l.cardsChanged(tx, changed)
}

// Renew has a hand stay up for its whole time from now on, and is it as it stands.
func (l *Ladder) Renew(ctx context.Context, owner key.Actor) (Hand, error) {
	now := l.Clock.Now()
	if err := l.DB.Write(ctx, func(tx *db.Tx) error { return renewHand(tx, handOf(owner), Week(now)) }); err != nil {
		return Hand{}, err
	}
	return l.Hand(ctx, owner)
}

// Move takes a hand to another city, where none of those is up that the same device
// has, or has it reach further or less far. What it marked is forgotten where it goes
// away or reaches less far, but for its own city.
func (l *Ladder) Move(ctx context.Context, owner key.Actor, held []key.Actor, to place.Place, reach int) (Hand, error) {
	if err := mayStand(to, reach); err != nil {
		return Hand{}, err
	}
	now := l.Clock.Now()
	err := l.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := holdHand(tx, handOf(owner))
		if err == db.ErrNone {
			return errNoHand()
		} else if err != nil {
			return err
		}
		if h.place == to.Path() {
			if reach < h.reach {
				changed, err := dropMarks(tx, h.hash, h.place)
				if err != nil {
					return err
				}
				if err := l.cardsChanged(tx, changed); err != nil {
					return err
				}
			}
			return setReach(tx, h.hash, reach, Week(now))
		}
		for _, other := range held {
			if at, err := findHand(tx, handOf(other)); err == nil && other != owner && at.place == to.Path() {
				return fault.New(fault.Conflict, "convene.hand_there").On("to")
			} else if err != nil && err != db.ErrNone {
				return err
			}
		}
		if err := l.down(tx, h); err != nil {
			return err
		}
		return l.up(tx, h.hash, to, reach, now)
	})
	if err != nil {
		return Hand{}, err
	}
	return l.Hand(ctx, owner)
}

// Hand is the hand of whoever has a token: a fault of kind NotFound where it is
// not up, or no longer.
func (l *Ladder) Hand(ctx context.Context, owner key.Actor) (h Hand, err error) {
	err = l.DB.Read(ctx, func(tx *db.Tx) error {
		kept, err := findHand(tx, handOf(owner))
		if err == db.ErrNone {
			return errNoHand()
		} else if err != nil {
			return err
		}
		h, err = l.shownHand(kept)
		return err
	})
	return h, err
}

// IsUp reports whether the hand of whoever has a token is up in a city.
func (l *Ladder) IsUp(ctx context.Context, owner key.Actor, p place.Place) (bool, error) {
	h, err := l.Hand(ctx, owner)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && h.Place == p, err
}

func (l *Ladder) shownHand(kept keptHand) (Hand, error) {
	p, err := l.place(kept.place)
	if err != nil {
		return Hand{}, err
	}
	return Hand{Place: p, Reach: kept.reach, Ends: l.Rules.Ends(kept.week).In(p.Zone())}, nil
}

func errNoHand() error { return fault.New(fault.NotFound, "convene.no_hand") }

// Near is a city around another, and how many hands are up there.
type Near struct {
	Place    place.Place
	Distance float64 // km
	Hands    Count
}

// Around is how far, in km, a city looks for hands in others, and among how many.
const (
	Around     = 40
	aroundMost = db.MostAtOnce - 1
)

// Neighbours are the cities around one that tell of its hands, as it does of theirs.
func (l *Ladder) Neighbours(p place.Place) []place.Place {
	return l.Places.Near(p, aroundMost, Around)
}

// Up is how many hands are up in a city, and in those around it.
func (l *Ladder) Up(ctx context.Context, p place.Place) (here Count, around []Near, err error) {
	if p.Kind() != place.City {
		return Count{}, nil, nil
	}
	cities := map[string]place.Place{p.Path(): p}
	paths := []any{p.Path()}
	for _, q := range l.Neighbours(p) {
		cities[q.Path()], paths = q, append(paths, q.Path())
	}
	query, args := handsIn.Among(paths)
	err = l.DB.Read(ctx, func(tx *db.Tx) error {
		here, around = Count{}, nil
		found, err := db.All(tx, func(scan db.Scan) (h handsUp, err error) {
			err = scan(&h.place, &h.up)
			return h, err
		}, query, args...)
		for _, h := range found {
			if h.place == p.Path() {
				here = l.Rules.shown(h.up)
			} else if c := l.Rules.shown(h.up); !c.None() {
				around = append(around, Near{cities[h.place], place.Distance(p, cities[h.place]), c})
			}
		}
		return err
	})
	nearest(around)
	return here, around, err
}

// handsChanged tells that there are more or fewer hands in a city.
func (l *Ladder) handsChanged(tx *db.Tx, at string) error {
	if err := l.Outbox.Append(tx, event.Event{Kind: event.HandsChanged, Place: at, At: l.minute()}); err != nil {
		return err
	}
	asked, err := openIn(tx, at) // whose card says how many are asked
	if err != nil {
		return err
	}
	return l.cardsChanged(tx, asked)
}

// minute is the time as it is kept: security.md 1.7.
func (l *Ladder) minute() time.Time { return l.Clock.Now().Truncate(time.Minute) }

// place is the place of a path that was stored.
func (l *Ladder) place(path string) (place.Place, error) {
	if p, ok := l.Places.ByPath(path); ok {
		return p, nil
	}
	if p, ok := l.Places.Redirect(path); ok {
		return p, nil
	}
	return place.Place{}, fault.New(fault.Broken, "place.unknown")
}

// sweepAtOnce is how many hands come down in one transaction.
const sweepAtOnce = 200

// Sweep takes down the hands whose time is over, unless the clock is suspect.
func (l *Ladder) Sweep(ctx context.Context) error {
	for !l.Clock.Suspect() {
		var n int
		err := l.DB.Write(ctx, func(tx *db.Tx) error {
			old, err := oldHands(tx, l.Rules.expired(l.Clock.Now()), sweepAtOnce)
			n = len(old)
			for _, h := range old {
				if err != nil {
					break
				}
				err = l.down(tx, h)
			}
			return err
		})
		if err != nil || n < sweepAtOnce {
			return err
		}
	}
	return nil
}
