package board_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
)

// Replies that come at once are written together. What is wrong with one is its
// own affair, and a limit is kept to the post.
func TestRepliesWrittenTogetherKeepEveryLimit(t *testing.T) {
	small := limits
	small.ThreadPosts, small.BumpLimit = 20, 10
	each(t, small, func(t *testing.T, s site) {
		threads := []int64{s.start("gr/athens", "one").Number, s.start("gr/athens", "two").Number, s.start("gr/patra", "three").Number}
		var mu sync.Mutex
		made, full, empty := map[int64][]int64{}, 0, 0
		var wg sync.WaitGroup
		for i := range 90 {
			wg.Go(func() {
				n := board.NewPost{Body: fmt.Sprintf(">>%d\nnumber %d", threads[0], i)}
				if i%9 == 0 {
					n.Body = ""
				}
				m, err := s.Reply(context.Background(), somebody(t), threads[i%3], n)
				mu.Lock()
				defer mu.Unlock()
				switch all := fault.Each(err); {
				case err == nil:
					made[m.Thread] = append(made[m.Thread], m.Number)
				case len(all) == 1 && all[0].Key == "board.full":
					full++
				case len(all) == 1 && all[0].Key == "board.empty":
					empty++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if full+empty != 90-3*19 {
			t.Errorf("%d full, %d empty", full, empty)
		}
		for _, thread := range threads {
			v := s.view(thread, board.Span{})
			var stand []int64
			for _, p := range v.Posts {
				stand = append(stand, p.Number)
				if _, refers := p.Refers(threads[0]); !refers {
					t.Errorf("post %d refers to %v", p.Number, p.Refs)
				}
			}
			slices.Sort(made[thread])
			if !slices.Equal(stand, made[thread]) || v.Thread.Posts != 20 || len(stand) != 19 {
				t.Errorf("thread %d: %d counted, %v stand, %v made", thread, v.Thread.Posts, stand, made[thread])
			} else if v.Thread.BumpedBy() != stand[8] {
				t.Errorf("thread %d was bumped by %d of %v", thread, v.Thread.BumpedBy(), stand)
			}
		}
		s.tells(made)
	})
}

// tells sees that the outbox has each post once, those of a thread in order.
func (s site) tells(made map[int64][]int64) {
	s.t.Helper()
	told := map[int64][]int64{}
	want := 0
	for _, posts := range made {
		want += len(posts)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	seen := 0
	s.outbox.Follow(ctx, s.db, "test", event.Cursor{}, func(e event.Event) error {
		if e.Kind == event.PostAdded {
			told[e.Thread] = append(told[e.Thread], e.Post)
			if seen++; seen == want {
				cancel()
			}
		}
		return nil
	}, func(err error) { s.t.Error(err) })
	for thread, posts := range made {
		if !slices.Equal(told[thread], posts) {
			s.t.Errorf("of thread %d the outbox tells %v, made were %v", thread, told[thread], posts)
		}
	}
}

// A form is posted once, also where it is sent to two threads at one moment.
func TestAFormSentToTwoThreadsAtOncePostsOnce(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		threads := []int64{s.start("gr/athens", "one").Number, s.start("gr/patra", "two").Number}
		other := board.New(s.db, s.clock, s.outbox, gazetteer(), limits) // another node
		for round := range 10 {
			once := []byte(fmt.Sprintf("%02d sixteen bytes", round))
			made := make([]board.Target, 8)
			var wg sync.WaitGroup
			for i := range made {
				wg.Go(func() {
					node := s.Boards
					if i%4 > 1 {
						node = other
					}
					var err error
					if made[i], err = node.Reply(context.Background(), somebody(t), threads[i%2], board.NewPost{Body: "hello", Once: once}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for _, m := range made {
				if m != made[0] || m.Number == 0 {
					t.Errorf("sendings made %+v and %+v", made[0], m)
				}
			}
		}
		if one, two := s.view(threads[0], board.Span{}), s.view(threads[1], board.Span{}); len(one.Posts)+len(two.Posts) != 10 || one.Thread.Posts+two.Thread.Posts != 12 {
			t.Errorf("%d and %d stand, %d and %d counted", len(one.Posts), len(two.Posts), one.Thread.Posts, two.Thread.Posts)
		}
	})
}

// What the database refuses in one reply is written for none, and the others
// that shared its transaction are written all the same.
func TestAReplyThatTheDatabaseRefusesFailsAlone(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "one").Number
		if err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`CREATE UNIQUE INDEX only_one ON post (body) WHERE body LIKE 'only one%'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		refused := 0
		for i := range 40 {
			wg.Go(func() {
				body := fmt.Sprint("number ", i)
				if i%10 == 0 {
					body = "only one of these"
				}
				_, err := s.Reply(context.Background(), somebody(t), thread, board.NewPost{Body: body})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					if refused++; !strings.HasPrefix(body, "only one") {
						t.Errorf("%s: %v", body, err)
					}
				}
			})
		}
		wg.Wait()
		if v := s.view(thread, board.Span{}); refused != 3 || len(v.Posts) != 37 || v.Thread.Posts != 38 {
			t.Errorf("%d refused, %d stand, %d counted", refused, len(v.Posts), v.Thread.Posts)
		}
	})
}
