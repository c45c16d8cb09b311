package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"moot/internal/convene"
)

const v1 = "/api/v1"

// as has a request bring a token.
func as(token any) []string { return []string{"Authorization", fmt.Sprint("Bearer ", token)} }

// up puts a hand up and gives its token.
func (s *site) up(place string, more object) string {
	s.t.Helper()
	body := object{"ticket": s.ticket()}
	for name, value := range more {
		body[name] = value
	}
	return s.send(v1+"/places/"+place+"/hands", body).want(s.t, http.StatusCreated)["token"].(string)
}

// climb goes all the way from a hand to a meetup that is cancelled, in ways that
// succeed and in ways that don't, and holds each answer against the description.
func (s *site) climb(d *described) {
	t := d.t
	t.Helper()
	send := func(template, path string, body object, headers ...string) object {
		t.Helper()
		d.takes(template, body)
		g := s.send(path, body, headers...)
		d.holds(template, g)
		if g.Code >= 300 {
			t.Errorf("%s: %d %s", path, g.Code, g.Body)
		}
		return g.object(t)
	}
	s.token = ""
	const (
		place   = v1 + "/places/{place}"
		thread  = v1 + "/threads/{number}"
		meetup  = v1 + "/meetups/{number}"
		leipzig = v1 + "/places/de.leipzig"
	)
	token := send(place+"/hands", leipzig+"/hands", object{"ticket": s.ticket(), "reach": 25})["token"]
	d.holds(place+"/hands", s.get(leipzig+"/hands"))
	other := s.up("de.leipzig", object{"held": []any{}})
	third := s.up("de.leipzig", nil)
	d.holds(place+"/hands", s.get(leipzig+"/hands"))
	d.holds(place+"/hands", s.get(v1+"/places/de/hands"))
	d.holds(place+"/hands", s.send(leipzig+"/hands", object{"ticket": s.ticket(), "reach": 7}))
	d.holds(v1+"/hand", s.get(v1+"/hand", as(token)...))
	d.holds(v1+"/hand", s.get(v1+"/hand"))
	d.holds(v1+"/hand/renew", s.send(v1+"/hand/renew", "", as(token)...))
	d.holds(v1+"/hand/renew", s.send(v1+"/hand/renew", ""))
	send(v1+"/hand/move", v1+"/hand/move", object{"reach": 50}, as(token)...)
	d.holds(v1+"/hand/move", s.send(v1+"/hand/move", object{"reach": 50, "to": "de.nowhere"}, as(token)...))

	d.holds(place+"/convenings", s.send(leipzig+"/convenings", object{"hand": "none", "ticket": s.ticket()}))
	no := number(send(place+"/convenings", leipzig+"/convenings", object{"hand": other, "text": "Who meets?", "ticket": s.ticket()})["number"])
	at := fmt.Sprint(v1, "/threads/", no)
	d.holds(thread+"/convening", s.get(at+"/convening"))
	d.holds(thread+"/convening", s.get(v1+"/threads/999999/convening"))
	venue := object{"name": "Stadtbibliothek", "why": "Free and step-free", "step_free": true, "ticket": s.ticket()}
	send(thread+"/venues", at+"/venues", venue)
	d.holds(thread+"/venues", s.send(at+"/venues", object{"name": "x", "ticket": s.ticket()}))
	d.holds(thread+"/marks", s.send(at+"/marks", object{"marks": []object{{"choice": 1, "answer": "perhaps"}}}, as(other)...))
	for _, who := range []any{token, other} {
		send(thread+"/marks", at+"/marks", object{"marks": []object{{"choice": 1, "answer": "cant"}, {"choice": 2, "answer": "suits"}}}, as(who)...)
	}
	d.holds(thread+"/convening", s.get(at+"/convening", as(other)...))
	send(thread+"/marks", at+"/marks", object{"marks": []object{{"choice": 2, "answer": "suits"}}}, as(third)...)
	d.holds(meetup, s.get(fmt.Sprint(v1, "/meetups/", no)))
	d.holds(v1+"/hand/lower", s.send(v1+"/hand/lower", "", as(third)...))
	d.holds(v1+"/hand/lower", s.send(v1+"/hand/lower", ""))

	day := s.clock.Now().AddDate(0, 0, 9).Format(time.DateOnly)
	details := func(more object) object {
		all := object{"title": "Rent letters", "start": day + "T18:30", "minutes": 60, "venue": "Central Library", "repeat": "week", "spot": "Room 4", "held": true}
		for name, value := range more {
			all[name] = value
		}
		return all
	}
	made := send(place+"/meetups", v1+"/places/gb.leeds/meetups", details(object{"text": "We read them aloud.", "ticket": s.ticket()}))
	d.holds(place+"/meetups", s.send(v1+"/places/gb.leeds/meetups", object{"title": "x", "ticket": s.ticket()}))
	d.holds(place+"/meetups", s.get(v1+"/places/gb/meetups?limit=1"))
	d.holds(place+"/meetups", s.get(v1+"/places/gb/meetups?after=x"))
	its, host := fmt.Sprint(v1, "/meetups/", made["thread"]), as(made["host_token"])
	first := send(meetup+"/answers", its+"/answers", object{"answer": "coming", "note": "I bring mine"})
	d.holds(meetup+"/answers", s.send(its+"/answers", object{"answer": "coming", "occurrence": "soon"}))
	d.holds(meetup, s.get(its, as(first["token"])...))
	d.holds(meetup, s.get(v1+"/meetups/999999"))
	d.holds(meetup+"/notes", s.get(its+"/notes", host...))
	d.holds(meetup+"/notes", s.get(its+"/notes", as(first["token"])...))
	second := first["coming"].([]any)[1].(object)["original"]
	send(meetup+"/times/move", its+"/times/move", object{"occurrence": second, "start": s.clock.Now().AddDate(0, 0, 17).Format(time.DateOnly) + "T17:00"}, host...)
	send(meetup+"/times/drop", its+"/times/drop", object{"occurrence": first["coming"].([]any)[2].(object)["original"]}, host...)
	send(meetup+"/edit", its+"/edit", details(object{"title": "Rent letters, read together"}), host...)
	send(meetup+"/move", its+"/move", object{"start": day + "T19:30"}, host...)
	send(meetup+"/cancel", its+"/cancel", object{"reason": "The library is closed"}, host...)
	for _, act := range []string{"edit", "move", "cancel", "times/move", "times/drop"} {
		d.holds(meetup+"/"+act, s.send(its+"/"+act, `{"no": 1}`, host...))
	}
	d.holds(meetup, s.get(its))
}

func TestHandsByPrograms(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		kilkis := v1 + "/places/gr.kilkis/hands"
		body := object{"ticket": s.ticket(), "reach": 50}
		first, again := s.send(kilkis, body).want(t, http.StatusCreated), s.send(kilkis, body).want(t, http.StatusCreated)
		if first["token"] != again["token"] || first["url"] != "/hand/"+first["token"].(string) {
			t.Errorf("sent twice: %v, %v", first, again)
		}
		if few := s.get(kilkis).want(t, http.StatusOK); few["few"] != true || few["count"] != nil {
			t.Errorf("one hand is told of: %v", few)
		}
		token := first["token"].(string)
		s.send(kilkis, object{"ticket": s.ticket(), "held": []string{token}}).want(t, http.StatusCreated) // it is renewed
		for _, other := range []string{"gr.athens", "gr.patra"} {
			if other = s.up(other, object{"held": []string{token}}); other == token {
				t.Error("a hand elsewhere has the same token")
			}
		}
		s.send(kilkis, object{"ticket": s.ticket(), "held": []string{"x"}}).problem(t, http.StatusUnprocessableEntity, "api.bad_field", "held")
		s.send(kilkis, object{"ticket": s.ticket(), "reach": 7}).problem(t, http.StatusUnprocessableEntity, "convene.reach", "reach")
		s.send(v1+"/places/gr/hands", object{"ticket": s.ticket()}).problem(t, http.StatusUnprocessableEntity, "convene.no_city", "place")
		s.send(kilkis, object{"reach": 0}).problem(t, http.StatusUnprocessableEntity, "guard.ticket_missing")
		if h := s.get(v1+"/hand", as(token)...); h.want(t, http.StatusOK)["reach"].(interface{ String() string }).String() != "50" || h.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %v", h.Body, h.Header())
		}
		s.get(v1+"/hand", "Cookie", "hands="+token).problem(t, http.StatusUnauthorized, "api.bad_token")
		s.get(v1+"/hand", as("nonsense")...).problem(t, http.StatusUnauthorized, "api.bad_token")
		moved := s.send(v1+"/hand/move", object{"to": "gr.thessaloniki", "reach": 10}, as(token)...).want(t, http.StatusOK)
		if moved["place"].(object)["id"] != "gr.thessaloniki" {
			t.Errorf("%v", moved)
		}
		if down := s.send(v1+"/hand/lower", "", as(token)...).want(t, http.StatusOK); down["place"] != "gr.thessaloniki" {
			t.Errorf("%v", down)
		}
		if down := s.send(v1+"/hand/lower", "", as(token)...).want(t, http.StatusOK); down["place"] != nil {
			t.Errorf("%v", down)
		}
		s.get(v1+"/hand", as(token)...).problem(t, http.StatusNotFound, "convene.no_hand")
		s.send(v1+"/hand/renew", "", as(token)...).problem(t, http.StatusNotFound, "convene.no_hand")
	})
}

// Marks of a hand whose time is over, of a made-up one and of none are refused; of two
// tabs the last one counts, and counts once.
func TestMarksByPrograms(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var tokens []string
		for range 5 {
			tokens = append(tokens, s.up("gr.thessaloniki", nil))
		}
		no := s.get(v1+"/places/gr.thessaloniki/hands").want(t, http.StatusOK)["convening"]
		at := fmt.Sprint(v1, "/threads/", no)
		mark := func(token any, answer string) given {
			return s.send(at+"/marks", object{"marks": []object{{"choice": 1, "answer": answer}}}, as(token)...)
		}
		mark(tokens[0], "suits").want(t, http.StatusOK)
		mark(tokens[0], "suits").want(t, http.StatusOK)
		last := mark(tokens[0], "could").want(t, http.StatusOK)
		time1 := last["times"].([]any)[0].(object)
		if fmt.Sprintf("%v %v %v", time1["suits"], time1["could"], time1["cant"]) != "0 1 0" || fmt.Sprint(last["marked"]) != "[map[answer:could choice:1]]" {
			t.Errorf("%v", last)
		}
		if v := s.get(at+"/convening").want(t, http.StatusOK); v["marked"] != nil {
			t.Errorf("everybody is told what one hand marked: %v", v["marked"])
		}
		forged := strings.Repeat("0", 26)
		mark(forged, "suits").problem(t, http.StatusForbidden, "convene.hand_first")
		mark("x", "suits").problem(t, http.StatusUnauthorized, "api.bad_token")
		s.send(at+"/marks", object{"marks": []object{}}).problem(t, http.StatusUnauthorized, "api.bad_token")
		s.send(at+"/marks", object{"marks": []object{{"choice": 1, "answer": "suits"}, {"choice": 1, "answer": "cant"}}}, as(tokens[1])...).problem(t, http.StatusUnprocessableEntity, "api.bad_field", "marks")
		s.send(at+"/marks", object{"marks": []object{{"choice": 99, "answer": "suits"}}}, as(tokens[1])...).problem(t, http.StatusUnprocessableEntity, "convene.no_choice")
		far := s.up("gr.athens", object{"reach": 100})
		mark(far, "suits").problem(t, http.StatusForbidden, "convene.hand_too_far")
		home := object{"name": "Our place", "directions": "Egnatia 12, second bell", "why": "warm", "ticket": s.ticket()}
		s.send(at+"/venues", home).problem(t, http.StatusUnprocessableEntity, "convene.home", "public")
		home["public"] = true
		for range 2 { // the second finds what the first did
			if v := s.send(at+"/venues", home).want(t, http.StatusCreated); len(v["venues"].([]any)) != 1 {
				t.Errorf("%v", v["venues"])
			}
		}
		ask := object{"hand": tokens[0], "ticket": s.ticket()}
		s.send(v1+"/places/gr.thessaloniki/convenings", ask).problem(t, http.StatusConflict, "convene.stands")

		// Its owner is away for longer than a hand is up.
		s.clock.Set(s.ladder.Rules.Ends(convene.Week(s.clock.Now())))
		if err := s.ladder.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		mark(tokens[1], "suits").problem(t, http.StatusForbidden, "convene.hand_first")
		if v := s.get(at+"/convening").want(t, http.StatusOK); fmt.Sprint(v["times"].([]any)[0].(object)["could"]) != "0" {
			t.Errorf("what a hand marked stays when its time is over: %v", v["times"])
		}
	})
}

func TestMeetupsByPrograms(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		day := func(n int) string { return s.clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
		announce := func(more object) object {
			body := object{"title": "Rents", "start": day(3) + "T18:30", "minutes": 60, "venue": "Serafio library", "ticket": s.ticket()}
			for name, value := range more {
				body[name] = value
			}
			return body
		}
		athens := v1 + "/places/gr.athens/meetups"
		body := announce(object{"spot": "Under the clock", "held": true, "room": 1})
		made, again := s.send(athens, body).want(t, http.StatusCreated), s.send(athens, body).want(t, http.StatusCreated)
		if made["thread"] != again["thread"] || made["host_token"] != again["host_token"] || made["token"] == nil {
			t.Errorf("sent twice: %v, %v", made, again)
		}
		body["title"] = "Another"
		s.send(athens, body).problem(t, http.StatusConflict, "guard.ticket_spent")
		for range 2 {
			s.send(athens, announce(object{"start": day(5) + "T19:00"})).want(t, http.StatusCreated)
		}
		s.send(athens, announce(object{"start": day(-1) + "T19:00", "minutes": 1})).problem(t, http.StatusUnprocessableEntity, "meetup.length", "minutes", "start")

		var seen []any
		for path := athens + "?limit=2"; path != ""; {
			list := s.get(path).want(t, http.StatusOK)
			for _, m := range list["meetups"].([]any) {
				seen = append(seen, m.(object)["thread"])
			}
			path = ""
			if next := list["next"]; next != nil {
				path = fmt.Sprint(athens, "?limit=2&after=", next)
			}
		}
		if len(seen) != 3 || seen[0] != made["thread"] || seen[1] == seen[2] {
			t.Errorf("read on: %v", seen)
		}

		its := fmt.Sprint(v1, "/meetups/", made["thread"])
		if m := s.get(its).want(t, http.StatusOK); m["spot"] != nil || m["held"] != true || m["zone"] != "Europe/Athens" {
			t.Errorf("%v", m)
		}
		mine := s.send(its+"/answers", object{"answer": "coming", "note": "late"}).want(t, http.StatusOK)
		if mine["spot"] != "Under the clock" || mine["token"] == nil || fmt.Sprint(mine["coming"].([]any)[0].(object)["coming"]) != "1" {
			t.Errorf("%v", mine)
		}
		s.send(its+"/answers", object{"answer": "coming"}).problem(t, http.StatusConflict, "meetup.full", "answer")
		if m := s.send(its+"/answers", object{"answer": "maybe"}, as(mine["token"])...).want(t, http.StatusOK); m["spot"] != nil || m["token"] != nil || m["answers"].([]any)[0].(object)["answer"] != "maybe" {
			t.Errorf("who changed their mind: %v", m)
		}
		host := as(made["host_token"])
		s.send(its+"/answers", object{"answer": "cant", "note": "ill"}, as(mine["token"])...).want(t, http.StatusOK)
		if n := s.get(its+"/notes", host...).want(t, http.StatusOK)["notes"].([]any); len(n) != 1 || n[0].(object)["note"] != "ill" {
			t.Errorf("%v", n)
		}
		s.get(its+"/notes", as(mine["token"])...).problem(t, http.StatusForbidden, "meetup.not_host")
		s.send(its+"/cancel", object{"reason": "no"}, as(mine["token"])...).problem(t, http.StatusForbidden, "meetup.not_host")
		s.send(its+"/cancel", object{"reason": " "}, host...).problem(t, http.StatusUnprocessableEntity, "meetup.needs_reason", "reason")
		if m := s.send(its+"/move", object{"start": day(4) + "T20:00", "venue": "The square", "step_free": true}, host...).want(t, http.StatusOK); m["venue"] != "The square" || m["step_free"] != true || m["title"] != "Rents" {
			t.Errorf("%v", m)
		}
		if m := s.send(its+"/cancel", object{"reason": "Rain"}, host...).want(t, http.StatusOK); m["cancelled"] != true || m["reason"] != "Rain" {
			t.Errorf("%v", m)
		}
		s.send(its+"/answers", object{"answer": "coming"}).want(t, http.StatusConflict)
	})
}
