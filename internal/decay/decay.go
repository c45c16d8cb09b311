// Package decay counts what matters less the longer ago it was.
package decay

import (
	"math"
	"time"
)

// Count says how much happened of late. What happens counts 1 when it does and e
// times less with every Cooling that passes, so the sum
//
//	Σ exp(-(now - tᵢ) / Cooling)
//
// is a decaying counter. What is kept is ln Σ exp(tᵢ / Cooling), in millionths:
// that doesn't change with time, so counts stay in order without being made
// anew, and adding to one needs its old value only.
type Count int64

// Cooling is how long it takes what happened to count e times less.
const Cooling = 3 * 24 * time.Hour

const nat = 1e6 // one unit of the logarithm

// Of is the count of so many things of one time, alone. The sum of two counts is
// made where one of them is kept: in SQL.
func Of(at time.Time, n int) Count {
	return Count(math.Round((float64(at.Unix())/Cooling.Seconds() + math.Log(float64(n))) * nat))
}

// At is the decaying count as it stands at a time.
func (c Count) At(now time.Time) float64 {
	return math.Exp(float64(c-Of(now, 1)) / nat)
}
