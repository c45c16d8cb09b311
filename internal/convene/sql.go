package convene

import (
	"maps"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
)

// keptHand is a hand as it is kept.
type keptHand struct {
	hash  []byte
	place string
	week  int64
	reach int
}

// handsUp is how many hands are up in a place.
type handsUp struct {
	place string
	up    int
}

const handQuery = `SELECT place, week, reach FROM hand WHERE hash = $1`

func findHand(tx *db.Tx, hash []byte) (keptHand, error) {
	h := keptHand{hash: hash}
	err := tx.Row(handQuery, hash).Scan(&h.place, &h.week, &h.reach)
	return h, err
}

// holdHand finds a hand, and holds it until the transaction ends.
func holdHand(tx *db.Tx, hash []byte) (keptHand, error) {
	h := keptHand{hash: hash}
	err := tx.HoldRow(handQuery, hash).Scan(&h.place, &h.week, &h.reach)
	return h, err
}

func insertHand(tx *db.Tx, hash []byte, place string, week int64, reach int) error {
	_, err := tx.Exec(`INSERT INTO hand (hash, place, week, reach) VALUES ($1, $2, $3, $4)`, hash, place, week, reach)
	return err
}

// renewHand has a hand begin its time anew.
func renewHand(tx *db.Tx, hash []byte, week int64) error {
	n, err := tx.Exec(`UPDATE hand SET week = $2 WHERE hash = $1`, hash, week)
	if err == nil && n == 0 {
		err = errNoHand()
	}
	return err
}

// countHands counts hands of a city in or out, and is how many are up then. It
// holds the city's count until the transaction ends, so that of two hands that go
// up at the same moment one sees the other.
func countHands(tx *db.Tx, place string, n int) (up int, err error) {
	err = tx.Row(`INSERT INTO hands (place, up) VALUES ($1, $2) ON CONFLICT (place) DO UPDATE SET up = hands.up + excluded.up RETURNING up`, place, n).Scan(&up)
	return up, err
}

// countedHands is how many hands are up in a city.
func countedHands(tx *db.Tx, place string) (up int, err error) {
	err = tx.Row(`SELECT up FROM hands WHERE place = $1`, place).Scan(&up)
	if err == db.ErrNone {
		err = nil
	}
	return up, err
}

// handsIn are the counts of some cities.
var handsIn = db.ForMany(func(n int) string {
	return `SELECT place, up FROM hands WHERE up > 0 AND place IN ` + db.Marks(1, 1, make([]string, n)...)
})

// dropMarks forgets what a hand has marked in all cities but one ("" for none), and is
// the convenings in which it had. It holds them.
func dropMarks(tx *db.Tx, hash []byte, but string) (changed []threadAt, err error) {
	marked, err := db.All(tx, func(scan db.Scan) (t threadAt, err error) {
		err = scan(&t.number, &t.place)
		return t, err
	},
		`SELECT c.thread, c.place FROM convening c WHERE c.place <> $2 AND c.thread IN (SELECT thread FROM mark WHERE hand = $1) ORDER BY c.thread`, hash, but)
	if err != nil {
		return nil, err
	}
	for _, t := range marked {
		if _, err := holdConvening(tx, t.number); fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
			continue // it has closed meanwhile, and forgot who marked it
		} else if err != nil {
			return nil, err
		}
		was, err := marksOf(tx, t.number, hash)
		if err != nil {
			return nil, err
		}
		none := map[int64]Answer{}
		for choice := range was {
			none[choice] = Unmarked
		}
		if err := putMarks(tx, t.number, hash, none); err != nil {
			return nil, err
		}
		changed = append(changed, t)
	}
	return changed, nil
}

// threadAt is where a convening stands.
type threadAt struct {
	number int64
	place  string
}

// keptConvening is a convening as it is kept.
type keptConvening struct {
	number                 int64 // its thread's
	place                  string
	opened, closes, closed int64
	hands                  int
	came                   bool
	at, in                 int64
}

const conveningColumns = `thread, place, opened_at, closes_at, closed_at, hands, came, at_choice, in_choice`

func scanConvening(scan db.Scan) (k keptConvening, err error) {
	err = scan(&k.number, &k.place, &k.opened, &k.closes, &k.closed, &k.hands, &k.came, &k.at, &k.in)
	return k, err
}

// thread is where the convening stands.
func (k keptConvening) thread() threadAt { return threadAt{k.number, k.place} }

func findConvening(tx *db.Tx, number int64) (keptConvening, error) {
	return scanConvening(tx.Row(`SELECT `+conveningColumns+` FROM convening WHERE thread = $1`, number).Scan)
}

// holdConvening finds a convening that is open, and holds it until the transaction
// ends.
func holdConvening(tx *db.Tx, number int64) (keptConvening, error) {
	k, err := scanConvening(tx.HoldRow(`SELECT `+conveningColumns+` FROM convening WHERE thread = $1`, number).Scan)
	switch {
	case err == db.ErrNone:
		return k, fault.New(fault.NotFound, "convene.no_convening")
	case err == nil && k.closed != 0:
		return k, fault.New(fault.Conflict, "convene.closed")
	}
	return k, err
}

// newest is the newest convening of a city.
func newest(tx *db.Tx, place string) (keptConvening, error) {
	return scanConvening(tx.Row(`SELECT `+conveningColumns+` FROM convening WHERE place = $1 ORDER BY thread DESC LIMIT 1`, place).Scan)
}

// openIn is the convening that is open in a city, if there is one.
func openIn(tx *db.Tx, place string) ([]threadAt, error) {
	return db.All(tx, func(scan db.Scan) (t threadAt, err error) { return t, scan(&t.number, &t.place) },
		`SELECT thread, place FROM convening WHERE place = $1 AND closed_at = 0`, place)
}

var conveningsIn = db.ForMany(func(n int) string {
	return `SELECT ` + conveningColumns + ` FROM convening WHERE opened_at > $1 AND place IN ` + db.Marks(2, 1, make([]string, n)...)
})

func insertConvening(tx *db.Tx, at threadAt, opened, closes time.Time, hands int) error {
	_, err := tx.Exec(`INSERT INTO convening (thread, place, opened_at, closes_at, closed_at, hands, came, at_choice, in_choice) VALUES ($1, $2, $3, $4, 0, $5, $6, 0, 0)`,
		at.number, at.place, opened.Unix(), closes.Unix(), hands, false)
	return err
}

// insertChoice adds a choice behind those that are there, and is its number.
func insertChoice(tx *db.Tx, thread int64, at int64, v Venue) (number int64, err error) {
	err = tx.Row(`INSERT INTO convening_choice (thread, number, at, name, directions, why, step_free, free, suits, could, cant)
		SELECT $1, coalesce(max(number), 0) + 1, CAST($2 AS bigint), $3, $4, $5, $6, $7, 0, 0, 0 FROM convening_choice WHERE thread = $1 RETURNING number`,
		thread, at, v.Name, v.Directions, v.Why, v.StepFree, v.Free).Scan(&number)
	return number, err
}

// choicesOf are the choices of a convening in their order.
func choicesOf(tx *db.Tx, thread int64) ([]Choice, error) {
	return db.All(tx, func(scan db.Scan) (c Choice, err error) {
		var at int64
		err = scan(&c.Number, &at, &c.Venue.Name, &c.Venue.Directions, &c.Venue.Why, &c.Venue.StepFree, &c.Venue.Free, &c.Suits, &c.Could, &c.Cant)
		if at > 0 {
			c.At = time.Unix(at, 0)
		}
		return c, err
	}, `SELECT number, at, name, directions, why, step_free, free, suits, could, cant FROM convening_choice WHERE thread = $1 ORDER BY number`, thread)
}

// marksOf is what a hand has marked in a convening, by the number of the choice.
func marksOf(tx *db.Tx, thread int64, hash []byte) (map[int64]Answer, error) {
	marked := map[int64]Answer{}
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		var choice int64
		var answer int
		err = scan(&choice, &answer)
		marked[choice] = Answer(answer)
		return none, err
	}, `SELECT choice, answer FROM mark WHERE thread = $1 AND hand = $2`, thread, hash)
	return marked, err
}

// setReach has a hand reach so far, and begin its time anew.
func setReach(tx *db.Tx, hash []byte, reach int, week int64) error {
	_, err := tx.Exec(`UPDATE hand SET reach = $2, week = $3 WHERE hash = $1`, hash, reach, week)
	return err
}

// deleteHand deletes a hand, and tells whether it was there.
func deleteHand(tx *db.Tx, hash []byte) (was bool, err error) {
	n, err := tx.Exec(`DELETE FROM hand WHERE hash = $1`, hash)
	return n > 0, err
}

// oldHands are some hands of a week or of one before.
func oldHands(tx *db.Tx, week int64, limit int) ([]keptHand, error) {
	return db.All(tx, func(scan db.Scan) (h keptHand, err error) {
		err = scan(&h.hash, &h.place)
		return h, err
	}, `SELECT hash, place FROM hand WHERE week <= $1 ORDER BY place, hash LIMIT $2`, week, limit)
}

// putMarks keeps what a hand says of some choices of a convening that is held, in
// place of what it said of them before, and counts it.
func putMarks(tx *db.Tx, thread int64, hash []byte, answers map[int64]Answer) error {
	was, err := marksOf(tx, thread, hash)
	if err != nil {
		return err
	}
	for _, choice := range slices.Sorted(maps.Keys(answers)) {
		a, before := answers[choice], was[choice]
		if a == before {
			continue
		}
		mark := db.Do(`INSERT INTO mark (thread, choice, hand, answer) VALUES ($1, $2, $3, $4) ON CONFLICT (thread, choice, hand) DO UPDATE SET answer = excluded.answer`, thread, choice, hash, int(a))
		if a == Unmarked {
			mark = db.Do(`DELETE FROM mark WHERE thread = $1 AND choice = $2 AND hand = $3`, thread, choice, hash)
		}
		var change Tally
		change.count(before, -1)
		change.count(a, 1)
		err := tx.Later(mark, db.Do(`UPDATE convening_choice SET suits = suits + $3, could = could + $4, cant = cant + $5 WHERE thread = $1 AND number = $2`,
			thread, choice, change.Suits, change.Could, change.Cant))
		if err != nil {
			return err
		}
	}
	return nil
}

// closeConvening writes down what a convening came to, and forgets who marked what.
func closeConvening(tx *db.Tx, k keptConvening) error {
	if _, err := tx.Exec(`DELETE FROM mark WHERE thread = $1`, k.number); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE convening SET closed_at = $2, hands = $3, came = $4, at_choice = $5, in_choice = $6 WHERE thread = $1`, k.number, k.closed, k.hands, k.came, k.at, k.in)
	return err
}
