package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// Whatever is sent to the addresses of hands, convenings and meetups is taken or is a
// problem: nothing that anybody sends is a fault of the site.
func FuzzLadder(f *testing.F) {
	for i, seed := range []string{
		"", "{}", "null", "[]", `{"reach": 10, "held": ["x"], "to": "gr.athens"}`, `{"marks": [{"choice": 1, "answer": "suits"}]}`, `{"marks": null}`,
		`{"marks": [{"choice": 9223372036854775807, "answer": "\u0000"}]}`, `{"hand": "` + strings.Repeat("0", 26) + `", "text": "x"}`,
		`{"name": "\ud800", "why": "x", "public": true}`, `{"title": "x", "start": "9999-12-31T23:59", "minutes": 1440, "venue": "x", "repeat": "otherwise", "rule": "FREQ=SECONDLY"}`,
		`{"title": "x", "start": "2026-12-01T18:30", "minutes": 60, "venue": "x", "zone": "../../etc", "until": "0000-00-00", "repeat": "week"}`,
		`{"occurrence": "0000-01-01T00:00:00Z", "start": "2026-12-01T18:30"}`, `{"answer": "coming", "occurrence": "9999-12-31T23:59:59+23:59"}`, `{"reason": "x"}`,
	} {
		for n := range 3 {
			f.Add(i+5*n, seed)
		}
	}
	f.Fuzz(func(t *testing.T, n int, body string) {
		s := open(t, dbtest.Open(t, db.SQLite))
		var hands []string
		for range 5 {
			hands = append(hands, s.up("gr.thessaloniki", nil))
		}
		no := s.get(v1+"/places/gr.thessaloniki/hands").want(t, http.StatusOK)["convening"]
		made := s.send(v1+"/places/gr.athens/meetups", object{
			"title": "Rents", "start": "2026-12-01T18:30", "minutes": 60, "venue": "Library", "repeat": "week", "ticket": s.ticket(),
		}).want(t, http.StatusCreated)
		its := fmt.Sprint(v1, "/meetups/", made["thread"])
		acts := []struct{ path, token string }{
			{v1 + "/places/gr.thessaloniki/hands", ""}, {v1 + "/places/gr.athens/convenings", ""}, {v1 + "/hand/move", hands[0]}, {v1 + "/hand/renew", hands[0]}, {v1 + "/hand/lower", hands[0]},
			{fmt.Sprint(v1, "/threads/", no, "/marks"), hands[1]}, {fmt.Sprint(v1, "/threads/", no, "/venues"), ""}, {v1 + "/places/gr.athens/meetups", ""}, {its + "/answers", ""},
			{its + "/edit", fmt.Sprint(made["host_token"])}, {its + "/move", fmt.Sprint(made["host_token"])}, {its + "/times/move", fmt.Sprint(made["host_token"])}, {its + "/times/drop", fmt.Sprint(made["host_token"])},
		}
		act := acts[max(n, -n, 0)%len(acts)]
		var read object
		if json.Unmarshal([]byte(body), &read) == nil && read != nil && strings.HasSuffix(act.path, "s") { // past the ticket, where one is asked for
			read["ticket"] = s.ticket()
			if with := s.send(act.path, read, as(act.token)[:min(2, 2*len(act.token))]...); with.Code >= http.StatusInternalServerError {
				t.Errorf("%s %v: %d %s", act.path, read, with.Code, with.Body)
			}
		}
		g := s.send(act.path, body, as(act.token)[:min(2, 2*len(act.token))]...)
		if g.Code >= http.StatusInternalServerError {
			t.Errorf("%s %q: %d %s", act.path, body, g.Code, g.Body)
		} else if g.Code >= http.StatusBadRequest && g.object(t)["code"] == nil {
			t.Errorf("%s %q: a problem without a code: %s", act.path, body, g.Body)
		}
	})
}
