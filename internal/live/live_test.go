package live

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/event"
	"moot/internal/guard"
)

var limits = Limits{All: 50, Each: 50, Owed: 256 << 10, Missed: 1 << 20, Criers: 2}

// square is a hub under test, with a source that counts what it is asked.
type square struct {
	*Hub
	t      *testing.T
	source *Source
	reads  atomic.Int32
	worded atomic.Int32
	number int64
	size   int // bytes of each message besides its words
}

func open(t *testing.T, limits Limits, past ...event.Event) *square {
	t.Helper()
	s := &square{t: t}
	s.Hub = newHub(limits, past, func(err error) { t.Logf("told of: %v", err) }, 5*time.Millisecond)
	t.Cleanup(s.Close)
	s.source = &Source{
		Tell: func(_ context.Context, e event.Event) (Say, error) {
			s.reads.Add(1)
			if e.Kind == event.ThreadGone {
				return nil, nil
			}
			return func(language string) ([]Message, error) {
				s.worded.Add(1)
				return []Message{{"post", fmt.Appendf(nil, "%d in %s\nsecond line%s", e.Post, language, strings.Repeat("x", s.size))}}, nil
			}, nil
		},
		Since: func(_ context.Context, post int64) (Say, error) {
			if post == 13 {
				return nil, errors.New("the database is away")
			}
			return func(language string) ([]Message, error) {
				return []Message{{"post", fmt.Appendf(nil, "after %d in %s", post, language)}}, nil
			}, nil
		},
	}
	return s
}

func (s *square) happen(kind event.Kind, thread, post int64) int64 {
	s.number++
	s.See(s.t.Context(), event.Event{Number: s.number, Kind: kind, Place: "gr/athens", Thread: thread, Post: post})
	return s.number
}

// ear is the other end of a listener's connection.
type ear struct {
	t *testing.T
	net.Conn
	*bufio.Reader
}

func (s *square) ask(thread int64, language string) Ask {
	return Ask{Topic: Topic{Thread: thread}, Language: language, Source: s.source}
}

// listen is listenTo for who missed nothing, up to where that is said.
func (s *square) listen(a Ask) *ear {
	s.t.Helper()
	e := s.listenTo(a)
	if first := e.next(); !strings.Contains(first, "event: here") {
		s.t.Fatalf("who missed nothing is told %q", first)
	}
	return e
}

func (s *square) listenTo(a Ask) *ear {
	s.t.Helper()
	l, err := s.Join(s.t.Context(), a)
	if err != nil {
		s.t.Fatal(err)
	}
	there, here := pair(s.t)
	line, ok := OnConn(there)
	if !ok {
		s.t.Fatal("a TCP connection is no line")
	}
	l.Sit(line, []byte("head\n\n"))
	e := &ear{s.t, here, bufio.NewReader(here)}
	if first := e.next(); first != "head" {
		s.t.Fatalf("the stream begins with %q", first)
	}
	if first := e.next(); !strings.HasPrefix(first, "retry: ") {
		s.t.Fatalf("after the head comes %q", first)
	}
	return e
}

func pair(t *testing.T) (there, here net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if here, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if there, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { there.Close(); here.Close() })
	here.SetReadDeadline(time.Now().Add(time.Minute))
	return there, here
}

// next is the next block of the stream that is no heartbeat; "EOF" where it has ended.
func (e *ear) next() string {
	e.t.Helper()
	var block []string
	for {
		line, err := e.ReadString('\n')
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return "EOF" // cut off
		case err != nil:
			return "EOF"
		case line != "\n":
			block = append(block, strings.TrimSuffix(line, "\n"))
		case len(block) == 1 && block[0] == ":":
			block = nil
		case len(block) > 0:
			return strings.Join(block, "|")
		}
	}
}

func (e *ear) wants(blocks ...string) {
	e.t.Helper()
	for _, want := range blocks {
		if got := e.next(); got != want {
			e.t.Fatalf("heard %q, want %q", got, want)
		}
	}
}

// at is the block that ends what was missed.
func at(event int) string {
	if event == 0 {
		return "event: here|data: 0"
	}
	return fmt.Sprintf("id: %d|event: here|data: %d", event, event)
}

// until waits for something that another goroutine does.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestWhatHappenedIsWordedOnceForEachLanguage(t *testing.T) {
	s := open(t, limits)
	var ears []*ear
	for i := range 12 {
		ears = append(ears, s.listen(s.ask(7, []string{"en", "el", "en"}[i%3])))
	}
	away := s.listen(s.ask(8, "en"))
	s.happen(event.PostAdded, 7, 101)
	s.happen(event.ThreadGone, 7, 0) // nothing is told of it
	s.happen(event.PostAdded, 7, 102)
	for i, e := range ears {
		language := []string{"en", "el", "en"}[i%3]
		e.wants("id: 1|event: post|data: 101 in "+language+"|data: second line", "id: 3|event: post|data: 102 in "+language+"|data: second line")
	}
	if reads, worded := s.reads.Load(), s.worded.Load(); reads != 3 || worded != 4 {
		t.Errorf("%d reads and %d wordings for two posts in two languages, want 3 and 4", reads, worded)
	}
	s.happen(event.PostAdded, 9, 103) // nobody listens there
	if reads := s.reads.Load(); reads != 3 {
		t.Errorf("what nobody hears was read")
	}
	s.happen(event.PostAdded, 8, 104)
	away.wants("id: 5|event: post|data: 104 in en|data: second line")
}

func TestBoardsHearOfTheirThreads(t *testing.T) {
	s := open(t, limits)
	board := s.listen(Ask{Topic: Topic{Board: "gr/athens"}, Language: "en", Source: s.source})
	other := s.listen(Ask{Topic: Topic{Board: "gr/kilkis"}, Language: "en", Source: s.source})
	thread := s.listen(s.ask(7, "en"))
	s.happen(event.PostAdded, 7, 101)
	board.wants("id: 1|event: post|data: 101 in en|data: second line")
	thread.wants("id: 1|event: post|data: 101 in en|data: second line")
	s.Close()
	other.wants("EOF")
}

func TestWhoComesBackIsToldWhatTheyMissed(t *testing.T) {
	s := open(t, limits)
	first := s.happen(event.PostAdded, 7, 101)
	s.happen(event.PostAdded, 7, 102)
	s.happen(event.PostAdded, 8, 103) // elsewhere
	s.happen(event.PostGone, 7, 102)  // the same post: told once, as it is now
	s.happen(event.PostAdded, 7, 104)
	a := s.ask(7, "en")
	a.Event = first
	back := s.listenTo(a)
	back.wants("event: post|data: 102 in en|data: second line", "event: post|data: 104 in en|data: second line", at(5))
	s.happen(event.PostAdded, 7, 105)
	back.wants("id: 6|event: post|data: 105 in en|data: second line")

	a.Event = 6
	s.listenTo(a).wants(at(6)) // nothing was missed
	a.Event = 999
	s.listenTo(a).wants("event: reload|data: all", at(6))
	a.Event, a.Post = 0, 77
	s.listenTo(a).wants("event: post|data: after 77 in en", at(6))
	a.Post = 13
	if _, err := s.Join(t.Context(), a); err == nil || err == ErrFull {
		t.Errorf("what can't be read: %v", err)
	}
	until(t, "who was refused is forgotten", func() bool { return s.Listeners() == 4 })
}

func TestARestartForgetsNothing(t *testing.T) {
	var past []event.Event
	for n := range int64(5) {
		past = append(past, event.Event{Number: n + 1, Kind: event.PostAdded, Place: "gr/athens", Thread: 7, Post: 100 + n})
	}
	s := open(t, limits, past...)
	a := s.ask(7, "en")
	a.Event = 4
	s.listenTo(a).wants("event: post|data: 104 in en|data: second line", at(5))
}

func TestTooMuchToTellIsReadAnew(t *testing.T) {
	s := open(t, limits)
	from := s.happen(event.PostAdded, 7, 1)
	for n := range int64(mostMissed) {
		s.happen(event.PostAdded, 7, 100+n)
	}
	a := s.ask(7, "en")
	a.Event = from
	if l, err := s.Join(t.Context(), a); err != nil || strings.Count(string(l.first), "event: post") != mostMissed {
		t.Errorf("%d things missed: %v, %.200s", mostMissed, err, l.first)
	}
	s.happen(event.PostAdded, 7, 300)
	s.listenTo(a).wants("event: reload|data: all", at(mostMissed+2))

	s = open(t, limits)
	s.size = mostInBytes // each by itself is too much
	from = s.happen(event.PostAdded, 7, 1)
	s.happen(event.PostAdded, 7, 2)
	a.Source, a.Event = s.source, from
	s.listenTo(a).wants("event: reload|data: all", at(2))

	few := limits
	few.Missed = 400 // bytes, for all together
	s = open(t, few)
	from = s.happen(event.PostAdded, 7, 1)
	s.happen(event.PostAdded, 7, 2)
	s.size = 200
	a.Source, a.Event = s.source, from
	holds, err := s.Join(t.Context(), a)
	if err != nil || !strings.Contains(string(holds.first), "event: post") {
		t.Fatalf("the first to come back: %v, %q", err, holds.first)
	}
	s.listenTo(a).wants("event: reload|data: all", at(2))
	holds.Leave()
	until(t, "the room is given back", func() bool { return s.held.Load() == 0 })
	if e := s.listenTo(a); !strings.Contains(e.next(), "event: post") {
		t.Error("there is room again, and what was missed is not told")
	}
	until(t, "the room is given back once all is written", func() bool { return s.held.Load() == 0 })
}

func TestTheRingForgetsTheOldest(t *testing.T) {
	var r recent
	for n := range int64(Recent + 10) {
		r.add(event.Event{Number: n + 1, Thread: n % 2, Post: n + 1})
	}
	if r.last() != Recent+10 {
		t.Errorf("the last is %d", r.last())
	}
	if _, known := r.after(10, Topic{Thread: 1}); known {
		t.Error("what was forgotten is known")
	}
	events, known := r.after(Recent+5, Topic{Thread: 1})
	var numbers []int64
	for _, e := range events {
		numbers = append(numbers, e.Number)
	}
	if !known || !slices.Equal(numbers, []int64{Recent + 6, Recent + 8, Recent + 10}) {
		t.Errorf("after %d: %v, %v", Recent+5, numbers, known)
	}
}

func TestNothingIsLostBetweenJoiningAndSitting(t *testing.T) {
	s := open(t, limits)
	l, err := s.Join(t.Context(), s.ask(7, "en"))
	if err != nil {
		t.Fatal(err)
	}
	s.happen(event.PostAdded, 7, 101)
	s.happen(event.PostAdded, 7, 102)
	there, here := pair(t)
	line, _ := OnConn(there)
	l.Sit(line, nil)
	e := &ear{t, here, bufio.NewReader(here)}
	e.next() // retry
	e.wants(at(0), "id: 1|event: post|data: 101 in en|data: second line", "id: 2|event: post|data: 102 in en|data: second line")
}

// Somebody who comes while an event is being worded hears it in their own
// language, and once.
func TestWhoComesMeanwhileIsNotLeftOut(t *testing.T) {
	s := open(t, limits)
	first := s.listen(s.ask(7, "en"))
	tell, began, going := s.source.Tell, make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.source.Tell = func(ctx context.Context, e event.Event) (Say, error) {
		once.Do(func() { close(began); <-going })
		return tell(ctx, e)
	}
	var seen sync.WaitGroup
	seen.Go(func() { s.happen(event.PostAdded, 7, 101) })
	<-began
	late := s.listen(s.ask(7, "el"))
	close(going)
	seen.Wait()
	first.wants("id: 1|event: post|data: 101 in en|data: second line")
	late.wants("id: 1|event: post|data: 101 in el|data: second line")
}

func TestOneWhoDoesNotReadHoldsUpNobody(t *testing.T) {
	s := open(t, limits)
	s.size = 50 << 10
	deaf, hears := s.listen(s.ask(7, "en")), s.listen(s.ask(7, "en"))
	deaf.Conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	until(t, "the deaf is let go", func() bool {
		n := s.happen(event.PostAdded, 7, 100+s.number)
		if got := hears.next(); !strings.HasPrefix(got, fmt.Sprintf("id: %d|event: post|", n)) {
			t.Fatalf("who reads heard %.60q", got)
		}
		return s.Listeners() == 1
	})
	for deaf.next() != "EOF" {
	}
	if slow, full := s.Refused(); slow != 1 || full != 0 {
		t.Errorf("%d let go, %d not let in", slow, full)
	}
	s.happen(event.PostAdded, 7, 1)
	hears.next()
}

func TestOneWhoReadsSlowlyHearsAll(t *testing.T) {
	s := open(t, limits)
	s.size = 40 << 10
	slow := s.listen(s.ask(7, "en"))
	for n := range int64(5) { // less than may be owed, more than the system keeps
		s.happen(event.PostAdded, 7, 100+n)
	}
	for n := range 5 {
		if got := slow.next(); !strings.HasPrefix(got, fmt.Sprintf("id: %d|event: post|data: %d in en|data: second linexx", n+1, 100+n)) || !strings.HasSuffix(got, "x") {
			t.Fatalf("heard %.60q", got)
		}
	}
}

func TestWhoHungUpIsForgotten(t *testing.T) {
	s := open(t, limits)
	for range 5 {
		s.listen(s.ask(7, "en")).Close()
	}
	stays := s.listen(s.ask(7, "en"))
	until(t, "those who hung up are forgotten", func() bool { return s.Listeners() == 1 })
	s.happen(event.PostAdded, 7, 101)
	stays.wants("id: 1|event: post|data: 101 in en|data: second line")
	if slow, _ := s.Refused(); slow != 0 {
		t.Errorf("%d who hung up count as let go", slow)
	}
	s.count.Lock()
	defer s.count.Unlock()
	if len(s.audiences) != 1 || s.audiences[Topic{Thread: 7}].languages["en"] != 1 || len(s.each) != 1 {
		t.Errorf("kept: %v, %v", s.audiences, s.each)
	}
}

func TestAHeartBeats(t *testing.T) {
	s := open(t, limits)
	e := s.listen(s.ask(7, "en"))
	for range 2 {
		if line, err := e.ReadString('\n'); line != ":\n" || err != nil {
			t.Fatalf("%q, %v", line, err)
		}
		e.ReadString('\n')
	}
}

func TestPlacesAreBounded(t *testing.T) {
	few := limits
	few.All, few.Each = 3, 2
	s := open(t, few)
	g := guard.New(clock.New(), guard.Limits{})
	from := func(address string) Ask {
		a := s.ask(7, "en")
		a.Visitor = g.Visitor(netip.MustParseAddr(address))
		return a
	}
	s.listen(from("192.0.2.1"))
	second := s.listen(from("192.0.2.1"))
	if _, err := s.Join(t.Context(), from("192.0.2.1")); err != ErrFull {
		t.Errorf("a visitor's third: %v", err)
	}
	s.listen(from("192.0.2.2"))
	if _, err := s.Join(t.Context(), from("192.0.2.3")); err != ErrFull {
		t.Errorf("the fourth of three: %v", err)
	}
	if slow, full := s.Refused(); slow != 0 || full != 2 {
		t.Errorf("%d let go, %d not let in", slow, full)
	}
	second.Close()
	until(t, "there is a place again", func() bool {
		l, err := s.Join(t.Context(), from("192.0.2.1"))
		if err == nil {
			l.Leave()
		}
		return err == nil
	})
}

func TestCloseEndsAll(t *testing.T) {
	s := open(t, limits)
	var ears []*ear
	for range 9 {
		ears = append(ears, s.listen(s.ask(7, "en")))
	}
	standing, err := s.Join(t.Context(), s.ask(7, "en"))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	for _, e := range ears {
		e.wants("EOF")
	}
	there, here := pair(t)
	line, _ := OnConn(there)
	standing.Sit(line, nil)
	(&ear{t, here, bufio.NewReader(here)}).wants("EOF")
	if _, err := s.Join(t.Context(), s.ask(7, "en")); err != ErrFull {
		t.Errorf("joining what is closed: %v", err)
	}
	s.happen(event.PostAdded, 7, 101) // doesn't hang
	s.Close()
}

func TestWhatCannotBeReadIsReadAnew(t *testing.T) {
	s := open(t, limits)
	e := s.listen(s.ask(7, "en"))
	s.source.Tell = func(context.Context, event.Event) (Say, error) { return nil, errors.New("the database is away") }
	s.happen(event.PostAdded, 7, 101)
	e.wants("id: 1|event: reload|data: all")
}

func TestStream(t *testing.T) {
	got := string(stream(nil, []Message{{"a", []byte("1\r\n2\n\n3\r4")}, {"b", []byte("5")}}, 9))
	if want := "event: a\ndata: 1\ndata: 2\ndata: \ndata: 3\ndata: 4\n\nid: 9\nevent: b\ndata: 5\n\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
