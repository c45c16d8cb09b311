package search

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/key"
	"moot/internal/place"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// site is the boards of a site under test, and what finds things on them.
type site struct {
	*Index
	boards *board.Boards
	t      testing.TB
	clock  *clock.Clock
	actor  key.Actor
}

func open(t testing.TB, d *db.DB) site {
	t.Helper()
	c, o := clock.Hold(noon), event.New()
	boards := board.New(d, c, o, gazetteer(), board.Limits{PostLength: 8000})
	actor, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return site{New(d, c, o, gazetteer(), boards), boards, t, c, actor}
}

func each(t *testing.T, test func(t *testing.T, s site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func at(t testing.TB, path string) place.Place {
	t.Helper()
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	return p
}

func (s site) start(path, subject, body string) int64 {
	s.t.Helper()
	made, err := s.boards.Start(s.t.Context(), s.actor, board.NewThread{Place: at(s.t, path), Subject: subject, NewPost: board.NewPost{Body: body}})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Number
}

func (s site) reply(thread int64, body string) int64 {
	s.t.Helper()
	made, err := s.boards.Reply(s.t.Context(), s.actor, thread, board.NewPost{Body: body})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Number
}

func (s site) takeBack(number int64) {
	s.t.Helper()
	if _, _, err := s.boards.TakeBack(s.t.Context(), s.actor, number, ""); err != nil {
		s.t.Fatal(err)
	}
}

// caughtUp waits until everything that happened is in the index. On PostgreSQL
// an older transaction of anybody on the server holds events back.
func (s site) caughtUp() site {
	s.t.Helper()
	for patience := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if err := s.CatchUp(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
		var unread int
		err := s.db.Read(s.t.Context(), func(tx *db.Tx) error {
			var r reader
			if err := tx.Row(readerQuery).Scan(r.fields()...); err != nil {
				return err
			}
			_, number, _ := strings.Cut(r.cursor, ".")
			return tx.Row(`SELECT count(*) FROM event WHERE number > CAST(CAST($1 AS text) AS bigint)`, number).Scan(&unread)
		})
		if err != nil {
			s.t.Fatal(err)
		}
		if unread == 0 {
			return s
		}
		if time.Now().After(patience) {
			s.t.Fatalf("%d events are unread", unread)
		}
	}
}

func (s site) search(q Query) Results {
	s.t.Helper()
	r, err := s.Search(s.t.Context(), q)
	if err != nil {
		s.t.Fatalf("%+v: %v", q, err)
	}
	return r
}

func numbers(r Results) []int64 {
	all := []int64{}
	for _, h := range r.Hits {
		all = append(all, h.Number)
	}
	return all
}

// finds fails the test unless a search finds just those posts, in that order.
func (s site) finds(q Query, want ...int64) {
	s.t.Helper()
	if got := numbers(s.search(q)); !slices.Equal(got, want) {
		s.t.Errorf("%+v found %v, want %v", q, got, want)
	}
}

func (s site) says(text string, want ...int64) {
	s.t.Helper()
	s.finds(Query{Text: text}, want...)
}

func TestWordsAndPhrases(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		rents := s.start("gr/athens", "Rents", "Ours went up by a third. Whose did not?")
		third := s.reply(rents, "A third is up to the owner, said the owner's lawyer.")
		hall := s.start("gb/leeds", "The hall", "Who has the key of the hall? Rents are paid there.")
		s.caughtUp()
		s.says("rents", rents, hall) // in the title, then in the text
		s.says("RENTS hall", hall)
		s.says("up third", third, rents)
		s.says(`"up by a third"`, rents)
		s.says(`"third a by up"`)
		s.says(`“up by a third”`, rents)
		s.says("third -lawyer", rents)
		s.says(`third -"by a third"`, third)
		s.says("owner's", third)
		s.says("key-of-the-hall", hall)
		s.says("hall-of-the-key")
		s.says("-third", third, rents) // of what would it be left out?
		s.says("nowhere")
		s.says(`"the hall who has"`) // a row doesn't reach from the title into the text
		s.says("ren")
	})
}

func TestEveryScript(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		found := map[int64][]string{}
		for body, asked := range map[string][]string{
			"Ανέβηκαν τα ενοίκια στους δρόμους":       {"ενοικια", "ΕΝΟΊΚΙΑ", "δρομουσ", "ανεβηκαν"},
			"Straße und Łódź, naïve ﬁne":              {"strasse", "lodz", "NAIVE", "fine"},
			"ｆｕｌｌ　ｗｉｄｔｈ ｶﾞｷﾞ":                         {"full width", "ガギ"},
			"東京都の家賃は高いです":                             {"東京", "家賃", "京都", "東京都の家賃", "賃", "\"家賃は高い\""},
			"ラーメン屋でiPhone電池を買った":                      {"ラーメン", "iphone", "電池", "iphone電池", "iPhone電"},
			"อยากหาห้องเช่าในกรุงเทพ":                 {"ห้อง", "กรุงเทพ", "ห้องเช่า"},
			"서울에서 월세가 올랐다":                            {"서울", "월세", "올랐"},
			"هل ارتفع الإيجارُ في المدرسة إلى الأعلى": {"الايجار", "المدرسه", "الأعلي"},
			"שָׁלוֹם לכולם, שכר דירה":                 {"שלום", "דירה"},
			"ကျွန်တော် အိမ်ငှားခ တက်":                 {"အိမ်", "ငှား"},
			"ខ្ញុំរកផ្ទះជួលនៅភ្នំពេញ":                 {"ផ្ទះ", "ភ្នំពេញ"},
			"मकान का किराया बढ़ गया":                  {"किराया", "मकान"},
			"Аренда ёлки и йогурт":                    {"АРЕНДА", "елки", "йогурт"},
			"می\u200cخواهم کتاب ۱۲۳":                  {"میخواهم", "كتاب", "123"},
			"ຂ້ອຍຊອກຫາເຮືອນເຊົ່າ":                     {"ເຮືອນ"},
		} {
			found[s.start("gr/athens", "", body)] = asked
		}
		s.caughtUp()
		for number, asked := range found {
			for _, q := range asked {
				s.says(q, number)
			}
		}
		s.says("京東") // the letters are there, in another order
		s.says("йогурт -ёлки")
		s.says("иогурт") // й is a letter of its own
	})
}

func TestWhereAndWhen(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		athens := s.start("gr/athens", "Rents", "rents in Athens")
		reply := s.reply(athens, "rents again")
		s.clock.Set(noon.AddDate(0, 1, 8)) // 31 December
		country := s.start("gr", "Rents", "rents in Greece")
		s.clock.Set(noon.AddDate(0, 1, 9).Add(11 * time.Hour)) // 1 January
		leeds := s.start("gb/leeds", "Rents", "rents in Leeds")
		s.caughtUp()
		newest := func(q Query, want ...int64) {
			t.Helper()
			q.Newest = true
			s.finds(q, want...)
		}
		newest(Query{Text: "rents"}, leeds, country, reply, athens)
		newest(Query{Text: "rents", Place: at(t, "gr")}, country, reply, athens)
		newest(Query{Text: "rents", Place: at(t, "gr/attica")}, reply, athens)
		newest(Query{Text: "rents", Place: at(t, "gr/athens")}, reply, athens)
		newest(Query{Text: "rents", Place: at(t, "world")}, leeds, country, reply, athens)
		newest(Query{Text: "rents place:gr"}, country, reply, athens)
		newest(Query{Text: "rents place:GR/Athína"}, reply, athens)
		newest(Query{Text: "rents -place:gr"}, leeds)
		newest(Query{Text: "rents place:gr", Place: at(t, "gb")})
		newest(Query{Place: at(t, "gr/athens")}, reply, athens)
		newest(Query{Thread: athens}, reply, athens)
		newest(Query{Text: "rents in:" + itoa(athens)}, reply, athens)
		newest(Query{Text: "is:opening rents", Place: at(t, "gr/athens")}, athens)
		newest(Query{Text: "-is:opening rents"}, reply)
		newest(Query{Opening: true}, leeds, country, athens)
		newest(Query{Text: "has:picture"})
		newest(Query{From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}, leeds, country)
		newest(Query{To: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}, country, reply, athens)
		newest(Query{Text: "rents from:2026-12-31 to:2026-12-31"}, country)
		newest(Query{Text: "from:2027-01-01"}, leeds)
		newest(Query{Text: "to:2026-12-30", From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)})
		newest(Query{Text: "from:2027-01-02 to:2026-01-01"})
		newest(Query{Text: "rents from:yesterday"}) // words that nobody wrote
		newest(Query{Text: "rents place:gr/atlantis"})
		newest(Query{Text: "rents in:Athens"}, athens) // words that somebody wrote
	})
}

func TestTheBestOfTheNewestComesFirst(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		title := s.start("gr/athens", "Bicycle lanes", "On the sea front.")
		apart := s.reply(title, "Lanes for a bicycle, and for buses.")
		row := s.reply(title, "Bicycle lanes, and for buses.")
		s.clock.Set(noon.AddDate(0, 2, 0))
		later := s.reply(title, "No lanes for any bicycle.")
		s.clock.Set(noon.AddDate(2, 0, 0))
		muchLater := s.reply(title, "Lanes? Bicycle?")
		s.caughtUp()
		s.says("bicycle lanes", muchLater, title, row, later, apart)
		s.finds(Query{Text: "bicycle lanes", Newest: true}, muchLater, later, row, apart, title)
	})
}

func itoa(n int64) string { return strings.TrimPrefix(ofThread(n), "t:") }
