package main

import (
	"context"
	"time"

	"moot/internal/clock"
	"moot/internal/job"
	"moot/internal/machine"
	"moot/internal/web"
)

// numbers are what the rooms of a site tell its operator, beside what the door
// counts by itself. None is about a visitor.
func (s *site) numbers(data string, now *clock.Clock) []web.Number {
	room := func(which func(free, total uint64) uint64) func() float64 {
		return func() float64 {
			free, total, err := machine.Space(data)
			if err != nil {
				return -1
			}
			return float64(which(free, total))
		}
	}
	backlog := func(which func(job.Backlog) float64) func() float64 {
		return func() float64 {
			soon, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			b, err := s.jobs.Backlog(soon)
			if err != nil {
				return -1
			}
			return which(b)
		}
	}
	return []web.Number{
		{Name: "moot_db_connections_open", Help: "Connections to the database; on SQLite those that read.",
			Read: func() float64 { return float64(s.db.Stats().Open) }},
		{Name: "moot_db_connections_in_use", Help: "Connections to the database that are at work.",
			Read: func() float64 { return float64(s.db.Stats().InUse) }},
		{Name: "moot_db_connections_max", Help: "Connections to the database at the most.",
			Read: func() float64 { return float64(s.db.Stats().Most) }},
		{Name: "moot_db_waits_total", Help: "How often somebody waited for a connection to the database.", Counts: true,
			Read: func() float64 { return float64(s.db.Stats().Waits) }},
		{Name: "moot_db_wait_seconds_total", Help: "How long they waited, all together.", Counts: true,
			Read: func() float64 { return s.db.Stats().WaitSeconds }},
		{Name: "moot_db_writes_waiting", Help: "Writes that wait for SQLite's one writer.",
			Read: func() float64 { return float64(s.db.Stats().Queued) }},
		{Name: "moot_disk_free_bytes", Help: "Room on the disk of the data folder; -1 where the system doesn't say.",
			Read: room(func(free, _ uint64) uint64 { return free })},
		{Name: "moot_disk_size_bytes", Help: "The size of that disk; -1 where the system doesn't say.",
			Read: room(func(_, total uint64) uint64 { return total })},
		{Name: "moot_jobs_dead", Help: "Jobs that were given up; -1 where the database doesn't say.",
			Read: backlog(func(b job.Backlog) float64 { return float64(b.Dead) })},
		{Name: "moot_jobs_late_seconds", Help: "How long the job has been due that waits longest for a node; -1 where the database doesn't say.",
			Read: backlog(func(b job.Backlog) float64 { return b.Late.Seconds() })},
		{Name: "moot_clock_suspect", Help: "1 while wall time has jumped, and nothing expires.",
			Read: func() float64 {
				if now.Suspect() {
					return 1
				}
				return 0
			}},
	}
}
