package db_test

import (
	"testing"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

func TestStatsSeeWhoReads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(*db.Tx) error {
			if s := d.Stats(); s.InUse != 1 || s.Open < 1 || s.Most < s.Open {
				t.Errorf("while one reads: %+v", s)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if s := d.Stats(); s.InUse != 0 || s.Queued != 0 {
			t.Errorf("while nobody does anything: %+v", s)
		}
	})
}
