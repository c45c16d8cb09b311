package db_test

import (
	"errors"
	"runtime"
	"sync"
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

// Many who write share commits on SQLite, and have one each on PostgreSQL; those
// that are gathered share their transactions on both.
func TestStatsCountWhatIsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := d.Stats()
		begun, all := make(chan struct{}), make(chan struct{})
		var writers sync.WaitGroup
		write := func(f func(*db.Tx) error) {
			writers.Go(func() {
				if err := d.Write(t.Context(), f); err != nil {
					t.Error(err)
				}
			})
		}
		write(func(*db.Tx) error { close(begun); <-all; return nil })
		<-begun
		for range 5 {
			write(func(*db.Tx) error { return nil })
		}
		for d.Engine() == db.SQLite && d.Stats().Queued < 5 {
			runtime.Gosched()
		}
		close(all)
		writers.Wait()
		commits := int64(6)
		if d.Engine() == db.SQLite {
			commits = 2
		}
		s := d.Stats()
		if s.Writes-before.Writes != 6 || s.Commits-before.Commits != commits {
			t.Errorf("6 writes count as %d, in %d commits", s.Writes-before.Writes, s.Commits-before.Commits)
		}
		if err := d.Write(t.Context(), func(*db.Tx) error { return errors.New("undone") }); err == nil || d.Stats().Writes != s.Writes || d.Stats().Commits != s.Commits {
			t.Errorf("what is undone counts: %+v, %v", d.Stats(), err)
		}

		first, goes := make(chan struct{}), make(chan struct{})
		g := db.Gather(d, 8, func(_ *db.Tx, all []int) error {
			if all[0] == 0 {
				close(first)
				<-goes
			}
			return nil
		})
		for n := range 4 {
			writers.Go(func() {
				if err := g.Write(t.Context(), n); err != nil {
					t.Error(err)
				}
			})
			if n == 0 {
				<-first
			}
		}
		for d.Stats().Waiting < 3 {
			runtime.Gosched()
		}
		close(goes)
		writers.Wait()
		if s := d.Stats(); s.Waiting != 0 || s.Gathered != 4 || s.Gatherings != 2 {
			t.Errorf("4 that were gathered: %+v", s)
		}
	})
}
