package job_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/job"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

var quiet = slog.New(slog.DiscardHandler)

func add(t *testing.T, d *db.DB, j *job.Jobs, kind, about string, due time.Time) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return j.Add(tx, kind, about, due) }); err != nil {
		t.Fatal(err)
	}
}

func due(t *testing.T, c *job.Crew, want int) {
	t.Helper()
	if n, err := c.Due(t.Context()); err != nil || n != want {
		t.Fatalf("%d jobs were due, want %d: %v", n, want, err)
	}
}

func list(t *testing.T, j *job.Jobs) []job.Job {
	t.Helper()
	all, err := j.List(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func only(t *testing.T, j *job.Jobs) job.Job {
	t.Helper()
	all := list(t, j)
	if len(all) != 1 {
		t.Fatalf("%d jobs: %+v", len(all), all)
	}
	return all[0]
}

func TestAJobIsDoneOnceItIsDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		var did []string
		crew := j.Crew(quiet, job.Kind{Name: "ring", Do: func(_ context.Context, t *job.Turn) error {
			did = append(did, t.About)
			return nil
		}})
		add(t, d, j, "ring", "1", noon.Add(time.Hour))
		add(t, d, j, "ring", "2", noon)
		add(t, d, j, "unknown here", "2", noon)
		wrong := errors.New("nothing came of it")
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return errors.Join(j.Add(tx, "ring", "3", noon), wrong) }); !errors.Is(err, wrong) {
			t.Fatal(err)
		}
		due(t, crew, 1)
		add(t, d, j, "ring", "1", noon.Add(2*time.Hour)) // it is moved
		held.Advance(time.Hour)
		due(t, crew, 0)
		held.Advance(time.Hour)
		due(t, crew, 1)
		due(t, crew, 0)
		if fmt.Sprint(did) != "[2 1]" {
			t.Errorf("done: %v", did)
		}
		add(t, d, j, "ring", "4", held.Now())
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return j.Drop(tx, "ring", "4") }); err != nil {
			t.Fatal(err)
		}
		due(t, crew, 0)
		if left := only(t, j); left.Kind != "unknown here" {
			t.Errorf("left: %+v", left)
		}
	})
}

func TestManyTakeAndNoneIsDoneTwice(t *testing.T) {
	const jobs, crews = 200, 8
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			address := dbtest.Address(t, engine)
			var mu sync.Mutex
			did := map[string]int{}
			held := clock.Hold(noon)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var all sync.WaitGroup
			for n := range crews {
				d := open(t, address)
				j := job.New(d, held)
				if n == 0 {
					for i := range jobs {
						add(t, d, j, "ring", fmt.Sprint(i), noon.Add(-time.Duration(i%7)*time.Second))
					}
				}
				crew := j.Crew(quiet, job.Kind{Name: "ring", Do: func(_ context.Context, t *job.Turn) error {
					mu.Lock()
					defer mu.Unlock()
					if did[t.About]++; len(did) == jobs {
						stop()
					}
					return nil
				}})
				all.Go(func() { crew.Follow(ctx) })
			}
			all.Wait()
			if left := list(t, job.New(open(t, address), held)); len(left) > 0 {
				t.Errorf("%d are left: %+v", len(left), left[0])
			}
			for about, times := range did {
				if times != 1 {
					t.Errorf("%s was done %d times", about, times)
				}
			}
		})
	}
}

func open(t *testing.T, address string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Whoever is overtaken undoes what it did, and learns why.
func TestWhoIsSilentIsOvertaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		effect := func(ctx context.Context, turn *job.Turn) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(`UPDATE push_reader SET cursor = cursor || 'x'`); err != nil {
					return err
				}
				return turn.Done(tx)
			})
		}
		taken, goOn, came := make(chan bool), make(chan bool), make(chan error, 1)
		slow := j.Crew(quiet, job.Kind{Name: "ring", Do: func(ctx context.Context, turn *job.Turn) error {
			close(taken)
			<-goOn
			err := effect(ctx, turn)
			came <- err
			return err
		}})
		var tries []int
		other := j.Crew(quiet, job.Kind{Name: "ring", Do: func(ctx context.Context, turn *job.Turn) error {
			tries = append(tries, turn.Try)
			return effect(ctx, turn)
		}})
		add(t, d, j, "ring", "", noon)
		var all sync.WaitGroup
		all.Go(func() { due(t, slow, 1) })
		<-taken
		if !only(t, j).Held {
			t.Error("nobody holds it")
		}
		if found, err := j.Again(t.Context(), only(t, j).Number); found || err != nil {
			t.Errorf("it can be done again while somebody is at it: %v", err)
		}
		held.Advance(59 * time.Second)
		due(t, other, 0)
		held.Advance(2 * time.Second)
		due(t, other, 1)
		close(goOn)
		all.Wait()
		if err := <-came; !errors.Is(err, job.ErrOvertaken) {
			t.Errorf("who comes late gets %v", err)
		}
		var times string
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT cursor FROM push_reader`).Scan(&times) }); err != nil || times != "x" {
			t.Errorf("the effect: %q, %v", times, err)
		}
		if fmt.Sprint(tries) != "[2]" || len(list(t, j)) > 0 {
			t.Errorf("tries %v, left %v", tries, list(t, j))
		}
	})
}

// Who comes late takes nothing from whoever is at it now.
func TestWhoWasOvertakenEndsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, every := range []time.Duration{0, time.Hour} {
			held := clock.Hold(noon)
			j := job.New(d, held)
			var late *job.Turn
			slow := j.Crew(quiet, job.Kind{Name: "ring", Every: every, Do: func(ctx context.Context, turn *job.Turn) error {
				late = turn
				held.Advance(61 * time.Second)
				other := j.Crew(quiet, job.Kind{Name: "ring", Every: every, Do: func(ctx context.Context, now *job.Turn) error {
					if err := d.Write(ctx, late.Done); !errors.Is(err, job.ErrOvertaken) {
						t.Errorf("who comes late gets %v", err)
					}
					if one := only(t, j); !one.Held || one.Tries != 2 {
						t.Errorf("while another is at it: %+v", one)
					}
					return d.Write(ctx, now.Done)
				}})
				due(t, other, 1)
				return nil
			}})
			if every == 0 {
				add(t, d, j, "ring", "", noon)
			} else if err := slow.Schedule(t.Context()); err != nil {
				t.Fatal(err)
			}
			due(t, slow, 1)
			if late == nil || every == 0 && len(list(t, j)) > 0 || every > 0 && only(t, j).Tries != 0 {
				t.Errorf("every %v: left %+v", every, list(t, j))
			}
		}
	})
}

// Clocks that are ahead bind nobody.
func TestAHoldOfAClockThatWasAhead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ahead := job.New(d, clock.Hold(noon.Add(365*24*time.Hour)))
		j := job.New(d, clock.Hold(noon))
		taken, goOn := make(chan bool), make(chan bool)
		ctx, stop := context.WithCancel(t.Context())
		busy := ahead.Crew(quiet, job.Kind{Name: "ring", Every: time.Hour, Do: func(context.Context, *job.Turn) error {
			close(taken)
			<-goOn
			stop() // by its clock it would soon be due again
			return nil
		}})
		did := 0
		crew := j.Crew(quiet, job.Kind{Name: "ring", Every: time.Hour, Do: func(context.Context, *job.Turn) error { did++; return nil }})
		for _, c := range []*job.Crew{busy, crew} {
			if err := c.Schedule(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		all.Go(func() { busy.Due(ctx) })
		<-taken
		due(t, crew, 1)
		close(goOn)
		all.Wait()
		if only := only(t, j); did != 1 || !only.Due.Equal(noon.Add(time.Hour)) {
			t.Errorf("done %d times, and then due at %v", did, only.Due)
		}
	})
}

// A process that is killed while it is at a job: its work is another's a minute
// later.
func TestWhoIsKilledIsOvertaken(t *testing.T) {
	if address := os.Getenv("MOOT_TEST_JOB"); address != "" {
		d, err := db.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		j := job.New(d, clock.New())
		j.Crew(quiet, job.Kind{Name: "ring", Do: func(context.Context, *job.Turn) error {
			fmt.Println("taken")
			select {}
		}}).Follow(t.Context())
		return
	}
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			address := dbtest.Address(t, engine)
			d := open(t, address)
			now := time.Now()
			j := job.New(d, clock.Hold(now))
			add(t, d, j, "ring", "", now)
			child := exec.Command(os.Args[0], "-test.run=^TestWhoIsKilledIsOvertaken$")
			child.Env = append(os.Environ(), "MOOT_TEST_JOB="+address)
			out, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			defer child.Wait()
			defer child.Process.Kill()
			if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "taken\n" {
				t.Fatalf("%q, %v", line, err)
			}
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			did := 0
			kind := job.Kind{Name: "ring", Do: func(context.Context, *job.Turn) error { did++; return nil }}
			due(t, j.Crew(quiet, kind), 0)
			later := job.New(d, clock.Hold(time.Now().Add(61*time.Second)))
			due(t, later.Crew(quiet, kind), 1)
			if did != 1 || len(list(t, later)) > 0 {
				t.Errorf("done %d times", did)
			}
		})
	}
}

func TestWhatFailsIsTriedLaterAndGivenUpAtLast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		wrong := errors.New("the service is away")
		panics := false
		crew := j.Crew(quiet, job.Kind{Name: "ring", Do: func(context.Context, *job.Turn) error {
			if panics {
				panic("a slip")
			}
			return wrong
		}})
		add(t, d, j, "ring", "7", noon)
		var waits []time.Duration
		for range 20 {
			due(t, crew, 1)
			one := only(t, j)
			if one.Why != wrong.Error() {
				t.Fatalf("why: %q", one.Why)
			}
			waits = append(waits, one.Due.Sub(held.Now()))
			held.Set(one.Due.Add(-time.Second))
			if one.Dead.IsZero() {
				due(t, crew, 0)
			}
			held.Set(one.Due)
		}
		if want := "[15s 30s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h0m0s"; !strings.HasPrefix(fmt.Sprint(waits), want) || waits[19] != time.Hour {
			t.Errorf("it waits %v", waits)
		}
		held.Advance(24 * time.Hour)
		due(t, crew, 0)
		dead := only(t, j)
		if dead.Dead.IsZero() || dead.Tries != 20 {
			t.Errorf("it isn't given up: %+v", dead)
		}
		if b, err := j.Backlog(t.Context()); err != nil || b.Dead != 1 || b.Late != 0 {
			t.Errorf("backlog %+v, %v", b, err)
		}
		panics = true
		if found, err := j.Again(t.Context(), dead.Number); !found || err != nil {
			t.Fatal(found, err)
		}
		held.Advance(time.Minute)
		if b, err := j.Backlog(t.Context()); err != nil || b.Dead != 0 || b.Late != time.Minute {
			t.Errorf("backlog %+v, %v", b, err)
		}
		due(t, crew, 1)
		if one := only(t, j); one.Tries != 1 || !strings.HasPrefix(one.Why, "panic: a slip") {
			t.Errorf("again: %+v", one)
		}
		wrong, panics = nil, false
		held.Advance(time.Minute)
		due(t, crew, 1)
		if left := list(t, j); len(left) > 0 {
			t.Errorf("left: %+v", left)
		}
		if found, err := j.Again(t.Context(), dead.Number); found || err != nil {
			t.Error(found, err)
		}
	})
}

func TestTheDeadAreForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		crew := j.Crew(quiet, job.Kind{Name: "ring", Do: func(context.Context, *job.Turn) error { return errors.New("no") }})
		add(t, d, j, "ring", "", noon)
		for range 20 {
			due(t, crew, 1)
			held.Set(only(t, j).Due)
		}
		sweep := func(want int) {
			t.Helper()
			if err := j.Sweep(t.Context()); err != nil || len(list(t, j)) != want {
				t.Errorf("%v; left: %+v", err, list(t, j))
			}
		}
		held.Advance(29 * 24 * time.Hour)
		sweep(1)
		held.Advance(25 * time.Hour)
		sweep(0)
	})
}

// What kills whoever takes it doesn't kill for ever.
func TestAJobThatNobodySurvivesIsGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		add(t, d, j, "ring", "", noon)
		crew := j.Crew(quiet, job.Kind{Name: "ring", Do: func(context.Context, *job.Turn) error {
			// As after a crash: nobody says what became of it.
			return job.ErrOvertaken
		}})
		for range 21 {
			due(t, crew, 1)
			held.Advance(61 * time.Second)
		}
		if dead := only(t, j); dead.Dead.IsZero() || dead.Why == "" {
			t.Errorf("%+v", dead)
		}
	})
}

func TestWhatComesRoundByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		did := 0
		var wrong error
		daily := job.Kind{Name: "daily", Every: 24 * time.Hour, Do: func(context.Context, *job.Turn) error { did++; return wrong }}
		crew := j.Crew(quiet, daily)
		schedule := func(c *job.Crew) {
			t.Helper()
			if err := c.Schedule(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		schedule(crew)
		due(t, crew, 1)
		schedule(crew) // another node starts
		due(t, crew, 0)
		held.Advance(24*time.Hour - time.Second)
		due(t, crew, 0)
		held.Advance(time.Second)
		due(t, crew, 1)
		wrong = errors.New("the disk is full")
		held.Advance(24 * time.Hour)
		for range 50 {
			due(t, crew, 1)
			one := only(t, j)
			if !one.Dead.IsZero() || one.Why == "" || one.Due.Sub(held.Now()) > time.Hour {
				t.Fatalf("%+v", one)
			}
			held.Set(one.Due)
		}
		wrong = nil
		due(t, crew, 1)
		if one := only(t, j); did != 53 || one.Why != "" || one.Tries != 0 || !one.Due.Equal(held.Now().Add(24*time.Hour)) {
			t.Errorf("done %d times: %+v", did, one)
		}
		daily.Every = time.Hour // the setting is changed
		hourly := j.Crew(quiet, daily)
		schedule(hourly)
		due(t, hourly, 1)
	})
}

func TestASuspectClockStopsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		var did atomic.Int32
		kind := job.Kind{Name: "ring", Do: func(context.Context, *job.Turn) error { did.Add(1); return nil }}
		add(t, d, j, "ring", "1", noon)
		add(t, d, j, "ring", "2", noon.Add(time.Hour))
		held.Jump(24 * time.Hour)
		due(t, j.Crew(quiet, kind), 0)
		due(t, job.New(d, clock.Hold(noon)).Crew(quiet, kind), 1) // a node whose clock is right
		if len(list(t, j)) != 1 || did.Load() != 1 {
			t.Errorf("%d were done", did.Load())
		}
	})
}

// A process that is told to end gives back what it is at.
func TestWhoLeavesGivesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := clock.Hold(noon)
		j := job.New(d, held)
		ctx, stop := context.WithCancel(t.Context())
		crew := j.Crew(quiet, job.Kind{Name: "ring", Do: func(ctx context.Context, _ *job.Turn) error {
			stop()
			<-ctx.Done()
			return ctx.Err()
		}})
		add(t, d, j, "ring", "", noon)
		crew.Follow(ctx)
		if one := only(t, j); one.Held || one.Tries != 0 || one.Why != "" || !one.Due.Equal(noon) {
			t.Errorf("%+v", one)
		}
	})
}

// Who adds a job that is due wakes the crew of its process.
func TestFollowWakes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j := job.New(d, clock.New())
		ctx, stop := context.WithCancel(t.Context())
		did := make(chan string)
		crew := j.Crew(quiet, job.Kind{Name: "ring", Do: func(_ context.Context, t *job.Turn) error { did <- t.About; return nil }})
		var all sync.WaitGroup
		all.Go(func() { crew.Follow(ctx) })
		for n := range 3 {
			add(t, d, j, "ring", fmt.Sprint(n), time.Now())
			if about := <-did; about != fmt.Sprint(n) {
				t.Errorf("about %s", about)
			}
		}
		stop()
		all.Wait()
	})
}
