package origin

import (
	"slices"
	"time"

	"moot/internal/db"
)

// keptCalendar is a calendar as it is kept.
type keptCalendar struct {
	number         int64
	place          string
	name, host     string
	owner          []byte
	public         bool
	etag, modified string
	fetchedAt      int64
	failed         int
	why            string
	code, leftOut  int
}

const calendarColumns = `number, place, name, host, owner, public, etag, modified, fetched_at, failed, why, code, left_out`

func scanCalendar(scan db.Scan) (c keptCalendar, err error) {
	err = scan(&c.number, &c.place, &c.name, &c.host, &c.owner, &c.public, &c.etag, &c.modified, &c.fetchedAt, &c.failed, &c.why, &c.code, &c.leftOut)
	return c, err
}

func insertCalendar(tx *db.Tx, c keptCalendar) error {
	_, err := tx.Exec(`INSERT INTO calendar (`+calendarColumns+`) VALUES `+db.Marks(1, 1, make([]string, 13)...),
		c.number, c.place, c.name, c.host, c.owner, c.public, c.etag, c.modified, c.fetchedAt, c.failed, c.why, c.code, c.leftOut)
	return err
}

func updateCalendar(tx *db.Tx, c keptCalendar) error {
	_, err := tx.Exec(`UPDATE calendar SET name = $2, etag = $3, modified = $4, fetched_at = $5, failed = $6, why = $7, code = $8, left_out = $9 WHERE number = $1`,
		c.number, c.name, c.etag, c.modified, c.fetchedAt, c.failed, c.why, c.code, c.leftOut)
	return err
}

// holdCalendar finds a calendar, and holds it until the transaction ends.
func holdCalendar(tx *db.Tx, number int64) (keptCalendar, error) {
	return scanCalendar(tx.HoldRow(`SELECT `+calendarColumns+` FROM calendar WHERE number = $1`, number).Scan)
}

// ofOwner finds the calendar that somebody brought as a file.
func ofOwner(tx *db.Tx, owner []byte) (keptCalendar, error) {
	if len(owner) == 0 {
		return keptCalendar{}, db.ErrNone
	}
	return scanCalendar(tx.Row(`SELECT `+calendarColumns+` FROM calendar WHERE owner = $1 AND host = ''`, owner).Scan)
}

// brought is what is kept of a meetup that came from a calendar.
type brought struct {
	thread, calendar int64
	place            string
	event, digest    []byte
	gone             bool
	day              int64
}

const broughtColumns = `thread, calendar, place, event, digest, gone, day`

func scanBrought(scan db.Scan) (b brought, err error) {
	err = scan(&b.thread, &b.calendar, &b.place, &b.event, &b.digest, &b.gone, &b.day)
	return b, err
}

var broughtAmong = db.ForMany(func(n int) string {
	return `SELECT ` + broughtColumns + ` FROM brought WHERE event IN ` + db.Marks(1, 1, make([]string, n)...)
})

// standing are the meetups in a place that came of some events, by those.
func standing(tx *db.Tx, place string, events []any) (map[string]brought, error) {
	found := map[string]brought{}
	for some := range slices.Chunk(events, db.MostAtOnce) {
		query, args := broughtAmong.Among(some)
		all, err := db.All(tx, scanBrought, query, args...)
		if err != nil {
			return nil, err
		}
		for _, b := range all {
			if b.place == place {
				found[string(b.event)] = b
			}
		}
	}
	return found, nil
}

// ofCalendar are the meetups that came of a calendar.
func ofCalendar(tx *db.Tx, number int64) ([]brought, error) {
	return db.All(tx, scanBrought, `SELECT `+broughtColumns+` FROM brought WHERE calendar = $1 ORDER BY thread`, number)
}

func putBrought(tx *db.Tx, b brought) error {
	_, err := tx.Exec(`INSERT INTO brought (`+broughtColumns+`) VALUES `+db.Marks(1, 1, make([]string, 7)...)+`
		ON CONFLICT (thread) DO UPDATE SET calendar = excluded.calendar, digest = excluded.digest, gone = excluded.gone`,
		b.thread, b.calendar, b.place, b.event, b.digest, b.gone, b.day)
	return err
}

// broughtToday is how many meetups files brought to a place on a day.
func broughtToday(tx *db.Tx, place string, day int64) (n int, err error) {
	err = tx.Row(`SELECT count(*) FROM brought b JOIN calendar c ON c.number = b.calendar WHERE b.place = $1 AND b.day = $2 AND c.host = ''`, place, day).Scan(&n)
	return n, err
}

// sweepAtOnce is of how many meetups it is forgotten in one transaction where they
// came from.
const sweepAtOnce = 100

// forget deletes where meetups came from whose host isn't kept any more, and files
// of which no meetup is left. It is how many those were.
func forget(tx *db.Tx, before time.Time) (int, error) {
	over, err := db.All(tx, func(scan db.Scan) (n int64, err error) { return n, scan(&n) },
		`SELECT b.thread FROM brought b JOIN meetup m ON m.thread = b.thread WHERE m.over_at > 0 AND m.over_at <= $1 ORDER BY b.thread LIMIT $2`, before.Unix(), sweepAtOnce)
	for _, thread := range over {
		if err == nil {
			err = tx.Later(db.Do(`DELETE FROM brought WHERE thread = $1`, thread))
		}
	}
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(`DELETE FROM calendar WHERE host = '' AND NOT EXISTS (SELECT 1 FROM brought b WHERE b.calendar = calendar.number)`)
	return len(over), err
}
