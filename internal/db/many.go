package db

import "math/bits"

// Many is one statement in as many texts as it takes to do it to any number of
// rows at once: for one, for two, for four … Few texts, so that each stays
// prepared.
type Many [7]string

// MostAtOnce is for how many rows the longest text of a Many is.
const MostAtOnce = 1 << (len(Many{}) - 1)

// ForMany makes the texts, of which each is for a number of rows.
func ForMany(text func(rows int) string) *Many {
	var m Many
	for i := range m {
		m[i] = text(1 << i)
	}
	return &m
}

// Do is the steps that do it to all rows, each of which has its arguments.
func (m *Many) Do(rows ...[]any) []Step {
	var steps []Step
	for len(rows) > 0 {
		i := min(bits.Len(uint(len(rows))), len(m)) - 1
		n := 1 << i
		args := make([]any, 0, n*len(rows[0]))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		steps, rows = append(steps, Do(m[i], args...)), rows[n:]
	}
	return steps
}

// Among is the text that asks for one of at least so many keys, and those keys,
// the last of them as often as it takes. It takes at least one and at most
// MostAtOnce.
func (m *Many) Among(keys []any) (query string, args []any) {
	i := bits.Len(uint(len(keys) - 1))
	for args = keys; len(args) < 1<<i; {
		args = append(args, keys[len(keys)-1])
	}
	return m[i], args
}
