//go:build unix

package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// The program is killed, again and again, while it does what is due on the way to a
// meeting: reminds of meetups, ends them, and closes the search for a date. Each is done
// once, and none is forgotten.
func TestKilledOnTheWayToAMeeting(t *testing.T) {
	kills := 4
	if long() {
		kills = 60
	}
	changed := shifted(t)
	later := rewritten(t, "ladder", changed)
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			r := chance(t)
			hour := filepath.Join(t.TempDir(), "clock")
			s := newSite(t, database(t, engine))
			s.program, s.environ = later, []string{"FAULTS_CLOCK=" + hour}
			began := time.Now()
			if err := os.WriteFile(hour, []byte("0"), 0o600); err != nil {
				t.Fatal(err)
			}
			s.up(t)
			meetups := s.announcing(t, 12, began.Add(72*time.Hour))
			convenings := s.convening(t, "gr/thessaloniki", "gr/patra", "gr/kilkis")
			s.end(syscall.SIGTERM)

			// at has the program be killed while it catches up with a later time, and then let
			// do it.
			var done []int // of reminders and endings, after each kill
			at := func(when time.Time) {
				t.Helper()
				next := func() { // what a node that was killed was at is held for a minute
					t.Helper()
					if err := os.WriteFile(hour, []byte(strconv.Itoa(int(time.Until(when)/time.Second))), 0o600); err != nil {
						t.Fatal(err)
					}
					when = when.Add(2 * time.Minute)
				}
				for range kills {
					next()
					s.start(t)
					time.Sleep(time.Duration(r.Int64N(int64(s.slowest + 300*time.Millisecond))))
					s.end(syscall.SIGKILL)
					done = append(done, len(rowsOf(t, s, `SELECT 'done ' || thread FROM meetup_tiding WHERE kind = 1 UNION ALL SELECT 'over ' || thread FROM meetup WHERE over_at > 0`)))
				}
				next()
				s.up(t)
				until(t, "everything that is due is done", hangs, func() bool { return s.swept(t) })
				s.end(syscall.SIGTERM)
			}
			numbers := func(query string) (all []string) {
				t.Helper()
				return rowsOf(t, s, query)
			}
			const (
				reminded = `SELECT 'reminded ' || thread FROM meetup_tiding WHERE kind = 1 ORDER BY thread`
				over     = `SELECT 'over ' || thread FROM meetup WHERE over_at > 0 ORDER BY thread`
				agreed   = `SELECT 'agreed ' || m.thread FROM meetup m JOIN convening c ON c.thread = m.thread WHERE m.agreed_at > 0 AND c.came ORDER BY m.thread`
			)
			at(began.Add(49 * time.Hour))
			if got := numbers(reminded); !slices.Equal(got, prefixed("reminded ", meetups)) {
				t.Errorf("a day before: %v\n%s", got, tail(s.now.log.String()))
			}
			at(began.Add(80 * time.Hour))
			if got := numbers(over); !slices.Equal(got, prefixed("over ", meetups)) {
				t.Errorf("after their end: %v", got)
			}
			if got := numbers(reminded); len(got) != len(meetups) {
				t.Errorf("reminded again: %v", got)
			}
			at(began.Add(9 * 24 * time.Hour))
			if got := numbers(agreed); !slices.Equal(got, prefixed("agreed ", convenings)) {
				t.Errorf("of the searches for a date: %v\n%s", got, tail(s.now.log.String()))
			}
			t.Logf("done when it was killed: %v", done)
		})
	}
}

func prefixed(with string, threads []int) (all []string) {
	slices.Sort(threads)
	for _, n := range threads {
		all = append(all, with+strconv.Itoa(n))
	}
	return all
}

// rowsOf are the rows of one column of text that a query finds.
func rowsOf(t *testing.T, s *site, query string) (all []string) {
	t.Helper()
	d, err := db.Open(t.Context(), s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.Read(t.Context(), func(tx *db.Tx) (err error) {
		all, err = db.All(tx, func(scan db.Scan) (s string, err error) { return s, scan(&s) }, query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// announcing are the threads of so many meetups that begin at a time.
func (s *site) announcing(t *testing.T, n int, starts time.Time) (threads []int) {
	t.Helper()
	starts = starts.In(athens(t))
	for i, g := range s.guests(t, n) {
		g.send(t, "/gr/athens/meetups/new", "/gr/athens/meetups/new", url.Values{
			"title": {fmt.Sprintf("Reading the rent law, room %d", i+1)}, "day": {starts.Format("2006-01-02")}, "time": {starts.Format("15:04")},
			"minutes": {"60"}, "venue": {"Serafio library"}, "do": {"announce"},
		}, http.StatusSeeOther)
		link := regexp.MustCompile(`^/host/(\d+)/`).FindStringSubmatch(g.sentTo)
		if link == nil {
			t.Fatalf("the host was sent to %q", g.sentTo)
		}
		thread, _ := strconv.Atoi(link[1])
		threads = append(threads, thread)
	}
	return threads
}

// convening are the threads on which hands in some cities look for a date, each of five
// hands that all can come at one.
func (s *site) convening(t *testing.T, cities ...string) (threads []int) {
	t.Helper()
	for _, city := range cities {
		all := s.guests(t, 5)
		for _, g := range all {
			g.send(t, "/"+city+"/hand", "/"+city+"/hand", url.Values{"do": {"raise"}}, http.StatusSeeOther)
		}
		_, page := all[0].ask(t, "/"+city, nil)
		dates := regexp.MustCompile("/" + city + `/t/(\d+)/dates`).FindStringSubmatch(page)
		if dates == nil {
			t.Fatalf("five hands opened no convening in %s", city)
		}
		for _, g := range all {
			g.send(t, dates[0], dates[0], url.Values{"mark-2": {"1"}}, http.StatusSeeOther)
		}
		thread, _ := strconv.Atoi(dates[1])
		threads = append(threads, thread)
	}
	return threads
}
