package feed_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/web/page/pagetest"
)

func TestASearchIsAFeed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened, _ := s.start("gr/athens", "Τα ενοίκια", board.NewPost{Body: "πόσο πληρώνετε; **κρυφό** ]]>"})
		s.clock.Advance(24 * time.Hour)
		reply, _ := s.reply(opened.Number, board.NewPost{Body: "ενοίκιο 700"})
		abroad, _ := s.start("gb/leeds", "rent", board.NewPost{Body: "ενοίκιο too"})
		gone, actor := s.reply(opened.Number, board.NewPost{Body: "ενοίκιο, regretted"})
		if err := s.index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.takeBack(actor, gone.Number)
		for query, want := range map[string][]int64{
			"q=ΕΝΟΙΚΙΟ":                           {abroad.Number, reply.Number},
			"q=ενοίκιο&sort=":                     {abroad.Number, reply.Number},
			"q=ενοικιο&place=gr/athens":           {reply.Number},
			"q=ενοικιο&place=GR%2FAthens":         {reply.Number},
			"q=πληρώνετε&opening=1":               {opened.Number},
			"thread=" + fmt.Sprint(opened.Number): {reply.Number, opened.Number},
			"q=&from=2026-11-24&to=2026-11-24":    {abroad.Number, reply.Number},
			"q=nothing":                           nil,
			"":                                    nil,
			"q=%22%5D%5D%3E%27--&picture=1":       nil,
		} {
			f := s.read("/search.atom?" + query)
			var got []int64
			for _, item := range f.Items {
				n := int64(0)
				fmt.Sscan(item.Link[strings.LastIndex(item.Link, "#p")+2:], &n)
				got = append(got, n)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s finds %v, want %v", query, got, want)
			}
		}
		asked := url.QueryEscape("ενοίκιο")
		one, same := s.read("/search.atom?q=ενοίκιο&place=gr"), s.read("/search.atom?place=GR&q=ενοίκιο&utm=x")
		if one.FeedLink != same.FeedLink || one.Title != "Search: \u2068ενοίκιο\u2069 · Moot" && one.Title != "Search: ενοίκιο · Moot" || one.Link != base+"/search?place=gr&q="+asked+"&sort=newest" || one.FeedLink != base+"/search.atom?place=gr&q="+asked {
			t.Errorf("%q at %s and %s, of %s", one.Title, one.FeedLink, same.FeedLink, one.Link)
		}
		item := one.Items[0]
		if item.Title != "ενοίκιο 700" || item.GUID != s.read(fmt.Sprintf("/gr/athens/t/%d/posts.atom", opened.Number)).Items[0].GUID {
			t.Errorf("the post is another than in its thread: %+v", item)
		}
		for query, status := range map[string]int{
			"place=gr/nowhere-at-all": 404, "thread=x": 404, "thread=-1": 404, "from=yesterday": 422, "to=2026-02-30": 422,
		} {
			pagetest.Get(t, s, "/search.atom?q=a&"+query).Want(status)
		}
	})
}

func TestASearchHasPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened, _ := s.start("gr/athens", "word", board.NewPost{Body: "the best match, and the oldest"})
		for i := range 44 {
			s.reply(opened.Number, board.NewPost{Body: fmt.Sprint("word ", i)})
		}
		if err := s.index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		pages := 0
		for next := "/search.atom?q=word"; next != "" && pages < 4; pages++ {
			p := s.atom(next)
			if strings.Contains(p.Body, `<link rel="alternate" type="text/html" href="`+base+opened.Path()+`"`) != (len(seen) == 40) {
				t.Errorf("%s: the oldest isn't the last", next)
			}
			for _, item := range s.read(next).Items {
				seen[item.GUID] = true
			}
			next = strings.TrimPrefix(linksOf(p.Body)["next"], base)
		}
		if len(seen) != 45 || pages != 3 {
			t.Errorf("%d of 45 were found on %d pages", len(seen), pages)
		}
	})
}
