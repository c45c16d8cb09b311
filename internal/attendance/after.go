package attendance

import (
	"time"

	"moot/internal/db"
	"moot/internal/recur"
)

// After is how a time of a meetup was.
type After struct {
	Occurrence
	Came  int    // how many
	Notes string // in the words of its host, as the posts of a thread are
	Told  bool   // somebody told it
}

// PutAfter keeps how a time was, in place of what was told of it before.
func PutAfter(tx *db.Tx, thread int64, a After) error {
	_, err := tx.Exec(`INSERT INTO meetup_after (thread, occurrence, starts_at, came, notes) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (thread, occurrence) DO UPDATE SET starts_at = excluded.starts_at, came = excluded.came, notes = excluded.notes`,
		thread, a.Original.Unix(), a.Start.Unix(), a.Came, a.Notes)
	return err
}

// AftersOf are how the last times of a meetup were of which that was told, the newest
// first, so many at the most. Its times are given.
func AftersOf(tx *db.Tx, thread int64, times recur.Series, most int) ([]After, error) {
	return db.All(tx, func(scan db.Scan) (After, error) {
		var original, start int64
		a := After{Told: true}
		err := scan(&original, &start, &a.Came, &a.Notes)
		a.Occurrence.Occurrence = times.Occurrence(time.Unix(original, 0), time.Unix(start, 0))
		return a, err
	}, `SELECT occurrence, starts_at, came, notes FROM meetup_after WHERE thread = $1 ORDER BY starts_at DESC, occurrence LIMIT $2`, thread, most)
}
