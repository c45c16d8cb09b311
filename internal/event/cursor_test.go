package event_test

import (
	"testing"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
)

func TestACursorCanBeKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := event.New()
		append1(t, o, d, 1)
		_, c := after(t, d, event.Cursor{}, 1)
		kept, err := event.ParseCursor(c.String())
		if err != nil || kept != c {
			t.Errorf("kept as %v: %v, %v", c, kept, err)
		}
		append1(t, o, d, 2)
		if more, _ := after(t, d, kept, 1); len(more) != 1 || more[0].Thread != 2 {
			t.Errorf("read on from a kept cursor: %+v", more)
		}
	})
	for _, wrong := range []string{"", "7", "a.b"} {
		if c, err := event.ParseCursor(wrong); err == nil || c != (event.Cursor{}) {
			t.Errorf("%q: %v, %v", wrong, c, err)
		}
	}
}
