package db

// Stats are the numbers of an open database since it was opened.
type Stats struct {
	Open, InUse, Most int     // connections: there, at work, at the most
	Waits             int64   // how often somebody waited for one
	WaitSeconds       float64 // how long they did, all together
	Queued            int     // writes that wait for SQLite's one writer; 0 on PostgreSQL
}

// Stats reads them. On SQLite the connections are those that read.
func (d *DB) Stats() Stats {
	pool := d.pool.Stats()
	s := Stats{
		Open: pool.OpenConnections, InUse: pool.InUse, Most: pool.MaxOpenConnections,
		Waits: pool.WaitCount, WaitSeconds: pool.WaitDuration.Seconds(),
	}
	if d.writer != nil {
		s.Queued = len(d.writer.queue)
	}
	return s
}
