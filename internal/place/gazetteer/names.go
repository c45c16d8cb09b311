package gazetteer

import (
	"bytes"
	"unsafe"
)

// text makes a string of bytes that nobody will change: the tables' texts are
// megabytes, and copying them would double what start-up needs.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (d *decoder) keys(t *Tables) {
	keys := make([]byte, 0, d.keyBytes)
	at := make([]uint32, 1, d.keyCount+1)
	last := 0 // where the key before begins
	for range d.keyCount {
		same := int(d.num(colKeyShared))
		rest := d.take(colKeyText, d.num(colKeyLen))
		if d.err != nil || same > len(keys)-last || len(keys)+same+len(rest) > cap(keys) {
			d.fail(colKeyShared)
			return
		}
		from := last
		last = len(keys)
		keys = append(keys, keys[from:from+same]...)
		keys = append(keys, rest...)
		at = append(at, uint32(len(keys)))
	}
	t.Written.Keys = Strings{Text: text(keys), At: at}
}

func (d *decoder) written(t *Tables) {
	if d.err != nil {
		return
	}
	n := &t.Written
	n.Variants = d.starts(colVariants, int(d.keyCount), 1)
	n.Form, n.Front, n.Back = d.col[colForm], d.col[colFront], d.col[colBack]
	n.Edits = Strings{Text: text(d.col[colEditText]), At: d.starts(colEditLen, len(n.Front), 0)}
	if d.err != nil || n.Variants[d.keyCount] != d.names || len(n.Form) != int(d.names) ||
		int(n.Edits.At[len(n.Front)]) != len(n.Edits.Text) || !n.whole() {
		d.fail(colForm)
		return
	}
	n.count()
}

func (d *decoder) bearers(t *Tables) {
	if d.err != nil {
		return
	}
	n := int(d.names)
	t.Postings = d.starts(colBearCount, n, 1)
	if d.err != nil || int(t.Postings[n]) != len(d.col[colBearBack]) {
		d.fail(colBearBack)
		return
	}
	low, mid, high := d.col[colBearLow], d.col[colBearMid], d.col[colBearHigh]
	if len(low) != len(mid) || len(low) != len(high) {
		d.fail(colBearLow)
		return
	}
	places := uint32(t.Places())
	list := make([]uint32, len(d.col[colBearBack]))
	spelt := 0
	for i, code := range d.col[colBearBack] {
		var place uint32
		back := int(code >> 1)
		switch {
		case back < window && back < i:
			place = list[i-1-back] >> 1
		case back == window && spelt < len(low):
			place = uint32(low[spelt]) | uint32(mid[spelt])<<8 | uint32(high[spelt])<<16
			spelt++
		default:
			d.fail(colBearBack)
			return
		}
		if place >= places {
			d.fail(colBearBack)
			return
		}
		list[i] = place<<1 | uint32(code&1)
	}
	t.Bearers = list
	t.TurnNames()
}

// nth is the name of a place by its order among the place's names.
func (d *decoder) nth(t *Tables, place int, n uint32) uint32 {
	from, to := t.NameStarts[place], t.NameStarts[place+1]
	if n >= to-from {
		d.fail(colPrimary)
		return 0
	}
	return t.NamesOfPlaces[from+n]
}

func (d *decoder) displays(t *Tables) {
	if d.err != nil {
		return
	}
	places := t.Places()
	t.Primary = make([]uint32, places)
	for p := range places {
		t.Primary[p] = d.nth(t, p, d.num(colPrimary))
	}
	n := len(d.col[colDisplayLang])
	t.DisplayLang = bytes.Clone(d.col[colDisplayLang])
	t.DisplayName = make([]uint32, 0, n)
	t.Displays = make([]uint32, places+1)
	at := 0 // the first place whose start is not yet known
	place := 0
	for len(d.col[colDisplayAt]) > 0 && d.err == nil {
		place += int(d.num(colDisplayAt))
		count := d.num(colDisplayAt)
		if place >= places || uint64(len(t.DisplayName))+uint64(count) > uint64(n) {
			d.fail(colDisplayAt)
			return
		}
		for ; at <= place; at++ {
			t.Displays[at] = uint32(len(t.DisplayName))
		}
		for range count {
			t.DisplayName = append(t.DisplayName, d.nth(t, place, d.num(colDisplayName)))
		}
	}
	for ; at <= places; at++ {
		t.Displays[at] = uint32(len(t.DisplayName))
	}
	for _, l := range t.DisplayLang {
		if int(l) >= len(t.Langs) {
			d.fail(colDisplayLang)
		}
	}
	if len(t.DisplayName) != n {
		d.fail(colDisplayLang)
	}
}

func (d *decoder) paths(t *Tables) {
	if d.err != nil {
		return
	}
	b := make([]byte, 0, len(d.col[colPath])+3*len(t.ID)+1<<17)
	at := make([]uint32, 1, t.FirstQuarter()+1)
	end := func() { at = append(at, uint32(len(b))) }
	b = append(b, "world"...)
	end()
	for _, code := range t.Codes {
		b = append(b, code...)
		end()
	}
	for c, code := range t.Codes {
		for r := t.Regions[c]; r < t.Regions[c+1]; r++ {
			b = append(append(append(b, code...), '/'), d.regionPaths[r]...)
			end()
		}
	}
	for c, code := range t.Codes {
		from, to := t.span(c)
		for range to - from {
			b = append(append(append(b, code...), '/'), d.line(colPath)...)
			end()
		}
	}
	t.Paths = Strings{Text: text(b), At: at}
}

// span is a country's cities: from the first to before the last.
func (t *Tables) span(country int) (from, to uint32) {
	first := int(t.Regions[country]) + country
	last := int(t.Regions[country+1]) + country + 1
	return t.Blocks[first], t.Blocks[last]
}
