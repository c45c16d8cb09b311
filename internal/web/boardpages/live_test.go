package boardpages_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/live"
	"moot/internal/order"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
)

// liveSite is a site that tells who listens what happens, on a port of its own.
type liveSite struct {
	*site
	boards  *board.Boards
	address string
	seen    chan int64 // posts whose events the hub was shown
	stop    func()
}

func openLive(t *testing.T, d *db.DB, limits board.Limits) *liveSite {
	t.Helper()
	s := &liveSite{site: &site{t: t, clock: clock.Hold(noon), log: new(bytes.Buffer)}, seen: make(chan int64, 100)}
	outbox := event.New()
	s.boards = board.New(d, s.clock, outbox, gazetteer(), limits)
	directory, err := directory.Open(t.Context(), s.boards, gazetteer())
	if err != nil {
		t.Fatal(err)
	}
	var past []event.Event
	var c event.Cursor
	err = d.Read(t.Context(), func(tx *db.Tx) (err error) {
		past, c, err = event.Tail(tx, live.Recent)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	hub := live.New(live.Defaults(), past, func(err error) { t.Error(err) })
	s.Server, err = web.New(web.Settings{Live: hub, Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: gazetteer(), Guard: guard.New(s.clock, guard.Limits{Life: time.Hour}), Clock: s.clock,
		Log: slog.New(slog.DiscardHandler),
	}}, boardpages.New(s.boards, directory, nil, page.Steps{}))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	followed, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(followed)
		outbox.Follow(ctx, d, "test", c, func(e event.Event) error {
			hub.See(ctx, e)
			s.seen <- e.Post
			return nil
		}, func(err error) { t.Error(err) })
	}()
	go func() {
		defer close(ended)
		if err := s.Run(ctx, []net.Listener{l}, nil, time.Minute); err != nil {
			t.Error(err)
		}
	}()
	s.stop = func() { cancel(); <-followed; <-ended }
	t.Cleanup(s.stop)
	return s
}

// start starts a thread, and waits until that is past: on PostgreSQL what happened
// is held back while any older transaction runs on the server, of other tests too,
// and who came meanwhile would be told again of what the page had shown.
func (s *liveSite) start(subject, body string) board.Target {
	s.t.Helper()
	athens, _ := gazetteer().ByPath("gr/athens")
	made, err := s.boards.Start(s.t.Context(), writer, board.NewThread{Place: athens, Subject: subject, NewPost: board.NewPost{Body: body}})
	if err != nil {
		s.t.Fatal(err)
	}
	for <-s.seen != made.Number {
	}
	return made
}

func (s *liveSite) reply(thread int64, body string, options ...string) int64 {
	s.t.Helper()
	made, err := s.boards.Reply(s.t.Context(), writer, thread, board.NewPost{Body: body, Options: strings.Join(options, " ")})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Number
}

// writer writes all there is, and so can take it back.
var writer = func() key.Actor {
	a, err := key.Fresh(bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	if err != nil {
		panic(err)
	}
	return a
}()

// told is one message of a stream.
type told struct{ id, name, data string }

// stream is what somebody is told.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
	last  string // id
}

func (s *liveSite) listen(path string, headers ...string) *stream {
	s.t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(time.Minute))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: moot.example\r\nAccept-Language: en\r\n%s\r\n", path, strings.Join(headers, ""))
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if answer.StatusCode != 200 {
		s.t.Fatalf("%s: %s", path, answer.Status)
	}
	return &stream{t: s.t, lines: bufio.NewScanner(answer.Body)}
}

// next is the next message.
func (s *stream) next() (m told) {
	s.t.Helper()
	var data []string
	for s.lines.Scan() {
		field, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch field {
		case "id":
			s.last = value
		case "event":
			m.name = value
		case "data":
			data = append(data, value)
		case "":
			if m.name != "" {
				m.id, m.data = s.last, strings.Join(data, "\n")
				return m
			}
		}
	}
	s.t.Fatalf("the stream ended: %v", s.lines.Err())
	return m
}

// wants reads messages with these names, each holding some words.
func (s *stream) wants(pairs ...string) (last told) {
	s.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if last = s.next(); last.name != pairs[i] || !strings.Contains(last.data, pairs[i+1]) {
			s.t.Fatalf("told %q\n%s\nwant %q with %s", last.name, last.data, pairs[i], pairs[i+1])
		}
	}
	return last
}

func eachLive(t *testing.T, limits board.Limits, test func(t *testing.T, s *liveSite)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, openLive(t, d, limits)) })
}

func TestAThreadTellsWhatHappensInIt(t *testing.T) {
	eachLive(t, board.Limits{PostLength: 8000, ThreadPosts: 4}, func(t *testing.T, s *liveSite) {
		op := s.start("Rents", "Ours went up.")
		path := fmt.Sprintf("/gr/athens/t/%d", op.Thread)
		page := pagetest.Get(t, s, path).Want(200)
		if policy := page.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "trusted-types moot-live") {
			t.Errorf("the page's policy is %s", policy)
		}
		here := s.listen(page.Attr("#live", "data-stream"))
		here.wants("here", "")
		pagetest.Get(t, s, fmt.Sprintf("/gr/kilkis/t/%d/live", op.Thread)).Want(404)

		first := s.reply(op.Thread, fmt.Sprintf(">>%d\nBy a third.\n[code]a\n\nb[/code]", op.Number))
		m := here.wants("post", fmt.Sprintf(`id="p%d"`, first))
		for _, part := range []string{
			fmt.Sprintf(`<a class="ref" href="%s#p%d">`, path, op.Number), // whole, since nobody knows what a page shows
			fmt.Sprintf(`value="%d" form="ticked"`, first), `<time datetime="2026-11-23T12:00:00Z">`,
		} {
			if !strings.Contains(m.data, part) {
				t.Errorf("the post lacks %s:\n%s", part, m.data)
			}
		}
		here.wants("thread", "1 reply")

		second := s.reply(op.Thread, "Two of us.")
		here.wants("post", "Two of us.", "thread", "2 replies")
		s.reply(op.Thread, "Three.")
		if m := here.wants("post", "Three.", "thread", "full"); !strings.Contains(m.data, `class="empty state">`) {
			t.Errorf("full: %s", m.data)
		}
		if _, _, err := s.boards.TakeBack(t.Context(), writer, second, ""); err != nil {
			t.Fatal(err)
		}
		m = here.wants("gone", fmt.Sprintf(`class="post gone" id="p%d"`, second))
		if strings.Contains(m.data, "Two of us") {
			t.Errorf("what was taken back is told: %s", m.data)
		}
		here.wants("thread", `class="empty state" hidden`)
		if err := s.boards.Settle(t.Context(), key.Steward, op.Thread, order.Lock); err != nil {
			t.Fatal(err)
		}
		here.wants("thread", "closed to replies")
		if err := s.boards.Settle(t.Context(), key.Steward, op.Thread, order.Archive); err != nil {
			t.Fatal(err)
		}
		here.wants("thread", "archived")
		pagetest.Get(t, s, path).Want(200).Lacks("#live") // nothing more will come
	})
}

func TestAThreadThatVanishesSaysSo(t *testing.T) {
	eachLive(t, usual, func(t *testing.T, s *liveSite) {
		op := s.start("", "Never mind.")
		path := fmt.Sprintf("/gr/athens/t/%d", op.Thread)
		here, wall := s.listen(path+"/live"), s.listen("/gr/athens/live")
		here.wants("here", "")
		wall.wants("here", "")
		if _, _, err := s.boards.TakeBack(t.Context(), writer, op.Number, ""); err != nil {
			t.Fatal(err)
		}
		here.wants("thread", "isn’t here any more")
		wall.wants("gone", fmt.Sprint(op.Thread))
		for _, at := range []string{path + "/live", "/gr/kilkis/t/" + fmt.Sprint(op.Thread) + "/live", "/gr/athens/t/x/live"} {
			pagetest.Get(t, s, at).Want(404)
		}
	})
}

func TestABoardTellsWhatHappensOnIt(t *testing.T) {
	eachLive(t, usual, func(t *testing.T, s *liveSite) {
		one, two := s.start("One", "First."), s.start("Two", "Second.")
		page := pagetest.Get(t, s, "/gr/athens").Want(200)
		stream := page.Attr("#live", "data-stream")
		if want := fmt.Sprintf("/gr/athens/live?after=%d", two.Number); stream != want {
			t.Errorf("the stream is %s, want %s", stream, want)
		}
		bumps := func(m told, by int64) {
			t.Helper()
			if !strings.Contains(m.data, fmt.Sprintf(`data-bump="%d"`, by)) {
				t.Errorf("not bumped by %d: %s", by, m.data)
			}
		}
		here := s.listen(stream)
		here.wants("here", "")
		answer := s.reply(one.Thread, "An answer.")
		bumps(here.wants("notice", ">One</a>"), answer)
		s.reply(two.Thread, "Quietly.", "sage")
		bumps(here.wants("notice", ">Two</a>"), two.Number)
		three := s.start("Three", "Third.")
		bumps(here.wants("notice", ">Three</a>"), three.Number)

		late := s.listen(stream) // with the page as it was
		bumps(late.wants("notice", ">One</a>"), answer)
		bumps(late.wants("notice", ">Three</a>"), three.Number)
		late.wants("here", "")
		if err := s.boards.Settle(t.Context(), key.Steward, one.Thread, order.Pin); err != nil {
			t.Fatal(err)
		}
		here.wants("notice", "data-pinned")
		if err := s.boards.Settle(t.Context(), key.Steward, one.Thread, order.Archive); err != nil {
			t.Fatal(err)
		}
		here.wants("gone", fmt.Sprint(one.Thread))
	})
}

func TestWhoComesBackAfterARestartMissesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openLive(t, d, usual)
		op := s.start("Rents", "Ours went up.")
		path := fmt.Sprintf("/gr/athens/t/%d/live", op.Thread)
		here := s.listen(path)
		here.wants("here", "")
		first := s.reply(op.Thread, "Heard.")
		here.wants("post", "Heard.")
		last := here.wants("thread", "1 reply").id
		s.stop()
		if here.lines.Scan(); here.lines.Err() != nil {
			t.Errorf("the stream ended with %v", here.lines.Err())
		}

		s.reply(op.Thread, "While nobody told.")

		s = openLive(t, d, usual)
		wall := s.listen("/gr/athens/live")
		wall.wants("here", "")
		s.reply(op.Thread, "Missed.")
		if _, _, err := s.boards.TakeBack(t.Context(), writer, first, ""); err != nil {
			t.Fatal(err)
		}
		for n, _ := strconv.Atoi(last); wall.next().id != strconv.Itoa(n+3); {
		} // so all three have been seen
		for _, back := range []*stream{s.listen(path, "Last-Event-ID: "+last+"\r\n"), s.listen(path + "?since=" + last)} {
			back.wants("post", "While nobody told.", "thread", "", "post", "Missed.", "thread", "", "gone", fmt.Sprintf("p%d", first), "thread", "2 replies", "here", "")
		}
		s.listen(path+"?since=99999").wants("reload", "", "here", "")
	})
}

func TestWhatIsNewCanBeLookedAt(t *testing.T) {
	eachLive(t, usual, func(t *testing.T, s *liveSite) {
		op := s.start("Rents", "Ours went up.")
		path := fmt.Sprintf("/gr/athens/t/%d", op.Thread)
		poll := pagetest.Get(t, s, path).Attr("#live", "data-poll")
		none := pagetest.Get(t, s, poll).Want(200)
		none.Lacks(".post")
		none.Has(".none")
		pagetest.Get(t, s, poll, "If-None-Match", none.Header.Get("ETag")).Want(304)
		first := s.reply(op.Thread, "By a third.")
		if p := pagetest.Get(t, s, poll, "If-None-Match", none.Header.Get("ETag")).Want(200); p.Header.Get("Last-Modified") != "" {
			t.Errorf("another post may come within the minute of %s", p.Header.Get("Last-Modified"))
		}
		s.clock.Advance(2 * time.Minute)
		page := pagetest.Get(t, s, poll).Want(200)
		page.One(fmt.Sprintf("#p%d .tick", first))
		page.Lacks(fmt.Sprintf("#p%d", op.Number))
		if text := page.Text(".count"); text != "1 reply" {
			t.Errorf("it counts %q", text)
		}
		pagetest.Get(t, s, poll, "If-Modified-Since", page.Header.Get("Last-Modified")).Want(304)
		// Without script it is a link to the thread with what is new.
		look := pagetest.Get(t, s, path).Attr("#live a.look", "href")
		second := s.reply(op.Thread, "Two of us.")
		new := pagetest.Get(t, s, look).Want(200)
		new.One(fmt.Sprintf("#p%d", second))
		new.Lacks(fmt.Sprintf("#p%d", first))
		pagetest.Get(t, s, "/gr/kilkis/t/"+fmt.Sprint(op.Thread)+"/new").Want(301)
	})
}

func TestAPartOfAThreadThatIsNotItsEndFollowsNothing(t *testing.T) {
	eachLive(t, usual, func(t *testing.T, s *liveSite) {
		op := s.start("Rents", "Ours went up.")
		path := fmt.Sprintf("/gr/athens/t/%d", op.Thread)
		var last int64
		for n := range 3 {
			last = s.reply(op.Thread, fmt.Sprint("Number ", n))
		}
		cut := pagetest.Get(t, s, fmt.Sprintf("%s?before=%d", path, last)).Want(200)
		cut.Lacks("#live")
		if policy := cut.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "trusted-types 'none'") {
			t.Errorf("its policy is %s", policy)
		}
		pagetest.Get(t, s, fmt.Sprintf("%s?after=%d", path, last-1)).Want(200).Has("#live")
		pagetest.Get(t, s, path+"/last").Want(200).Has("#live")
	})
}
