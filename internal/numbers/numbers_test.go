package numbers

import (
	"testing"
	"time"

	"moot/internal/db/replica"
)

func TestTheReplicaThatIsFurthestBehind(t *testing.T) {
	near, far := replica.Lag{Behind: time.Second, Known: true}, replica.Lag{Behind: time.Minute, Known: true}
	leads, nobody := replica.Lag{Behind: time.Hour, Known: true, Leads: true}, replica.Lag{}
	for _, c := range []struct {
		lags []replica.Lag
		want float64
	}{
		{nil, 0}, {[]replica.Lag{near, far}, 60}, {[]replica.Lag{leads, near}, 1}, {[]replica.Lag{leads}, -1}, {[]replica.Lag{near, nobody}, -1},
	} {
		if got := furthest(c.lags); got != c.want {
			t.Errorf("%+v: %v, want %v", c.lags, got, c.want)
		}
	}
}
