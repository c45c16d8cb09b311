package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/db/replica"
	"moot/internal/event"
	"moot/internal/lag"
)

// pair is a primary and its standby, and a database that reads from both.
type pair struct {
	t       *testing.T
	primary *dbtest.Server
	standby *dbtest.Server
	db      *db.DB
	outbox  *event.Outbox
	log     words
}

// words is a log that can be read while it is written.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

// count is how often something was logged.
func (w *words) count(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Count(w.text.String(), what)
}

const (
	isLeft  = "left alone"
	isAsked = "is asked again"
)

// started is what a test starts and ends.
func started(t *testing.T, start func() (*dbtest.Server, error)) *dbtest.Server {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// onPair runs a test on a primary and a standby of its own, where there is PostgreSQL.
// Most is how far that may be behind; address is the replicas' where it isn't the
// standby's.
func onPair(t *testing.T, most time.Duration, address func(p *pair) string, test func(p *pair)) {
	for _, engine := range dbtest.Engines() {
		if engine != db.PostgreSQL {
			continue
		}
		p := &pair{t: t, outbox: event.New()}
		p.primary = started(t, func() (*dbtest.Server, error) { return dbtest.NewServer(dbtest.Quick...) })
		p.standby = started(t, func() (*dbtest.Server, error) { return dbtest.NewStandby(p.primary) })
		var err error
		if p.db, err = db.Open(t.Context(), p.primary.Address()); err != nil {
			t.Fatal(err)
		}
		defer p.db.Close()
		if _, _, err := p.db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.soon("the standby has the tables", 2*time.Minute, p.standbyHasTables)
		at := p.standby.Address()
		if address != nil {
			at = address(p)
		}
		if err := p.db.AddReplicas(at, most); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var watching sync.WaitGroup
		watching.Go(func() { p.db.WatchReplicas(ctx, slog.New(slog.NewTextHandler(&p.log, nil))) })
		defer watching.Wait()
		defer stop()
		test(p)
	}
}

// append writes an event of a thread.
func (p *pair) append(thread int64) {
	p.t.Helper()
	err := p.db.Write(p.t.Context(), func(tx *db.Tx) error {
		return p.outbox.Append(tx, event.Event{Kind: event.ThreadStarted, Place: "gr", Thread: thread, Post: thread, At: time.Now()})
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// hear looks into the outbox, as what follows it does.
func (p *pair) hear() {
	p.t.Helper()
	err := p.db.Read(p.t.Context(), func(tx *db.Tx) error { _, err := event.Latest(tx); return err })
	if err != nil {
		p.t.Fatal(err)
	}
}

// newest is the newest thread that a reader sees who may see what is a little old.
func (p *pair) newest() (thread int64) {
	p.t.Helper()
	err := p.db.Read(lag.Allow(p.t.Context()), func(tx *db.Tx) error {
		return tx.Row(`SELECT coalesce(max(thread), 0) FROM event`).Scan(&thread)
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return thread
}

// fromReplica reports whether a replica answered one who reads.
func (p *pair) fromReplica() bool {
	p.t.Helper()
	before := p.db.Stats()
	p.newest()
	after := p.db.Stats()
	if after.Replicas+after.Instead != before.Replicas+before.Instead+1 {
		p.t.Fatalf("a read counted as %+v after %+v", after, before)
	}
	return after.Replicas > before.Replicas
}

// soon waits until something is so.
func (p *pair) soon(what string, within time.Duration, so func() bool) {
	p.t.Helper()
	for end := time.Now().Add(within); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.log.mu.Lock()
			defer p.log.mu.Unlock()
			p.t.Fatalf("not in %v: %s; %+v\n%s", within, what, p.db.Lags(), p.log.text.String())
		}
	}
}

// again is how long a replica may take to be asked again; the rest is for machines that
// run other tests too.
const again = 10*time.Second + 20*time.Second

// onStandby runs a statement there.
func (p *pair) onStandby(statement string) {
	p.t.Helper()
	d, err := db.Open(p.t.Context(), p.standby.Address())
	if err != nil {
		p.t.Fatal(err)
	}
	defer d.Close()
	err = d.Read(p.t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(statement); return err })
	if err != nil {
		p.t.Fatal(err)
	}
}

// standbyHasTables reports whether all steps of the schema have reached the standby: a
// database without them is no copy.
func (p *pair) standbyHasTables() bool {
	p.t.Helper()
	d, err := db.Open(p.t.Context(), p.standby.Address())
	if err != nil {
		p.t.Fatal(err)
	}
	defer d.Close()
	version, err := d.Version(p.t.Context())
	newest, wrong := db.NewestSchema()
	return err == nil && wrong == nil && version == newest
}

func (p *pair) lag() replica.Lag { return p.db.Lags()[0] }

// Who may see what is a little old reads from the replica; who may not, doesn't. What
// this node has heard of is seen whether the replica has it or not.
func TestAReplicaIsReadByThoseWhoMayLag(t *testing.T) {
	t.Parallel()
	onPair(t, time.Minute, nil, func(p *pair) {
		p.soon("the replica is asked", again, p.fromReplica)
		before := p.db.Stats()
		p.hear()
		p.append(1)
		if after := p.db.Stats(); after.Replicas != before.Replicas || after.Instead != before.Instead {
			t.Error("somebody read from a replica who was never allowed to lag")
		}
		p.hear()
		if n := p.newest(); n != 1 {
			t.Errorf("the newest is %d", n)
		}

		p.soon("the replica has it", again, p.fromReplica)
		p.onStandby(`SELECT pg_wal_replay_pause()`)
		p.soon("it is paused", again, func() bool { p.append(2); time.Sleep(100 * time.Millisecond); return p.onOldPage() })
		p.hear()
		for range 20 {
			if n := p.newest(); n != 2 {
				t.Fatalf("this node has heard of thread 2, and reads %d", n)
			}
			if p.fromReplica() {
				t.Fatal("the replica answers, which lacks what this node has heard of")
			}
		}
		p.onStandby(`SELECT pg_wal_replay_resume()`)
		p.soon("the replica is asked again", again, p.fromReplica)
		if n := p.newest(); n != 2 {
			t.Errorf("the newest is %d", n)
		}
		if p.log.count(isLeft) > 0 {
			t.Error("it was within a minute all the time, and was left alone")
		}
	})
}

// onOldPage reports whether a reader who has heard of nothing yet sees an older state.
func (p *pair) onOldPage() bool { p.t.Helper(); return p.newest() < 2 }

// A transaction that began before another and ended after it is heard of after it,
// and a replica that has the other's end alone isn't asked by who has heard of both.
func TestAReplicaHasAllBelowTheHorizon(t *testing.T) {
	t.Parallel()
	onPair(t, time.Minute, nil, func(p *pair) {
		p.soon("the replica is asked", again, p.fromReplica)
		wrote, ends, ended := make(chan bool), make(chan bool), make(chan error, 1)
		go func() {
			ended <- p.db.Write(t.Context(), func(tx *db.Tx) error {
				err := p.outbox.Append(tx, event.Event{Kind: event.ThreadStarted, Place: "gr", Thread: 1, Post: 1, At: time.Now()})
				var n int
				err = errors.Join(err, tx.Row(`SELECT 1`).Scan(&n)) // which sends it
				close(wrote)
				<-ends
				return err
			})
		}()
		<-wrote
		p.append(2)
		p.hear()
		p.soon("the replica has the later one", again, func() bool { return p.fromReplica() && p.newest() == 2 })
		p.onStandby(`SELECT pg_wal_replay_pause()`)
		time.Sleep(300 * time.Millisecond) // what is being replayed
		close(ends)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		p.hear()
		var threads int
		err := p.db.Read(lag.Allow(t.Context()), func(tx *db.Tx) error { return tx.Row(`SELECT count(*) FROM event`).Scan(&threads) })
		if err != nil || threads != 2 {
			t.Errorf("%d threads, %v", threads, err)
		}
		p.onStandby(`SELECT pg_wal_replay_resume()`)
	})
}

// A replica that is further behind than it may be is left alone, which is told once,
// and so is that it is asked again once it has caught up.
func TestAReplicaThatLagsIsLeftAlone(t *testing.T) {
	t.Parallel()
	onPair(t, 3*time.Second, nil, func(p *pair) {
		p.soon("the replica is asked", again, p.fromReplica)
		time.Sleep(4 * time.Second)
		if !p.fromReplica() || p.lag().Behind > 2*time.Second {
			t.Errorf("nothing is written, and it is behind: %+v", p.lag())
		}
		p.onStandby(`SELECT pg_wal_replay_pause()`)
		p.append(1)
		p.soon("it is left alone", again, func() bool { p.append(2); return p.log.count(isLeft) > 0 })
		p.soon("its lag is told", again, func() bool { p.append(3); return p.lag().Behind > 5*time.Second })
		if p.fromReplica() || p.newest() != 3 || p.lag().Asked {
			t.Errorf("it is asked all the same: %+v", p.lag())
		}
		p.onStandby(`SELECT pg_wal_replay_resume()`)
		p.soon("it is asked again", again, p.fromReplica)
		if left, asked := p.log.count(isLeft), p.log.count(isAsked); left != 1 || asked != 1 {
			t.Errorf("it is told %d times that it is left alone, %d that it is asked again", left, asked)
		}
		if n := p.newest(); n != 3 || p.lag().Behind > 2*time.Second {
			t.Errorf("the newest is %d; %+v", n, p.lag())
		}
	})
}

// A replica that is killed, frozen or begins to lead costs nobody an answer.
func TestAReplicaThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	onPair(t, 10*time.Second, nil, func(p *pair) {
		for i, of := range []struct {
			name       string
			fail, mend func() error
		}{
			{"stopped", p.standby.Stop, p.standby.Start},
			{"killed", p.standby.Kill, p.standby.Start},
			{"frozen", p.standby.Freeze, p.standby.Thaw},
		} {
			p.soon("the replica is asked", again, p.fromReplica)
			if err := of.fail(); err != nil {
				t.Fatal(err)
			}
			var readers sync.WaitGroup
			for range 30 {
				readers.Go(func() {
					for range 10 {
						var n int
						err := p.db.Read(lag.Allow(t.Context()), func(tx *db.Tx) error { return tx.Row(`SELECT 1`).Scan(&n) })
						if err != nil {
							t.Errorf("%s: %v", of.name, err)
						}
					}
				})
			}
			readers.Wait()
			p.soon(of.name+": it is left alone", again, func() bool { return p.log.count(isLeft) == i+1 })
			if err := of.mend(); err != nil {
				t.Fatal(err)
			}
			p.soon(of.name+", and back: it is asked again", again, p.fromReplica)
			if left, asked := p.log.count(isLeft), p.log.count(isAsked); left != i+1 || asked != i+1 {
				t.Errorf("%s: it is told %d times that it is left alone, %d that it is asked again", of.name, left, asked)
			}
		}
		if err := p.standby.Promote(); err != nil {
			t.Fatal(err)
		}
		if p.fromReplica() {
			t.Error("it follows nobody any more, and answers")
		}
		p.soon("it is left alone", again, func() bool { return p.log.count("takes writes") == 1 })
	})
}

// Servers whose connections are all at work aren't away, and a replica is asked again
// by the next who may.
func TestABusyReplicaIsNotLeftAlone(t *testing.T) {
	t.Parallel()
	onPair(t, 3*time.Second, nil, func(p *pair) {
		p.soon("the replica is asked", again, p.fromReplica)
		enough := make(chan bool)
		var readers, begun sync.WaitGroup
		for _, ctx := range []context.Context{t.Context(), lag.Allow(t.Context())} {
			for range 24 {
				begun.Add(1)
				readers.Go(func() {
					var once sync.Once
					err := p.db.Read(ctx, func(tx *db.Tx) error { once.Do(begun.Done); <-enough; return nil })
					if err != nil {
						t.Error(err)
					}
				})
			}
			begun.Wait()
		}
		if n := p.db.Stats(); n.InUse != n.Most {
			t.Errorf("the primary isn't busy: %+v", n)
		}
		time.Sleep(4500 * time.Millisecond)
		if p.log.count(isLeft) > 0 || !p.lag().Asked {
			t.Errorf("it is busy, and left alone: %+v", p.lag())
		}
		close(enough)
		readers.Wait()
		if !p.fromReplica() {
			t.Error("it isn't asked by the next")
		}
	})
}

// Wrong addresses: where nobody is, and another database.
func TestAReplicaThatIsNone(t *testing.T) {
	t.Parallel()
	var stranger *dbtest.Server
	for name, of := range map[string]struct {
		address func(p *pair) string
		told    string
	}{
		"nobody":  {func(*pair) string { return "postgres://moot@127.0.0.1:1/postgres" }, "refused"},
		"primary": {func(p *pair) string { return p.primary.Address() }, "takes writes"},
		"another": {func(p *pair) string {
			stranger = started(t, func() (*dbtest.Server, error) { return dbtest.NewServer(dbtest.Quick...) })
			return stranger.Address()
		}, "no copy"},
	} {
		onPair(t, 10*time.Second, of.address, func(p *pair) {
			p.soon(name+": it is told", again, func() bool { return p.log.count(isLeft) == 1 && p.log.count(of.told) > 0 })
			if p.append(1); p.newest() != 1 || p.fromReplica() {
				t.Errorf("%s: it answers", name)
			}
		})
	}
}

// Of several replicas the others are asked while one is away.
func TestSeveralReplicas(t *testing.T) {
	t.Parallel()
	onPair(t, 10*time.Second, func(p *pair) string {
		u, err := url.Parse(p.standby.Address())
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("host", q.Get("host")+","+"127.0.0.1")
		q.Set("port", "5432,1")
		u.RawQuery = q.Encode()
		return u.String()
	}, func(p *pair) {
		p.soon("one is left alone, the other asked", again, func() bool { return p.log.count(isLeft) == 1 && p.fromReplica() })
		for range 20 {
			if !p.fromReplica() {
				t.Fatal("the primary is asked, though one replica is in order")
			}
		}
	})
}

// What a replica says isn't there may be there.
func TestWhatAReplicaDoesNotKnow(t *testing.T) {
	t.Parallel()
	onPair(t, 10*time.Second, nil, func(p *pair) {
		p.soon("the replica is asked", again, p.fromReplica)
		asked := 0
		err := p.db.Read(lag.Allow(t.Context()), func(tx *db.Tx) error {
			if asked++; asked == 1 {
				return fmt.Errorf("it isn't there")
			}
			return nil
		})
		if err != nil || asked != 2 {
			t.Errorf("asked %d times: %v", asked, err)
		}
	})
}

func TestOnlyAServerHasReplicas(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	if err := d.AddReplicas("postgres://a/b", time.Second); err == nil {
		t.Error("SQLite has a replica")
	}
	if n := len(d.Lags()); n != 0 {
		t.Errorf("%d replicas", n)
	}
}
