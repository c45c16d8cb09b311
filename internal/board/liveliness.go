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
// counted anew, and adding posts needs the old value only.
type Liveliness int64

const (
	cooling = 3 * 24 * time.Hour
	nat     = 1e6 // one unit of the logarithm
)

// freshness is the liveliness of so many posts of one time, alone. The sum of
// two is made where the one of them is kept: see count.
func freshness(at time.Time, posts int) Liveliness {
	return Liveliness(math.Round((float64(at.Unix())/cooling.Seconds() + math.Log(float64(posts))) * nat))
}

// At is the decaying count as it stands at a time.
func (l Liveliness) At(now time.Time) float64 {
	return math.Exp(float64(l-freshness(now, 1)) / nat)
}
