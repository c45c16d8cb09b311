package feed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/feed"
	"moot/internal/place"
	"moot/internal/web/page/pagetest"
)

// lively puts boards with posts there, as many places as are given.
func lively(t *testing.T, d *db.DB, places []place.Place) {
	t.Helper()
	const at = 500 // a statement
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for i := 0; i < len(places); i += at {
			var rows []string
			for j, p := range places[i:min(i+at, len(places))] {
				rows = append(rows, fmt.Sprintf("('%s', 1, 1, 0, %d)", p.Path(), noon.Unix()+int64(i+j)*60))
			}
			if _, err := tx.Exec(`INSERT INTO board (place, threads, posts, lively, last_at) VALUES ` + strings.Join(rows, ", ")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sitemap asks for a sitemap, which must be a right one, and returns what it
// lists.
func (s *site) sitemap(path string) (addresses, changed []string) {
	s.t.Helper()
	p := pagetest.Get(s.t, s, path).Want(200)
	root, err := parse(p.Body)
	if err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	if wrong := root.faults(sitemaps); len(wrong) > 0 {
		s.t.Errorf("%s: %d faults, the first %s", path, len(wrong), wrong[0])
	}
	if p.Header.Get("Content-Type") != "application/xml" || p.Header.Get("Cache-Control") != "max-age=3600" {
		s.t.Errorf("%s: %v", path, p.Header)
	}
	for _, n := range root.children {
		addresses = append(addresses, n.children[0].text)
		if len(n.children) > 1 {
			changed = append(changed, n.children[1].text)
		}
	}
	return addresses, changed
}

func TestTheSitemapHasEveryBoardOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		world := at(t, "world")
		places := append(world.Cities(49_998), world, at(t, "gr"))
		lively(t, d, places)
		s := open(t, d, nil)
		parts, changed := s.sitemap("/sitemap.xml")
		if len(parts) != 2 || parts[0] != base+"/sitemap/1.xml" {
			t.Fatalf("%d boards are in %q", len(places), parts)
		}
		seen := map[string]bool{}
		for i, part := range parts {
			pages, times := s.sitemap(strings.TrimPrefix(part, base))
			newest := time.Time{}
			for _, p := range pages {
				seen[p] = true
			}
			for _, changed := range times {
				if when, err := time.Parse(time.RFC3339, changed); err != nil || when.After(newest) {
					newest = when
				}
			}
			if when, err := time.Parse(time.RFC3339, changed[i]); err != nil || !when.Equal(newest) {
				t.Errorf("%s changed at %s, its newest board at %s", part, changed[i], newest)
			}
			if want := []int{50_000, 1}[i]; len(pages) != want {
				t.Errorf("%s has %d boards, want %d", part, len(pages), want)
			}
		}
		if !seen[base+"/"] {
			t.Error("the front page isn't there")
		}
		for _, p := range places {
			if !seen[base+"/"+p.Path()] {
				t.Fatalf("%s isn't there", p.Path())
			}
		}
		for _, none := range []string{"/sitemap/0.xml", "/sitemap/3.xml", "/sitemap/01.xml", "/sitemap/1", "/sitemap/x.xml", "/sitemap/-1.xml", "/sitemap/1.xml.xml", "/sitemap/99999999999999999999.xml"} {
			pagetest.Get(t, s, none).Want(404)
		}
	})
}

func TestASitemapOfNothingIsRight(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.sitemap("/sitemap.xml")
		if pages, _ := s.sitemap("/sitemap/1.xml"); len(pages) != 1 || pages[0] != base+"/" {
			t.Errorf("%q", pages)
		}
	})
}

func TestASiteWithoutAnAddressHasNoSitemap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(s *feed.Settings) { s.Base = "" })
		s.start("gr/athens", "subject", board.NewPost{Body: "body"})
		for _, path := range []string{"/sitemap.xml", "/sitemap/1.xml"} {
			if p := pagetest.Get(t, s, path).Want(404); !strings.Contains(p.Text("main"), "its own address") {
				t.Errorf("%s: %s", path, p.Text("main"))
			}
		}
		if p := pagetest.Get(t, s, "/robots.txt").Want(200); strings.Contains(p.Body, "Sitemap") {
			t.Errorf("robots.txt: %s", p.Body)
		}
	})
}

// barred reads a robots.txt as RFC 9309 does (2.2), and reports whether it bars
// a crawler from an address.
func barred(robots, address string) bool {
	for line := range strings.Lines(robots) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		rule := strings.TrimSpace(value)
		if name != "Disallow" || rule == "" {
			continue
		}
		rule, whole := strings.CutSuffix(rule, "$")
		if !whole {
			rule += "*"
		}
		if fits(strings.Split(rule, "*"), address) {
			return true
		}
	}
	return false
}

// fits reports whether an address is the parts of a rule with anything between.
func fits(parts []string, address string) bool {
	if len(parts) == 1 {
		return address == parts[0]
	}
	rest, ok := strings.CutPrefix(address, parts[0])
	for i := 0; ok && i <= len(rest); i++ {
		if fits(parts[1:], rest[i:]) {
			return true
		}
	}
	return false
}

func TestCrawlersAreToldWhereNotToGo(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p := pagetest.Get(t, s, "/robots.txt").Want(200)
		if p.Header.Get("Content-Type") != "text/plain; charset=utf-8" || p.Header.Get("Cache-Control") != "max-age=86400" || !strings.Contains(p.Body, "\nSitemap: "+base+"/sitemap.xml\n") || !strings.HasPrefix(p.Body, "User-agent: *\n") {
			t.Errorf("%v\n%s", p.Header, p.Body)
		}
		for address, want := range map[string]bool{
			"/": false, "/gr/athens": false, "/gr/athens/t/1234": false, "/gr/athens/catalog": false, "/fi/helsinki": false, "/gr/athens/threads.atom": false,
			"/gr/athens/places?after=x": false, "/gr/new-smyrna": false, "/us/new-york": false, "/assets/moot.1.css": false, "/p/1234": false, "/gr/athens/t/1/sign.png": false,
			"/find?q=a": true, "/find.json?q=a": true, "/search": true, "/search.atom?q=x": true, "/gr/athens/new": true, "/world/new": true,
			"/gr/athens/t/1234/reply": true, "/gr/athens/t/1234/reply?quote=1": true, "/gr/athens?lang=el": true, "/?theme=dark": true,
			"/p/1234/take-back": true, "/4chan/boards.json": true, "/api/v1/places": true, "/queue": true,
		} {
			if got := barred(p.Body, address); got != want {
				t.Errorf("%s is barred: %v, want %v", address, got, want)
			}
		}
	})
}
