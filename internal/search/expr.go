package search

import "strings"

// expr is what is asked of the index, in a form that both engines are told in
// their own words. The zero expr asks nothing.
type expr struct {
	op  op
	row []string // of a row: tokens that stand side by side
	of  []expr   // of every, either and but
}

type op byte

const (
	nothing op = iota
	rowOp
	everyOp
	eitherOp
	butOp // the first, and none of the others
)

// row asks for tokens side by side.
func row(tokens ...string) expr {
	if len(tokens) == 0 {
		return expr{}
	}
	return expr{op: rowOp, row: tokens}
}

// every asks for everything that is asked.
func every(of ...expr) expr { return join(everyOp, of) }

// either asks for one of them at least.
func either(of ...expr) expr { return join(eitherOp, of) }

// but asks for e, and for none of the others.
func (e expr) but(not []expr) expr {
	if len(not) == 0 || e.op == nothing {
		return e
	}
	return expr{op: butOp, of: append([]expr{e}, not...)}
}

func join(op op, of []expr) expr {
	var asked []expr
	for _, e := range of {
		if e.op != nothing {
			asked = append(asked, e)
		}
	}
	switch len(asked) {
	case 0:
		return expr{}
	case 1:
		return asked[0]
	}
	return expr{op: op, of: asked}
}

// fts5 is the expression for SQLite (sqlite.org/fts5.html, 3). Tokens are
// letters, digits and the signs of labels, so a quoted string holds them.
func (e expr) fts5() string {
	switch e.op {
	case rowOp:
		return `"` + strings.Join(e.row, " ") + `"`
	case eitherOp:
		return e.list(expr.fts5, " OR ", " OR ")
	case butOp:
		return e.list(expr.fts5, " NOT (", " OR ") + ")"
	}
	return e.list(expr.fts5, " AND ", " AND ")
}

// tsquery is the expression for PostgreSQL (manual, 8.11.2).
func (e expr) tsquery() string {
	switch e.op {
	case rowOp:
		return `('` + strings.Join(e.row, `' <-> '`) + `')`
	case eitherOp:
		return e.list(expr.tsquery, " | ", " | ")
	case butOp:
		return e.list(expr.tsquery, " & !", " & !")
	}
	return e.list(expr.tsquery, " & ", " & ")
}

// list writes what is asked one after another, with one sign after the first
// and another between the rest.
func (e expr) list(write func(expr) string, first, between string) string {
	var w strings.Builder
	w.WriteByte('(')
	for i, sub := range e.of {
		switch i {
		case 0:
		case 1:
			w.WriteString(first)
		default:
			w.WriteString(between)
		}
		w.WriteString(write(sub))
	}
	w.WriteByte(')')
	return w.String()
}
