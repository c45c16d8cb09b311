package board

import (
	"math"
	"time"
)

// Liveliness says how much a board has been written on of late. A post counts
// 1 when it comes and e times less with every cooling that passes, so the sum
//
//	Σ exp(-(now - tᵢ) / cooling)
//
// is a decaying counter. What is kept is ln Σ exp(tᵢ / cooling), in millionths:
// that doesn't change with time, so boards stay in order without being
// counted anew, and adding a post needs the old value only.
type Liveliness int64

const (
	cooling = 3 * 24 * time.Hour
	nat     = 1e6 // one unit of the logarithm
)

// freshness is the liveliness of a single post.
func freshness(at time.Time) Liveliness {
	return Liveliness(math.Round(float64(at.Unix()) / cooling.Seconds() * nat))
}

// add counts one more post.
func (l Liveliness) add(at time.Time) Liveliness {
	x := freshness(at)
	high, low := max(l, x), min(l, x)
	return high + Liveliness(math.Round(nat*math.Log1p(math.Exp(float64(low-high)/nat))))
}

// At is the decaying count as it stands at a time.
func (l Liveliness) At(now time.Time) float64 {
	return math.Exp(float64(l-freshness(now)) / nat)
}
