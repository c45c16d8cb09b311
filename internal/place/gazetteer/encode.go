package gazetteer

import (
	"encoding/binary"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// magic opens the file; its number changes with the form of what follows.
const magic = "moot gazetteer 1\n"

// The file is magic, then columns: how many, the size of each before and after
// packing, then each as a zstd frame. Numbers are unsigned varints unless said.
const (
	colWords  = iota // Langs, Zones, Codes, RegionCodes, paths of regions: lines, an empty line after each list
	colCounts        // CountryLang, Regions, RegionLang, Blocks as differences; then the numbers of
	// quarters, keys and names, and the bytes of the keys
	colID          // three planes of bytes, the lowest first
	colLat         // differences, zigzag, three planes
	colLon         // the same
	colPeople      // how many fewer than the one before; the first of a block whole
	colZone        // 0 for the same zone as before, else index plus 1
	colPath        // lines: the last segment of each city's path
	colHost        // differences, zigzag
	colQuarter     // people of the quarters
	colKeyShared   // bytes that a key shares with the one before
	colKeyLen      // bytes that follow
	colKeyText     //
	colVariants    // for each key, how many ways to write it, less 1
	colForm        // Names.Form
	colFront       // Names.Front
	colBack        // Names.Back
	colEditLen     // bytes of each edit
	colEditText    //
	colBearCount   // for each name: how many bear it, less 1
	colBearBack    // a byte for each bearer, see appendBearer
	colBearLow     // of the others, the number in three planes
	colBearMid     //
	colBearHigh    //
	colPrimary     // for each place: which of its names, by order
	colDisplayAt   // for each place that has any: places between, how many
	colDisplayLang // bytes
	colDisplayName // which of its names, by order
	columns
)

// window is how far back a bearer is looked for before it is spelt out.
const window = 127

// Encode writes the tables, which must keep the package's laws, as a file.
func Encode(t *Tables) []byte {
	var e encoder
	e.words(t)
	e.cities(t)
	e.paths(t)
	e.keys(t.Written.Keys)
	e.written(&t.Written)
	e.bearers(t)
	e.displays(t)
	return e.file()
}

type encoder struct{ col [columns][]byte }

func (e *encoder) num(c int, n uint32) { e.col[c] = binary.AppendUvarint(e.col[c], uint64(n)) }

func zigzag(d int32) uint32 { return uint32(d<<1) ^ uint32(d>>31) }

// planes writes numbers below 2^24 as all their lowest bytes, then all the
// middle ones, then all the highest, which packs better.
func planes(b []byte, list []uint32) []byte {
	for shift := 0; shift < 24; shift += 8 {
		for _, n := range list {
			b = append(b, byte(n>>shift))
		}
	}
	return b
}

func (e *encoder) words(t *Tables) {
	regions := make([]string, len(t.RegionCodes))
	for r := range regions {
		_, regions[r], _ = strings.Cut(t.Paths.Get(uint32(t.FirstRegion()+r)), "/")
	}
	for _, list := range [][]string{t.Langs, t.Zones, t.Codes, t.RegionCodes, regions} {
		for _, w := range list {
			e.col[colWords] = append(append(e.col[colWords], w...), '\n')
		}
		e.col[colWords] = append(e.col[colWords], '\n')
	}
	for _, l := range t.CountryLang {
		e.num(colCounts, uint32(l))
	}
	for i := range t.Codes {
		e.num(colCounts, t.Regions[i+1]-t.Regions[i])
	}
	for _, l := range t.RegionLang {
		e.num(colCounts, uint32(l))
	}
	for i := range len(t.Blocks) - 1 {
		e.num(colCounts, t.Blocks[i+1]-t.Blocks[i])
	}
	for _, n := range []int{len(t.Host), t.Written.Keys.Len(), t.Written.Len(), len(t.Written.Keys.Text)} {
		e.num(colCounts, uint32(n))
	}
}

func (e *encoder) cities(t *Tables) {
	e.col[colID] = planes(nil, t.ID)
	e.col[colLat] = planes(nil, steps(t.Lat))
	e.col[colLon] = planes(nil, steps(t.Lon))
	for b := range len(t.Blocks) - 1 {
		last := uint32(0)
		for i := t.Blocks[b]; i < t.Blocks[b+1]; i++ {
			if i == t.Blocks[b] {
				e.num(colPeople, t.People[i])
			} else {
				e.num(colPeople, last-t.People[i])
			}
			last = t.People[i]
		}
	}
	for i, z := range t.Zone {
		if i > 0 && z == t.Zone[i-1] {
			e.num(colZone, 0)
		} else {
			e.num(colZone, uint32(z)+1)
		}
	}
	last := uint32(0)
	for i, h := range t.Host {
		e.num(colHost, zigzag(int32(h-last)))
		e.num(colQuarter, t.QuarterPeople[i])
		last = h
	}
}

// steps are the differences of a list from each number to the next.
func steps(list []int32) []uint32 {
	out := make([]uint32, len(list))
	last := int32(0)
	for i, n := range list {
		out[i] = zigzag(n - last)
		last = n
	}
	return out
}

// paths are written out, though most could be made of the cities' names: to
// collect those from all over the memory would be a quarter of the time that
// reading the file takes.
func (e *encoder) paths(t *Tables) {
	for n := t.FirstCity(); n < t.FirstQuarter(); n++ {
		_, path, _ := strings.Cut(t.Paths.Get(uint32(n)), "/")
		e.col[colPath] = append(append(e.col[colPath], path...), '\n')
	}
}

func (e *encoder) keys(keys Strings) {
	last := ""
	for k := range uint32(keys.Len()) {
		key := keys.Get(k)
		n := shared(last, key)
		e.num(colKeyShared, uint32(n))
		e.num(colKeyLen, uint32(len(key)-n))
		e.col[colKeyText] = append(e.col[colKeyText], key[n:]...)
		last = key
	}
}

// shared is how many bytes a and b have in common at their beginning.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (e *encoder) written(n *Names) {
	for k := range n.Keys.Len() {
		e.num(colVariants, n.Variants[k+1]-n.Variants[k]-1)
	}
	e.col[colForm], e.col[colFront], e.col[colBack] = n.Form, n.Front, n.Back
	for i := range uint32(n.Edits.Len()) {
		e.num(colEditLen, uint32(len(n.Edits.Get(i))))
	}
	e.col[colEditText] = []byte(n.Edits.Text)
}

func (e *encoder) bearers(t *Tables) {
	for w := range t.Written.Len() {
		e.num(colBearCount, t.Postings[w+1]-t.Postings[w]-1)
	}
	for i := range t.Bearers {
		e.appendBearer(t.Bearers[:i+1])
	}
}

// appendBearer writes the last of the list: how many entries back the same
// place stood, if it did within the window, since neighbouring names are often
// spellings of one place. The lowest bit says whether it is a chief name.
func (e *encoder) appendBearer(list []uint32) {
	at := len(list) - 1
	chief := byte(list[at] & 1)
	place := list[at] >> 1
	for back := range min(window, at) {
		if list[at-1-back]>>1 == place {
			e.col[colBearBack] = append(e.col[colBearBack], byte(back)<<1|chief)
			return
		}
	}
	e.col[colBearBack] = append(e.col[colBearBack], window<<1|chief)
	e.col[colBearLow] = append(e.col[colBearLow], byte(place))
	e.col[colBearMid] = append(e.col[colBearMid], byte(place>>8))
	e.col[colBearHigh] = append(e.col[colBearHigh], byte(place>>16))
}

func (e *encoder) displays(t *Tables) {
	order := func(place int, name uint32) uint32 {
		for i, w := range t.NamesOfPlaces[t.NameStarts[place]:t.NameStarts[place+1]] {
			if w == name {
				return uint32(i)
			}
		}
		panic("gazetteer: a name that its place does not bear")
	}
	last := 0
	for p := range t.Places() {
		e.num(colPrimary, order(p, t.Primary[p]))
		from, to := t.Displays[p], t.Displays[p+1]
		if from == to {
			continue
		}
		e.num(colDisplayAt, uint32(p-last))
		e.num(colDisplayAt, to-from)
		last = p
		for d := from; d < to; d++ {
			e.col[colDisplayLang] = append(e.col[colDisplayLang], t.DisplayLang[d])
			e.num(colDisplayName, order(p, t.DisplayName[d]))
		}
	}
}

func (e *encoder) file() []byte {
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<23))
	if err != nil {
		panic(err) // the options above are constants that it takes
	}
	head := binary.AppendUvarint([]byte(magic), columns)
	var body []byte
	for _, raw := range e.col {
		from := len(body)
		body = pack.EncodeAll(raw, body)
		head = binary.AppendUvarint(head, uint64(len(raw)))
		head = binary.AppendUvarint(head, uint64(len(body)-from))
	}
	return append(head, body...)
}
