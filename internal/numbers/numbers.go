package numbers

import (
	"cmp"
	"context"
	"slices"
	"time"

	"moot/internal/backup"
	"moot/internal/clock"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/db/replica"
	"moot/internal/event"
	"moot/internal/job"
	"moot/internal/live"
	"moot/internal/machine"
	"moot/internal/media"
	"moot/internal/search"
	"moot/internal/web"
)

// Site is what is counted.
type Site struct {
	Data     string // the folder whose disk is watched
	Clock    *clock.Clock
	DB       *db.DB
	Jobs     *job.Jobs
	Outbox   *event.Outbox
	Darkroom *darkroom.Darkroom
	Pictures *media.Pictures
	Found    *search.Index
	Live     *live.Hub
	Notices  bool             // whether browsers are told of new posts
	Backups  *backup.Schedule // nil where none are made
}

// gauge and total are numbers of the site: one that goes up and down, and one
// that only grows.
func gauge(name, help string, read func() float64) web.Number {
	return web.Number{Name: name, Help: help, Read: read}
}

func total(name, help string, read func() float64) web.Number {
	return web.Number{Name: name, Help: help, Counts: true, Read: read}
}

// unknownNumber is what a number is that can't be read.
const unknownNumber = -1

// asked is a number that the database is asked for.
func asked(read func(context.Context) (float64, error)) func() float64 {
	return func() float64 {
		soon, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n, err := read(soon)
		if err != nil {
			return unknownNumber
		}
		return n
	}
}

// Of are the numbers of a site, beside what the door counts by itself.
func Of(s Site) []web.Number {
	all := s.ofStores()
	all = append(all, s.ofReplicas()...)
	all = append(all, s.ofPictures()...)
	all = append(all, s.ofFollowers()...)
	return append(all, s.ofTime()...)
}

func (s Site) ofStores() []web.Number {
	room := func(which func(free, total uint64) uint64) func() float64 {
		return func() float64 {
			free, total, err := machine.Space(s.Data)
			if err != nil {
				return unknownNumber
			}
			return float64(which(free, total))
		}
	}
	return []web.Number{
		gauge("moot_db_connections_open", "Connections to the database; on SQLite those that read.",
			func() float64 { return float64(s.DB.Stats().Open) }),
		gauge("moot_db_connections_in_use", "Connections to the database that are at work.",
			func() float64 { return float64(s.DB.Stats().InUse) }),
		gauge("moot_db_connections_max", "Connections to the database at the most.",
			func() float64 { return float64(s.DB.Stats().Most) }),
		total("moot_db_waits_total", "How often somebody waited for a connection to the database.",
			func() float64 { return float64(s.DB.Stats().Waits) }),
		total("moot_db_wait_seconds_total", "How long they waited, all together.",
			func() float64 { return s.DB.Stats().WaitSeconds }),
		gauge("moot_db_writes_waiting", "Writes that wait for SQLite's one writer.",
			func() float64 { return float64(s.DB.Stats().Queued) }),
		total("moot_db_writes_total", "Writes that are on the disk.",
			func() float64 { return float64(s.DB.Stats().Writes) }),
		total("moot_db_commits_total", "Commits that these writes shared: as many, on PostgreSQL.",
			func() float64 { return float64(s.DB.Stats().Commits) }),
		gauge("moot_replies_waiting", "Replies without pictures that wait to be written.",
			func() float64 { return float64(s.DB.Stats().Waiting) }),
		total("moot_replies_gathered_total", "Replies without pictures that were written, with others or alone.",
			func() float64 { return float64(s.DB.Stats().Gathered) }),
		total("moot_replies_gatherings_total", "Transactions that these replies shared.",
			func() float64 { return float64(s.DB.Stats().Gatherings) }),
		gauge("moot_disk_free_bytes", "Room on the disk of the data folder; -1 where the system doesn't say.",
			room(func(free, _ uint64) uint64 { return free })),
		gauge("moot_disk_size_bytes", "The size of that disk; -1 where the system doesn't say.",
			room(func(_, total uint64) uint64 { return total })),
	}
}

// ofReplicas are of servers that follow the database's.
func (s Site) ofReplicas() []web.Number {
	reads := func(from string, of func(db.Stats) int64) web.Number {
		n := total("moot_db_replica_reads_total", "Reads that may lag, by who answered them: a replica, or the primary in its stead.",
			func() float64 { return float64(of(s.DB.Stats())) })
		n.Labels = map[string]string{"from": from}
		return n
	}
	return []web.Number{
		gauge("moot_db_replica_lag_seconds", "How far that replica of the database is behind that is furthest, to a second; 0 where there is none, -1 where none follows or nobody knows.",
			func() float64 { return furthest(s.DB.Lags()) }),
		reads("replica", func(n db.Stats) int64 { return n.Replicas }),
		reads("primary", func(n db.Stats) int64 { return n.Instead }),
	}
}

// furthest is how far that replica is behind that is furthest, those left out that lead.
func furthest(lags []replica.Lag) float64 {
	if len(lags) == 0 {
		return 0
	}
	lags = slices.DeleteFunc(lags, func(l replica.Lag) bool { return l.Leads })
	if len(lags) == 0 || slices.ContainsFunc(lags, func(l replica.Lag) bool { return !l.Known }) {
		return unknownNumber
	}
	return slices.MaxFunc(lags, func(a, b replica.Lag) int { return cmp.Compare(a.Behind, b.Behind) }).Behind.Seconds()
}

func (s Site) ofPictures() []web.Number {
	const ended = "Pictures that were sent, by what became of them: taken; refused, since they were no pictures, too large, or known; failed, for want of time, room or a store."
	sent := func(end string, of func(media.Stats) int64) web.Number {
		n := total("moot_pictures_sent_total", ended, func() float64 { return float64(of(s.Pictures.Stats())) })
		n.Labels = map[string]string{"end": end}
		return n
	}
	return []web.Number{
		gauge("moot_pictures_waiting", "Pictures that wait for a steward; -1 where the database doesn't say.",
			asked(func(ctx context.Context) (float64, error) {
				n, err := s.Pictures.Waiting(ctx)
				return float64(n), err
			})),
		gauge("moot_pictures_developing_waiting", "Pictures that wait for a process to make them.",
			func() float64 { return float64(s.Darkroom.Waiting()) }),
		sent("taken", func(n media.Stats) int64 { return n.Taken }),
		sent("refused", func(n media.Stats) int64 { return n.Refused }),
		sent("failed", func(n media.Stats) int64 { return n.Failed }),
		total("moot_pictures_taking_seconds_total", "How long it took to take in those that were taken, all together.",
			func() float64 { return s.Pictures.Stats().Seconds }),
	}
}

// ofFollowers are of those that follow what happens.
func (s Site) ofFollowers() []web.Number {
	all := []web.Number{
		total("moot_live_dropped_total", "Listeners who were let go, since they didn't read what they were told.",
			func() float64 { slow, _ := s.Live.Refused(); return float64(slow) }),
		total("moot_live_refused_total", "Who came to listen when there was no place.",
			func() float64 { _, full := s.Live.Refused(); return float64(full) }),
		total("moot_searches_total", "Searches in what was written.",
			func() float64 { n, _ := s.Found.Stats(); return float64(n) }),
		total("moot_search_seconds_total", "How long they took, all together.",
			func() float64 { _, seconds := s.Found.Stats(); return seconds }),
	}
	readers := []string{"boards", "listeners", "search"}
	if s.Notices {
		readers = append(readers, "notices")
	}
	for _, name := range readers {
		reader := s.Outbox.Reader(name)
		n := gauge("moot_outbox_behind_seconds", "How long it is since a reader of the outbox had seen everything that happened; 0 while it waits for more.",
			func() float64 { return reader.Behind().Seconds() })
		n.Labels = map[string]string{"reader": name}
		all = append(all, n)
	}
	return all
}

// ofTime are of what is due, and of the clock.
func (s Site) ofTime() []web.Number {
	backlog := func(which func(job.Backlog) float64) func() float64 {
		return asked(func(ctx context.Context) (float64, error) {
			b, err := s.Jobs.Backlog(ctx)
			return which(b), err
		})
	}
	return []web.Number{
		gauge("moot_jobs_dead", "Jobs that were given up; -1 where the database doesn't say.",
			backlog(func(b job.Backlog) float64 { return float64(b.Dead) })),
		gauge("moot_jobs_late_seconds", "How long the job has been due that waits longest for a node; -1 where the database doesn't say.",
			backlog(func(b job.Backlog) float64 { return b.Late.Seconds() })),
		gauge("moot_backup_every_seconds", "How often a backup is to be made; 0 for never.",
			func() float64 {
				if s.Backups == nil {
					return 0
				}
				return s.Backups.Every.Seconds()
			}),
		gauge("moot_backup_age_seconds", "Age of the newest backup in this node's folder; -1 where there is none.",
			func() float64 {
				if s.Backups == nil {
					return unknownNumber
				}
				at, err := s.Backups.Newest()
				if err != nil || at.IsZero() {
					return unknownNumber
				}
				return s.Clock.Now().Sub(at).Seconds()
			}),
		gauge("moot_clock_suspect", "1 while wall time has jumped, and nothing expires.",
			func() float64 {
				if s.Clock.Suspect() {
					return 1
				}
				return 0
			}),
	}
}
