package convene

import (
	"moot/internal/db"
	"moot/internal/key"
)

// MayAct reports, in a transaction, whether somebody's hand may mark in a city: it is
// up there, or reaches as far.
func (l *Ladder) MayAct(tx *db.Tx, owner key.Actor, at string) (bool, error) {
	if !owner.Known() {
		return false, nil
	}
	k, err := findHand(tx, handOf(owner))
	if err == db.ErrNone {
		return false, nil
	} else if err != nil {
		return false, err
	}
	in, err := l.place(at)
	if err != nil {
		return false, err
	}
	h, err := l.shownHand(k)
	return err == nil && l.May(h, in), err
}
