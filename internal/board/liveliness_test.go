package board

import (
	"math"
	"testing"
	"time"
)

func TestLivelinessIsADecayingCount(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	posts := []time.Time{start, start, start.Add(time.Hour), start.Add(26 * time.Hour), start.Add(200 * time.Hour)}
	l := freshness(posts[0])
	for _, at := range posts[1:] {
		l = l.add(at)
	}
	now := start.Add(210 * time.Hour)
	want := 0.0
	for _, at := range posts {
		want += math.Exp(-now.Sub(at).Seconds() / cooling.Seconds())
	}
	if got := l.At(now); math.Abs(got-want) > 1e-4*want {
		t.Errorf("liveliness %v, want %v", got, want)
	}
}

func TestLivelinessWithstandsAnyClock(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, strange := range []time.Time{time.Unix(0, 0), now.AddDate(-56, 0, 0), now.AddDate(10, 0, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		for _, l := range []Liveliness{freshness(strange).add(now), freshness(now).add(strange)} {
			if l < max(freshness(now), freshness(strange)) || l > max(freshness(now), freshness(strange))+nat {
				t.Errorf("with a post at %v: %d", strange, l)
			}
		}
	}
}
