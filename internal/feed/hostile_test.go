package feed_test

import (
	"crypto/tls"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/feed"
	"moot/internal/media"
	"moot/internal/web/page/pagetest"
)

// textOf is the text of some HTML.
func textOf(markup string) string {
	var text strings.Builder
	for z := html.NewTokenizer(strings.NewReader(markup)); z.Next() != html.ErrorToken; {
		if token := z.Token(); token.Type == html.TextToken {
			text.WriteString(token.Data)
		}
	}
	return text.String()
}

func TestWhatIsWrittenComesOutAsItWas(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for _, words := range []string{
			`]]>`, `<![CDATA[x]]>`, `</title></entry><script>alert(1)</script>`, `&lt;b&gt; &amp;amp; &nbsp; &#0;`, `"quotes" 'and' <b onclick="x">`,
			"<?xml version=\"1.0\"?>", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;", "-->", "\u200fשלום \u2067world\u2069", "e\u0301\u200d👨‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
			"𝔐 \U0010fffd", "مرحبا", "ｆｕｌｌ", "a\u00a0b", "\\u0000 \ud7ff \ue000",
		} {
			made, _ := s.start("gr/athens", words, board.NewPost{Body: words, Name: words})
			for path, index := range map[string]int{"/gr/athens/threads.atom": 0, fmt.Sprintf("/gr/athens/t/%d/posts.atom", made.Number): 0} {
				item := s.read(path).Items[index]
				view, err := s.boards.Thread(t.Context(), made.Number, board.Span{})
				if err != nil {
					t.Fatal(err)
				}
				if item.Title != view.Thread.Subject || textOf(item.Content) != view.Opening.Body || item.Author.Name != strings.TrimSpace(view.Opening.Name+" "+view.Opening.Trip) {
					t.Errorf("%s of %q: title %q, by %q, says %q", path, words, item.Title, item.Author.Name, textOf(item.Content))
				}
			}
		}
	})
}

// TestWhatXMLCannotHoldIsLeftOut writes past the rooms that clean what people
// send, as an older version or another hand in the database may have.
func TestWhatXMLCannotHoldIsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		made, _ := s.start("gr/athens", "subject", board.NewPost{Body: "body", Name: "name"})
		dirty := "a\x01\x0b\x1f\x7f\u0085\u009f\ufffe\uffff\U0001ffff\ufdd0z"
		if s.db.Engine() == db.SQLite {
			dirty += "\xff\xed\xa0\x80" // a lone surrogate: PostgreSQL would refuse it
		}
		err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Exec(`UPDATE post SET body = $1, name = $1 WHERE number = $2`, dirty, made.Number); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE thread SET subject = $1 WHERE number = $2`, dirty, made.Number)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		item := s.read("/gr/athens/threads.atom").Items[0]
		for _, got := range []string{item.Title, item.Author.Name, textOf(item.Content)} {
			if strings.TrimRight(got, "\ufffd") != "az" {
				t.Errorf("%+q", got)
			}
		}
	})
}

func TestWhatASpoilerHidesStaysHidden(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		made, _ := s.start("gr/athens", "", board.NewPost{Body: "it was **the '''butler''' did it** all along\n>**quoted**"})
		for _, path := range []string{"/gr/athens/threads.atom", fmt.Sprintf("/gr/athens/t/%d/posts.atom", made.Number)} {
			p := s.atom(path)
			if strings.Contains(p.Body, "butler") || strings.Contains(p.Body, "quoted") {
				t.Errorf("%s tells the end: %s", path, p.Body)
			}
			if got := textOf(s.read(path).Items[0].Content); got != "it was ▒▒▒ ▒▒▒▒▒▒ ▒▒▒ ▒▒ all along>▒▒▒▒▒▒" {
				t.Errorf("%s: %q", path, got)
			}
		}
	})
}

func TestPicturesAreInFeedsOnceTheyAreSeen(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		shown, hidden, waiting := s.picture(11, media.Shown), s.picture(12, media.Shown), s.picture(13, media.Waiting)
		all := []media.New{{Number: shown, Alt: `"a cat" <b>`}, {Number: hidden, Alt: "a mouse", Spoiler: true}, {Number: waiting, Alt: "unseen"}}
		s.start("gr/athens", "free", board.NewPost{Body: "x", Pictures: all})
		s.start("gb/leeds", "queued", board.NewPost{Pictures: all})
		for path, want := range map[string]struct {
			files, enclosures []string
			lacks             string
		}{
			"/gr/athens/threads.atom": {[]string{"/f/11.png", "/f/11t.jpg", "/f/12.png", "/f/13.png"}, []string{"/f/11.png", "/f/13.png"}, "/f/12t.jpg"},
			"/gb/leeds/threads.atom":  {[]string{"/f/11.png", "/f/11t.jpg", "/f/12.png"}, []string{"/f/11.png"}, "/f/13"},
		} {
			item := s.read(path).Items[0]
			for _, file := range want.files {
				if !strings.Contains(item.Content, `"`+base+file+`"`) {
					t.Errorf("%s: no %s in %s", path, file, item.Content)
				}
			}
			if strings.Contains(item.Content, want.lacks) || !strings.Contains(item.Content, "Hidden picture: a mouse") || !strings.Contains(item.Content, `alt="&#34;a cat&#34; &lt;b&gt;"`) {
				t.Errorf("%s: %s", path, item.Content)
			}
			var enclosures []string
			for _, e := range item.Enclosures {
				enclosures = append(enclosures, strings.TrimPrefix(e.URL, base))
				if e.Type != "image/png" || e.Length != "4321" {
					t.Errorf("%s: %+v", path, e)
				}
			}
			if strings.Join(enclosures, " ") != strings.Join(want.enclosures, " ") {
				t.Errorf("%s: enclosed %q, want %q", path, enclosures, want.enclosures)
			}
		}
	})
}

// TestASiteWithoutAnAddressIsWhereItWasFound also moves the site: nothing but
// addresses changes.
func TestASiteWithoutAnAddressIsWhereItWasFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		named := open(t, d, nil)
		named.start("gr/athens", "subject", board.NewPost{Body: ">>>/gr/patra/"})
		if other := open(t, dbtest.Open(t, db.SQLite), nil); feedID(other.atom("/gr/threads.atom").Body) == feedID(named.atom("/gr/threads.atom").Body) {
			t.Error("the feeds of two sites are one")
		}
		nameless := open(t, d, func(s *feed.Settings) { s.Base = "" })
		ask := func(change func(host *string, secure **tls.ConnectionState)) string {
			r := httptest.NewRequest("GET", "/gr/athens/threads.atom", nil)
			change(&r.Host, &r.TLS)
			p := pagetest.Do(t, nameless, r, "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "gopher").Want(200)
			if wrong := feedFaults(p.Body); len(wrong) > 0 {
				t.Errorf("%q\n%s", wrong, p.Body)
			}
			return p.Body
		}
		const onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"
		for want, change := range map[string]func(*string, **tls.ConnectionState){
			"http://" + onion:   func(host *string, _ **tls.ConnectionState) { *host = onion },
			"http://[::1]:8080": func(host *string, _ **tls.ConnectionState) { *host = "[::1]:8080" },
			"https://other.example": func(host *string, secure **tls.ConnectionState) {
				*host, *secure = "other.example", new(tls.ConnectionState)
			},
			"http://localhost": func(host *string, _ **tls.ConnectionState) { *host = "" },
		} {
			body := ask(change)
			moved := strings.ReplaceAll(body, want, base)
			if moved != named.atom("/gr/athens/threads.atom").Body {
				t.Errorf("at %s:\n%s\nand at home:\n%s", want, body, named.atom("/gr/athens/threads.atom").Body)
			}
		}
	})
}
