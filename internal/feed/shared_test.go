package feed_test

import (
	"fmt"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/web/page/pagetest"
)

// sign asks for a sign, which must be a picture of the size that is promised.
func (s *site) sign(path string, headers ...string) *pagetest.Page {
	s.t.Helper()
	p := pagetest.Get(s.t, s, path, headers...).Want(200)
	picture, err := png.DecodeConfig(strings.NewReader(p.Body))
	if err != nil || picture.Width != 1200 || picture.Height != 630 {
		s.t.Errorf("%s: %v, %v", path, picture, err)
	}
	return p
}

// wall is the colour around a sign's notice.
func wall(t *testing.T, p *pagetest.Page) color.Color {
	t.Helper()
	picture, err := png.Decode(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	return picture.At(0, 0)
}

func TestASignStandsForAPlaceOrAThread(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened, opener := s.start("gr/athens", "Τα ενοίκια", board.NewPost{Body: "πόσο;"})
		s.reply(opened.Number, board.NewPost{Body: "700"})
		path := fmt.Sprintf("/gr/athens/t/%d/sign.png", opened.Number)
		athens, patra, thread := s.sign("/gr/athens/sign.png"), s.sign("/gr/patra/sign.png"), s.sign(path)
		if athens.Body == patra.Body || athens.Body == thread.Body {
			t.Error("two signs are one")
		}
		if wall(t, athens) == wall(t, s.sign("/gr/thessaloniki/sign.png")) {
			t.Error("two places have one colour")
		}
		if greek := s.sign("/gr/athens/sign.png", "Accept-Language", "el"); greek.Body == athens.Body {
			t.Error("Athens and Αθήνα are written alike")
		}
		if athens.Header.Get("Content-Type") != "image/png" || athens.Header.Get("Cache-Control") != "max-age=86400" || athens.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%v", athens.Header)
		}
		tag := thread.Header.Get("ETag")
		if p := pagetest.Get(t, s, path, "If-None-Match", tag).Want(304); p.Body != "" {
			t.Errorf("%d bytes of what was there already", len(p.Body))
		}
		s.clock.Advance(time.Minute)
		if date := s.sign(path).Header.Get("Last-Modified"); date == "" || pagetest.Get(t, s, path, "If-Modified-Since", date).Status != 304 {
			t.Errorf("it changed at %q", date)
		}
		if zipped := pagetest.Get(t, s, path, "Accept-Encoding", "gzip"); zipped.Header.Get("Content-Encoding") != "" {
			t.Error("a picture is compressed twice")
		}
		// What was taken back stands on no sign.
		s.takeBack(opener, opened.Number)
		if gone := s.sign(path); gone.Body != athens.Body || gone.Header.Get("ETag") == tag {
			t.Error("the sign still says something of the thread")
		}
		for path, status := range map[string]int{"/gr/athens/t/999/sign.png": 404, "/gr/athens/t/x/sign.png": 404} {
			pagetest.Get(t, s, path).Want(status)
		}
		if to := pagetest.Get(t, s, strings.Replace(path, "athens", "patra", 1)).Want(301).Header.Get("Location"); to != path {
			t.Errorf("on another board: %s", to)
		}
	})
}

func TestASpoilerIsOnNoSign(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		a, _ := s.start("gr/athens", "", board.NewPost{Body: "it was **abcdef**"})
		b, _ := s.start("gr/athens", "", board.NewPost{Body: "it was **ghijkl**"})
		if s.sign(fmt.Sprintf("/gr/athens/t/%d/sign.png", a.Number)).Body != s.sign(fmt.Sprintf("/gr/athens/t/%d/sign.png", b.Number)).Body {
			t.Error("what a spoiler hides is on the sign")
		}
	})
}

func TestAFeedShowsTheSign(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened, _ := s.start("gr/athens", "subject", board.NewPost{Body: "x"})
		for _, path := range []string{"/gr/athens/threads.atom", "/gr/everywhere.atom", fmt.Sprintf("/gr/athens/t/%d/posts.atom", opened.Number)} {
			f := s.read(path)
			if f.Image == nil || !strings.HasPrefix(f.Image.URL, base) {
				t.Fatalf("%s shows %+v", path, f.Image)
			}
			s.sign(strings.TrimPrefix(f.Image.URL, base))
		}
	})
}
