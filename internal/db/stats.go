package db

import "sync/atomic"

// Stats are the numbers of an open database since it was opened.
type Stats struct {
	Open, InUse, Most int     // connections: there, at work, at the most
	Waits             int64   // how often somebody waited for one
	WaitSeconds       float64 // how long they did, all together
	Queued            int     // writes that wait for SQLite's one writer; 0 on PostgreSQL
	Writes, Commits   int64   // writes that are on the disk, and the commits that they shared

	// Of what is gathered (Gather): how many are waiting, and how many were
	// written in how many transactions.
	Waiting, Gathered, Gatherings int64

	// Of reads that may lag: how many a replica answered, and how many the primary
	// did since none could.
	Replicas, Instead int64
}

// Stats reads them. On SQLite the connections are those that read.
func (d *DB) Stats() Stats {
	pool := d.pool.Stats()
	s := Stats{
		Open: pool.OpenConnections, InUse: pool.InUse, Most: pool.MaxOpenConnections,
		Waits: pool.WaitCount, WaitSeconds: pool.WaitDuration.Seconds(),
	}
	s.Writes = d.counts.writes.Load()
	s.Commits = s.Writes
	s.Waiting, s.Gathered, s.Gatherings = d.counts.waiting.Load(), d.counts.gathered.Load(), d.counts.gatherings.Load()
	s.Replicas, s.Instead = d.counts.lagging.Load(), d.counts.instead.Load()
	if d.writer != nil {
		s.Queued, s.Commits = len(d.writer.queue), d.writer.commits.Load()
	}
	return s
}

// counts are what Stats tells that nobody else counts.
type counts struct{ writes, waiting, gathered, gatherings, lagging, instead atomic.Int64 }
