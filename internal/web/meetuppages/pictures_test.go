package meetuppages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/web/page/pagetest"
)

// picture puts a picture there that a post can have, and returns its number.
func (s *listing) picture(number int64, state media.State) int64 {
	s.t.Helper()
	err := s.DB.Write(s.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO picture (number, sha, md5, kind, width, height, bytes, thumb_kind, thumb_width, thumb_height,
			large_kind, large_width, large_height, moving, colour, pdq, quality, state, used, at)
			VALUES ($1, $2, $2, 'png', 800, 600, 4321, 'jpeg', 250, 188, 'jpeg', 500, 375, $3, 0, $2, 100, $4, 0, $5)`,
			number, fmt.Append(nil, number), false, string(state), s.clock.Now().Unix())
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return number
}

// announceWith announces a meetup whose opening post has pictures, and is who wrote that.
func (s *listing) announceWith(path, title, start string, pictures ...media.New) (thread int64, writer key.Actor) {
	s.t.Helper()
	writer = s.somebody()
	made, err := s.Announce(s.t.Context(), writer, s.somebody(), board.NewThread{Place: s.at(path), NewPost: board.NewPost{Body: "Who comes?", Pictures: pictures}},
		meetup.Details{Title: title, Start: start, Minutes: 120, Venue: meetup.Venue{Name: "Library café"}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.told()
	return made.Thread, writer
}

// stands checks which file stands for the one meetup of a city, wherever it is shown, and
// nowhere where it is "".
func (s *listing) stands(what, city string, thread int64, file, alt string) {
	s.t.Helper()
	address := fmt.Sprintf("/%s/t/%d", city, thread)
	for path, selector := range map[string]string{
		"/" + city + "/meetups": ".card img.photo.u-photo", address + "/meetup": ".card a.photo > img.u-photo", address: "", "/" + city + "/meetups/2026-12": "",
		"/" + s.at(city).Country().Path(): ".leaf-of img.photo", "/" + s.at(city).Country().Path() + "/meetups": ".card img.photo.u-photo",
	} {
		p := s.get(path).Want(http.StatusOK)
		if file == "" {
			p.Lacks(".photo, .card img, .leaf-of img, [itemprop=image], .u-photo")
			continue
		}
		if selector == "" { // in the thread its post shows it, and a month is words
			p.Lacks(".photo, .card img, td img")
		} else if img := p.One(selector); !strings.HasPrefix(pagetest.Attr(img, "src"), "/f/"+file) || pagetest.Attr(img, "alt") != alt || pagetest.Attr(img, "loading") != "lazy" || pagetest.Attr(img, "width") == "" || pagetest.Attr(img, "height") == "" {
			s.t.Errorf("%s: %s: %v", what, path, img.Attr)
		}
		for _, event := range p.All(".h-event") {
			photo, image := hEvent(event)["u-photo"], fmt.Sprint(items(event.Parent)[0]["image"])
			if !strings.HasPrefix(photo, "/f/"+file) || image != "[/f/"+file+".png]" {
				s.t.Errorf("%s: %s: photo %q, image %q", what, path, photo, image)
			}
		}
	}
}

// What stands for a meetup is the first picture of what its thread opens with that
// readers see without asking: none that waits, stands behind a spoiler or is gone.
func TestAPictureStandsForAMeetup(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		door, cat, waits := s.picture(11, media.Waiting), s.picture(12, media.Shown), s.picture(13, media.Waiting)
		athens, writer := s.announceWith("gr/athens", "Tea", "2026-12-03T19:00", media.New{Number: cat, Alt: "a cat", Spoiler: true}, media.New{Number: door, Alt: `a "door"`})
		s.stands("free", "gr/athens", athens, "11", `a "door"`)
		leeds, _ := s.announceWith("gb/leeds", "Walk", "2026-12-03T19:00", media.New{Number: waits})
		s.stands("waiting", "gb/leeds", leeds, "", "")
		if err := s.pictures.LetThrough(t.Context(), key.Steward, waits); err != nil {
			t.Fatal(err)
		}
		s.told()
		s.stands("let through", "gb/leeds", leeds, "13", "A picture without a description")
		if err := s.pictures.Remove(t.Context(), key.Steward, waits, false); err != nil {
			t.Fatal(err)
		}
		s.told()
		s.stands("removed", "gb/leeds", leeds, "", "")
		if _, err := s.boards.Reply(t.Context(), s.somebody(), athens, board.NewPost{Body: "I do"}); err != nil { // the thread stays
			t.Fatal(err)
		}
		if _, _, err := s.boards.TakeBack(t.Context(), writer, athens, ""); err != nil {
			t.Fatal(err)
		}
		s.told()
		s.stands("taken back", "gr/athens", athens, "", "")
		berlin, _ := s.announceWith("de/berlin", "Veiled", "2026-12-03T19:00", media.New{Number: cat, Alt: "a cat", Spoiler: true})
		s.stands("veiled", "de/berlin", berlin, "", "")
	})
}

// The form keeps its pictures through a preview and a refusal, and announces with them;
// where a board takes none it asks for none.
func TestTheFormKeepsItsPictures(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		const path = "/gr/athens/meetups/new"
		s.picture(21, media.Shown)
		s.picture(22, media.Shown)
		p := s.get(path).Want(http.StatusOK)
		p.Has(`form.write[enctype="multipart/form-data"] details.slots:not([open]) input[type=file][name=picture-1]`)
		form := url.Values{
			"ticket": {p.Attr("input[name=ticket]", "value")}, "title": {"Tea"}, "day": {"2026-12-03"}, "time": {"19:00"}, "minutes": {"120"}, "venue": {"Library café"},
			"kept-1": {"21"}, "alt-1": {"a door"}, "kept-2": {"22"}, "spoiler-2": {"1"}, "kept-3": {"99"},
		}
		send := func(do string, change url.Values) *pagetest.Page {
			sent := url.Values{"do": {do}}
			for _, values := range []url.Values{form, change} {
				for name, value := range values {
					sent[name] = value
				}
			}
			return pagetest.Post(t, s, path, sent, "Origin", "https://moot.example")
		}
		p = send("preview", url.Values{"kept-3": nil}).Want(http.StatusOK)
		if n := len(p.All(".preview .unposted li")); n != 2 || !strings.Contains(p.Text(".preview .unposted"), "a door") {
			t.Errorf("%d are previewed: %s", n, p.Text(".preview"))
		}
		p.Lacks(".preview img, .preview .photo") // they aren't on the site yet
		p = send("preview", nil).Want(http.StatusOK)
		if !strings.Contains(p.Text("#picture-3-error"), "no longer there") {
			t.Errorf("nothing said of a picture that is gone: %s", p.Text("form.write"))
		}
		p = send("announce", url.Values{"kept-3": nil, "title": nil, "alt-2": {strings.Repeat("long ", 500)}}).Want(http.StatusUnprocessableEntity)
		if p.Attr("input[name=kept-1]", "value") != "21" || p.Attr("#alt-1", "value") != "a door" || p.Attr("input[name=kept-2]", "value") != "22" {
			t.Errorf("lost: %s", p.Text("form.write"))
		}
		p.Has("#title-error")
		p.Has("#alt-2-error")
		p.Has("input[name=spoiler-2][checked]")
		form.Del("kept-3")
		made := send("announce", nil).Want(http.StatusSeeOther)
		again := send("announce", nil).Want(http.StatusSeeOther)
		if made.Header.Get("Location") != again.Header.Get("Location") {
			t.Errorf("sent twice it is two: %q, %q", made.Header.Get("Location"), again.Header.Get("Location"))
		}
		s.told()
		if p := s.get("/gr/athens/meetups").Want(http.StatusOK); p.Attr(".card .photo", "src") != "/f/21t.jpg" || p.Attr(".card .photo", "alt") != "a door" {
			t.Errorf("%v", p.One(".card .photo").Attr)
		}
		p = s.get(made.Header.Get("Location")).Want(http.StatusOK) // the host's page has it, and no places for others
		p.Has(".card a.photo")
		p.Lacks("details.slots")
	})
}

// A host sees a change as it would stand, with the picture that stands for the meetup and
// all that they typed, before it is kept.
func TestAHostSeesAChangeBefore(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		host := s.somebody()
		made, err := s.Announce(t.Context(), s.somebody(), host, board.NewThread{Place: s.at("gr/athens"), NewPost: board.NewPost{Pictures: []media.New{{Number: s.picture(31, media.Shown), Alt: "a door"}}}},
			meetup.Details{Title: "Tea", Start: "2026-12-03T19:00", Minutes: 120, Venue: meetup.Venue{Name: "Library café"}})
		if err != nil {
			t.Fatal(err)
		}
		path := fmt.Sprintf("/host/%d", made.Thread)
		send := func(do, title, token string) *pagetest.Page {
			return pagetest.Post(t, s, path, url.Values{
				"do": {do}, "token": {token}, "title": {title}, "day": {"2026-12-04"}, "time": {"20:00"}, "minutes": {"60"}, "repeat": {"week"}, "venue": {"Serafio"}, "recognise": {"a red scarf"},
			}, "Origin", "https://moot.example")
		}
		p := send("preview", "Rents", host.Token()).Want(http.StatusOK)
		if said := p.Text(".preview .card"); !strings.Contains(said, "Rents") || !strings.Contains(said, "Fri 4 Dec, 20:00") || !strings.Contains(said, "Serafio") || !strings.Contains(said, "every Friday") {
			t.Error(said)
		}
		if p.Attr(".preview .card .photo img", "alt") != "a door" || p.Attr("#title", "value") != "Rents" || p.Attr("#recognise", "value") != "a red scarf" || len(p.All(".preview li > time")) < 2 {
			t.Error(p.Text("main"))
		}
		p.Lacks("button[value=cancel], #link, .preview .button")
		if n := len(p.All(".card")); n != 1 {
			t.Errorf("%d cards", n)
		}
		p = send("preview", "", host.Token()).Want(http.StatusUnprocessableEntity)
		p.Has("#title-error")
		p.Lacks(".preview")
		send("preview", "Rents", s.somebody().Token()).Want(http.StatusForbidden)
		if m, err := s.Meetup(t.Context(), made.Thread); err != nil || m.Title != "Tea" || m.Rule != "" || m.Sequence != 0 {
			t.Errorf("it is changed: %+v, %v", m, err)
		}
		send("keep", "Rents", host.Token()).Want(http.StatusSeeOther)
		if m, err := s.Meetup(t.Context(), made.Thread); err != nil || m.Title != "Rents" || m.Rule == "" {
			t.Errorf("it isn't changed: %+v, %v", m, err)
		}
	})
}
