package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/media"
	"moot/internal/place"
	"moot/internal/search"
)

// PostsVariable names the environment variable that says how many posts
// BenchmarkSearch looks through: a million where it is not set.
const PostsVariable = "MOOT_BENCH_POSTS"

// BenchmarkSearch fills boards all over the world with posts in several scripts,
// their words as rare and as common as in what people write (Zipf), and then
// looks for things as people would and as nobody should: for each kind of
// search, and for all of them in turn, the median, the 95th percentile and the
// slowest, with the page of hits and its snippets made.
//
// Goal: a 95th percentile of 50 ms on a million posts.
func BenchmarkSearch(b *testing.B) {
	posts := 1_000_000
	if s := os.Getenv(PostsVariable); s != "" {
		posts, _ = strconv.Atoi(s)
	}
	for _, engine := range dbtest.Engines() {
		b.Run(fmt.Sprintf("%v/%dposts", engine, posts), func(b *testing.B) {
			d, c, o := dbtest.Open(b, engine), clock.New(), event.New()
			boards := board.New(d, c, o, gazetteer(), board.Limits{PostLength: 8000})
			index := search.New(d, c, o, gazetteer(), boards)
			w := newWriting()
			start := time.Now()
			w.fill(b, d, index, posts)
			rate := float64(posts) / time.Since(start).Seconds()
			b.Run("put into the index", func(b *testing.B) {
				b.ReportMetric(rate, "posts/s")
				b.ReportMetric(0, "ns/op")
			})

			var every []time.Duration
			for _, kind := range w.kinds() {
				b.Run(kind.name, func(b *testing.B) {
					var took []time.Duration
					for range 60 {
						q := kind.query()
						start := time.Now()
						if _, err := index.Search(b.Context(), q); err != nil {
							b.Fatal(err)
						}
						took = append(took, time.Since(start))
					}
					report(b, took)
					every = append(every, took...)
				})
			}
			b.Run("all of these", func(b *testing.B) { report(b, every) })
		})
	}
}

func report(b *testing.B, took []time.Duration) {
	b.ReportMetric(ms(median(took)), "ms-p50")
	b.ReportMetric(ms(part(took, .95)), "ms-p95")
	b.ReportMetric(ms(slices.Max(took)), "ms-max")
	b.ReportMetric(0, "ns/op")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// part is the value below which so much of all lies.
func part(all []time.Duration, much float64) time.Duration {
	slices.Sort(all)
	return all[int(float64(len(all)-1)*much)]
}

// tongue is how a language writes: its words, the common ones first, and what
// stands between two.
type tongue struct {
	words   []string
	between string
	common  *rand.Zipf
}

// writing makes up posts: the same ones each time.
type writing struct {
	random  *rand.Rand
	tongues []tongue
	shares  []int // of a hundred posts, by tongue
	places  []place.Place
	busy    *rand.Zipf
	sample  [][]string // words of some posts, by tongue in turn
}

func newWriting() *writing {
	r := rand.New(rand.NewPCG(7, 7))
	w := &writing{random: r, shares: []int{55, 12, 8, 8, 10, 7}}
	w.tongues = []tongue{
		w.tongue("abcdefghilmnoprstuvwy", 40_000, " "),
		w.tongue("αβγδεζηικλμνοπρστυφάέήίόύ", 25_000, " "),
		w.tongue("абвгдежзиклмнопрстуя", 25_000, " "),
		w.tongue("ابتجدرسعفقكلمنهوي", 25_000, " "),
		w.letters(0x4e00, 3_000),
		w.letters(0x0e01, 46),
	}
	for _, country := range gazetteer().World().Children() {
		for p := range slices.Values(country.Cities(20)) {
			w.places = append(w.places, p)
		}
	}
	r.Shuffle(len(w.places), func(i, j int) { w.places[i], w.places[j] = w.places[j], w.places[i] })
	w.busy = rand.NewZipf(r, 1.2, 4, uint64(len(w.places)-1))
	return w
}

// tongue makes up words of an alphabet, the common ones short.
func (w *writing) tongue(alphabet string, n int, between string) tongue {
	letters := []rune(alphabet)
	seen := map[string]bool{}
	t := tongue{between: between, common: rand.NewZipf(w.random, 1.08, 3, uint64(n-1))}
	for len(t.words) < n {
		length := 2 + len(strconv.Itoa(len(t.words))) + w.random.IntN(3)
		word := make([]rune, length)
		for i := range word {
			word[i] = letters[w.random.IntN(len(letters))]
		}
		if s := string(word); !seen[s] {
			seen[s] = true
			t.words = append(t.words, s)
		}
	}
	return t
}

// letters is a tongue whose words nothing parts.
func (w *writing) letters(first rune, n int) tongue {
	t := tongue{common: rand.NewZipf(w.random, 1.1, 8, uint64(n-1))}
	for i := range n {
		t.words = append(t.words, string(first+rune(i)))
	}
	return t
}

func (w *writing) body(t tongue) (words []string) {
	n := 4 + w.random.IntN(20)
	if w.random.IntN(6) == 0 {
		n += w.random.IntN(120)
	}
	for range n {
		words = append(words, t.words[t.common.Uint64()])
	}
	return words
}

func (w *writing) choose() int {
	n := w.random.IntN(100)
	for i, share := range w.shares {
		if n -= share; n < 0 {
			return i
		}
	}
	return 0
}

// fill writes posts over two years, straight into the tables.
func (w *writing) fill(b *testing.B, d *db.DB, index *search.Index, posts int) {
	b.Helper()
	if d.Engine() == db.PostgreSQL { // as one would who loads that much at once
		execute(b, d, `DROP INDEX search_index`)
		defer execute(b, d, `ANALYZE`)
		defer execute(b, d, `SET LOCAL maintenance_work_mem = '512MB'; CREATE INDEX search_index ON search_post USING gin (tokens) WITH (fastupdate = off)`)
	}
	type thread struct {
		number  int64
		place   place.Place
		tongue  int
		subject string
	}
	var open []thread
	const batch = 10_000
	end := time.Now()
	for first := 1; first <= posts; first += batch {
		var some []board.Written
		err := d.Write(b.Context(), func(tx *db.Tx) error {
			for number := int64(first); number < int64(min(first+batch, posts+1)); number++ {
				at := end.Add(-time.Duration(int64(posts)-number) * (2 * 365 * 24 * time.Hour / time.Duration(posts))).Truncate(time.Minute)
				var t thread
				if len(open) < 500 || w.random.IntN(12) == 0 {
					t = thread{number: number, place: w.places[w.busy.Uint64()], tongue: w.choose()}
					t.subject = strings.Join(w.body(w.tongues[t.tongue])[:4], w.tongues[t.tongue].between)
					open = append(open, t)
					if len(open) > 3000 {
						open = open[1000:]
					}
					region, country := "", t.place.Country().Path()
					if r := t.place.Region(); r.Valid() {
						region = r.Path()
					}
					if _, err := tx.Exec(`INSERT INTO thread (number, place, region, country, subject, posts, bump, at, last_at, locked) VALUES ($1, $2, $3, $4, $5, 1, $1, $6, $6, $7)`,
						number, t.place.Path(), region, country, t.subject, at.Unix(), false); err != nil {
						return err
					}
				} else {
					t = open[w.random.IntN(len(open))]
				}
				words := w.body(w.tongues[t.tongue])
				p := board.Post{Number: number, Thread: t.number, Body: strings.Join(words, w.tongues[t.tongue].between), At: at}
				if w.random.IntN(10) == 0 {
					p.Pictures = []media.Attached{{Picture: media.Picture{State: media.Shown}}}
				}
				if number%97 == 0 {
					w.sample = append(w.sample, words)
				}
				if _, err := tx.Exec(`INSERT INTO post (number, thread, name, trip, tag, body, sage, gone, at, code) VALUES ($1, $2, '', '', 'abcd', $3, $4, $4, $5, $6)`,
					number, t.number, p.Body, false, at.Unix(), []byte("code")); err != nil {
					return err
				}
				some = append(some, board.Written{Post: p, Subject: t.subject, Place: t.place})
			}
			return nil
		})
		if err == nil {
			err = index.Add(b.Context(), some)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func execute(b *testing.B, d *db.DB, statement string) {
	err := d.Write(b.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(statement)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// kind is a kind of search.
type kind struct {
	name  string
	query func() search.Query
}

// kinds are the searches that are measured.
func (w *writing) kinds() []kind {
	word := func(from, to int) string { // of those ranks, in a tongue with spaces
		t := w.tongues[w.random.IntN(4)]
		return t.words[from+w.random.IntN(to-from)]
	}
	latin := func(from, to int) string { return w.tongues[0].words[from+w.random.IntN(to-from)] }
	letters := func(n int) string { // as they stand in some post
		for {
			words := w.sample[w.random.IntN(len(w.sample))]
			if r := []rune(words[0]); len(r) == 1 && r[0] >= 0xe00 && len(words) > n {
				at := w.random.IntN(len(words) - n)
				return strings.Join(words[at:at+n], "")
			}
		}
	}
	row := func(n int) string {
		for {
			words := w.sample[w.random.IntN(len(w.sample))]
			if r := []rune(words[0]); r[0] < 0xe00 && len(words) > n {
				at := w.random.IntN(len(words) - n)
				return strings.Join(words[at:at+n], " ")
			}
		}
	}
	text := func(f func() string) func() search.Query {
		return func() search.Query { return search.Query{Text: f()} }
	}
	return []kind{
		{"a rare word", text(func() string { return word(2000, 20000) })},
		{"a usual word", text(func() string { return word(100, 2000) })},
		{"a common word", text(func() string { return word(0, 20) })},
		{"the commonest word", text(func() string { return w.tongues[0].words[0] })},
		{"two usual words", text(func() string { return latin(50, 1000) + " " + latin(50, 1000) })},
		{"two common words", text(func() string { return latin(0, 30) + " " + latin(0, 30) })},
		{"four common words", text(func() string { return latin(0, 30) + " " + latin(0, 30) + " " + latin(0, 30) + " " + latin(0, 30) })},
		{"a common and a rare word", text(func() string { return latin(0, 10) + " " + latin(2000, 20000) })},
		{"two of different tongues", text(func() string { return latin(0, 10) + " " + w.tongues[1].words[w.random.IntN(10)] })},
		{"a phrase of two", text(func() string { return `"` + row(2) + `"` })},
		{"a phrase of three", text(func() string { return `"` + row(3) + `"` })},
		{"common words never in a row", text(func() string { return fmt.Sprintf(`"%s %[1]s %[1]s"`, latin(0, 10)) })},
		{"one without another", text(func() string { return latin(0, 30) + " -" + latin(0, 30) })},
		{"one letter, no spaces", text(func() string { return letters(1) })},
		{"two letters, no spaces", text(func() string { return letters(2) })},
		{"five letters, no spaces", text(func() string { return letters(5) })},
		{"a usual word in a country", func() search.Query {
			return search.Query{Text: word(20, 1000), Place: w.places[w.busy.Uint64()].Country()}
		}},
		{"a common word in a city", func() search.Query {
			return search.Query{Text: latin(0, 20), Place: w.places[w.busy.Uint64()]}
		}},
		{"a common word in a month", func() search.Query {
			month := time.Now().AddDate(0, -1-w.random.IntN(22), 0)
			return search.Query{Text: latin(0, 50), From: month, To: month.AddDate(0, 0, 20)}
		}},
		{"a usual word with a picture", func() search.Query { return search.Query{Text: word(20, 1000), Picture: true} }},
		{"a common word, opening", func() search.Query { return search.Query{Text: latin(0, 50), Opening: true} }},
		{"pictures of a country", func() search.Query {
			return search.Query{Place: w.places[w.busy.Uint64()].Country(), Picture: true}
		}},
		{"a common word, newest", func() search.Query { return search.Query{Text: latin(0, 50), Newest: true} }},
		{"a common word, further on", func() search.Query {
			return search.Query{Text: latin(0, 50), After: fmt.Sprintf("%d.40", 1000+w.random.IntN(1_000_000))}
		}},
	}
}
