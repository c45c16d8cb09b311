package place

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"moot/internal/place/gazetteer"
)

func TestFind(t *testing.T) {
	for query, want := range map[string]string{
		"Thessaloniki": "gr/thessaloniki", "Θεσσαλονίκη": "gr/thessaloniki", "θεσσαλονικη": "gr/thessaloniki",
		"ΘΕΣΣΑΛΟΝΙΚΗ": "gr/thessaloniki", "Salonika": "gr/thessaloniki", "Selanik": "gr/thessaloniki",
		"thesaloniki": "gr/thessaloniki", "Tesalónica": "gr/thessaloniki", "Thessalonkii": "gr/thessaloniki",
		"thesalon": "gr/thessaloniki", "Θεσαλονικη": "gr/thessaloniki",
		"東京": "jp/tokyo", "東京都": "jp/tokyo", "Tokyo": "jp/tokyo", "Токио": "jp/tokyo",
		"القاهرة": "eg/cairo", "القاهره": "eg/cairo", "Αθήνα": "gr/athens", "アテネ": "gr/athens", "アテ": "gr/athens",
		"München": "de/munich", "munchen": "de/munich", "Muenchen": "de/munich", "Minga": "de/munich",
		"sao paulo": "br/sao-paulo", "São Paulo": "br/sao-paulo", "New York": "us/new-york", "newyork": "us/new-york",
		"NYC": "us/new-york", "Beyrouth": "lb/beirut", "بيروت": "lb/beirut", "Kyiv": "ua/kyiv", "Kiev": "ua/kyiv", "Київ": "ua/kyiv",
		"北京": "cn/beijing", "北京市": "cn/beijing", "서울": "kr/seoul", "मुंबई": "in/mumbai", "กรุงเทพ": "th/bangkok",
		"Xi'an": "cn/xian", "xian": "cn/xian", "st petersburg": "ru/saint-petersburg", "Łódź": "pl/lodz", "lodz": "pl/lodz",
		"Londn": "gb/london", "Lonodn": "gb/london", "Berlim": "de/berlin", "tornto": "ca/toronto", "Philadelpia": "us/philadelphia", "Barcelna": "es/barcelona",
		"springfield il": "us/springfield-il", "Springfield, Illinois": "us/springfield-il", "sprngfield il": "us/springfield-il",
		"springfield illi": "us/springfield-il", "athens greece": "gr/athens", "greece athens": "gr/athens", "Αθήνα Ελλάδα": "gr/athens",
		"athens ga": "us/athens", "paris, texas": "us/paris", "london ontario": "ca/london", "london on": "ca/london",
		"Greece": "gr", "Ελλάδα": "gr", "UK": "gb", "usa": "us", "Georgia": "ge", "attica": "gr/attica", "Αττική": "gr/attica",
		"california": "us/california", "world": "world", "Manhattan NY": "us/new-york", "Kreuzberg": "de/berlin",
	} {
		found := loaded(t).Find(query, 10)
		if len(found) == 0 {
			t.Errorf("%q finds nothing", query)
		} else if got := found[0].Place.Path(); got != want {
			t.Errorf("%q finds %s (%s), want %s", query, got, found[0].Name, want)
		}
	}
}

func TestFindNothing(t *testing.T) {
	g := loaded(t)
	for _, q := range []string{"", " ", "---", "\x00\x01", "\xff", "qqzzxxqqzz", strings.Repeat("x", 5000), strings.Repeat("athens ", 5000), "qqq"} {
		if found := g.Find(q, 10); len(found) > 0 {
			t.Errorf("%.20q finds %s", q, found[0].Place.Path())
		}
	}
	if g.Find("athens", 0) != nil || g.Find("athens", -1) != nil {
		t.Error("no results were asked for")
	}
	if n := len(g.Find("san", 1<<30)); n != maxResult {
		t.Errorf("%d results", n)
	}
}

func TestSlipIsTold(t *testing.T) {
	g := loaded(t)
	if m := g.Find("thesaloniki", 1)[0]; !m.Slip || gazetteer.Fold(m.Name) == "thesaloniki" {
		t.Errorf("%+v", m)
	}
	if m := g.Find("Selanik", 1)[0]; m.Slip || m.Name != "Selânik" {
		t.Errorf("%+v", m)
	}
	if found := g.Find("Pari", 5); found[0].Slip || found[0].Place.Path() != "fr/paris" {
		t.Errorf("%+v", found[0])
	}
	for _, m := range g.Find("Ulm", 20) {
		if m.Slip {
			t.Errorf("%s is a slip of three letters", m.Name)
		}
	}
}

func TestEachPlaceIsFoundOnce(t *testing.T) {
	for _, q := range []string{"san", "athens", "new york", "s", "東", "springfield", "sprngfield"} {
		seen := map[Place]bool{}
		for _, m := range loaded(t).Find(q, 50) {
			if seen[m.Place] || !m.Place.Valid() || m.Name == "" {
				t.Errorf("%q: %s again", q, m.Place.Path())
			}
			seen[m.Place] = true
		}
	}
}

// Any name of any place finds it among those that have the same name; so does
// the name without accents.
func TestEveryNameFinds(t *testing.T) {
	g := loaded(t)
	random := rand.New(rand.NewPCG(3, 4))
	for range 1500 {
		w := random.Uint32N(uint32(g.t.Written.Len()))
		name := g.t.Written.Get(w)
		key, ok := g.exact(gazetteer.Fold(name))
		if !ok {
			t.Fatalf("the name %q is not in the index", name)
		}
		bearers := g.bearers(key)
		if len(bearers) > 40 || len([]rune(g.t.Written.Keys.Get(key))) < 4 {
			continue // too many to be all in one list
		}
		for _, q := range []string{name, g.t.Written.Keys.Get(key)} {
			found := g.Find(q, maxResult)
			for _, b := range bearers {
				n := b >> 1
				if n >= g.firstQuarter {
					n = g.firstCity + g.t.Host[n-g.firstQuarter]
				}
				at := slices.IndexFunc(found, func(m Match) bool { return m.Place.n == n })
				if at < 0 || found[at].Slip {
					t.Errorf("%q doesn't find %s", q, Place{g, n}.Path())
				}
			}
		}
	}
}

// A slip of the pen in a name of some length finds its place among the first.
func TestSlipsFind(t *testing.T) {
	g := loaded(t)
	random := rand.New(rand.NewPCG(5, 6))
	tried, found := 0, 0
	for _, p := range g.World().Cities(2000) {
		name := g.t.Written.Get(g.t.Primary[p.n])
		if len([]rune(name)) < 6 {
			continue
		}
		tried++
		if slices.ContainsFunc(g.Find(slipped(random, name), 10), func(m Match) bool { return m.Place == p }) {
			found++
		}
	}
	if tried < 1000 || found < tried*97/100 {
		t.Errorf("%d of %d are found", found, tried)
	}
}

// The scan by signatures must pass nothing over that the distance would take.
func TestSignatures(t *testing.T) {
	g := loaded(t)
	random := rand.New(rand.NewPCG(7, 8))
	for range 5000 {
		key := g.t.Written.Keys.Get(random.Uint32N(uint32(g.t.Written.Keys.Len())))
		other := gazetteer.Fold(slipped(random, key))
		k := newMeter(other).distance(key, 3)
		a, _ := signature(key)
		b, _ := signature(other)
		if k <= 3 && apart(a, b, k) {
			t.Errorf("%q and %q are %d edits apart, and their signatures say more", key, other, k)
		}
	}
}

func TestDistanceOfSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"athens", "athens", 0}, {"athens", "athen", 1}, {"athens", "atehns", 1}, {"athens", "athenss", 1},
		{"athens", "aphens", 1}, {"athens", "tahesn", 2}, {"athens", "thens", 1}, {"athens", "xthenx", 2},
		{"athens", "paris", far}, {"αθηνα", "αθηνα", 0}, {"αθηνα", "αθνηα", 1}, {"東京", "京東", 1}, {"a", "", 1}, {"", "", 0},
		{"abcdefgh", "bcdefghi", 2},
	} {
		if got := newMeter(c.a).distance(c.b, 2); got != c.want && (c.want != far || got <= 2) {
			t.Errorf("%q and %q are %d apart, want %d", c.a, c.b, got, c.want)
		}
		if got := newMeter(c.b).distance(c.a, 2); got != c.want && (c.want != far || got <= 2) {
			t.Errorf("%q and %q are %d apart, want %d", c.b, c.a, got, c.want)
		}
	}
	for key, want := range map[string]int{"thessaloniki": 1, "thesalonxxx": 0, "thassaln": 2} {
		if got := newMeter("thesalon").prefixDistance(key); got != want && (want < 2 || got < 2) {
			t.Errorf("thesalon is %d from the beginning of %s, want %d", got, key, want)
		}
	}
}

func TestRedirect(t *testing.T) {
	for path, want := range map[string]string{
		"gr/salonika": "gr/thessaloniki", "gr/thessalonike": "gr/thessaloniki", "GR/Athens": "gr/athens", "Gr": "gr",
		"gr/Θεσσαλονίκη": "gr/thessaloniki", "gr/θεσσαλονικη": "gr/thessaloniki", "greece/athens": "gr/athens",
		"Ελλάδα/Αθήνα": "gr/athens", "Ελλάδα": "gr", "uk/london": "gb/london", "UK": "gb", "us/new york city": "us/new-york",
		"us/new_york": "us/new-york", "us/New-York": "us/new-york", "us/illinois/springfield": "us/springfield-il",
		"us/il/springfield": "us/springfield-il", "gr/attica/athens": "gr/athens", "gr/Αττική": "gr/attica", "WORLD": "world",
		"de/münchen": "de/munich", "de/muenchen": "de/munich", "cn/北京": "cn/beijing", "/gr/athens/": "gr/athens",
		"br/são-paulo": "br/sao-paulo", "us/california": "us/california", "ch/geneva": "ch/geneve",
	} {
		p, ok := loaded(t).Redirect(path)
		if !ok || p.Path() != want {
			t.Errorf("%s redirects to %q, want %s", path, p.Path(), want)
		}
	}
	for _, path := range []string{"", "/", "gr/catalog", "gr/Catalog", "xx", "xx/athens", "gr/qqzz", "gr/athens/t/1", "athens",
		"world/athens", "gr/\xff", strings.Repeat("gr/", 300), "gr/" + strings.Repeat("a", 700), "gr/attica/qqzz", "gr/new-york/athens"} {
		if p, ok := loaded(t).Redirect(path); ok {
			t.Errorf("%.20q redirects to %s", path, p.Path())
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"athens", "Θεσσαλονίκη", "東京都", "springfield il", "\xff\xfe", strings.Repeat("a ", 300),
		"a\u0301\u0301", "greece a", "\x00", "san jose de", "서우", "🙂", "ǅ", strings.Repeat("ß", 200)} {
		f.Add(s)
	}
	g := loaded(f)
	f.Fuzz(func(t *testing.T, s string) {
		found := g.Find(s, 10)
		if len(found) > 10 {
			t.Errorf("%d results", len(found))
		}
		for _, m := range found {
			if !m.Place.Valid() || m.Place.n >= g.firstQuarter || m.Name == "" {
				t.Errorf("%q finds %+v", s, m)
			}
		}
		if p, ok := g.Redirect(s); ok != p.Valid() {
			t.Errorf("%q redirects to %v, %v", s, p, ok)
		}
	})
}
