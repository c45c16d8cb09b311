package board_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/place"
)

var noon = time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// site is the boards of a site under test.
type site struct {
	*board.Boards
	t      *testing.T
	db     *db.DB
	clock  *clock.Clock
	outbox *event.Outbox
}

func each(t *testing.T, limits board.Limits, test func(t *testing.T, s site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, o := clock.Hold(noon), event.New()
		test(t, site{board.New(d, c, o, gazetteer(), limits), t, d, c, o})
	})
}

var limits = board.Limits{PostLength: 8000, ThreadPosts: 500, Names: true, Tripcodes: true}

func somebody(t *testing.T) key.Actor {
	t.Helper()
	a, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func at(t *testing.T, path string) place.Place {
	t.Helper()
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	return p
}

func (s site) start(path, body string) board.Target {
	s.t.Helper()
	made, err := s.Start(s.t.Context(), somebody(s.t), board.NewThread{Place: at(s.t, path), Subject: "On " + body[:min(len(body), 40)], NewPost: board.NewPost{Body: body}})
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s site) reply(thread int64, n board.NewPost) board.Target {
	s.t.Helper()
	made, err := s.Reply(s.t.Context(), somebody(s.t), thread, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s site) view(thread int64, span board.Span) board.View {
	s.t.Helper()
	v, err := s.Thread(s.t.Context(), thread, span)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func TestAThreadIsStartedAndAnswered(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		opened := s.start("gr/thessaloniki", "τα ενοίκια")
		answer := s.reply(opened.Number, board.NewPost{Body: fmt.Sprintf(">>%d\nεμένα +33%%", opened.Number), Name: "Ρήγας#λέξη"})
		if answer.Thread != opened.Thread || answer.Place != "gr/thessaloniki" || answer.Number <= opened.Number {
			t.Errorf("the reply stands at %+v", answer)
		}
		v := s.view(opened.Number, board.Span{})
		if v.Thread.Subject != "On τα ενοίκια" || v.Thread.Posts != 2 || v.Thread.Place != at(t, "gr/thessaloniki") || v.Opening.Body != "τα ενοίκια" || len(v.Posts) != 1 {
			t.Fatalf("view: %+v", v)
		}
		reply := v.Posts[0]
		if reply.Name != "Ρήγας" || !strings.HasPrefix(reply.Trip, "!") || len(reply.Tag) != 4 || reply.Tag == v.Opening.Tag {
			t.Errorf("reply: %+v", reply)
		}
		if target, ok := reply.Refers(opened.Number); !ok || target != opened {
			t.Errorf("refers to %+v", reply.Refs)
		}
		if !slices.Equal(v.Opening.Back, []board.Target{answer}) {
			t.Errorf("backlinks: %+v", v.Opening.Back)
		}
		if want := noon.Truncate(time.Minute); !reply.At.Equal(want) {
			t.Errorf("kept time %v, want it to the minute", reply.At)
		}
		if found, err := s.Find(t.Context(), answer.Number); err != nil || found != answer {
			t.Errorf("Find: %+v, %v", found, err)
		}
	})
}

// Everybody answers the opening post; the others' backlinks must not go short,
// nor the page grow heavy with it.
func TestAFormSentTwicePostsOnce(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		opened := s.start("gr/athens", "once")
		who, once := somebody(t), []byte("sixteen bytes ok")
		made := make([]board.Target, 6)
		var wg sync.WaitGroup
		for i := range made {
			wg.Go(func() {
				var err error
				if made[i], err = s.Reply(context.Background(), who, opened.Number, board.NewPost{Body: "hello", Once: once}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, m := range made {
			if m != made[0] {
				t.Errorf("sendings made %+v and %+v", made[0], m)
			}
		}
		if v := s.view(opened.Number, board.Span{}); len(v.Posts) != 1 || v.Thread.Posts != 2 {
			t.Errorf("%d posts stand, %d counted", len(v.Posts), v.Thread.Posts)
		}
		if found, ok, err := s.Sent(t.Context(), once); err != nil || !ok || found != made[0] {
			t.Errorf("Sent: %+v %v %v", found, ok, err)
		}
		if _, ok, err := s.Sent(t.Context(), []byte("another")); ok || err != nil {
			t.Errorf("a form that nobody sent: %v %v", ok, err)
		}
	})
}

func TestThreadsThatTakeNoReply(t *testing.T) {
	small := limits
	small.ThreadPosts = 3
	each(t, small, func(t *testing.T, s site) {
		opened := s.start("gr/athens", "small")
		for range 2 {
			s.reply(opened.Number, board.NewPost{Body: "room"})
		}
		refused := func(thread int64, kind fault.Kind, key string) {
			t.Helper()
			_, err := s.Reply(t.Context(), somebody(t), thread, board.NewPost{Body: "no room"})
			if all := fault.Each(err); len(all) != 1 || all[0].Kind != kind || all[0].Key != key {
				t.Errorf("thread %d: %v", thread, err)
			}
		}
		refused(opened.Number, fault.Conflict, "board.full")
		refused(opened.Number+99, fault.NotFound, "board.no_thread")
		locked := s.start("gr/athens", "locked").Number
		err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thread SET locked = $2 WHERE number = $1`, locked, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		refused(locked, fault.Conflict, "board.locked")
		if v := s.view(opened.Number, board.Span{}); v.Thread.Posts != 3 || len(v.Posts) != 2 || !v.Thread.Full || v.Thread.Open() {
			t.Errorf("after refusals: %+v", v.Thread)
		}
	})
}

func TestTakingBack(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		who := somebody(t)
		opened, err := s.Start(t.Context(), who, board.NewThread{Place: at(t, "gr/athens"), Subject: "planted subject", NewPost: board.NewPost{Body: "planted opening", Name: "planted name"}})
		if err != nil {
			t.Fatal(err)
		}
		mine, err := s.Reply(t.Context(), who, opened.Number, board.NewPost{Body: fmt.Sprintf(">>%d planted reply", opened.Number)})
		if err != nil {
			t.Fatal(err)
		}
		other := s.reply(opened.Number, board.NewPost{Body: fmt.Sprintf(">>%d of another", mine.Number)})

		for _, c := range []struct {
			actor key.Actor
			code  string
		}{{key.Anyone, ""}, {somebody(t), ""}, {key.Anyone, "0000-0000-0000-0000"}, {who, who.Code(other.Number)}} {
			if _, _, err := s.TakeBack(t.Context(), c.actor, mine.Number, c.code); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%v with code %q: %v", c.actor, c.code, err)
			}
		}
		if owns, err := s.Owns(t.Context(), who, mine.Number); err != nil || !owns {
			t.Errorf("the writer owns it: %v, %v", owns, err)
		}
		if owns, err := s.Owns(t.Context(), somebody(t), mine.Number); err != nil || owns {
			t.Errorf("another owns it: %v, %v", owns, err)
		}
		if _, gone, err := s.TakeBack(t.Context(), who, mine.Number, ""); err != nil || gone {
			t.Errorf("by token: %v, thread gone %v", err, gone)
		}
		if _, gone, err := s.TakeBack(t.Context(), key.Anyone, opened.Number, strings.ToUpper(who.Code(opened.Number))); err != nil || gone {
			t.Errorf("by code: %v, thread gone %v", err, gone)
		}
		if _, _, err := s.TakeBack(t.Context(), who, mine.Number, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second time: %v", err)
		}
		late := s.reply(opened.Number, board.NewPost{Body: fmt.Sprintf(">>%d what was that?", mine.Number)})
		if _, p, err := s.Post(t.Context(), late.Number); err != nil || len(p.Refs) != 0 {
			t.Errorf("a reference to what was taken back leads to %+v, %v", p.Refs, err)
		}
		if _, _, err := s.TakeBack(t.Context(), key.Anyone, late.Number, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another's late reply: %v", err)
		}
		v := s.view(opened.Number, board.Span{})
		if !v.Opening.Gone || v.Opening.Body+v.Opening.Name+v.Opening.Tag+v.Thread.Subject != "" || !v.Posts[0].Gone || v.Posts[0].Body != "" {
			t.Errorf("what is left: %+v", v)
		}
		if len(v.Posts) != 3 || len(v.Posts[1].Refs) != 0 || v.Thread.Posts != 2 || !strings.Contains(v.Posts[1].Body, "of another") {
			t.Errorf("what others wrote: %+v", v)
		}
		s.nowhere("planted")
	})
}

// nowhere searches every column of every table for a text.
func (s site) nowhere(text string) {
	s.t.Helper()
	for _, query := range []string{
		`SELECT count(*) FROM post WHERE name LIKE $1 OR trip LIKE $1 OR tag LIKE $1 OR body LIKE $1`,
		`SELECT count(*) FROM thread WHERE subject LIKE $1`,
		`SELECT count(*) FROM event WHERE kind LIKE $1 OR place LIKE $1`,
	} {
		var n int
		err := s.db.Read(s.t.Context(), func(tx *db.Tx) error { return tx.Row(query, "%"+text+"%").Scan(&n) })
		if err != nil || n != 0 {
			s.t.Errorf("%q still stands in %d rows of %s (%v)", text, n, query, err)
		}
	}
}

func TestATakenBackThreadWithoutRepliesIsGone(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		who := somebody(t)
		opened, err := s.Start(t.Context(), who, board.NewThread{Place: at(t, "gr/athens"), NewPost: board.NewPost{Body: "never mind"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, gone, err := s.TakeBack(t.Context(), who, opened.Number, ""); err != nil || !gone {
			t.Fatalf("%v, thread gone %v", err, gone)
		}
		if _, err := s.Thread(t.Context(), opened.Number, board.Span{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("the thread: %v", err)
		}
		if _, err := s.Find(t.Context(), opened.Number); !fault.Is(err, fault.NotFound) {
			t.Errorf("the post: %v", err)
		}
		if l, lively, err := s.LivelyAt(t.Context(), "gr/athens"); lively || err != nil {
			t.Errorf("the board isn't quiet: %+v, %v", l, err)
		}
		if again := s.start("gr/athens", "anew"); again.Number <= opened.Number {
			t.Errorf("number %d is used again after %d", again.Number, opened.Number)
		}
	})
}

// What is kept of two posts by one browser must not show that they are its.
func TestNothingKeptTiesTwoPostsToOneWriter(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		who := somebody(t)
		one, other := s.start("gr/athens", "one"), s.start("gr/athens", "other")
		for _, thread := range []int64{one.Number, other.Number} {
			if _, err := s.Reply(t.Context(), who, thread, board.NewPost{Body: "me"}); err != nil {
				t.Fatal(err)
			}
		}
		type kept struct {
			tag  string
			code []byte
		}
		var rows []kept
		err := s.db.Read(t.Context(), func(tx *db.Tx) (err error) {
			rows, err = db.All(tx, func(scan db.Scan) (k kept, err error) { return k, scan(&k.tag, &k.code) }, `SELECT tag, code FROM post WHERE body = 'me'`)
			return err
		})
		if err != nil || len(rows) != 2 {
			t.Fatalf("%v, %v", rows, err)
		}
		if rows[0].tag == rows[1].tag || bytes.Equal(rows[0].code, rows[1].code) {
			t.Errorf("two posts of one browser: %+v", rows)
		}
	})
}

func TestAPosterTagDiesWithTheDay(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		who := somebody(t)
		thread := s.start("gr/athens", "days").Number
		tag := func() string {
			made, err := s.Reply(t.Context(), who, thread, board.NewPost{Body: "again"})
			if err != nil {
				t.Fatal(err)
			}
			_, p, err := s.Post(t.Context(), made.Number)
			if err != nil {
				t.Fatal(err)
			}
			return p.Tag
		}
		first := tag()
		if tag() != first {
			t.Error("two tags on one day")
		}
		s.clock.Advance(24 * time.Hour)
		if tag() == first {
			t.Error("the tag outlives the day")
		}
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var days int
		if err := s.db.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT count(*) FROM day_key`).Scan(&days) }); err != nil || days != 1 {
			t.Errorf("%d day keys stand, %v", days, err)
		}
	})
}

// Nodes know nothing of each other's tickets, so a ticket that is sent to several
// at once, each time with other words, is told apart where posts are written.
func TestATicketPostsOnceWhateverTheWords(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		opened := s.start("gr/athens", "once")
		who := somebody(t)
		const sendings = 6
		var wg sync.WaitGroup
		var through, spent atomic.Int32
		for i := range sendings {
			wg.Go(func() {
				words := sha256.Sum256([]byte{byte(i)})
				once := guard.Once("the ticket", words[:])
				switch _, err := s.Reply(context.Background(), who, opened.Number, board.NewPost{Body: fmt.Sprint("words ", i), Once: once}); {
				case err == nil:
					through.Add(1)
				case fault.Is(err, fault.Conflict):
					spent.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if through.Load() != 1 || spent.Load() != sendings-1 {
			t.Errorf("%d got through, %d found the ticket spent", through.Load(), spent.Load())
		}
		if v := s.view(opened.Number, board.Span{}); len(v.Posts) != 1 {
			t.Errorf("%d posts stand", len(v.Posts))
		}
		other := sha256.Sum256(nil)
		if _, err := s.Reply(t.Context(), who, opened.Number, board.NewPost{Body: "another", Once: guard.Once("another ticket", other[:])}); err != nil {
			t.Errorf("another ticket: %v", err)
		}
	})
}

func TestSweepForgetsSentFormsAfterADay(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		once := []byte("sixteen bytes ok")
		thread := s.start("gr/athens", "x").Number
		s.reply(thread, board.NewPost{Body: "y", Once: once})
		for _, c := range []struct {
			later time.Duration
			known bool
		}{{23 * time.Hour, true}, {2 * time.Hour, false}} {
			s.clock.Advance(c.later)
			if err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, known, err := s.Sent(t.Context(), once); err != nil || known != c.known {
				t.Errorf("after %v more: known %v, %v", c.later, known, err)
			}
		}
	})
}

func TestAPreviewStoresNothing(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		opened := s.start("gr/athens", "x")
		p, subject, err := s.Preview(t.Context(), at(t, opened.Place), "  A \n subject ", board.NewPost{Body: fmt.Sprintf(">>%d and >>99999\n", opened.Number), Name: "N#w"})
		if err != nil || subject != "A subject" || len(p.Refs) != 1 || p.Refs[0] != opened || p.Trip == "" {
			t.Errorf("%+v, %q, %v", p, subject, err)
		}
		if _, _, err := s.Preview(t.Context(), at(t, opened.Place), "", board.NewPost{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty preview: %v", err)
		}
		if v := s.view(opened.Number, board.Span{}); v.Thread.Posts != 1 {
			t.Errorf("%d posts", v.Thread.Posts)
		}
	})
}

func TestManyPostAtOnceAndAllCountsMatch(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "busy").Number
		const writers, posts = 8, 12
		var wg sync.WaitGroup
		for range writers {
			who := somebody(t)
			wg.Go(func() {
				for i := range posts {
					if _, err := s.Reply(context.Background(), who, thread, board.NewPost{Body: fmt.Sprint(i)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		v := s.view(thread, board.Span{})
		if v.Thread.Posts != writers*posts+1 || len(v.Posts) != writers*posts {
			t.Errorf("%d counted, %d stand", v.Thread.Posts, len(v.Posts))
		}
		if !slices.IsSortedFunc(v.Posts, func(a, b board.Post) int { return int(a.Number - b.Number) }) {
			t.Error("posts are out of order")
		}
		if l, _, err := s.LivelyAt(t.Context(), "gr/athens"); err != nil || l.Posts != writers*posts+1 || l.Threads != 1 {
			t.Errorf("the board counts %+v", l)
		}
	})
}
