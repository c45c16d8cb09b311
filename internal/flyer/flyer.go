package flyer

import (
	"cmp"

	"moot/internal/font"
)

// Flyer is what a flyer says, in words that are ready to be read. Every text may be
// empty but the title, the address and the link.
type Flyer struct {
	Language  string         // of the words, a tag of BCP 47
	Direction font.Direction // of that language
	Head      string         // above the title: "Meetup · Athens"
	Title     string
	Often     string // "every second Tuesday"
	Weekday   string // "Tuesday"; of what goes on for days "1 December 2026 –"
	Day       string // "1 December 2026"; of what goes on for days the last
	Date      string // both: "Tuesday, 1 December 2026"
	Time      string // "19:00"; "" for whole days
	Place     string
	Facts     []Fact
	Lead      string // what whoever reads may do
	About     string // what the site is
	Also      string // the same for readers of another language, smaller
	AlsoIn    string // that language
	Site      string
	Address   string // short, to be typed
	Link      string // the whole address, for the code
}

// Fact is one thing more that is to be known, beneath a word that says what it is.
type Fact struct{ Label, Text string }

// side is where lines begin: that of the title, since it is what is seen first.
func (f Flyer) side() font.Direction {
	return cmp.Or(font.DirectionOf(f.Title), f.Direction, font.LTR)
}

// Form is a kind of sheet.
type Form int

const (
	Poster   Form = iota // A4
	Handbill             // A5
	Tabs                 // A4, its foot to be torn off piece by piece
	Card                 // square, to be looked at on a screen
)

// Forms are all there are.
var Forms = []Form{Poster, Handbill, Tabs, Card}

// String is a form's name in addresses.
func (f Form) String() string { return [...]string{"a4", "a5", "tabs", "card"}[f] }

// Size is how wide and high a sheet of the form is, in points (1/72 inch).
func (f Form) Size() (width, height float64) {
	switch f {
	case Handbill:
		return 419.53, 595.28
	case Card:
		return 540, 540
	}
	return 595.28, 841.89
}

// FormOf is the form of a name.
func FormOf(name string) (Form, bool) {
	for _, f := range Forms {
		if f.String() == name {
			return f, true
		}
	}
	return 0, false
}

// Dir is which side the lines begin at, as HTML says it.
func (f Flyer) Dir() string {
	if f.side() == font.RTL {
		return "rtl"
	}
	return "ltr"
}
