package meetup_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/recur"
)

// days are the days of the month on which meetups are held in a span, by title.
func days(all []meetup.Held) map[string][]int {
	found := map[string][]int{}
	for _, h := range all {
		for _, o := range h.Times {
			found[h.Title] = append(found[h.Title], o.Start.Day())
		}
	}
	return found
}

func named(title, start string, change ...func(*meetup.Details)) meetup.Details {
	d := tea(change...)
	d.Title, d.Start = title, start
	return d
}

func TestWhatIsHeldInAMonth(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thessaloniki := at(t, "gr/thessaloniki")
		zone := thessaloniki.Zone()
		s.announce("gr/thessaloniki", named("before", "2026-11-30T19:00"))
		s.announce("gr/thessaloniki", named("over midnight", "2026-11-30T23:00"))
		s.announce("gr/thessaloniki", named("first", "2026-12-01T00:00"))
		s.announce("gr/thessaloniki", named("last", "2026-12-31T23:30"))
		s.announce("gr/thessaloniki", named("after", "2027-01-01T00:00"))
		again, host := s.announce("gr/thessaloniki", named("weekly", "2026-12-03T19:00", weekly))
		off, offHost := s.announce("gr/thessaloniki", named("off", "2026-12-04T19:00", weekly))
		s.announce("gr/athens", named("elsewhere", "2026-12-05T19:00"))
		s.announce("de/berlin", named("abroad", "2026-12-05T19:00", weekly))
		clocks := func(day int) time.Time { return time.Date(2026, 12, day, 19, 0, 0, 0, zone) }
		if err := s.DropOne(t.Context(), host, again, clocks(10), ""); err != nil {
			t.Fatal(err)
		}
		if err := s.MoveOne(t.Context(), host, again, clocks(17), "2026-12-19T12:00"); err != nil {
			t.Fatal(err)
		}
		if err := s.Cancel(t.Context(), offHost, off, "snow"); err != nil {
			t.Fatal(err)
		}
		from, to := time.Date(2026, 12, 1, 0, 0, 0, 0, zone), time.Date(2027, 1, 1, 0, 0, 0, 0, zone)
		home := map[string][]int{"over midnight": {30}, "first": {1}, "last": {31}, "weekly": {3, 19, 24, 31}, "off": {4}}
		country := map[string][]int{"elsewhere": {5}}
		world := map[string][]int{"abroad": {5, 12, 19, 26}}
		for path, more := range map[string][]map[string][]int{"gr/thessaloniki": nil, "gr/central-macedonia": nil, "gr": {country}, "world": {country, world}} {
			want := map[string][]int{}
			for _, m := range append(more, home) {
				for title, on := range m {
					want[title] = on
				}
			}
			for _, size := range []int{1, 2, 64} { // also a page at a time
				got := map[string][]int{}
				for after := (meetup.Cursor{}); ; {
					all, next, err := s.Held(t.Context(), at(t, path), from, to, after, size)
					if err != nil || len(all) > size {
						t.Fatalf("%d of %d, %v", len(all), size, err)
					}
					for title, on := range days(all) {
						got[title] = append(got[title], on...)
					}
					if after = next; next == (meetup.Cursor{}) {
						break
					}
				}
				for title := range want {
					if !slices.Equal(got[title], want[title]) {
						t.Errorf("%s by %d: %s on %v, want %v", path, size, title, got[title], want[title])
					}
				}
				if len(got) != len(want) {
					t.Errorf("%s by %d: %v", path, size, got)
				}
			}
		}
		if _, _, err := s.Held(t.Context(), place.Place{}, from, to, meetup.Cursor{}, 1); err == nil {
			t.Error("held nowhere")
		}
	})
}

// What is over, and what is held once before a month, isn't read for it.
func TestAMonthIsFoundByIndexes(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	for name, query := range map[string]string{
		"once":  `SELECT thread FROM meetup WHERE next_at > 0 AND place = 'x' AND rrule = '' AND next_at > 5 AND next_at < 9 AND (next_at, thread) > (0, 0) ORDER BY next_at, thread LIMIT 65`,
		"again": `SELECT thread FROM meetup WHERE next_at > 0 AND place = 'x' AND rrule <> '' AND next_at < 9 AND (next_at, thread) > (0, 0) ORDER BY next_at, thread LIMIT 65`,
		"all":   `SELECT thread FROM meetup WHERE next_at > 0 AND rrule <> '' AND next_at < 9 AND (next_at, thread) > (0, 0) ORDER BY next_at, thread LIMIT 65`,
	} {
		var plan []string
		err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
			plan, err = db.All(tx, func(scan db.Scan) (line string, err error) {
				var id, parent, unused int64
				return line, scan(&id, &parent, &unused, &line)
			}, "EXPLAIN QUERY PLAN "+query)
			return err
		})
		want := map[string]string{"once": "meetup_by_place", "again": "meetup_again_by_place", "all": "meetup_again_by_next"}[name]
		if len(plan) != 1 || !strings.HasPrefix(plan[0], "SEARCH meetup USING INDEX "+want+" ") {
			t.Errorf("%s: %q, %v", name, plan, err)
		}
	}
}

func TestSoonAreThoseThatStand(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		off, host := s.announce("gr/athens", named("off", "2026-12-01T19:00"))
		s.announce("gr/athens", named("second", "2026-12-04T19:00"))
		s.announce("gr/thessaloniki", named("first", "2026-12-02T19:00"))
		s.announce("de/berlin", named("third", "2026-12-05T19:00"))
		if err := s.Cancel(t.Context(), host, off, "snow"); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string][]string{"gr/athens": {"second"}, "gr": {"first", "second"}, "world": {"first", "second", "third"}, "fr": nil} {
			all, err := s.Soon(t.Context(), at(t, path), 3)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range all {
				got = append(got, m.Title)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		if all, err := s.Soon(t.Context(), at(t, "world"), 2); err != nil || len(all) != 2 {
			t.Errorf("%d, %v", len(all), err)
		}
		if g, found, err := s.GatheringAt(t.Context(), "gr/athens"); err != nil || !found || g.Place != at(t, "gr/athens") || g.Start.Day() != 4 || g.End.Sub(g.Start) != 2*time.Hour {
			t.Errorf("%+v, %v, %v", g, found, err)
		}
		if _, found, err := s.GatheringAt(t.Context(), "fr/paris"); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		if all, err := s.Gatherings(t.Context()); err != nil || len(all) != 3 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestEves(t *testing.T) {
	athens := at(t, "gr/athens").Zone()
	clocks := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2027, month, day, hour, minute, 0, 0, athens)
	}
	held := func(start time.Time) meetup.Occurrence {
		return meetup.Occurrence{Occurrence: recur.Occurrence{Original: start, Start: start, End: start.Add(2 * time.Hour)}}
	}
	daily := []meetup.Occurrence{held(clocks(3, 27, 19, 0)), held(clocks(3, 28, 19, 0)), held(clocks(3, 29, 19, 0))}
	moved := held(clocks(4, 3, 19, 0))
	moved.Start, moved.End = clocks(4, 5, 12, 0), clocks(4, 5, 14, 0)
	for name, c := range map[string]struct {
		now   time.Time
		times []meetup.Occurrence
		want  []time.Time
	}{
		"none":                  {clocks(3, 1, 0, 0), nil, nil},
		"a minute too early":    {clocks(3, 26, 18, 59), daily, nil},
		"at the same time":      {clocks(3, 26, 19, 0), daily, []time.Time{clocks(3, 27, 19, 0)}},
		"the clocks go forward": {clocks(3, 27, 19, 0), daily, []time.Time{clocks(3, 27, 19, 0), clocks(3, 28, 19, 0)}}, // 23 hours before
		"and not 24 before":     {clocks(3, 27, 18, 30), daily, []time.Time{clocks(3, 27, 19, 0)}},
		"while it goes on":      {clocks(3, 29, 20, 59), daily, []time.Time{clocks(3, 29, 19, 0)}},
		"when it is over":       {clocks(3, 29, 21, 0), daily, nil},
		"one that was moved":    {clocks(4, 4, 12, 0), []meetup.Occurrence{moved}, []time.Time{clocks(4, 5, 12, 0)}},
		"not when it would be":  {clocks(4, 2, 19, 0), []meetup.Occurrence{moved}, nil},
	} {
		var got []time.Time
		for _, o := range meetup.Eves(c.now, c.times) {
			got = append(got, o.Start)
		}
		if !slices.EqualFunc(got, c.want, time.Time.Equal) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
