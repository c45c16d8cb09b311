package flyer

import (
	"math"

	"moot/internal/font"
)

// A4's width in points, to which all measures below belong: a smaller sheet is the
// same one, smaller.
const whole = 595.28

// titles are the sizes that a title may have, and scales what the other words may
// shrink to for its sake.
var (
	titles = []float64{150, 132, 116, 102, 90, 80, 72, 66, 60, 54, 48, 43, 38, 34, 30, 26, 22, 19, 16, 14}
	scales = []float64{1, .92, .84, .76, .68, .6, .52, .44, .36}
)

// passes are what is tried in turn: a title of so much at least beside words of so
// much at least, and whether its own may be broken. 60 is read from two metres, and
// more.
var passes = []struct {
	title, scale float64
	broken       bool
}{
	{60, .68, false}, {48, .76, false}, {43, .68, false}, {34, .68, false}, {30, .6, false}, {60, .68, true}, {43, .6, true}, {26, .52, false},
	{30, .52, true}, {24, .52, true}, {24, .44, true}, {19, .44, false}, {19, .44, true}, {14, .36, false}, {14, .36, true},
}

// Steps are how large the words of a sheet are.
type Steps struct {
	Title      float64 // points on A4
	Scale      float64 // of the other words
	Address    float64 // points on A4, beside the code
	Tab        float64 // scale of the words on a tab
	TabAddress float64 // points
}

// composer puts words onto a sheet.
type composer struct {
	Flyer
	form      Form
	u         float64 // what a point of A4 is on this sheet
	lead      font.Direction
	left, top float64 // of what may be printed on
	w, bottom float64
	tight     float64 // less than 1: room that is left for other letters than these, which may run wider
	titleAt   map[float64]set
}

func newComposer(f Flyer, form Form, tight float64) *composer {
	width, height := form.Size()
	c := &composer{Flyer: f, form: form, u: width / whole, lead: f.side(), tight: tight, titleAt: map[float64]set{}}
	margin := c.u * 40
	c.left, c.top, c.w, c.bottom = margin, margin, width-2*margin, height-margin
	if form == Tabs {
		c.bottom = height - tabHeight - 22
	}
	return c
}

// Compose puts a flyer onto a sheet.
func Compose(f Flyer, form Form) *Sheet {
	c := newComposer(f, form, 1)
	width, height := form.Size()
	s := &Sheet{Width: width, Height: height, Title: f.Title, Language: f.Language}
	steps := c.fit()
	head, facts, foot := c.head(), c.facts(steps.Scale), c.foot(steps.Scale)
	s.add(head, c.top)
	title := c.title(steps.Title, true)
	s.letters(title, f.Title, c.left, c.top+head.height, c.w, c.room(head, facts, foot))
	s.add(facts, c.bottom-foot.height-facts.height)
	s.add(foot, c.bottom-foot.height)
	if form == Tabs {
		c.tabs(s)
	}
	return s
}

// Fit is how large the words of a sheet are that is set by others' letters, which may
// run a seventh wider than these.
func Fit(f Flyer, form Form) Steps {
	c := newComposer(f, form, .86)
	steps := c.fit()
	_, steps.Address = c.address(c.w-c.codeWidth()-c.gap(), addresses)
	_, steps.Tab, steps.TabAddress = c.tab(tabWidth, tabLength)
	return steps
}

// room is how high the title may be.
func (c *composer) room(head, facts, foot column) float64 {
	return c.bottom - c.top - head.height - facts.height - foot.height
}

// fit finds how large the words are to be.
func (c *composer) fit() Steps {
	head, rooms := c.head(), map[float64]float64{}
	room := func(scale float64) float64 {
		if _, known := rooms[scale]; !known {
			rooms[scale] = c.room(head, c.facts(scale), c.foot(scale)) * min(1, c.tight+.06)
		}
		return rooms[scale]
	}
	for _, pass := range passes {
		for _, scale := range scales {
			if scale < pass.scale {
				break
			}
			for _, size := range titles {
				if size < pass.title {
					break
				}
				if t := c.title(size, false); t.height() <= room(scale) && (pass.broken || !t.block.Broken) {
					return Steps{Title: size, Scale: scale}
				}
			}
		}
	}
	return Steps{Title: titles[len(titles)-1], Scale: scales[len(scales)-1]}
}

// title is the title in a size.
func (c *composer) title(size float64, balanced bool) set {
	if t, made := c.titleAt[size]; made && !balanced {
		return t
	}
	t := c.lay(c.Title, c.w, style{size: size, bold: true, balanced: balanced})
	if !balanced {
		c.titleAt[size] = t
	}
	return t
}

// style is how a text of a flyer is set: its size in points of A4.
type style struct {
	size     float64
	bold     bool
	balanced bool
	ltr      bool // an address or a time, which has a direction of its own
	end      bool // it stands at the other side
}

func (c *composer) lay(text string, width float64, s style) set {
	scale := s.size * c.u / em
	how := font.Style{Size: em, Balanced: s.balanced, Side: c.lead}
	if s.bold {
		how.Weight = font.Bold
	}
	if s.ltr {
		how.Direction = font.LTR
	}
	if s.end {
		how.Side = font.LTR + font.RTL - c.lead
	}
	return set{font.Lay(text, int(math.Floor(width*c.tight/scale)), how), scale}
}

// fitting is a size with the lines that a text may take in it.
type fitting struct {
	size  float64
	lines int
}

// addresses are the sizes that the short address may have: on one line while that is
// large, then on more.
var addresses = []fitting{{30, 1}, {26, 1}, {23, 1}, {20, 1}, {17, 1}, {19, 2}, {17, 2}, {15, 2}, {13, 3}, {11, 4}, {12, 0}}

// address is the short address in the first of some sizes in which it fits; the last
// takes any.
func (c *composer) address(width float64, sizes []fitting) (a set, size float64) {
	for _, s := range sizes {
		a, size = c.lay(c.Address, width, style{size: s.size, bold: true, ltr: true}), s.size
		if a.block.Lines <= s.lines && !a.block.Broken {
			break
		}
	}
	return a, size
}

// column is what stands one below the other, from its own upper edge.
type column struct {
	marks  []mark
	height float64
}

// letters adds a text that was laid, and goes on below it.
func (col *column) letters(t set, words string, x, w float64) {
	if t.empty() {
		return
	}
	col.marks = append(col.marks, mark{x: x, y: col.height, w: w, h: t.height(), set: t, words: words})
	col.height += t.height()
}

func (col *column) area(x, w, h float64) {
	col.marks = append(col.marks, mark{x: x, y: col.height, w: w, h: h})
	col.height += h
}

// add puts a column onto the sheet.
func (s *Sheet) add(col column, y float64) {
	for _, m := range col.marks {
		m.y += y
		s.marks = append(s.marks, m)
	}
}

func (s *Sheet) letters(t set, words string, x, y, w, h float64) {
	if !t.empty() {
		s.marks = append(s.marks, mark{x: x, y: y, w: w, h: h, set: t, words: words})
	}
}

// head is the thick edge that a notice has, and what stands above the title.
func (c *composer) head() (col column) {
	col.area(c.left, c.w, 12*c.u)
	col.height += 18 * c.u
	if c.Head != "" {
		col.letters(c.lay(c.Head, c.w, style{size: 17, bold: true}), c.Head, c.left, c.w)
		col.height += 22 * c.u
	}
	return col
}

// facts are when, where, and what else is to be known.
func (c *composer) facts(scale float64) (col column) {
	u := c.u
	col.height = 22 * u
	if c.Date != "" {
		col.area(c.left, c.w, 5*u)
		col.height += 16 * u
		c.when(&col, scale)
		col.height += 14 * u * scale
	}
	if c.Lead != "" {
		if len(col.marks) == 0 {
			col.area(c.left, c.w, 5*u)
			col.height += 16 * u
		}
		col.letters(c.lay(c.Lead, c.w, style{size: 21 * scale}), c.Lead, c.left, c.w)
		col.height += 12 * u * scale
	}
	if c.Place != "" {
		col.area(c.left, c.w, 1.5*u)
		col.height += 14 * u
		col.letters(c.lay(c.Place, c.w, style{size: 32 * scale, bold: true, balanced: true}), c.Place, c.left, c.w)
		col.height += 8 * u * scale
	}
	if c.form != Card {
		for _, f := range c.Facts {
			col.height += 6 * u * scale
			col.letters(c.lay(f.Label, c.w, style{size: 12 * scale, bold: true}), f.Label, c.left, c.w)
			col.height += 4 * u * scale
			col.letters(c.lay(f.Text, c.w, style{size: 16 * scale}), f.Text, c.left, c.w)
			col.height += 3 * u * scale
		}
	}
	return col
}

// when is the day on one side and the time, large, on the other.
func (c *composer) when(col *column, scale float64) {
	u := c.u
	hour := c.lay(c.Time, c.w/2, style{size: 68 * scale, bold: true, ltr: true, end: true})
	rest := c.w - hour.width()/c.tight - 20*u
	begin, top := c.left, col.height
	end := c.left + c.w - c.w/2
	if c.lead == font.RTL {
		begin, end = c.left+c.w-rest, c.left
	}
	line := func(text string, size float64) {
		if text != "" {
			col.letters(c.lay(text, rest, style{size: size * scale, bold: true}), text, begin, rest)
			col.height += 8 * u * scale
		}
	}
	if c.Often != "" {
		line(c.Often, 32)
		line(c.Date, 20)
	} else {
		line(c.Weekday, 32)
		line(c.Day, 32)
	}
	low := col.height - 8*u*scale
	if !hour.empty() {
		col.height = top
		col.letters(hour, c.Time, end, c.w/2)
	}
	col.height = max(col.height, low)
}

// codeWidth is how wide the code is, and gap how much white is beside it.
func (c *composer) codeWidth() float64 {
	if c.form == Card {
		return 96 * c.u
	}
	return 118 * c.u
}

func (c *composer) gap() float64 { return 22 * c.u }

// foot is the code, the address to type, and what the site is.
func (c *composer) foot(scale float64) (col column) {
	u, wide := c.u, c.codeWidth()
	col.height = 14 * u
	col.area(c.left, c.w, 1.5*u)
	col.height += 14 * u
	top, rest := col.height, c.w-wide-c.gap()
	begin, end := c.left, c.left+c.w-wide
	if c.lead == font.RTL {
		begin, end = c.left+wide+c.gap(), c.left
	}
	address, _ := c.address(rest, addresses)
	col.letters(address, c.Address, begin, rest)
	if c.About != "" {
		col.height += 9 * u
		col.letters(c.lay(c.About, rest, style{size: 13.5 * max(scale, .7)}), c.About, begin, rest)
	}
	if c.Also != "" && c.form != Card {
		col.height += 8 * u
		col.letters(c.lay(c.Also, rest, style{size: 11 * max(scale, .8)}), c.Also, begin, rest)
	}
	if q := code(c.Link); q != nil {
		var s Sheet
		s.put(q, end, top, wide)
		col.marks = append(col.marks, s.marks...)
		col.height = max(col.height, top+wide)
	}
	return col
}
