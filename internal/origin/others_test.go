package origin_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/origin"
)

// placeless is where a place of an event can stand.
var placeless = regexp.MustCompile(`(?m)^BEGIN:VEVENT\r?\n`)

// beginnings are the days on which the events of a calendar begin.
var beginnings = regexp.MustCompile(`DTSTART[^:\r\n]*:(\d{8})`)

// Calendars that broke other programs, and that those keep for their tests, break
// nothing here: of each event there is a sentence that says what becomes of it, what
// stands is not doubled by bringing it again, and no more stands than was said. Taken
// are those of Debian's python3-icalendar, and of the folder MOOT_CALENDARS, such as the
// 198 of python's icalendar 7.3, the 34 of libical 4.0.2 with its 53 crashers, and the
// 301 of stalwartlabs/calcard.
func TestCalendarsOfOthers(t *testing.T) {
	var files []string
	for _, folder := range []string{"/usr/lib/python3/dist-packages/icalendar", os.Getenv("MOOT_CALENDARS")} {
		filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".ics") {
				files = append(files, path)
			}
			return nil
		})
	}
	if len(files) == 0 {
		t.Skip("python3-icalendar isn't installed: scripts/tools does that")
	}
	calendars := map[string][]byte{}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		calendars[name] = content
		// Most have no place, without which nothing stands.
		calendars[name+", at the library"] = placeless.ReplaceAll(content, []byte("${0}LOCATION:Library\r\n"))
	}
	each(t, func(t *testing.T, s town) {
		english, _ := lang.Lookup("en")
		var events, stand int
		for _, name := range slices.Sorted(maps.Keys(calendars)) {
			content := calendars[name]
			s.clock.Set(before(content))
			owner := somebody(t)
			f := origin.File{Place: s.city, Owner: owner, Bytes: content, Name: "Tenants"}
			r, err := s.Look(t.Context(), f)
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			fresh, full := 0, false
			for _, l := range r.Lines {
				events++
				full = full || l.Why != nil && (l.Why.Key == "origin.too_many" || l.Why.Key == "origin.day_full")
				switch {
				case l.Fate == origin.Fresh:
					fresh++
				case l.Why == nil || english.Fault(l.Why) == l.Why.Key || english.Fault(l.Why) == "":
					t.Errorf("%s: nothing is said of why %q is %d", name, l.Title, l.Fate)
				}
			}
			if fresh == 0 {
				continue
			}
			done, err := s.Bring(t.Context(), key.Steward, f)
			if err != nil || done.New != fresh {
				t.Errorf("%s: %d were to stand, and %+v: %v", name, fresh, done, err)
				continue
			}
			stand += done.New
			if again, err := s.Look(t.Context(), f); err != nil || again.Count(origin.Same) != fresh || again.Count(origin.Changed) > 0 || again.Count(origin.Fresh) > 0 && !full {
				t.Errorf("%s: again it would do something: %v, %v", name, err, fates(again))
			}
		}
		t.Logf("%d calendars, %d events, of which %d stand", len(calendars), events, stand)
		if events == 0 || stand == 0 {
			t.Error("nothing stands, so this says nothing")
		}
	})
}

// before is a time before the first event of a calendar begins; today where that is none
// that anybody lives to see.
func before(content []byte) time.Time {
	first := friday
	for _, m := range beginnings.FindAllSubmatch(content, -1) {
		if at, err := time.Parse("20060102", string(m[1])); err == nil && at.Year() > 1990 && at.Before(first) {
			first = at
		}
	}
	return first.Add(-36 * time.Hour)
}
