package db

import (
	"fmt"
	"strings"
)

// Step is one statement among several that are sent to the database together.
type Step struct {
	query string
	args  []any
	holds bool
	draws int
	each  func(Scan) error // nil: the statement gives no rows
}

// Do is a statement that changes rows.
func Do(query string, args ...any) Step { return Step{query: query, args: args} }

// Ask is a query; each is called for every row of its answer.
func Ask(each func(Scan) error, query string, args ...any) Step {
	return Step{query: query, args: args, each: each}
}

// Hold is Ask, and holds the rows it finds as HoldRow does. Where there can be
// several it must put them in an order that is always the same, or two
// transactions may each hold what the other waits for.
func Hold(each func(Scan) error, query string, args ...any) Step {
	return Step{query: query, args: args, each: each, holds: true}
}

// Draw draws the next n numbers of a sequence as Next does, in rising order.
func Draw(sequence string, n int, each func(int64)) Step {
	return Step{args: []any{sequence, n}, draws: n, each: func(scan Scan) error {
		var number int64
		err := scan(&number)
		if err == nil {
			each(number)
		}
		return err
	}}
}

// Together runs statements in their order. On PostgreSQL they take one way to
// the server and back, so none may need what another of them gives.
func (tx *Tx) Together(steps ...Step) error {
	for i, s := range steps {
		switch {
		case s.holds:
			steps[i].query = tx.holding(s.query)
		case s.draws > 0:
			steps[i] = tx.draw(s)
		}
	}
	if tx.pipe != nil {
		return tx.pipe.send(tx.ctx, steps)
	}
	for _, s := range steps {
		if err := tx.run(s); err != nil {
			return err
		}
	}
	return nil
}

// Later runs statements whose results nobody waits for, in their order. What is
// wrong with one is told by whichever statement comes after them, or by Write:
// on PostgreSQL they are sent with the next statement or with the commit.
func (tx *Tx) Later(steps ...Step) error {
	if tx.pipe != nil {
		tx.pipe.pending = append(tx.pipe.pending, steps...)
		return nil
	}
	return tx.Together(steps...)
}

// draw is how an engine draws numbers. A sequence of PostgreSQL's gives each
// number anew, since others draw in between; on SQLite nobody does.
func (tx *Tx) draw(s Step) Step {
	if tx.engine == PostgreSQL {
		s.query = `SELECT nextval(CAST(CAST($1 AS text) AS regclass)) FROM generate_series(1, CAST($2 AS integer))`
		return s
	}
	each, n := s.each, int64(s.draws)
	s.query = `UPDATE sequence SET last = last + $2 WHERE name = $1 RETURNING last`
	s.each = func(scan Scan) error {
		var last int64
		if err := scan(&last); err != nil {
			return err
		}
		for drawn := last - n + 1; drawn <= last; drawn++ {
			if err := each(func(dest ...any) error { *dest[0].(*int64) = drawn; return nil }); err != nil {
				return err
			}
		}
		return nil
	}
	return s
}

func (tx *Tx) run(s Step) error {
	if s.each == nil {
		_, err := tx.Exec(s.query, s.args...)
		return err
	}
	rows, err := tx.Rows(s.query, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Marks are the placeholders of so many rows of so many columns, whose numbers
// begin with $from: ($3, $4), ($5, $6). Casts has a column's type where the
// engine couldn't tell it, and "" where it can.
func Marks(from, rows int, casts ...string) string {
	var b strings.Builder
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for column, cast := range casts {
			if column > 0 {
				b.WriteString(", ")
			}
			mark := from + row*len(casts) + column
			if cast == "" {
				fmt.Fprintf(&b, "$%d", mark)
			} else {
				fmt.Fprintf(&b, "CAST($%d AS %s)", mark, cast)
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}
