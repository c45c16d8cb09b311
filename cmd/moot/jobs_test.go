//go:build unix

package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/job"
)

// opened is the database of a site, beside it.
func opened(t *testing.T, address string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// sweeps is how many jobs come round by themselves on a site that makes no backups.
const sweeps = 9

// swept reports whether every sweep was done so often, and none is under way.
func swept(t *testing.T, d *db.DB, times int) bool {
	taken := turns(t, d)
	for _, n := range taken {
		if n != times {
			return false
		}
	}
	return len(taken) == sweeps
}

// turns is how often each kind of job was taken that nobody is at.
func turns(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	taken := map[string]int{}
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		_, err := db.All(tx, func(scan db.Scan) (_ struct{}, err error) {
			var kind string
			var n int
			err = scan(&kind, &n)
			taken[kind] = n
			return struct{}{}, err
		}, `SELECT kind, turn FROM job WHERE held_until = 0`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

// However many nodes there are, and however often one starts, what is swept once
// an hour is swept once an hour.
func TestSitesSweepOnceBetweenThem(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			address, files := dbtest.Address(t, engine), somewhere(t)
			args := []string{"serve", "--database", address, "--files", "file:" + files}
			first := start(t, append(args, "--data", somewhere(t))...)
			d := opened(t, address)
			nodes := []*running{first}
			if engine == db.PostgreSQL {
				for range 2 {
					nodes = append(nodes, start(t, append(args, "--data", somewhere(t))...))
				}
			}
			until(t, func() bool { return swept(t, d, 1) })
			if engine == db.SQLite { // it starts again
				first.process.Process.Kill()
				first.wait()
				nodes = []*running{start(t, append(args, "--data", somewhere(t))...)}
			}
			again := func(due time.Time) { // an hour passes
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					_, err := tx.Exec(`UPDATE job SET due = $1`, due.Unix())
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if !swept(t, d, 1) {
				t.Errorf("taken: %v", turns(t, d))
			}
			again(time.Now())
			until(t, func() bool { return swept(t, d, 2) })
			time.Sleep(6 * time.Second) // every node has looked since
			if !swept(t, d, 2) {
				t.Errorf("taken: %v", turns(t, d))
			}
			for _, node := range nodes {
				if strings.Contains(node.log.String(), "level=WARN") || strings.Contains(node.log.String(), "level=ERROR") {
					t.Errorf("a log: %s", node.log)
				}
			}
		})
	}
}

func TestJobs(t *testing.T) {
	folder := somewhere(t)
	r := start(t, "serve", "--data", folder)
	d := opened(t, "sqlite:"+folder+"/moot.db")
	until(t, func() bool { return swept(t, d, 1) })
	wants(t, moot(t, "jobs", "--data", folder).out, "sweep-posts", "sweep-files", "due ")
	// One that a newer moot added, and gave up.
	j := job.New(d, clock.New())
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if err := j.Add(tx, "ring", "7", time.Now()); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE job SET dead_at = 1764072000, tries = 20, why = 'the bell is away' WHERE kind = 'ring'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	first := strings.SplitN(moot(t, "jobs", "--data", folder).out, "\n", 2)[0]
	wants(t, first, "ring", "7", "given up 2025-11-25", "failed 20 times: the bell is away")
	wants(t, get(t, browser(t), r.ops+"/metrics"), "moot_jobs_dead 1", "moot_jobs_late_seconds 0")
	number := strings.Fields(first)[0]
	if again := moot(t, "jobs", "again", number, "--data", folder); again.status != 0 || again.out+again.err != "" {
		t.Errorf("%+v", again)
	}
	n, _ := strconv.Atoi(number)
	moot(t, "jobs", "again", strconv.Itoa(n+1000), "--data", folder).fails(t, 1, "no job", "moot jobs")
	moot(t, "jobs", "again", "--data", folder).fails(t, 2, "number")
	moot(t, "jobs", "forget", "3", "--data", folder).fails(t, 2, "forget")
	wants(t, get(t, browser(t), r.ops+"/metrics"), "moot_jobs_dead 0")
	if out := moot(t, "jobs", "--data", folder).out; strings.Contains(out, "given up") || !strings.Contains(out, "ring") {
		t.Errorf("after it is to be done again:\n%s", out)
	}
}
