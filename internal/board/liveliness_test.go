package board

import (
	"math"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/decay"
)

// lively counts posts on a board and reads its liveliness.
func lively(t *testing.T, d *db.DB, place string, posts ...time.Time) (l decay.Count) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, at := range posts {
			if err := tx.Later(count(place, 0, 1, at)); err != nil {
				return err
			}
		}
		return tx.Row(`SELECT lively FROM board WHERE place = $1`, place).Scan(&l)
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLivelinessIsADecayingCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
		posts := []time.Time{start, start, start.Add(time.Hour), start.Add(26 * time.Hour), start.Add(200 * time.Hour)}
		l := lively(t, d, "gr/athens", posts...)
		now := start.Add(210 * time.Hour)
		want := 0.0
		for _, at := range posts {
			want += math.Exp(-now.Sub(at).Seconds() / decay.Cooling.Seconds())
		}
		if got := l.At(now); math.Abs(got-want) > 1e-4*want {
			t.Errorf("liveliness %v, want %v", got, want)
		}
	})
}

func TestPostsCountedTogetherAreAsLively(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
		single := lively(t, d, "gr/athens", at, at, at, at, at, at)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Later(count("gr/patra", 1, 1, at), count("gr/patra", 0, 5, at))
		}); err != nil {
			t.Fatal(err)
		}
		together := lively(t, d, "gr/patra")
		if math.Abs(float64(single-together)) > 5 || math.Abs(single.At(at)-6) > 1e-4 {
			t.Errorf("one by one %d, together %d: %v posts", single, together, single.At(at))
		}
	})
}

func TestLivelinessWithstandsAnyClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		for _, strange := range []time.Time{time.Unix(0, 0), now.AddDate(-56, 0, 0), now.AddDate(10, 0, 0), now.AddDate(0, -3, 1), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
			high := max(decay.Of(now, 1), decay.Of(strange, 1))
			for _, l := range []decay.Count{lively(t, d, "a"+strange.String(), strange, now), lively(t, d, "b"+strange.String(), now, strange)} {
				if l < high || l > high+1e6 {
					t.Errorf("with a post at %v: %d", strange, l)
				}
			}
		}
	})
}
