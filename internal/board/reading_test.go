package board_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"moot/internal/board"
)

func numbers(w board.Wall) (all []int64) {
	for _, n := range w.Notices {
		all = append(all, n.Thread.Number)
	}
	return all
}

func TestThreadsStandInTheOrderOfTheirLastBump(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		athens := at(t, "gr/athens")
		var all []int64
		for i := range 7 {
			all = append(all, s.start("gr/athens", fmt.Sprint("thread ", i)).Number)
		}
		s.reply(all[2], board.NewPost{Body: "up"})
		s.reply(all[0], board.NewPost{Body: "down it stays", Sage: true})
		s.reply(all[1], board.NewPost{Body: "the old way", Options: "noko sage"})
		want := []int64{all[2], all[6], all[5], all[4], all[3], all[1], all[0]}
		var got []int64
		pages := 0
		for before := int64(0); ; pages++ {
			w, err := s.Threads(t.Context(), athens, before, 3)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, numbers(w)...)
			if before = w.Older; before == 0 {
				break
			}
		}
		if !slices.Equal(got, want) || pages != 2 {
			t.Errorf("read %v in %d more pages, want %v", got, pages, want)
		}
		newest, err := s.Newest(t.Context(), 2)
		if err != nil || len(newest) != 2 || newest[0].Thread.Number != all[6] || newest[1].Thread.Number != all[5] {
			t.Errorf("newest: %+v, %v", newest, err)
		}
	})
}

func TestTheIndexShowsTheNewestReplies(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		opened := s.start("gr/athens", strings.Repeat("long ", 500))
		for i := range 5 {
			s.reply(opened.Number, board.NewPost{Body: fmt.Sprintf(">>%d reply %d", opened.Number, i)})
		}
		w, err := s.Index(t.Context(), at(t, "gr/athens"), 0, board.IndexSize)
		if err != nil || len(w.Notices) != 1 {
			t.Fatalf("%+v, %v", w, err)
		}
		n := w.Notices[0]
		if len(n.Last) != 3 || n.Omitted != 2 || !strings.HasSuffix(n.Last[2].Body, "reply 4") || len(n.Last[0].Refs) != 1 {
			t.Errorf("last %+v, omitted %d", n.Last, n.Omitted)
		}
		if len(n.Opening.Body) < 2000 || len(n.Opening.Back) != 5 {
			t.Errorf("the opening post has %d bytes, %d backlinks", len(n.Opening.Body), len(n.Opening.Back))
		}
	})
}

func TestACountryShowsWhatItsCitiesBringUp(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		athens, own := s.start("gr/athens", "city"), s.start("gr", "country")
		region := at(t, "gr/athens").Region()
		regional := s.start(region.Path(), "region")
		abroad := s.start("gb/leeds", "abroad")
		all := s.start("world", "everywhere")
		for _, c := range []struct {
			place      string
			own, below []int64
		}{
			{"gr/athens", []int64{athens.Number}, nil},
			{region.Path(), []int64{regional.Number}, []int64{athens.Number}},
			{"gr", []int64{own.Number}, []int64{regional.Number, athens.Number}},
			{"gb", nil, []int64{abroad.Number}},
			{"world", []int64{all.Number}, []int64{abroad.Number, regional.Number, own.Number, athens.Number}},
		} {
			w, err := s.Threads(t.Context(), at(t, c.place), 0, 10)
			if err != nil || !slices.Equal(numbers(w), c.own) {
				t.Errorf("%s has %v, %v; want %v", c.place, numbers(w), err, c.own)
			}
			w, err = s.Below(t.Context(), at(t, c.place), 0, 10)
			if err != nil || !slices.Equal(numbers(w), c.below) {
				t.Errorf("below %s: %v, %v; want %v", c.place, numbers(w), err, c.below)
			}
		}
	})
}

func TestALongThreadIsReadInParts(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		opened := s.start("gr/athens", "long")
		var all []int64
		for i := range 420 {
			all = append(all, s.reply(opened.Number, board.NewPost{Body: fmt.Sprint(i)}).Number)
		}
		for _, c := range []struct {
			name        string
			span        board.Span
			first, last int64
			earlier     int
			later       bool
		}{
			{"as it opens", board.Span{}, all[320], all[419], 320, false},
			{"the last 50", board.Span{Last: 50}, all[370], all[419], 370, false},
			{"before", board.Span{Before: all[320]}, all[220], all[319], 220, true},
			{"after", board.Span{After: all[400]}, all[401], all[419], 401, false},
			{"from the start", board.Span{After: opened.Number}, all[0], all[99], 0, true},
		} {
			v := s.view(opened.Number, c.span)
			if v.First() != c.first || v.Last() != c.last || v.Earlier != c.earlier || v.Later != c.later || v.Opening.Number != opened.Number {
				t.Errorf("%s: from %d to %d, %d earlier, later %v", c.name, v.First(), v.Last(), v.Earlier, v.Later)
			}
		}
	})
}

func TestManyBacklinksOfOnePostAreBounded(t *testing.T) {
	each(t, limits, func(t *testing.T, s site) {
		opened := s.start("gr/athens", "everybody answers this").Number
		var last int64
		for range 60 {
			last = s.reply(opened, board.NewPost{Body: fmt.Sprintf(">>%d me too", opened)}).Number
		}
		answer := s.reply(opened, board.NewPost{Body: fmt.Sprintf(">>%d and >>%d", last, opened)})
		v := s.view(opened, board.Span{})
		if n := len(v.Opening.Back); n != 40 {
			t.Errorf("the opening post has %d backlinks", n)
		}
		if p := v.Posts[59]; !slices.Equal(p.Back, []board.Target{answer}) || len(v.Posts[60].Refs) != 2 {
			t.Errorf("backlinks %+v, references %+v", p.Back, v.Posts[60].Refs)
		}
	})
}
