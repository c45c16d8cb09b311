package board_test

import (
	"fmt"
	"slices"
	"testing"

	"moot/internal/board"
)

func numbersOf(all []board.Written) (numbers []int64) {
	for _, w := range all {
		numbers = append(numbers, w.Post.Number)
	}
	return numbers
}

func TestWhatWasWrittenIsReadInOrder(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		actor := somebody(t)
		first := s.start("gr/athens", "rents")
		var all []int64
		for i := range 40 {
			made, err := s.Reply(t.Context(), actor, first.Thread, board.NewPost{Body: fmt.Sprint("reply ", i)})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, made.Number)
		}
		gone := all[3]
		if _, _, err := s.TakeBack(t.Context(), actor, gone, ""); err != nil {
			t.Fatal(err)
		}
		standing := slices.DeleteFunc(append([]int64{first.Number}, all...), func(n int64) bool { return n == gone })

		var read []board.Written
		for after := int64(0); ; {
			some, err := s.Written(t.Context(), after, 7)
			if err != nil {
				t.Fatal(err)
			}
			read = append(read, some...)
			if len(some) < 7 {
				break
			}
			after = some[6].Post.Number
		}
		if got := numbersOf(read); !slices.Equal(got, standing) {
			t.Errorf("read %v, want %v", got, standing)
		}
		if w := read[0]; w.Subject != "On rents" || w.Post.Body != "rents" || !w.Post.Opens() || w.Place != at(t, "gr/athens") || w.Post.At.Location() != w.Place.Zone() {
			t.Errorf("the opening post: %+v", w)
		}
		if w := read[1]; w.Subject != "On rents" || w.Post.Opens() || w.Post.Thread != first.Thread || !w.Post.At.Equal(s.clock.Now().Truncate(60e9)) {
			t.Errorf("a reply: %+v", w)
		}

		if got, want := read[1].Path(), fmt.Sprintf("/gr/athens/t/%d#p%d", first.Thread, all[0]); got != want || read[1].Posts != len(standing) {
			t.Errorf("a reply stands at %s, want %s, among %d posts", got, want, read[1].Posts)
		}
		long := read[1]
		long.Posts = 5000
		if got, want := long.Path(), fmt.Sprintf("/gr/athens/t/%d?after=%d#p%d", first.Thread, all[0]-1, all[0]); got != want {
			t.Errorf("in a long thread it stands at %s, want %s", got, want)
		}

		asked := append(slices.Clone(all), all[0], gone, 0, 999_999)
		slices.Reverse(asked)
		found, err := s.WrittenPosts(t.Context(), asked...)
		if err != nil || !slices.Equal(numbersOf(found), standing[1:]) {
			t.Errorf("asked for by number: %v, %v, want %v", numbersOf(found), err, standing[1:])
		}
		if none, err := s.WrittenPosts(t.Context()); err != nil || len(none) != 0 {
			t.Errorf("asked for none: %v, %v", none, err)
		}
	})
}
