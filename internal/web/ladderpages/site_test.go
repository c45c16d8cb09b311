package ladderpages_test

import (
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/job"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/ladderpages"
	"moot/internal/web/meetuppages"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// site is a whole site under test: boards, the ladder and meetups, as they stand
// together, on a real database, with pages that are kept.
type site struct {
	*web.Server
	t      *testing.T
	clock  *clock.Clock
	ladder *convene.Ladder
	jobs   *job.Crew
	moved  chan event.Event // what made pages old
}

func open(t *testing.T, d *db.DB, rules convene.Rules) *site {
	t.Helper()
	s := &site{t: t, clock: clock.Hold(noon), moved: make(chan event.Event, 1000)}
	outbox := event.New()
	boards, jobs := board.New(d, s.clock, outbox, gazetteer(), board.Limits{PostLength: 8000, Names: true}), job.New(d, s.clock)
	meetups := meetup.New(meetup.Settings{
		DB: d, Clock: s.clock, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs,
		Over: func(tx *db.Tx, at string) error { return jobs.Add(tx, convene.LookJob, at, s.clock.Now()) },
	})
	s.ladder = convene.New(convene.Settings{
		DB: d, Clock: s.clock, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs, Rules: rules,
		Words: func(place.Place) *lang.Language { return lang.All()[0] }, ToCome: meetups.ToCome,
		Meet: func(tx *db.Tx, a convene.Agreed) error {
			return meetups.Make(tx, a.Thread, meetup.Details{Title: "We meet", Start: a.At.Format(meetup.ClockForm), Minutes: 120})
		},
	})
	s.jobs = jobs.Crew(slog.New(slog.DiscardHandler), append(s.ladder.Kinds(), meetups.Kinds()...)...)
	found, err := directory.Open(t.Context(), boards, gazetteer())
	if err != nil {
		t.Fatal(err)
	}
	limits := guard.Defaults()
	limits.Wait, limits.Bits = 0, 0
	ladder, steps := ladderpages.New(s.ladder, meetups)
	gatherings, ofMeetups := meetuppages.New(meetups, boards, media.Open(d, s.clock, outbox, nil, nil, media.Limits{}), func(*page.Request, place.Place) (template.HTML, error) { return "", nil })
	s.Server, err = web.New(web.Settings{PageCache: 8 << 20, Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: gazetteer(), Guard: guard.New(s.clock, limits), Clock: s.clock, Log: slog.New(slog.DiscardHandler),
	}}, boardpages.New(boards, found, nil, steps.With(ofMeetups)), ladder, gatherings)
	if err != nil {
		t.Fatal(err)
	}
	go found.Follow(t.Context(), func(e event.Event) {
		s.Moved(e)
		s.moved <- e
	}, func(err error) { t.Error(err) })
	return s
}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d, convene.Defaults())) })
}

// settled waits until pages are old that show an event of a kind.
func (s *site) settled(kind event.Kind) {
	s.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case e := <-s.moved:
			if e.Kind == kind {
				return
			}
		case <-late:
			s.t.Fatalf("nothing told of %s", kind)
		}
	}
}

// browser is somebody's browser, without script. Each has an address of its own.
type browser struct {
	*site
	address string
	cookies map[string]string
}

var addresses atomic.Int64

func (s *site) browser() *browser {
	return &browser{s, fmt.Sprintf("2001:db8:%x::1", addresses.Add(1)), map[string]string{}}
}

func (b *browser) keep(p *pagetest.Page) *pagetest.Page {
	for _, c := range p.Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return p
}

func (b *browser) do(method, path string, form url.Values) *pagetest.Page {
	b.t.Helper()
	path, _, _ = strings.Cut(path, "#")
	r, err := http.NewRequest(method, path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.RemoteAddr = "[" + b.address + "]:4000"
	var all []string
	for name, value := range b.cookies {
		all = append(all, name+"="+value)
	}
	headers := []string{"Cookie", strings.Join(all, "; "), "Sec-Fetch-Site", "same-origin"}
	if method == http.MethodPost {
		headers = append(headers, "Content-Type", "application/x-www-form-urlencoded")
	}
	return b.keep(pagetest.Do(b.t, b, r, headers...))
}

func (b *browser) get(path string) *pagetest.Page { return b.do(http.MethodGet, path, nil) }

// send sends the form of a page whose button has a name, with some fields filled in.
func (b *browser) send(p *pagetest.Page, action, button string, filled ...string) *pagetest.Page {
	b.t.Helper()
	values := url.Values{"do": {button}}
	for _, f := range p.All("form.write input[type=hidden], form.write input[value], form.write textarea, form.write select") {
		name, value := pagetest.Attr(f, "name"), pagetest.Attr(f, "value")
		if f.Data == "textarea" {
			value = ""
			for c := range f.Descendants() {
				value += c.Data
			}
			value = strings.TrimPrefix(value, "\n")
		}
		if kind := pagetest.Attr(f, "type"); kind != "submit" && kind != "checkbox" && f.Data != "select" {
			values.Set(name, value)
		}
	}
	for i := 0; i+1 < len(filled); i += 2 {
		values.Set(filled[i], filled[i+1])
	}
	return b.do(http.MethodPost, action, values)
}

// raise puts a hand of this browser up.
func (b *browser) raise(city string) {
	b.t.Helper()
	p := b.get("/" + city + "/hand").Want(http.StatusOK)
	b.send(p, "/"+city+"/hand", "raise", "reach", "0").Want(http.StatusSeeOther)
}
