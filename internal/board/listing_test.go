package board_test

import (
	"fmt"
	"slices"
	"testing"

	"moot/internal/board"
	"moot/internal/key"
	"moot/internal/order"
)

// ofPosts are the numbers of posts.
func ofPosts(posts []board.Post) []int64 {
	all := []int64{}
	for _, p := range posts {
		all = append(all, p.Number)
	}
	return all
}

// A listing has every thread in the order of the board, pinned ones first,
// each with its whole opening post and its newest replies that stand.
func TestListing(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		long := fmt.Sprintf("%01000d", 7)
		athens := at(t, "gr/athens")
		first, second := s.start("gr/athens", long), s.start("gr/athens", "second")
		pinned := s.start("gr/athens", "pinned")
		s.start("gr/thessaloniki", "elsewhere")
		archived := s.start("gr/athens", "archived")
		if err := s.Settle(t.Context(), key.Steward, pinned.Number, order.Pin); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(t.Context(), key.Steward, archived.Number, order.Archive); err != nil {
			t.Fatal(err)
		}
		var replies []int64
		for i := range 7 {
			replies = append(replies, s.reply(second.Number, board.NewPost{Body: fmt.Sprintf(">>%d reply %d", second.Number, i)}).Number)
		}
		writer := somebody(t)
		gone, err := s.Reply(t.Context(), writer, second.Number, board.NewPost{Body: "gone"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.TakeBack(t.Context(), writer, gone.Number, ""); err != nil {
			t.Fatal(err)
		}
		bumps := s.reply(first.Number, board.NewPost{Body: "up"})

		list, err := s.Listing(t.Context(), athens, 0, 10, 5)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 3 || list[0].Thread.Number != pinned.Number || list[1].Thread.Number != first.Number || list[2].Thread.Number != second.Number {
			t.Fatalf("listed %+v", list)
		}
		if list[1].Opening.Body != long {
			t.Errorf("an opening post of 1000 characters is cut to %d", len(list[1].Opening.Body))
		}
		if got := ofPosts(list[2].Last); !slices.Equal(got, replies[2:]) || list[2].Omitted != 2 {
			t.Errorf("the newest five of %v are %v, and %d are left out", replies, got, list[2].Omitted)
		}
		if got := ofPosts(list[1].Last); !slices.Equal(got, []int64{bumps.Number}) || list[1].Omitted != 0 {
			t.Errorf("a thread's only reply: %v, and %d left out", got, list[1].Omitted)
		}
		if ref, ok := list[2].Last[0].Refers(second.Number); !ok || ref.Thread != second.Number || ref.Place != "gr/athens" {
			t.Errorf("a reply refers to %+v", list[2].Last[0].Refs)
		}
		page, err := s.Listing(t.Context(), athens, 1, 1, 0)
		if err != nil || len(page) != 1 || page[0].Thread.Number != first.Number || len(page[0].Last) != 0 || page[0].Omitted != 1 {
			t.Errorf("the second thread, without replies: %+v, %v", page, err)
		}
		for _, from := range []int{3, board.CatalogSize, -1} {
			if beyond, err := s.Listing(t.Context(), athens, from, 0, 5); err != nil || len(beyond) != 0 {
				t.Errorf("none, from %d on: %d threads, %v", from, len(beyond), err)
			}
		}
	})
}

// More threads than are asked for at once, and more than are listed.
func TestListingOfAFullBoard(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		var opened []int64
		for i := range board.CatalogSize + 5 {
			opened = append(opened, s.start("gr/athens", fmt.Sprint("thread ", i)).Number)
		}
		reply := s.reply(opened[20], board.NewPost{Body: "late"})
		list, err := s.Listing(t.Context(), at(t, "gr/athens"), 0, 2*board.CatalogSize, 5)
		if err != nil || len(list) != board.CatalogSize {
			t.Fatalf("%d threads, %v", len(list), err)
		}
		if got := ofPosts(list[0].Last); list[0].Thread.Number != opened[20] || !slices.Equal(got, []int64{reply.Number}) {
			t.Errorf("first stands %d with %v", list[0].Thread.Number, got)
		}
		for i, n := range list {
			if n.Opening.Number != n.Thread.Number || n.Opening.Body == "" {
				t.Fatalf("the %d-th thread has no opening post: %+v", i, n)
			}
		}
	})
}
