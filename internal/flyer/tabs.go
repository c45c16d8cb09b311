package flyer

import "moot/internal/font"

// The tabs, in points. A tab is as high as the strip and reads upwards.
const (
	TabCount  = 8 // of a sheet
	tabHeight = 176.
	tabEdge   = 9. // of white around its words
	tabWidth  = whole/TabCount - 2*tabEdge
	tabLength = tabHeight - 2*tabEdge
)

// scissors stand where the cut begins.
const scissors = "✂"

// tabs cuts the foot of a sheet into tabs, each with what one needs to come.
func (c *composer) tabs(s *Sheet) {
	top := s.Height - tabHeight
	const wide = whole / TabCount
	mark := set{font.Lay(scissors, em, font.Style{Size: em, Side: font.LTR}), .13}
	s.letters(mark, scissors, 10, top-mark.height()/2-1, mark.width(), mark.height())
	s.dashes(mark.width()+16, top, s.Width-mark.width()-16, false)
	for i := 1; i < TabCount; i++ {
		s.dashes(float64(i)*wide, top, tabHeight, true)
	}
	tab, _, _ := c.tab(tabWidth, tabLength)
	for _, m := range tab.marks {
		m.upward = true
		down := m.y + tabEdge + (tabWidth-tab.height)/2
		for i := range TabCount {
			m.x, m.y, m.again = float64(i)*wide+down, s.Height-tabEdge, i > 0
			s.marks = append(s.marks, m)
		}
	}
}

// When is the day and the time on a tab.
func (f Flyer) When() string {
	if f.Time == "" {
		return f.Date
	}
	return f.Date + " · " + f.Time
}

// tabAddresses are the sizes that the short address may have on a tab.
var tabAddresses = []fitting{{15, 1}, {14, 1}, {13, 1}, {12, 1}, {11, 1}, {12, 2}, {11, 2}, {10, 2}, {9, 3}, {8, 3}, {7, 4}, {8, 0}}

// tab is what stands on one: in a column that is laid on its side, so high at the most
// and so long. It says too at which scale, and in which size the address is.
func (c *composer) tab(high, long float64) (col column, scale, size float64) {
	for _, scale = range scales {
		col = column{}
		for _, line := range []struct {
			text string
			style
		}{{c.Title, style{size: 14, bold: true}}, {c.When(), style{size: 10.5}}, {c.Place, style{size: 10.5}}} {
			if line.text == "" {
				continue
			}
			line.size *= scale
			col.letters(c.lay(line.text, long, line.style), line.text, 0, long)
			col.height += line.size / 3
		}
		var address set
		address, size = c.address(long, tabAddresses)
		col.letters(address, c.Address, 0, long)
		if col.height <= high*min(1, c.tight+.06) {
			break
		}
	}
	return col, scale, size
}
