package flyer

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/font"
	"moot/internal/lang"
)

// scripts are words of which titles of any length are made.
var scripts = map[string]string{
	"Latin":      "Reading the new rent law page by page über Straßen ",
	"Greek":      "Διαβάζουμε τον νέο νόμο για τα ενοίκια ",
	"Arabic":     "نقرأ قانون الإيجار الجديد معًا صفحة بصفحة ",
	"Hebrew":     "קוראים יחד את חוק השכירות החדש ",
	"Devanagari": "हम नया किराया कानून साथ पढ़ते हैं ",
	"Thai":       "เราอ่านกฎหมายค่าเช่าฉบับใหม่ด้วยกัน",
	"Japanese":   "新しい借地借家法を一緒に読む会です",
	"one word":   "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
	"wide":       "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
}

// unlike are the scripts that differ most in how they are set.
var unlike = []string{"Latin", "Arabic", "Japanese"}

// tried are the scripts that are tried: a few where that takes long.
func tried() map[string]string {
	all := maps.Clone(scripts)
	maps.DeleteFunc(all, func(name, _ string) bool { return raced && !slices.Contains(unlike, name) })
	return all
}

// long is a text of so many characters, made of some words.
func long(words string, n int) string {
	return string([]rune(strings.Repeat(words, n))[:n])
}

// full is a flyer whose texts are as long as a meetup's may be, times a share.
func full(title, words string, share float64) Flyer {
	part := func(n int) string { return long(words, int(math.Ceil(float64(n)*share))) }
	return Flyer{
		Language: "en", Direction: font.LTR, Head: "Meetup · Thessaloniki", Title: title,
		Often: "every second Wednesday", Weekday: "Wednesday", Day: "30 September 2026", Date: "Wednesday, 30 September 2026", Time: "19:00",
		Place:   part(80),
		Facts:   []Fact{{"How to find it", part(500)}, {"The exact spot", part(300)}, {"How to recognise us", part(200)}, {"What it costs", part(120)}},
		About:   "On Moot the people of a city find each other and meet in public places. No account, nothing to install.",
		Also:    "Τετάρτη, 30 Σεπτεμβρίου 2026, 19:00. Στο Moot οι άνθρωποι μιας πόλης βρίσκουν ο ένας τον άλλον.",
		Address: "moot.example/m/1234567", Link: "https://moot.example/m/1234567",
	}
}

func TestNothingLeavesItsPlaceAndNoWordIsLost(t *testing.T) {
	lengths := []int{1, 12, 45, 120}
	if raced {
		lengths = []int{12, 120}
	}
	for script, words := range tried() {
		for _, n := range lengths {
			for _, share := range []float64{.001, .25, 1} {
				f := full(long(words, n), words, share)
				for _, form := range Forms {
					if form == Handbill && share != .25 { // it is a smaller poster
						continue
					}
					name := fmt.Sprintf("%s, a title of %d, %v full, %v", script, n, share, form)
					s := Compose(f, form)
					if err := sound(s); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					for _, text := range texts(f, form) {
						if !slices.Contains(s.Words(), text) {
							t.Errorf("%s: %q is not on it", name, text)
						}
					}
				}
			}
		}
	}
}

// texts are those that a form of a flyer has.
func texts(f Flyer, form Form) []string {
	all := []string{f.Head, f.Title, f.Often, f.Date, f.Time, f.Place, f.About, f.Address}
	if form == Card {
		return all
	}
	for _, fact := range f.Facts {
		all = append(all, fact.Label, fact.Text)
	}
	return append(all, f.Also)
}

// sound is what is wrong with how a sheet is set.
func sound(s *Sheet) error {
	const hair = .6 // a point: ink may stick out of its box by as much
	type box struct{ left, top, right, bottom float64 }
	var letters []box
	for _, m := range s.marks {
		left, top, right, bottom := m.ink()
		if left < 0 || top < 0 || right > s.Width || bottom > s.Height {
			return fmt.Errorf("%q leaves the sheet: %.1f %.1f %.1f %.1f", m.words, left, top, right, bottom)
		}
		if !m.letters() {
			continue
		}
		if m.set.block.Cut {
			return fmt.Errorf("%q is cut", m.words)
		}
		long, high := right-left, bottom-top
		if m.upward {
			long, high = high, long
		}
		if slack := m.set.scale * em * .3; long > m.w+slack || high > m.h+slack+hair {
			return fmt.Errorf("%q is %.1f by %.1f, and has %.1f by %.1f", m.words, long, high, m.w, m.h)
		}
		letters = append(letters, box{left, top, right, bottom})
	}
	slices.SortFunc(letters, func(a, b box) int { return cmp.Compare(a.top, b.top) })
	for i, a := range letters {
		for _, b := range letters[i+1:] {
			across := min(a.right, b.right) - max(a.left, b.left)
			down := min(a.bottom, b.bottom) - max(a.top, b.top)
			if across > hair && down > hair {
				return fmt.Errorf("texts lie on each other: %.1f and %.1f", a, b)
			}
		}
	}
	return nil
}

// In each language that is printed what a flyer always says has room, and letters.
func TestEveryLanguageHasRoom(t *testing.T) {
	forms := Forms
	if raced {
		forms = forms[:1]
	}
	for _, l := range append(lang.All(), lang.Printed(nil)...) {
		direction := font.LTR
		if l.Dir() == "rtl" {
			direction = font.RTL
		}
		hands := Flyer{
			Language: l.Code(), Direction: direction, Head: "Moot · Thessaloniki", Title: l.T("flyer.hand_title", "place", "Thessaloniki"), Lead: l.T("flyer.hand_lead", "n", 5),
			About: l.T("flyer.about", "site", "Moot"), Also: "On Moot the people of a city find each other.", AlsoIn: "en",
			Address: "moot.example/m/1234567", Link: "https://moot.example/m/1234567",
		}
		begins := time.Date(2026, 9, 30, 19, 0, 0, 0, time.UTC)
		meets := hands
		meets.Head, meets.Title, meets.Lead = l.T("meetup.kind")+" · Thessaloniki", "Rents", ""
		meets.Often, meets.Weekday, meets.Day, meets.Date, meets.Time = l.T("recur.third_wednesday"), l.Weekday(begins), l.DayLong(begins), l.DateLong(begins), "19:00"
		meets.Place = l.T("meetup.where_open")
		for _, label := range []string{l.T("meetup.find_it"), l.T("meetup.spot"), l.T("meetup.know_us"), l.T("meetup.cost")} {
			meets.Facts = append(meets.Facts, Fact{label, l.T("meetup.spot_held")})
		}
		for what, f := range map[string]Flyer{"hands": hands, "a meetup": meets} {
			for _, form := range forms {
				if err := sound(Compose(f, form)); err != nil {
					t.Errorf("%s, %s, %v: %v", l.Code(), what, form, err)
				}
			}
		}
	}
}

func TestLongAddresses(t *testing.T) {
	for _, address := range []string{"moot.example/m/1", "a-site.of-a-town.example.org/us/california/los-angeles/hand", strings.Repeat("abcdefg2", 7) + ".onion/m/1234567"} {
		f := full("Reading the new rent law", "Ground floor, on the left. ", .2)
		f.Address, f.Link = address, "http://"+address
		for _, form := range Forms {
			if err := sound(Compose(f, form)); err != nil {
				t.Errorf("%s, %v: %v", address, form, err)
			}
		}
	}
}

func TestASheetThatIsWrongIsNoticed(t *testing.T) {
	s := Compose(full("Reading", "word ", .2), Poster)
	for i, m := range s.marks {
		if m.letters() {
			moved := m
			moved.y += 40
			s.marks[i] = moved
			if sound(s) == nil {
				t.Errorf("%q may lie on what is below it", m.words)
			}
			s.marks[i] = m
			break
		}
	}
}

func TestATitleIsReadFromTwoMetres(t *testing.T) {
	for _, title := range []string{"Coffee", "Reading the new rent law", "Καφές στη βιβλιοθήκη", "نقرأ قانون الإيجار الجديد معًا", "新しい借地借家法を一緒に読む会", "हम नया किराया कानून साथ पढ़ते हैं"} {
		if got := newComposer(full(title, "Ground floor, on the left. ", .15), Poster, 1).fit(); got.Title < 60 {
			t.Errorf("%q has %v points", title, got.Title)
		}
	}
}

func TestPDF(t *testing.T) {
	for script, words := range tried() {
		f := full(long(words, 120), words, 1)
		for _, form := range Forms {
			s := Compose(f, form)
			once, err := s.PDF()
			if err != nil {
				t.Fatal(err)
			}
			again, err := Compose(f, form).PDF()
			if err != nil || !bytes.Equal(once, again) {
				t.Errorf("%s, %v: the same words make other bytes (%v)", script, form, err)
			}
			if len(once) > 300<<10 {
				t.Errorf("%s, %v: %d bytes", script, form, len(once))
			}
		}
	}
}
