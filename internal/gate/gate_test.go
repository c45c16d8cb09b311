package gate

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// small is a gate of so many places in all, whose processors wait as long as
// wait says.
func small(limit int, wait *time.Duration) *Gate {
	g := New()
	g.limit.now, g.limit.least = float64(limit), 2
	g.limit.looked = time.Now()
	g.limit.waits = func() (time.Duration, bool) { return *wait, true }
	g.places, g.few = limit, 0
	return g
}

// A few who come to a machine that is busy with other things are no crowd: they
// wait, and are let in.
func TestAFewWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := small(1, new(time.Duration))
		g.few = 4
		g.limit.looked = time.Now().Add(time.Hour) // it stays
		leave := fill(t, g, Read, 1)
		var waiting []chan bool
		for range 4 {
			waiting = append(waiting, queued(g, t.Context(), Read))
			time.Sleep(stands + time.Millisecond)
		}
		for n, w := range waiting {
			if len(w) != 0 {
				t.Fatalf("number %d did not wait: %v", n, <-w)
			}
		}
		if !g.Full(Read) {
			t.Error("more than a few may wait in a queue that stands")
		}
		leave[0]()
		synctest.Wait()
		if len(waiting[0])+len(waiting[3]) != 1 {
			t.Error("when a place is free nobody is let in")
		}
	})
}

// fill takes places until there are no more.
func fill(t *testing.T, g *Gate, c Class, n int) (leave []func()) {
	t.Helper()
	for range n {
		l, ok := g.Enter(t.Context(), c)
		if !ok {
			t.Fatalf("place %d of %d: refused", len(leave)+1, n)
		}
		leave = append(leave, l)
	}
	return leave
}

// queued has somebody wait, and is told whether they were let in.
func queued(g *Gate, ctx context.Context, c Class) (came chan bool) {
	came = make(chan bool, 1)
	go func() {
		_, ok := g.Enter(ctx, c)
		came <- ok
	}()
	synctest.Wait()
	return came
}

func TestOneThatLeavesLetsOneIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := small(2, new(time.Duration))
		leave := fill(t, g, Read, 2)
		first, second := queued(g, t.Context(), Read), queued(g, t.Context(), Read)
		if s := g.State(Read); s.Waiting != 2 || s.Working != 2 {
			t.Errorf("%+v", s)
		}
		leave[0]()
		synctest.Wait()
		if len(first) != 1 || !<-first || len(second) != 0 {
			t.Error("it wasn't the one who came first who was let in")
		}
		time.Sleep(Long)
		synctest.Wait()
		if len(second) != 1 || <-second {
			t.Error("who found no place for Long waits still")
		}
		if s := g.State(Read); s.Waiting != 0 || s.Working != 2 || s.Refused != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWhoHangsUpWaitsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := small(1, new(time.Duration))
		fill(t, g, Read, 1)
		ctx, hangUp := context.WithCancel(t.Context())
		gone := queued(g, ctx, Read)
		hangUp()
		synctest.Wait()
		if s := g.State(Read); len(gone) != 1 || <-gone || s.Refused != 0 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWhatMattersMoreComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := small(8, new(time.Duration))
		leave := fill(t, g, Search, 8)
		search := queued(g, t.Context(), Search)
		fill(t, g, Post, own[Post]) // their own, though all others are taken
		fill(t, g, Read, own[Read])
		post, read := queued(g, t.Context(), Post), queued(g, t.Context(), Read)
		for _, next := range []struct {
			name string
			came chan bool
		}{{"read", read}, {"post", post}, {"search", search}} {
			for len(next.came) == 0 && len(leave) > 0 { // what was let in beyond the limit leaves first
				leave[0]()
				leave = leave[1:]
				synctest.Wait()
			}
			if len(next.came) == 0 {
				t.Fatalf("%s was not let in", next.name)
			}
			switch next.name {
			case "read":
				if len(post)+len(search) > 0 {
					t.Error("somebody was let in before who reads")
				}
			case "post":
				if len(search) > 0 {
					t.Error("a search was let in before a post")
				}
			}
		}
	})
}

// A place that is there since the limit has grown is for who waits already and
// matters more.
func TestWhoComesLeavesANewPlaceToWhoMattersMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := small(1, new(time.Duration))
		g.limit.looked, g.looked = time.Now().Add(time.Hour), time.Now().Add(time.Hour) // it stays
		leave := fill(t, g, Read, 1)
		for c := range g.classes {
			g.classes[c].owed = 0
		}
		read := queued(g, t.Context(), Read)
		g.limit.now = 2
		search := queued(g, t.Context(), Search)
		if len(search) > 0 {
			t.Fatal("a search took the place that somebody who reads waits for")
		}
		leave[0]()
		synctest.Wait()
		if len(read) != 1 || len(search) != 1 {
			t.Error("two places are free, and not both were let in")
		}
	})
}

// Whoever has sent a form is let in late rather than sent away without their words.
func TestWhoWouldRatherWaitWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := small(4, new(time.Duration))
		g.limit.looked = time.Now().Add(time.Hour) // it stays
		leave := fill(t, g, Read, 4)
		leave = append(leave, fill(t, g, Post, own[Post])...)
		queued(g, t.Context(), Post)
		time.Sleep(stands + time.Millisecond)
		for range 4 { // the queue stands, and is full
			queued(g, t.Context(), Post)
		}
		if !g.Full(Post) {
			t.Fatal("there is room for more")
		}
		patient := make(chan bool, 1)
		go func() {
			_, ok := g.EnterPatiently(t.Context(), Post)
			patient <- ok
		}()
		time.Sleep(Patient - time.Second)
		synctest.Wait()
		if len(patient) != 0 {
			t.Fatalf("who would rather wait doesn't wait: %v", <-patient)
		}
		for _, l := range leave {
			l()
		}
		synctest.Wait()
		if len(patient) != 1 || !<-patient {
			t.Error("who would rather wait is not let in")
		}
	})
}

func TestAQueueThatStandsIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := small(4, new(time.Duration))
		g.limit.looked = time.Now().Add(time.Hour) // it stays
		leave := fill(t, g, Read, 4)
		old := queued(g, t.Context(), Read)
		time.Sleep(stands + time.Millisecond)
		fresh := queued(g, t.Context(), Read)
		leave[0]()
		synctest.Wait()
		if len(fresh) != 1 || !<-fresh || len(old) != 0 {
			t.Error("of a queue that stands it isn't the last who is let in")
		}
		later := queued(g, t.Context(), Read)
		time.Sleep(Short + time.Millisecond)
		synctest.Wait()
		if len(later) != 1 || <-later {
			t.Error("in a queue that stands somebody waits for longer than Short")
		}
		for range 3 {
			queued(g, t.Context(), Read)
		}
		if before := g.State(Read).Refused; !g.Full(Read) || g.State(Read).Refused != before+1 {
			t.Error("a queue that stands is longer than there are places")
		}
		time.Sleep(time.Second) // all have given up
		later = queued(g, t.Context(), Read)
		time.Sleep(Short + time.Millisecond)
		synctest.Wait()
		if len(later) != 1 {
			t.Error("a queue in which all have given up counts as having ended")
		}
		leave[1]()
		fill(t, g, Read, 1) // without waiting
		long := queued(g, t.Context(), Read)
		time.Sleep(Short + time.Millisecond)
		synctest.Wait()
		if len(long) != 0 {
			t.Error("in a queue that has just begun nobody waits for longer than Short")
		}
		if g.Full(Post) {
			t.Error("posts have places of their own and are refused")
		}
	})
}

// The limit follows what waits for a processor, and what is wanted.
func TestTheLimitAdapts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := late * 2
		g := small(100, &wait)
		look := func(n int) {
			for range n {
				time.Sleep(every)
				g.mu.Lock()
				g.look(time.Now())
				g.mu.Unlock()
			}
		}
		leave := fill(t, g, Read, 50)
		look(1)
		if g.Limit() != 40 {
			t.Errorf("what runs is late, and of 50 that work there may be %d, want 40", g.Limit())
		}
		look(50)
		if g.Limit() != 2 {
			t.Errorf("what runs is late for long: %d places", g.Limit())
		}
		wait = 0
		look(50)
		if g.Limit() != 2 {
			t.Errorf("nobody wants more, and there are %d places", g.Limit())
		}
		for _, l := range leave[1:] {
			l()
		}
		waiting, hangUp := context.WithCancel(t.Context())
		for range 20 {
			queued(g, waiting, Read)
			look(1)
		}
		if g.Limit() < 20 {
			t.Errorf("nothing is late, somebody waits each time, and there are %d places", g.Limit())
		}
		hangUp()
	})
}

// What the runtime says of itself is understood: a queue for the processors is
// seen, and none is not.
func TestWaits(t *testing.T) {
	waits := newWaits()
	end := make(chan struct{})
	var all sync.WaitGroup
	for range 50 * runtime.GOMAXPROCS(0) { // each waits for 50 ms until its turn comes
		all.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				for start := time.Now(); time.Since(start) < time.Millisecond; {
				}
				runtime.Gosched()
			}
		})
	}
	seen := false
	for start := time.Now(); !seen && time.Since(start) < 30*time.Second; {
		time.Sleep(every)
		wait, known := waits()
		seen = known && wait > late
	}
	close(end)
	all.Wait()
	if !seen {
		t.Error("fifty wait for each processor, and nobody sees it")
	}
	calm := false
	for start := time.Now(); !calm && time.Since(start) < 30*time.Second; {
		time.Sleep(time.Millisecond)
		wait, known := waits()
		calm = known && wait < late
	}
	if !calm {
		t.Error("nothing waits, and nobody sees it")
	}
}

func BenchmarkGate(b *testing.B) {
	g := New()
	b.ReportAllocs()
	for b.Loop() {
		leave, _ := g.Enter(context.Background(), Read)
		leave()
	}
}

func TestACrowdThatWaitsForLongGetsSmaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := time.Duration(0)
		c := NewCrowd()
		c.limit.looked, c.limit.least = time.Now(), 10
		c.limit.waits = func() (time.Duration, bool) { return wait, true }
		var began []int64
		for range 1000 {
			if !c.Room(time.Now()) {
				t.Fatal("there is no room, and nobody waits")
			}
			began = append(began, c.Begin(time.Now()))
		}
		wait = lateForAll * 2
		time.Sleep(every)
		if c.Room(time.Now()) {
			t.Error("a thousand wait for long, and there is room for one more")
		}
		time.Sleep(2 * time.Second)
		if n := c.Fresh(time.Now()); n != 0 || !c.Room(time.Now()) {
			t.Errorf("a thousand have been at it for long, and %d of them count", n)
		}
		for _, second := range began {
			c.End(second)
		}
		for second := range c.began {
			if n := c.began[second].Load(); n != 0 {
				t.Fatalf("all have gone, and %d are left", n)
			}
		}
	})
}
