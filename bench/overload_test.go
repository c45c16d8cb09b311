//go:build linux

package bench

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"moot/bench/load"
)

const (
	giveUp       = time.Second // after which a visitor has gone: what comes later is no use to them
	callers      = 6000        // connections at a time, beneath the 8,192 that a site lets in
	carries      = .97         // share of what is asked that is answered, where a load is carried
	calm         = .5          // of the peak: the load before and after
	before       = 2 * time.Second
	during       = 5 * time.Second
	after        = 10 * time.Second
	window       = 500 * time.Millisecond // in which it is looked whether all is normal again
	sitesCore    = 0
	loadsCore    = 1
	manyVisitors = 20_000
	kinds        = 4 // of what is asked; of them
	replies      = 2
)

// BenchmarkOverload asks for more than the site can give: an open loop (load.Open)
// of pages that are kept, pages of cold boards, replies and searches, and of the
// last three by themselves. The site has one processor, the load another. What it
// can carry is found first, in the same run: the highest rate at which .97 of what
// is asked is answered with 2xx within a second. Then half of that, as it is before
// and after, with 1, 2, 5 and 10 times the peak between. Useful work is what is
// answered with 2xx within a second; its worth is counted in answers, and in the
// processor's time that such an answer takes by itself, of which a flood of cheap
// pages makes little.
//
// Goal: at five times the peak at least 0.8 of its useful work, and p99 as before
// within 10 s after it.
func BenchmarkOverload(b *testing.B) {
	for _, scene := range []struct {
		name   string
		shares [kinds]float64 // kept, cold, posts, searches
		times  []float64
	}{
		{"mix", [kinds]float64{.85, .08, .02, .05}, []float64{1, 2, 5, 10}},
		{"cold", [kinds]float64{0, 1, 0, 0}, []float64{1, 2, 5, 10}},
		{"posts", [kinds]float64{0, 0, 1, 0}, []float64{1, 2, 5, 10}},
		{"searches", [kinds]float64{0, 0, 0, 1}, []float64{1, 2, 5, 10}},
	} {
		b.Run(scene.name, func(b *testing.B) {
			o := overload(b, scene.shares)
			o.weigh()
			o.findPeak()
			for _, times := range scene.times {
				o.at(times)
			}
			fmt.Printf("\n%s: %s", scene.name, o.table.String()) // b.Log cuts it short
			b.ReportMetric(o.answers5, "answers-at-5x")
			b.ReportMetric(o.work5, "work-at-5x")
			b.ReportMetric(o.normal5, "s-to-normal")
			b.ReportMetric(0, "ns/op")
		})
	}
}

var kindNames = [kinds]string{"kept pages", "cold boards", "posts", "searches"}

// overloaded is a site that is asked for more than it can give.
type overloaded struct {
	b      *testing.B
	moot   *asked
	shares [kinds]float64
	kinds  []load.Kind
	cost   [kinds]time.Duration // of the processor, for an answer at leisure
	peak   float64              // requests a second
	table  strings.Builder

	best                     tally         // of the peak
	had                      time.Duration // of the processor, then
	answers5, work5, normal5 float64
}

func overload(b *testing.B, shares [kinds]float64) *overloaded {
	b.Helper()
	s := seed(b)
	o := &overloaded{b: b, shares: shares, moot: s.openOn(b, sitesCore)}
	o.kinds = make([]load.Kind, len(shares))
	for n := range o.kinds {
		o.kinds[n].Share = shares[n]
	}
	random := rand.New(rand.NewPCG(3, 4))
	from := func() string {
		return fmt.Sprintf("X-Forwarded-For: 10.%d.%d.%d", random.IntN(250), random.IntN(250), 1+random.IntN(250))
	}
	w := newWriting()
	for n := range manyVisitors {
		o.kinds[0].Requests = append(o.kinds[0].Requests, request([]string{s.thread, s.board, s.board + "/catalog"}[n%3], from()))
		words := w.body(w.tongues[0])
		o.kinds[3].Requests = append(o.kinds[3].Requests, request("/search?q="+words[0], from()))
	}
	for _, country := range gazetteer().World().Children() {
		for _, city := range country.Cities(400) {
			if path := "/" + city.Path(); path != s.board {
				o.kinds[1].Requests = append(o.kinds[1].Requests, request(path, from()))
			}
		}
	}
	random.Shuffle(len(o.kinds[1].Requests), func(i, j int) {
		r := o.kinds[1].Requests
		r[i], r[j] = r[j], r[i]
	})
	for _, path := range []string{s.thread, s.board, s.board + "/catalog"} { // kept, from here on
		get(b, o.moot.address, path)
	}
	return o
}

// openOn starts Moot on a copy of the site, on one processor: a program has those
// of the thread that starts it.
func (s site) openOn(b *testing.B, processor int) *asked {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, one unix.CPUSet
	one.Set(processor)
	if err := cmp.Or(unix.SchedGetaffinity(0, &all), unix.SchedSetaffinity(0, &one)); err != nil {
		b.Fatal(err)
	}
	defer unix.SchedSetaffinity(0, &all)
	return s.open(b)
}

// write makes so many replies, each with a ticket, to the board's smaller threads.
func (o *overloaded) write(n int) {
	o.b.Helper()
	requests := make([][]byte, n)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for part := range 16 {
		all.Go(func() {
			for at := part; at < n; at += 16 {
				from := fmt.Sprintf("10.%d.%d.%d", at/62500%250, at/250%250, at%250+1)
				ticket, err := ticketOf(client, o.moot.address, from)
				for tries := 0; err == errBusy && tries < 1000; tries++ { // as after a load that was too much
					time.Sleep(10 * time.Millisecond)
					ticket, err = ticketOf(client, o.moot.address, from)
				}
				if err != nil {
					o.b.Error(err)
					return
				}
				body, _ := json.Marshal(map[string]string{"text": said(at), "ticket": ticket})
				requests[at] = fmt.Appendf(nil, "POST /api/v1/threads/%d/posts HTTP/1.1\r\nHost: moot.example\r\nContent-Type: application/json\r\nX-Forwarded-For: %s\r\nContent-Length: %d\r\n\r\n%s",
					1+5*(at%60), from, len(body), body)
			}
		})
	}
	all.Wait()
	if o.b.Failed() {
		o.b.FailNow()
	}
	o.kinds[replies].Requests = requests
}

var errBusy = errors.New("the site says to come again")

func ticketOf(client *http.Client, address, from string) (string, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+address+"/api/v1/tickets", strings.NewReader("{}"))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Forwarded-For", from)
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode == http.StatusServiceUnavailable {
		return "", errBusy
	}
	if err != nil || answer.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("a ticket: %s %s %v", answer.Status, said, err)
	}
	var got struct{ Ticket string }
	return got.Ticket, json.Unmarshal(said, &got)
}

// run asks by steps, and tells for how long the site has had its processor in each.
func (o *overloaded) run(steps ...load.Step) (visits []load.Visit, had []time.Duration) {
	o.b.Helper()
	var sum, shares float64
	for _, s := range steps {
		sum += s.Rate * s.For.Seconds()
	}
	for _, k := range o.kinds {
		shares += k.Share
	}
	if posts := o.kinds[replies].Share; posts > 0 {
		o.write(int(1.1*sum*posts/shares) + 100)
	}
	end := make(chan struct{})
	go func() {
		defer close(end)
		last := worked(o.b, o.moot.processes...)
		for _, s := range steps {
			time.Sleep(s.For)
			now := worked(o.b, o.moot.processes...)
			had = append(had, now-last)
			last = now
		}
	}()
	visits, err := load.Open(load.OpenPlan{
		Address: o.moot.address, Kinds: o.kinds, Steps: steps, Deadline: giveUp, Connections: callers, Processor: loadsCore,
	})
	if err != nil {
		o.b.Fatal(err)
	}
	<-end
	for n, c := range count(visits, -1) { // a board that was asked for is cold no more
		all := o.kinds[n].Requests
		if used := c.asked; n != replies && len(all) > 0 {
			o.kinds[n].Requests = slices.Concat(all[used%len(all):], all[:used%len(all)])
		}
	}
	return visits, had
}

// weigh finds what an answer of each kind takes of the processor.
func (o *overloaded) weigh() {
	o.b.Helper()
	defer func() {
		for n, share := range o.shares {
			o.kinds[n].Share = share
		}
	}()
	o.table.WriteString("an answer takes of the processor, at leisure:")
	for n, rate := range [kinds]float64{2000, 100, 100, 50} {
		for other := range o.kinds {
			o.kinds[other].Share = 0
		}
		o.kinds[n].Share = 1
		visits, took := o.run(load.Step{Rate: rate, For: before})
		t := count(visits, 0)
		if t[n].useful == 0 {
			o.b.Fatalf("%s: nothing is useful: %+v", kindNames[n], t[n])
		}
		o.cost[n] = took[0] / time.Duration(t[n].useful)
		fmt.Fprintf(&o.table, " %s %v;", kindNames[n], o.cost[n].Round(time.Microsecond))
	}
	o.table.WriteByte('\n')
}

// counted is what became of the requests of one kind.
type counted struct {
	asked, useful, refused, wrong, late, cut, unsent int
	took                                             []time.Duration // of the useful ones, ascending
}

type tally [kinds]counted

// count counts the visits of a step, or of all where it is -1.
func count(visits []load.Visit, step int) (t tally) {
	for _, v := range visits {
		if v.Step != step && step >= 0 {
			continue
		}
		c := &t[v.Kind]
		c.asked++
		switch v.Outcome {
		case load.Useful:
			c.useful++
			c.took = append(c.took, v.Took)
		case load.Refused:
			c.refused++
		case load.Wrong:
			c.wrong++
		case load.Late:
			c.late++
		case load.Cut:
			c.cut++
		case load.Unsent:
			c.unsent++
		}
	}
	for n := range t {
		slices.Sort(t[n].took)
	}
	return t
}

func (t tally) asked() (n int) {
	for _, c := range t {
		n += c.asked
	}
	return n
}

func (t tally) useful() (n int) {
	for _, c := range t {
		n += c.useful
	}
	return n
}

// worth is how long what is useful would take the processor by itself.
func (o *overloaded) worth(t tally) (sum time.Duration) {
	for n, c := range t {
		sum += time.Duration(c.useful) * o.cost[n]
	}
	return sum
}

// slowest is how long the useful answers of all kinds take, as slowestOf.
func (t tally) slowest(share float64) time.Duration {
	var all []time.Duration
	for _, c := range t {
		all = append(all, c.took...)
	}
	slices.Sort(all)
	return slowestOf(all, share)
}

// slowestOf is how long an answer takes that a share of all are not slower than.
func slowestOf(took []time.Duration, share float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	return took[min(int(share*float64(len(took))), len(took)-1)]
}

// findPeak finds the highest rate that is carried: first by large steps, then by
// small ones.
func (o *overloaded) findPeak() {
	o.b.Helper()
	rate := .2 * float64(time.Second) / float64(o.mean())
	for _, by := range []float64{1.4, 1.1} {
		for range 12 {
			visits, _ := o.run(load.Step{Rate: rate * by, For: 3 * time.Second}, load.Step{For: giveUp})
			t := count(visits, 0)
			if float64(t.useful()) < carries*float64(t.asked()) || t.slowest(.99) > giveUp/2 { // which only grows
				break
			}
			rate *= by
		}
	}
	o.peak = rate
}

// mean is what a request takes of the processor.
func (o *overloaded) mean() (mean time.Duration) {
	for n, share := range o.shares {
		mean += time.Duration(share * float64(o.cost[n]))
	}
	return mean
}

// at asks for so many times the peak, with a calm before and after.
func (o *overloaded) at(times float64) {
	o.b.Helper()
	visits, had := o.run(load.Step{Rate: calm * o.peak, For: before}, load.Step{Rate: times * o.peak, For: during}, load.Step{Rate: calm * o.peak, For: after})
	t := count(visits, 1)
	seconds := during.Seconds()
	if times == 1 || o.best.useful() == 0 {
		o.best, o.had = t, had[1]
		if times != 1 { // there is no step at the peak itself
			quiet, took := o.run(load.Step{Rate: o.peak, For: during})
			o.best, o.had = count(quiet, 0), took[0]
		}
	}
	usual := count(visits, 0)
	normal := o.normalAfter(visits, usual)
	answers := float64(t.useful()) / float64(o.best.useful())
	work := float64(o.worth(t)) / float64(o.worth(o.best))
	fmt.Fprintf(&o.table, "%g times the peak, %.0f requests/s: useful %.2f of the peak's answers, %.2f of its work (%.2f for each second of the processor: the site had %.0f %% of it, %.0f at the peak); normal again after %.1f s\n",
		times, times*o.peak, answers, work, work*o.had.Seconds()/had[1].Seconds(), 100*had[1].Seconds()/seconds, 100*o.had.Seconds()/seconds, normal.Seconds())
	fmt.Fprintf(&o.table, "  %-12s %9s %9s %8s %9s %8s %8s %8s %8s %8s %8s %9s\n", "", "asked/s", "useful/s", "of peak", "503/s", "wrong/s", "late/s", "cut/s", "unsent/s", "p50", "p99", "p99 calm")
	for n, c := range t {
		if c.asked == 0 {
			continue
		}
		ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
		rate := func(n int) float64 { return float64(n) / seconds }
		fmt.Fprintf(&o.table, "  %-12s %9.0f %9.0f %8.2f %9.0f %8.0f %8.0f %8.0f %8.0f %8s %8s %9s\n", kindNames[n], rate(c.asked), rate(c.useful), float64(c.useful)/float64(o.best[n].useful),
			rate(c.refused), rate(c.wrong), rate(c.late), rate(c.cut), rate(c.unsent), ms(slowestOf(c.took, .5)), ms(slowestOf(c.took, .99)), ms(slowestOf(usual[n].took, .99)))
	}
	if times == 5 {
		o.answers5, o.work5, o.normal5 = answers, work, normal.Seconds()
	}
}

// normalAfter is how long after the load it is until all is answered as usual for
// two seconds on end: at least .97 usefully, p99 at most twice what it was before,
// or, where that is less, a twentieth of the deadline.
func (o *overloaded) normalAfter(visits []load.Visit, usual tally) time.Duration {
	windows := make([]tally, after/window)
	end := before + during
	for _, v := range visits {
		if v.Step != 2 {
			continue
		}
		c := &windows[min(int((v.At-end)/window), len(windows)-1)][v.Kind]
		c.asked++
		if v.Outcome == load.Useful {
			c.useful++
			c.took = append(c.took, v.Took)
		}
	}
	fine := 0 // windows on end
	for n, w := range windows {
		if float64(w.useful()) < carries*float64(w.asked()) || w.slowest(.99) > max(2*usual.slowest(.99), giveUp/20) {
			fine = 0
		} else if fine++; fine == 4 {
			return time.Duration(n-3) * window
		}
	}
	return after
}
