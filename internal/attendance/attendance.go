package attendance

import (
	"strconv"
	"time"

	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/recur"
)

// Answer is what somebody says who is asked whether they come.
type Answer int

const (
	Unanswered Answer = iota
	Coming
	Maybe
	Cant
)

// RSVP is somebody's answer for one time, and what they wrote to the host.
type RSVP struct {
	Answer Answer
	Note   string
	Seen   int // the number of the newest tiding of the meetup that there were then
}

// Counts are how many answered what.
type Counts struct{ Coming, Maybe, Cant int }

// Count adds so many to those who gave an answer.
func (c *Counts) Count(a Answer, n int) {
	switch a {
	case Coming:
		c.Coming += n
	case Maybe:
		c.Maybe += n
	case Cant:
		c.Cant += n
	}
}

// Occurrence is one of the times at which a meetup is held, and how many answered
// what for it.
type Occurrence struct {
	recur.Occurrence
	Counts
}

// hashOf is what is kept of who has an answer's token, for one meetup: the answers
// that somebody gives to two don't show that.
func hashOf(owner key.Actor, thread int64) []byte {
	return owner.Hash("rsvp " + strconv.FormatInt(thread, 10))
}

// Find is what somebody answered for a time; the zero RSVP where they didn't.
func Find(tx *db.Tx, owner key.Actor, thread int64, original time.Time) (r RSVP, err error) {
	err = tx.Row(`SELECT answer, note, seen FROM rsvp WHERE thread = $1 AND occurrence = $2 AND hash = $3`, thread, original.Unix(), hashOf(owner, thread)).
		Scan(&r.Answer, &r.Note, &r.Seen)
	if err == db.ErrNone {
		err = nil
	}
	return r, err
}

// Put keeps an answer in place of the one that was there, and counts it. Counts are
// those of HoldCounts.
func Put(tx *db.Tx, owner key.Actor, thread int64, original time.Time, was, is RSVP, counts Counts) error {
	counts.Count(was.Answer, -1)
	counts.Count(is.Answer, 1)
	hash, occurrence := hashOf(owner, thread), original.Unix()
	var err error
	if is.Answer == Unanswered {
		_, err = tx.Exec(`DELETE FROM rsvp WHERE thread = $1 AND occurrence = $2 AND hash = $3`, thread, occurrence, hash)
	} else {
		_, err = tx.Exec(`INSERT INTO rsvp (thread, occurrence, hash, answer, note, seen) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (thread, hash, occurrence) DO UPDATE SET answer = excluded.answer, note = excluded.note, seen = excluded.seen`,
			thread, occurrence, hash, int(is.Answer), is.Note, is.Seen)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE rsvp_count SET coming = $3, maybe = $4, cant = $5 WHERE thread = $1 AND occurrence = $2`, thread, occurrence, counts.Coming, counts.Maybe, counts.Cant)
	return err
}

// Of is what somebody answered for the times of a meetup, by when those would have
// begun in seconds since 1970.
func Of(tx *db.Tx, owner key.Actor, thread int64) (map[int64]RSVP, error) {
	all := map[int64]RSVP{}
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		var original int64
		var r RSVP
		err = scan(&original, &r.Answer, &r.Note, &r.Seen)
		all[original] = r
		return none, err
	}, `SELECT occurrence, answer, note, seen FROM rsvp WHERE thread = $1 AND hash = $2`, thread, hashOf(owner, thread))
	return all, err
}

// Comes reports whether somebody answered that they come to a time of a meetup whose
// answers are still kept.
func Comes(tx *db.Tx, owner key.Actor, thread int64) (comes bool, err error) {
	err = tx.Row(`SELECT EXISTS (SELECT 1 FROM rsvp WHERE thread = $1 AND hash = $2 AND answer = $3)`, thread, hashOf(owner, thread), int(Coming)).Scan(&comes)
	return comes, err
}

// Note is what somebody wrote to the host, without who.
type Note struct {
	Occurrence time.Time // when that time would have begun
	RSVP
}

// notesMost is how many notes are shown.
const notesMost = 500

// Notes are what was written to the host of a meetup, whose zone is given.
func Notes(tx *db.Tx, thread int64, zone *time.Location) ([]Note, error) {
	return db.All(tx, func(scan db.Scan) (n Note, err error) {
		var original int64
		err = scan(&original, &n.Answer, &n.Note)
		n.Occurrence = time.Unix(original, 0).In(zone)
		return n, err
	}, `SELECT occurrence, answer, note FROM rsvp WHERE thread = $1 AND note <> '' ORDER BY occurrence, answer, note LIMIT $2`, thread, notesMost)
}
