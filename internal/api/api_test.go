package api_test

import (
	"crypto/sha256"
	"fmt"
	"math/bits"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	athens = "/api/v1/places/gr.athens/threads"
	tables = "/api/v1/tickets"
)

func posts(thread any) string { return fmt.Sprint("/api/v1/threads/", thread, "/posts") }

// problem checks an error: its status, its code, and the fields it is about.
func (g given) problem(t *testing.T, status int, code string, fields ...string) object {
	t.Helper()
	p := g.want(t, status)
	var on []string
	errors, _ := p["errors"].([]any)
	for _, e := range errors {
		on = append(on, e.(object)["field"].(string))
	}
	if g.Header().Get("Content-Type") != "application/problem+json" || p["code"] != code || fmt.Sprint(p["status"]) != fmt.Sprint(status) ||
		p["title"] != http.StatusText(status) || p["type"] != "about:blank" || p["detail"] == "" || !reflect.DeepEqual(on, fields) {
		t.Errorf("%s: %s", g.path, g.Body)
	}
	if strings.ContainsAny(fmt.Sprint(p["detail"]), "[{") {
		t.Errorf("%s: words that were not filled in: %s", g.path, p["detail"])
	}
	return p
}

func TestSomebodyStartsAThreadAndAnotherReplies(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened := s.post(athens, object{"subject": "Rent", "text": "It's <b>dear</b> >>>/gr/"})
		no := opened["number"]
		if opened["place"] != "gr.athens" || opened["url"] != fmt.Sprintf("/gr/athens/t/%v#p%v", no, no) || opened["token"] == nil || opened["delete_code"] == nil {
			t.Errorf("opened: %v", opened)
		}
		s.token = opened["token"].(string)
		own := s.post(posts(no), object{"text": fmt.Sprint(">>", no)})
		if own["token"] != nil {
			t.Error("a token is given to who has one")
		}
		s.token = ""
		other := s.post(posts(no), object{"text": "two", "name": "Ana", "sage": true})

		v := s.get(fmt.Sprint("/api/v1/threads/", no)).want(t, http.StatusOK)
		opening, replies := v["opening"].(object), v["posts"].([]any)
		if len(replies) != 2 || opening["text"] != "It's <b>dear</b> >>>/gr/" ||
			opening["html"] != `<p dir="auto">It&#39;s &lt;b&gt;dear&lt;/b&gt; <a class="ref board" href="/gr"><bdi>&gt;&gt;&gt;/gr/</bdi></a></p>` {
			t.Errorf("opening post: %v", opening)
		}
		first, second := replies[0].(object), replies[1].(object)
		if first["tag"] != opening["tag"] || second["tag"] == opening["tag"] || second["name"] != "Ana" || second["sage"] != true || first["at"] != "2026-11-23T14:00:00+02:00" {
			t.Errorf("replies: %v and %v", first, second)
		}
		refers := []any{object{"number": no, "thread": no, "url": opened["url"]}}
		if !reflect.DeepEqual(first["refers_to"], refers) || len(opening["referred_by"].([]any)) != 1 {
			t.Errorf("refers to %v; the opening post is referred to by %v", first["refers_to"], opening["referred_by"])
		}
		thread := v["thread"].(object)
		if fmt.Sprint(thread["posts"]) != "3" || thread["open"] != true || thread["subject"] != "Rent" || thread["place"].(object)["path"] != "gr/athens" {
			t.Errorf("thread: %v", thread)
		}

		back := func(post any) string { return fmt.Sprint("/api/v1/posts/", post, "/take-back") }
		s.send(back(other["number"]), object{}).problem(t, http.StatusForbidden, "board.not_yours", "delete_code")
		s.send(back(other["number"]), object{"delete_code": "no"}).problem(t, http.StatusForbidden, "board.wrong_code", "delete_code")
		s.send(back(other["number"]), object{}, "Cookie", "moot="+opened["token"].(string)).problem(t, http.StatusForbidden, "board.not_yours", "delete_code")
		s.send(back(no), object{}, "Cookie", "moot="+opened["token"].(string)+"; __Host-moot="+opened["token"].(string)).problem(t, http.StatusForbidden, "board.not_yours", "delete_code")
		s.send(back(other["number"]), object{"delete_code": other["delete_code"]}).want(t, http.StatusOK)
		s.token = opened["token"].(string)
		s.send(back(own["number"]), object{}).want(t, http.StatusOK)
		if gone := s.send(back(no), object{}).want(t, http.StatusOK); gone["thread_gone"] != true {
			t.Errorf("the last post: %v", gone)
		}
		s.get(fmt.Sprint("/api/v1/threads/", no)).problem(t, http.StatusNotFound, "board.no_thread")
		s.send(back(no), object{}).problem(t, http.StatusNotFound, "board.no_post")
	})
}

// The same limits as forms: a ticket, its wait or its work, once.
func TestAPostCostsATicket(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.send(athens, object{"text": "x"}).problem(t, http.StatusUnprocessableEntity, "guard.ticket_missing")
		s.send(athens, object{"text": "x", "ticket": "made-up"}).problem(t, http.StatusUnprocessableEntity, "guard.ticket_unknown")
		fresh := s.send(tables, object{}).want(t, http.StatusCreated)
		if fmt.Sprint(fresh["wait_ms"]) != "5000" || fmt.Sprint(fresh["bits"]) != "18" {
			t.Errorf("ticket: %v", fresh)
		}
		early := s.send(athens, object{"text": "x", "ticket": fresh["ticket"]})
		if p := early.problem(t, http.StatusTooManyRequests, "guard.wait"); early.Header().Get("Retry-After") != "5" || fmt.Sprint(p["retry_after"]) != "5" {
			t.Errorf("too early: %v, %v", early.Header(), p)
		}
		proof := work(fresh["ticket"].(string), 18)
		made := s.send(athens, object{"text": "x", "ticket": fresh["ticket"], "proof": proof}).want(t, http.StatusCreated)
		again := s.send(athens, object{"text": "x", "ticket": fresh["ticket"], "proof": proof}).want(t, http.StatusCreated)
		if made["number"] != again["number"] || again["token"] != nil || again["delete_code"] != nil {
			t.Errorf("sent twice, by nobody known: %v and %v", made, again)
		}
		s.token = made["token"].(string)
		if again = s.send(athens, object{"text": "x", "ticket": fresh["ticket"], "proof": proof}).want(t, http.StatusCreated); again["delete_code"] != made["delete_code"] {
			t.Errorf("sent twice, with the token: %v", again)
		}
		s.send(athens, object{"text": "something else", "ticket": fresh["ticket"]}).problem(t, http.StatusConflict, "guard.ticket_spent")

		ticket := s.ticket()
		s.send(athens, object{"ticket": ticket}).problem(t, http.StatusUnprocessableEntity, "board.empty", "text")
		s.send(athens, object{"text": "mended", "ticket": ticket}).want(t, http.StatusCreated)
	})
}

// work finds what a ticket asks for.
func work(ticket string, want int) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256(fmt.Append(nil, ticket, ":", n))
		zeros := 0
		for _, b := range sum {
			zeros += bits.LeadingZeros8(b)
			if b != 0 {
				break
			}
		}
		if zeros >= want {
			return fmt.Sprint(n)
		}
	}
}

func TestTheSameSentAtOncePostsOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened := s.post(athens, object{"text": "one"})
		s.token = opened["token"].(string)
		body := object{"text": "two", "ticket": s.ticket()}
		var all sync.WaitGroup
		numbers := make([]any, 4)
		for i := range numbers {
			all.Go(func() { numbers[i] = s.send(posts(opened["number"]), body).object(t)["number"] })
		}
		all.Wait()
		for _, n := range numbers {
			if n == nil || n != numbers[0] {
				t.Errorf("posted %v", numbers)
			}
		}
	})
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened := s.post(athens, object{"text": "one"})
		no := opened["number"]
		big := strings.Repeat("x", 70<<10)
		s.send(athens, object{"text": big, "ticket": "x"}).problem(t, http.StatusRequestEntityTooLarge, "web.too_large")
		s.send(athens, object{"text": big[:9000], "subject": big[:200], "ticket": s.ticket()}).problem(t, http.StatusUnprocessableEntity, "board.subject_too_long", "subject", "text")
		s.send(athens, object{"text": "a\x00b", "ticket": s.ticket()}).problem(t, http.StatusUnprocessableEntity, "board.control_characters", "text")
		s.send(athens, `{"texts": "x"}`).problem(t, http.StatusUnprocessableEntity, "api.unknown_field", "texts")
		s.send(athens, `{"text": 5}`).problem(t, http.StatusUnprocessableEntity, "api.bad_field", "text")
		s.send(athens, `{"pictures": [{"number": "5"}]}`).problem(t, http.StatusUnprocessableEntity, "api.bad_field", "number")
		for _, broken := range []string{"", "{", "[]", `"x"`, `{} {}`, `{"text": "x"} x`} {
			s.send(athens, broken).problem(t, http.StatusBadRequest, "api.unreadable")
		}
		s.ask("POST", athens, strings.NewReader("{}"), "Content-Type", "text/plain").problem(t, http.StatusUnsupportedMediaType, "api.type")
		s.ask("POST", "/api/v1/pictures", strings.NewReader("{}"), "Content-Type", "application/json").problem(t, http.StatusUnsupportedMediaType, "web.type")
		s.send("/api/v1/previews", object{"place": "nowhere"}).problem(t, http.StatusUnprocessableEntity, "place.unknown", "place")
		s.send(posts(999999), object{"text": "x", "ticket": s.ticket()}).problem(t, http.StatusNotFound, "board.no_thread")
		s.send("/api/v1/places/gr.nowhere/threads", object{}).problem(t, http.StatusNotFound, "place.unknown")
		s.get("/api/v1/threads?limit=0").problem(t, http.StatusUnprocessableEntity, "api.bad_field", "limit")

		s.get("/api/v1/nothing").problem(t, http.StatusNotFound, "web.no_page")
		s.send("/api/v1/nothing", object{}).problem(t, http.StatusNotFound, "web.no_page")
		if g := s.send("/api/v1/site", object{}); g.problem(t, http.StatusMethodNotAllowed, "web.method")["code"] == nil || g.Header().Get("Allow") != "GET, OPTIONS" {
			t.Errorf("Allow: %s", g.Header().Get("Allow"))
		}
		if g := s.get(posts(no)); g.problem(t, http.StatusMethodNotAllowed, "web.method")["code"] == nil || g.Header().Get("Allow") != "POST, OPTIONS" {
			t.Errorf("Allow: %s", g.Header().Get("Allow"))
		}

		greek := s.get("/api/v1/threads/999999", "Accept-Language", "el")
		if p := greek.problem(t, http.StatusNotFound, "board.no_thread"); !strings.Contains(p["detail"].(string), "νήμα") || greek.Header().Get("Content-Language") != "el" {
			t.Errorf("in Greek: %s", greek.Body)
		}
		for _, wrong := range []string{"Bearer x", "Basic " + opened["token"].(string), opened["token"].(string), "Bearer"} {
			g := s.send(posts(no), object{"text": "x"}, "Authorization", wrong)
			if g.problem(t, http.StatusUnauthorized, "api.bad_token"); !strings.HasPrefix(g.Header().Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s: %v", wrong, g.Header())
			}
		}
	})
}

func TestTooMuchIsAProblemToo(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for range 100 {
			if g := s.send(tables, object{}); g.Code != http.StatusCreated {
				g.problem(t, http.StatusTooManyRequests, "guard.too_fast")
				if g.Header().Get("Retry-After") == "" {
					t.Error("no word of when to come again")
				}
				return
			}
		}
		t.Error("a hundred tickets at once")
	})
}

func TestPicturesArePosted(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ticket := s.ticket()
		s.form("/api/v1/pictures", nil, drawn(t, 10)).problem(t, http.StatusUnprocessableEntity, "guard.ticket_missing")
		s.form("/api/v1/pictures", [][2]string{{"ticket", ticket}}).problem(t, http.StatusUnprocessableEntity, "api.bad_field", "picture")
		s.form("/api/v1/pictures", [][2]string{{"ticket", ticket}}, []byte("no picture")).problem(t, http.StatusUnprocessableEntity, "picture.unknown_kind", "picture")
		taken := s.form("/api/v1/pictures", [][2]string{{"ticket", ticket}}, drawn(t, 10)).want(t, http.StatusCreated)
		opened := s.send(athens, object{"ticket": ticket, "pictures": []object{{"number": taken["number"], "alt": "A wall"}}}).want(t, http.StatusCreated)

		bytes := [][]byte{drawn(t, 20), drawn(t, 30)}
		words := [][2]string{{"text", "two"}, {"ticket", s.ticket()}, {"alt", ""}, {"alt", "The roof"}, {"spoiler", "false"}, {"spoiler", "true"}}
		reply := s.form(posts(opened["number"]), words, bytes...).want(t, http.StatusCreated)
		if again := s.form(posts(opened["number"]), words, bytes...).want(t, http.StatusCreated); again["number"] != reply["number"] {
			t.Errorf("a form sent twice: %v and %v", reply, again)
		}

		v := s.get(fmt.Sprint("/api/v1/threads/", opened["number"])).want(t, http.StatusOK)
		shown := v["opening"].(object)["pictures"].([]any)
		if len(shown) != 1 || shown[0].(object)["alt"] != "A wall" || shown[0].(object)["number"] != taken["number"] || shown[0].(object)["colour"] != "#0a0a0a" {
			t.Errorf("the opening post shows %v", shown)
		}
		shown = v["posts"].([]any)[0].(object)["pictures"].([]any)
		if len(shown) != 2 || shown[0].(object)["alt"] != nil || shown[0].(object)["spoiler"] != false || shown[1].(object)["alt"] != "The roof" || shown[1].(object)["spoiler"] != true {
			t.Errorf("the reply shows %v", shown)
		}

		announced := s.send(v1+"/places/gr.athens/meetups", object{
			"title": "Tea", "start": s.clock.Now().AddDate(0, 0, 3).Format(time.DateOnly) + "T18:30", "minutes": 60, "venue": "Serafio library", "ticket": s.ticket(),
			"pictures": []object{{"number": taken["number"], "alt": "A wall"}},
		}).want(t, http.StatusCreated)
		v = s.get(fmt.Sprint("/api/v1/threads/", announced["thread"])).want(t, http.StatusOK)
		if shown := v["opening"].(object)["pictures"].([]any); len(shown) != 1 || shown[0].(object)["alt"] != "A wall" {
			t.Errorf("a meetup's opening post shows %v", shown)
		}

		thessaloniki := "/api/v1/places/gr.thessaloniki/threads"
		s.form(thessaloniki, [][2]string{{"ticket", s.ticket()}}, drawn(t, 40)).problem(t, http.StatusUnprocessableEntity, "board.no_pictures", "picture")
		s.send(athens, object{"ticket": s.ticket(), "pictures": []object{{"number": 12345}}}).problem(t, http.StatusUnprocessableEntity, "media.no_longer_there", "picture")
		five := s.form(athens, [][2]string{{"ticket", s.ticket()}, {"text", "x"}}, drawn(t, 1), drawn(t, 2), drawn(t, 3), drawn(t, 4), drawn(t, 5))
		five.problem(t, http.StatusUnprocessableEntity, "board.too_many_pictures", "picture")
		long := strings.Repeat("x", 600)
		s.send(athens, object{"text": "x", "ticket": s.ticket(), "pictures": []object{{"number": taken["number"]}, {"number": taken["number"], "alt": long}}}).
			problem(t, http.StatusUnprocessableEntity, "board.alt_too_long", "pictures[1].alt")
	})
}

func TestAPreviewKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		shown := s.send("/api/v1/previews", object{"place": "gr.athens", "subject": " On  it ", "text": "**x**"}).want(t, http.StatusOK)
		if shown["subject"] != "On it" || !strings.Contains(shown["html"].(string), "spoiler") {
			t.Errorf("preview: %v", shown)
		}
		if list := s.get(athens).want(t, http.StatusOK); len(list["threads"].([]any)) != 0 {
			t.Errorf("a preview stands on the board: %v", list)
		}
	})
}

func TestListsAreReadOn(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var opened []any
		for i := range 5 {
			opened = append(opened, s.post(athens, object{"text": fmt.Sprint("thread ", i)})["number"])
		}
		s.post(posts(opened[4]), object{"text": "a reply"})
		var seen []any
		path := athens + "?limit=2"
		for path != "" {
			list := s.get(path).want(t, http.StatusOK)
			for _, n := range list["threads"].([]any) {
				seen = append(seen, n.(object)["number"])
			}
			path = ""
			if older := list["older"]; older != nil {
				path = fmt.Sprint(athens, "?limit=2&before=", older)
			}
		}
		if fmt.Sprint(seen) != fmt.Sprint([]any{opened[4], opened[3], opened[2], opened[1], opened[0]}) {
			t.Errorf("read %v of %v", seen, opened)
		}
		full := s.get(athens+"?full=true").want(t, http.StatusOK)["threads"].([]any)[0].(object)
		if full["opening"].(object)["text"] != "thread 4" || full["last"].([]any)[0].(object)["text"] != "a reply" {
			t.Errorf("full: %v", full)
		}
		beneath := s.get("/api/v1/places/gr/everywhere?limit=1").want(t, http.StatusOK)
		if n := beneath["threads"].([]any); len(n) != 1 || n[0].(object)["place"].(object)["id"] != "gr.athens" || beneath["older"] == nil {
			t.Errorf("beneath Greece: %v", beneath)
		}

		regions := s.get("/api/v1/places/gr/places", "Accept-Language", "el").want(t, http.StatusOK)
		if p := regions["places"].([]any)[0].(object); p["kind"] != "region" || !strings.ContainsAny(p["name"].(string), "αεηιο") {
			t.Errorf("in Greek the first region of Greece is %v", p)
		}
		seen = nil
		for path := "/api/v1/places/us.texas/places"; path != ""; {
			part := s.get(path).want(t, http.StatusOK)
			seen = append(seen, part["places"].([]any)...)
			path = ""
			if next := part["next"]; next != nil {
				path = fmt.Sprint("/api/v1/places/us.texas/places?after=", next)
			}
		}
		texas, _ := gazetteer().ByPath("us/texas")
		if len(seen) != len(texas.Children()) || len(seen) <= 500 {
			t.Errorf("%d places of %d", len(seen), len(texas.Children()))
		}
	})
}

func TestAnswersAreKeptUntilTheyChange(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		no := s.post(athens, object{"text": "one"})["number"]
		path := fmt.Sprint("/api/v1/threads/", no)
		first := s.get(path)
		tag := first.Header().Get("ETag")
		if g := s.get(path, "If-None-Match", tag); g.Code != http.StatusNotModified || g.Body.Len() > 0 {
			t.Errorf("asked again: %d", g.Code)
		}
		s.clock.Advance(time.Second)
		s.post(posts(no), object{"text": "two"})
		if g := s.get(path, "If-None-Match", tag); g.Code != http.StatusOK {
			t.Errorf("after a reply: %d", g.Code)
		}
		if vary := strings.Join(first.Header().Values("Vary"), ","); !strings.Contains(vary, "Accept-Language") {
			t.Errorf("Vary: %s", vary)
		}
		if g := s.send(tables, object{}); g.Header().Get("Cache-Control") != "no-store" || g.Header().Get("ETag") != "" {
			t.Errorf("a ticket may be kept: %v", g.Header())
		}
	})
}

func TestPagesOfOtherSitesMayAsk(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		g := s.ask("OPTIONS", athens, nil, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		h := g.Header()
		if g.Code != http.StatusNoContent || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "POST") ||
			h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%d %v", g.Code, h)
		}
		if exposed := s.get("/api/v1/site").Header().Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "ETag") {
			t.Errorf("exposed: %s", exposed)
		}
	})
}
