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
	t.Keys = Strings{Text: text(keys), At: at}
}

func (d *decoder) written(t *Tables) {
	if d.err != nil {
		return
	}
	t.Variants = make([]uint32, d.keyCount+1)
	out := make([]byte, 0, d.nameBytes)
	at := make([]uint32, 1, d.names+1)
	for k := range d.keyCount {
		key := t.Keys.Get(k)
		for range d.num(colWrittenForm) {
			switch form := d.byte(colWrittenForm); form {
			case writtenTitle:
				out = appendTitle(out, key)
			case writtenKey:
				out = append(out, key...)
			case writtenEdit:
				out = d.edited(out, key)
			default:
				d.fail(colWrittenForm)
			}
			if d.err != nil || len(out) > int(d.nameBytes) || len(at) > int(d.names) {
				d.fail(colWrittenForm)
				return
			}
			at = append(at, uint32(len(out)))
		}
		t.Variants[k+1] = uint32(len(at) - 1)
	}
	if len(at) != int(d.names)+1 {
		d.fail(colWrittenForm)
	}
	t.Written = Strings{Text: text(out), At: at}
}

// edited appends a name that is told by what it shares with the titled key.
func (d *decoder) edited(out []byte, key string) []byte {
	from := len(out)
	out = appendTitle(out, key)
	front, back := d.num(colWrittenEdit), d.num(colWrittenEdit)
	middle := d.take(colWrittenText, d.num(colWrittenEdit))
	size := uint64(len(out) - from)
	if uint64(front)+uint64(back) > size {
		d.fail(colWrittenEdit)
		return out
	}
	var buf [256]byte
	tail := append(buf[:0], out[len(out)-int(back):]...)
	out = append(out[:from+int(front)], middle...)
	return append(out, tail...)
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
	n, first := len(t.ID), uint32(t.FirstCity())
	if d.err != nil || len(d.col[colPathForm]) != n {
		d.fail(colPathForm)
		return
	}
	b := append(make([]byte, 0, 18*n+1<<16), "world"...)
	at := append(make([]uint32, 1, t.FirstQuarter()+1), uint32(len(b)))
	for _, code := range t.Codes {
		b = append(b, code...)
		at = append(at, uint32(len(b)))
	}
	for c, code := range t.Codes {
		for r := t.Regions[c]; r < t.Regions[c+1]; r++ {
			b = append(append(append(b, code...), '/'), d.regionPaths[r]...)
			at = append(at, uint32(len(b)))
		}
	}
	for c, code := range t.Codes {
		from, to := t.span(c)
		for i := from; i < to; i++ {
			b = append(append(b, code...), '/')
			form := d.col[colPathForm][i]
			if form != pathText {
				b = appendHyphenated(b, t.Written.Get(t.Primary[first+i]))
			}
			if form == pathMore {
				b = append(b, '-')
			}
			if form != pathName {
				b = append(b, d.line(colPathText)...)
			}
			at = append(at, uint32(len(b)))
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
