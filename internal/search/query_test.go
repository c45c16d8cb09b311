package search

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/db/dbtest"
)

func TestQueriesAreReadLeniently(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"   ":                           "",
		"!!! ?":                         "",
		"-":                             "",
		`""`:                            "",
		"-!":                            "",
		"rents":                         `"rents"`,
		"- rents":                       `"rents"`,
		"-rents":                        `"rents"`,
		"-rents hall":                   `("hall" NOT ("rents"))`,
		`-"up by" hall -x`:              `("hall" NOT ("up by" OR "x"))`,
		`"up by`:                        `("up" AND "by")`,
		`up" by"`:                       `("up" AND "by")`,
		`«up by» 「鍵」`:                   `("up by" AND "l:鍵")`,
		"has:picture":                   `"has:picture"`,
		"HAS:Pictures":                  `"has:picture"`,
		"has:cheese":                    `"has cheese"`,
		"-has:picture rents":            `("rents" NOT ("has:picture"))`,
		`"has:picture"`:                 `"has picture"`,
		"is:opening in:12":              `("is:opening" AND "t:12")`,
		"in:0 in:-1":                    `("in 0" AND "in 1")`,
		"in:99999999999999999999":       `"in 99999999999999999999"`,
		"place:gr":                      `"in:gr"`,
		"place:world rents":             `"rents"`,
		"place：gr/athens":               `"in:gr/athens"`,
		"-place:gr":                     "", // of what would they be left out?
		"place:gr/x'y\"z":               `"place gr x y z"`,
		"from:2026-02-30":               `"from 2026 02 30"`,
		"-from:2026-02-01 x":            `("x" NOT ("from 2026 02 01"))`,
		"from:2026-10-02":               `("m:2026-10" OR "m:2026-11" OR "m:2026-12")`,
		"from:2025-11-02 to:2026-01-05": `("m:2025-11" OR "m:2025-12" OR "m:2026-01")`,
		"from:2023-12-01 to:2026-01-05": `("m:2023-12" OR "y:2024" OR "y:2025" OR "m:2026-01")`,
		"from:2026-01-05 to:2025-01-05": `"m:2026-01"`,
		"a) OR (b AND NEAR(c, d*)":      `("a" AND "or" AND "b" AND "and" AND "near c" AND "d")`,
		"x' | !y & z:*":                 `("x" AND "y" AND "z")`,
		"tokens : ^up":                  `("tokens" AND "up")`,
	} {
		e := Query{Text: text}.plan(gazetteer(), noon).base
		got := ""
		if e.op != nothing {
			got = e.fts5()
		}
		if got != want {
			t.Errorf("%q is read as %s, want %s", text, got, want)
		}
	}
}

func TestTooMuchIsCut(t *testing.T) {
	words := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint("w", i))
		}
		return strings.Join(all, " ")
	}
	if got := strings.Count(planOf(words(100)).base.fts5(), "AND") + 1; got != mostWords {
		t.Errorf("%d words are looked for", got)
	}
	if got := planOf(strings.Repeat("a", 10_000)).base.fts5(); len(got) != longestWord+2 {
		t.Errorf("a word of %d bytes", len(got))
	}
	if got := planOf(strings.Repeat("界", 10_000)).base; len(got.row) != longestText-1 {
		t.Errorf("a row of %d", len(got.row))
	}
}

func TestBothEnginesAreToldTheSame(t *testing.T) {
	e := every(row("a", "b"), either(row("in:gr"), row("in:gb"))).but([]expr{row("c"), every(row("d"), row("e"))})
	if got := e.fts5(); got != `(("a b" AND ("in:gr" OR "in:gb")) NOT ("c" OR ("d" AND "e")))` {
		t.Error(got)
	}
	if got := e.tsquery(); got != `((('a' <-> 'b') & (('in:gr') | ('in:gb'))) & !('c') & !(('d') & ('e')))` {
		t.Error(got)
	}
}

func TestOpenDaysEnd(t *testing.T) {
	p := Query{To: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}.plan(gazetteer(), noon)
	if since, before := p.seconds(); since != 0 || before != time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Unix() {
		t.Errorf("to the end of January: %d to %d", since, before)
	}
	if got := p.base.fts5(); !strings.Contains(got, `"y:1980" OR`) || !strings.HasSuffix(got, `"y:2025" OR "m:2026-01")`) {
		t.Errorf("asked: %s", got)
	}
}

// FuzzQuery asks both engines anything. None may call it an error, and both
// must find the same.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		`rents "up by" -x`, `"`, `'`, `\`, `a\'b`, "\x00", "\xff", "NEAR(a b, 2)", "a*", "^a", "{tokens}: a", "a AND", "OR", "NOT NOT",
		"place:gr/athens from:2026-01-01 to:9999-12-31", "from:0000-01-01", "to:0000-01-01", "in:9223372036854775807", "place:", ":", "::", "s:rents l:鍵",
		"'a' <-> b", "a & !b | (c:*)", "日本語 ที่นี่ ½ ﷺ", "-\"", "«»", "never:", "\u202e\u2066", "-place:gr -has:picture -is:opening",
	} {
		f.Add(s)
	}
	var sites []site
	for _, engine := range dbtest.Engines() {
		s := openFuzz(f, dbtest.Open(f, engine))
		sites = append(sites, s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var first string
		for i, s := range sites {
			r, err := s.Search(t.Context(), Query{Text: text, After: text})
			if err != nil {
				t.Fatalf("%v, %q: %v", s.db.Engine(), text, err)
			}
			if got := fmt.Sprint(numbers(r)); i == 0 {
				first = got
			} else if got != first {
				t.Fatalf("%q: one engine found %s, the other %s", text, first, got)
			}
			for _, h := range r.Hits {
				var whole strings.Builder
				for _, p := range h.Snippet {
					whole.WriteString(p.Text)
				}
				if !strings.Contains(written[h.Number-1], strings.Trim(whole.String(), " …")) {
					t.Fatalf("%q: the snippet %q", text, whole.String())
				}
			}
		}
	})
}

// written are the posts that FuzzQuery looks through.
var written = []string{
	"rents are up by a third, or near it", "not and or near a b c x", "日本語のラーメン屋 電池 鍵", "ที่นี่ ราคา", "½ of ﷺ 1 2",
	"Στην οδό Ερμού", "s l in t y m has is never 2026 01", "it's \\ ' \" -- a*b",
}

// openFuzz is a site with those posts in its index, and in its tables.
func openFuzz(f *testing.F, d *db.DB) site {
	s := open(f, d)
	for _, body := range written {
		made, err := s.boards.Start(f.Context(), s.actor, board.NewThread{Place: at(f, "gr/athens"), Subject: "rents", NewPost: board.NewPost{Body: body}})
		if err != nil {
			f.Fatal(err)
		}
		posts, err := s.boards.WrittenPosts(f.Context(), made.Number)
		if err == nil {
			err = s.Add(f.Context(), posts)
		}
		if err != nil {
			f.Fatal(err)
		}
	}
	return s
}
