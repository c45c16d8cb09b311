package boardpages_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/lang"
	"moot/internal/place"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// site is a whole site under test: the real door, on a real database.
type site struct {
	*web.Server
	t     *testing.T
	clock *clock.Clock
	guard *guard.Guard
	log   *bytes.Buffer
	moved chan event.Event // what made pages old
}

func open(t *testing.T, d *db.DB, limits board.Limits) *site { return openKeeping(t, d, limits, 0) }

// openKeeping opens a site that keeps pages in so many bytes.
func openKeeping(t *testing.T, d *db.DB, limits board.Limits, cache int64) *site {
	t.Helper()
	s := &site{t: t, clock: clock.Hold(noon), log: new(bytes.Buffer)}
	boards := board.New(d, s.clock, event.New(), gazetteer(), limits)
	directory, err := directory.Open(t.Context(), boards, gazetteer())
	if err != nil {
		t.Fatal(err)
	}
	rates := guard.Defaults()
	rates.Wait = 5 * time.Second
	visitors, err := guard.Open(t.Context(), d, s.clock, rates)
	if err != nil {
		t.Fatal(err)
	}
	s.guard = visitors
	s.Server, err = web.New(web.Settings{PageCache: cache, Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: gazetteer(), Guard: visitors, Clock: s.clock,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}}, boardpages.New(boards, directory, nil, page.Steps{}))
	if err != nil {
		t.Fatal(err)
	}
	s.moved = make(chan event.Event, 100)
	go directory.Follow(t.Context(), func(e event.Event) {
		quoted, err := boards.QuotedThreads(t.Context(), e.Post)
		if err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		s.Moved(e, quoted...)
		select {
		case s.moved <- e:
		default: // nobody waits
		}
	}, func(err error) { t.Error(err) })
	return s
}

var usual = board.Limits{PostLength: 8000, ThreadPosts: 500, Names: true, Tripcodes: true}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d, usual)) })
}

// browser is somebody's browser: it keeps cookies, follows where it is sent,
// and runs no script.
type browser struct {
	*site
	cookies map[string]string
}

func (s *site) browser() *browser { return &browser{s, map[string]string{}} }

func (b *browser) cookie() string {
	var all []string
	for name, value := range b.cookies {
		all = append(all, name+"="+value)
	}
	return strings.Join(all, "; ")
}

func (b *browser) keep(p *pagetest.Page) *pagetest.Page {
	for _, c := range p.Cookies() {
		b.cookies[c.Name] = c.Value
	}
	return p
}

func (b *browser) get(path string) *pagetest.Page {
	b.t.Helper()
	path, _, _ = strings.Cut(path, "#")
	return b.keep(pagetest.Get(b.t, b, path, "Cookie", b.cookie()))
}

func (b *browser) post(path string, form url.Values) *pagetest.Page {
	b.t.Helper()
	return b.keep(pagetest.Post(b.t, b, path, form, "Cookie", b.cookie()))
}

// form is what the page's form would send, as it stands.
func form(p *pagetest.Page) (action string, values url.Values) {
	values = url.Values{"do": {"post"}}
	f := p.One("form.write")
	for _, field := range p.All("form.write input[name], form.write textarea[name]") {
		switch {
		case field.Data == "textarea":
			text := ""
			for c := range field.Descendants() {
				text += c.Data
			}
			values.Set(pagetest.Attr(field, "name"), text)
		case pagetest.Attr(field, "type") != "checkbox":
			values.Set(pagetest.Attr(field, "name"), pagetest.Attr(field, "value"))
		}
	}
	return pagetest.Attr(f, "action"), values
}

// write fills in the form of a page with name, value, …, waits as long as it
// asks, and sends it.
func (b *browser) write(path string, fields ...string) *pagetest.Page {
	b.t.Helper()
	action, values := form(b.get(path).Want(200))
	if values.Get("ticket") == "" { // as on a page for everybody: the stylesheet asks for a cookie
		b.get("/ticket.png").Want(200)
	}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	b.clock.Advance(6 * time.Second)
	return b.post(action, values)
}

// start starts a thread and returns its address.
func (b *browser) start(place, subject, body string) string {
	b.t.Helper()
	sent := b.write("/"+place+"/new", "subject", subject, "body", body).Want(http.StatusSeeOther)
	path, _, _ := strings.Cut(sent.Header.Get("Location"), "?")
	return path
}

func number(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func TestTheStoryWithoutScript(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		eleni, other := s.browser(), s.browser()
		quiet := eleni.get("/gr/kilkis").Want(200)
		if text := quiet.Text("#quiet"); text != "Quiet so far" {
			t.Errorf("a quiet board says %q", text)
		}
		sent := eleni.write("/gr/kilkis", "subject", "Το τελευταίο λεωφορείο", "body", "Φεύγει στις 20:15.\n>γιατί;")
		sent.Want(http.StatusSeeOther)
		back := sent.Header.Get("Location")
		thread, _, _ := strings.Cut(back, "?")

		posted := eleni.get(back).Want(200)
		if posted.Text("h1") != "Το τελευταίο λεωφορείο" || posted.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("after posting: %q, %s", posted.Text("h1"), posted.Header.Get("Cache-Control"))
		}
		posted.Has(".post.op .yours code")
		posted.Has(".post.op .body q")
		other.get(back).Want(200).Lacks(".yours")

		op := number(thread)
		reply := other.write(thread, "body", ">>"+op+"\nΚι εγώ το χάνω.").Want(http.StatusSeeOther).Header.Get("Location")
		read := eleni.get(thread).Want(200)
		if n := len(read.All(".post")); n != 2 {
			t.Fatalf("%d posts", n)
		}
		if to := read.Attr(".post:not(.op) .body a.ref", "href"); to != "#p"+op {
			t.Errorf("the reference leads to %q", to)
		}
		_, fragment, _ := strings.Cut(reply, "#")
		if to := read.Attr(".post.op .back a", "href"); to != "#"+fragment {
			t.Errorf("the backlink leads to %q, want #%s", to, fragment)
		}
		if to := other.get("/p/" + fragment[1:]).Want(http.StatusFound).Header.Get("Location"); to != thread+"#"+fragment {
			t.Errorf("/p/N leads to %q", to)
		}
		board := other.get("/gr/kilkis").Want(200)
		if board.Text(".notice h3") != "Το τελευταίο λεωφορείο" || board.Text(".notice .meta span") != "1 reply" {
			t.Errorf("on the board: %q, %q", board.Text(".notice h3"), board.Text(".notice .meta span"))
		}
		country := other.get("/gr").Want(200)
		if country.Text(".overboard .kind") != "Kilkis" {
			t.Errorf("below Greece: %q", country.Text(".overboard .kind"))
		}
	})
}

func TestARefusedFormKeepsEveryWord(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		long := strings.Repeat("word ", 2000)
		refused := b.write("/gr/athens/new", "subject", strings.Repeat("s", 130), "body", long, "name", "Ρήγας", "options", "sage").Want(422)
		_, values := form(refused)
		if strings.TrimSpace(values.Get("body")) != strings.TrimSpace(long) || len(values.Get("subject")) != 130 || values.Get("name") != "Ρήγας" || values.Get("options") != "sage" {
			t.Error("something that was typed is lost")
		}
		for _, field := range []string{"subject", "body"} {
			if refused.Attr("#"+field, "aria-invalid") != "true" || !strings.Contains(refused.Attr("#"+field, "aria-describedby"), field+"-error") || refused.Text("#"+field+"-error") == "" {
				t.Errorf("%s isn't marked with its reason", field)
			}
		}
		refused.Has("details.more[open]")
		refused.Has("#subject[autofocus]")
		refused.Lacks("#body[autofocus]")
		// The ticket is still good: mended, it goes through at once.
		action, values := form(refused)
		values.Set("subject", "short")
		values.Set("body", "short")
		b.post(action, values).Want(http.StatusSeeOther)
	})
}

func TestWhatIsWrongIsSaidBesideItsField(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "s", "b")
		for name, c := range map[string]struct {
			body   string
			status int
			says   string
		}{
			"empty":              {"", 422, "nothing here yet"},
			"too long":           {strings.Repeat("x", 8001), 422, "8,001 characters"},
			"not UTF-8":          {"caf\xe9", 422, "readable text"},
			"control characters": {"bell \a", 422, "control characters"},
			"10,000 quotes":      {strings.Repeat(">>1 ", 1900), 303, ""}, // one post, quoted often
			"many quotes":        {many(">>%d\n", 100), 422, "points at 100 posts"},
			"many links":         {many("https://example.org/%d\n", 100), 422, "100 links"},
		} {
			refused := b.write(thread, "body", c.body)
			if refused.Status != c.status {
				t.Errorf("%s: status %d, want %d", name, refused.Status, c.status)
			} else if c.says != "" && !strings.Contains(refused.Text("#body-error"), c.says) {
				t.Errorf("%s: %q", name, refused.Text("#body-error"))
			}
		}
	})
}

func many(format string, n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, format, i+1000)
	}
	return all.String()
}

func TestAFormForAVanishedThreadGivesTheTextBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "soon gone", "soon gone")
		action, values := form(s.browser().get(thread + "/reply"))
		values.Set("body", "what I wrote for an hour")
		b.post("/take-back", url.Values{"post": {number(thread)}}).Want(http.StatusSeeOther)
		s.clock.Advance(6 * time.Second)
		refused := s.browser().post(action, values).Want(404)
		if got := refused.Text("#body"); got != "what I wrote for an hour" {
			t.Errorf("the text came back as %q", got)
		}
		if !strings.Contains(refused.Text("#body-error"), "isn’t here any more") {
			t.Errorf("it says %q", refused.Text("#body-error"))
		}
	})
}

func TestPatience(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		action, values := form(b.get("/gr/athens/new"))
		values.Set("body", "in a hurry")
		early := b.post(action, values).Want(429)
		if early.Header.Get("Retry-After") == "" {
			t.Error("a form that is sent too early comes back without saying when to send it again")
		}
		if early.Text("#body") != "in a hurry" || !strings.Contains(early.Body, "5 seconds") {
			t.Errorf("too early: %s", early.Body)
		}
		if _, again := form(early); again.Get("ticket") != values.Get("ticket") {
			t.Error("waiting started anew")
		}
		s.clock.Advance(6 * time.Second)
		b.post(action, values).Want(http.StatusSeeOther)

		values.Set("body", "written after going back")
		spent := b.post(action, values).Want(409)
		if spent.Text("#body") != "written after going back" {
			t.Error("the text of a form with a spent ticket is lost")
		}
		_, fresh := form(spent)
		if fresh.Get("ticket") == values.Get("ticket") {
			t.Error("a spent ticket came back")
		}
		s.clock.Advance(6 * time.Second)
		b.post(action, fresh).Want(http.StatusSeeOther)

		for _, ticket := range []string{"", "forged", strings.Repeat("A", 48), strings.Repeat("\x00", 5)} {
			values.Set("ticket", ticket)
			refused := b.post(action, values).Want(422)
			if _, fresh := form(refused); len(fresh.Get("ticket")) < 40 || fresh.Get("body") == "" {
				t.Errorf("ticket %q: the form came back without what it needs", ticket)
			}
		}
	})
}

// A form that one node gave out can be sent to another, and its ticket is good
// once on all of them.
func TestAFormCanBeSentToAnotherNode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here := open(t, d, usual).browser()
		there := open(t, d, usual).browser()
		action, values := form(here.get("/gr/athens/new"))
		values.Set("body", "over there")
		there.clock.Advance(6 * time.Second)
		here.clock.Advance(6 * time.Second)
		made := there.post(action, values).Want(http.StatusSeeOther).Header.Get("Location")
		if again := here.post(action, values).Want(http.StatusSeeOther).Header.Get("Location"); again != made {
			t.Errorf("sent again to the first node: %s, not %s", again, made)
		}

		action, values = form(here.get("/gr/athens/new"))
		here.clock.Advance(6 * time.Second)
		there.clock.Advance(6 * time.Second)
		values.Set("body", "the one")
		there.post(action, values).Want(http.StatusSeeOther)
		values.Set("body", "and another with the same ticket")
		spent := here.post(action, values).Want(http.StatusConflict)
		_, fresh := form(spent)
		if spent.Text("#body") != values.Get("body") || fresh.Get("ticket") == values.Get("ticket") {
			t.Errorf("the form came back with %q and the ticket %s", spent.Text("#body"), fresh.Get("ticket"))
		}
		here.clock.Advance(6 * time.Second)
		here.post(action, fresh).Want(http.StatusSeeOther)
	})
}

func TestSendingTwicePostsOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "s", "b")
		action, values := form(b.get(thread + "/reply"))
		values.Set("body", "pressed twice")
		s.clock.Advance(6 * time.Second)
		var wg sync.WaitGroup
		locations := make([]string, 4)
		for i := range locations {
			wg.Go(func() {
				locations[i] = pagetest.Post(t, b, action, values, "Cookie", b.cookie()).Header.Get("Location")
			})
		}
		wg.Wait()
		for _, l := range locations {
			if l == "" || l != locations[0] {
				t.Errorf("sent on to %q and %q", locations[0], l)
			}
		}
		if n := len(b.get(thread).All(".post")); n != 2 {
			t.Errorf("%d posts stand", n)
		}
	})
}

// While it isn't known whether the first sending posted, as when the database lets
// it wait, the second has to keep its ticket: with a new one both would post.
func TestSendingAgainWhileItIsBeingWritten(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "s", "b")
		action, values := form(b.get(thread + "/reply"))
		values.Set("body", "pressed again")
		s.clock.Advance(6 * time.Second)
		first, err := s.guard.Redeem(values.Get("ticket"), "")
		if err != nil {
			t.Fatal(err)
		}
		p := b.post(action, values).Want(http.StatusServiceUnavailable)
		again, kept := form(p)
		if kept.Get("ticket") != values.Get("ticket") || p.Text("#body") != "pressed again" || p.Header.Get("Retry-After") != "2" {
			t.Errorf("the form came back with %q, another ticket (%v), and Retry-After %q", p.Text("#body"), kept.Get("ticket") != values.Get("ticket"), p.Header.Get("Retry-After"))
		}
		first.GiveBack(nil)
		b.post(again, kept).Want(http.StatusSeeOther)
	})
}

func TestPreviewPostsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		p := b.write("/gr/athens/new", "do", "preview", "subject", "Rents", "body", "'''bold''' and **hidden**").Want(200)
		p.Has(".preview .body strong")
		p.Has(".preview .body .spoiler")
		if p.Text(".preview h2") != "Rents" || !strings.Contains(p.Text("#body"), "'''bold'''") {
			t.Errorf("preview: %q, %q", p.Text(".preview h2"), p.Text("#body"))
		}
		b.get("/gr/athens").Has("#quiet")
		action, values := form(p)
		b.post(action, values).Want(http.StatusSeeOther)
		b.get("/gr/athens").Lacks("#quiet")
		b.write("/gr/athens/new", "do", "preview", "body", "").Want(422)
	})
}

func TestTakingBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		writer, other := s.browser(), s.browser()
		thread := writer.start("gr/athens", "opening", "opening")
		first := writer.write(thread, "body", "first planted").Header.Get("Location")
		code := writer.get(first).Text(".yours code")
		_, n, _ := strings.Cut(first, "#p")
		other.write(thread, "body", "of another").Want(http.StatusSeeOther)

		asked := other.get("/p/" + n + "/take-back").Want(200)
		asked.Has("input[name=code]")
		writer.get("/p/" + n + "/take-back").Want(200).Lacks("input[name=code]")
		refused := other.post("/take-back", url.Values{"post": {n}}).Want(403)
		if !strings.Contains(refused.Text("#code-error"), "didn’t write") {
			t.Errorf("without a code: %q", refused.Text("#code-error"))
		}
		refused = other.post("/take-back", url.Values{"post": {n}, "code": {"AAAA-BBBB-CCCC-DDDD"}}).Want(403)
		if refused.Attr("#code", "value") != "AAAA-BBBB-CCCC-DDDD" || refused.Attr("#code", "aria-invalid") != "true" {
			t.Error("a wrong code is lost, or isn't marked")
		}
		done := other.post("/take-back", url.Values{"post": {n}, "code": {strings.ToUpper(code)}}).Want(http.StatusSeeOther)
		if done.Header.Get("Location") != thread {
			t.Errorf("sent on to %q", done.Header.Get("Location"))
		}
		read := other.get(thread).Want(200)
		if strings.Contains(read.Body, "planted") || len(read.All(".post.gone")) != 1 {
			t.Error("a post that was taken back is still there")
		}
		other.get("/p/" + n + "/take-back").Want(404)
		other.post("/take-back", url.Values{}).Want(422)
		other.post("/take-back", url.Values{"post": {"nonsense"}}).Want(404)
	})
}
