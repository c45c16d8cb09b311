package attendance

import (
	"time"

	"moot/internal/db"
)

var countsAmong = db.ForMany(func(n int) string {
	return `SELECT thread, occurrence, coming, maybe, cant FROM rsvp_count WHERE thread IN ` + db.Marks(1, 1, make([]string, n)...)
})

// CountsOf are the counts of some meetups, db.MostAtOnce at the most, by their threads
// and by when their times would have begun, in seconds since 1970: of all times that
// somebody answered for, also those that are over.
func CountsOf(tx *db.Tx, threads []any) (map[int64]map[int64]Counts, error) {
	counts := map[int64]map[int64]Counts{}
	if len(threads) == 0 {
		return counts, nil
	}
	query, args := countsAmong.Among(threads)
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		var thread, occurrence int64
		var c Counts
		err = scan(&thread, &occurrence, &c.Coming, &c.Maybe, &c.Cant)
		if counts[thread] == nil {
			counts[thread] = map[int64]Counts{}
		}
		counts[thread][occurrence] = c
		return none, err
	}, query, args...)
	return counts, err
}

// HoldCounts finds how many answered for a time, and writes down when that is over.
func HoldCounts(tx *db.Tx, thread int64, o Occurrence) (c Counts, err error) {
	err = tx.Row(`INSERT INTO rsvp_count (thread, occurrence, ends_at, kept, coming, maybe, cant) VALUES ($1, $2, $3, $4, 0, 0, 0)
		ON CONFLICT (thread, occurrence) DO UPDATE SET ends_at = excluded.ends_at, kept = excluded.kept RETURNING coming, maybe, cant`,
		thread, o.Original.Unix(), o.End.Unix(), true).Scan(&c.Coming, &c.Maybe, &c.Cant)
	return c, err
}

// Answered are the times of a meetup that somebody answered for and that end after a
// time, by when they would have begun in seconds since 1970.
func Answered(tx *db.Tx, thread, after int64) ([]int64, error) {
	return db.All(tx, func(scan db.Scan) (o int64, err error) { return o, scan(&o) },
		`SELECT occurrence FROM rsvp_count WHERE thread = $1 AND kept AND ends_at > $2 ORDER BY occurrence`, thread, after)
}

// PutEnd writes down when a time is over that somebody may have answered for.
func PutEnd(tx *db.Tx, thread int64, o Occurrence) error {
	_, err := tx.Exec(`UPDATE rsvp_count SET ends_at = $3 WHERE thread = $1 AND occurrence = $2`, thread, o.Original.Unix(), o.End.Unix())
	return err
}

// EndAll has nothing of a meetup be to come after a time.
func EndAll(tx *db.Tx, thread, at int64) error {
	_, err := tx.Exec(`UPDATE rsvp_count SET ends_at = $2 WHERE thread = $1 AND kept AND ends_at > $2`, thread, at)
	return err
}

// PutOff has answers for one time count for others: pairs of when those would have
// begun, the second 0 where nothing comes of it. They go by numbers that no time
// has, since one may be what another was.
func PutOff(tx *db.Tx, thread int64, pairs [][2]int64) error {
	for _, table := range []string{"rsvp", "rsvp_count"} {
		for _, p := range pairs {
			var err error
			if p[1] == 0 {
				_, err = tx.Exec(`DELETE FROM `+table+` WHERE thread = $1 AND occurrence = $2`, thread, p[0])
			} else {
				_, err = tx.Exec(`UPDATE `+table+` SET occurrence = -CAST($3 AS bigint) WHERE thread = $1 AND occurrence = $2`, thread, p[0], p[1])
			}
			if err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE `+table+` SET occurrence = -occurrence WHERE thread = $1 AND occurrence < 0`, thread); err != nil {
			return err
		}
	}
	return nil
}

// AtOnce is of how many times the answers are deleted in one transaction.
const AtOnce = 50

// Sweep deletes the answers for AtOnce times at the most that ended before one, and is
// how many times those were. Their numbers stay.
func Sweep(tx *db.Tx, before time.Time) (int, error) {
	type over struct{ thread, occurrence int64 }
	times, err := db.All(tx, func(scan db.Scan) (o over, err error) {
		return o, scan(&o.thread, &o.occurrence)
	}, `SELECT thread, occurrence FROM rsvp_count WHERE kept AND ends_at <= $1 ORDER BY thread, occurrence LIMIT $2`, before.Unix(), AtOnce)
	for _, o := range times {
		if err != nil {
			break
		}
		err = tx.Later(db.Do(`DELETE FROM rsvp WHERE thread = $1 AND occurrence = $2`, o.thread, o.occurrence),
			db.Do(`UPDATE rsvp_count SET kept = $3 WHERE thread = $1 AND occurrence = $2`, o.thread, o.occurrence, false))
	}
	return len(times), err
}
