package gazetteer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// ErrForm is what Decode says of bytes that are no gazetteer of this form.
var ErrForm = errors.New("not a gazetteer of this form")

// maxColumn bounds what one column may unpack to, so that a broken file can't
// ask for all memory. The largest of the real file has 6 MB.
const maxColumn = 64 << 20

// Decode reads what Encode wrote.
func Decode(file []byte) (*Tables, error) {
	d, err := unpack(file)
	if err != nil {
		return nil, err
	}
	return d.tables()
}

// tables makes the tables of the columns.
func (d *decoder) tables() (*Tables, error) {
	t := new(Tables)
	d.words(t)
	if d.err != nil {
		return nil, d.err
	}
	// Two halves of about the same work, on columns and tables of their own.
	other := *d
	var both sync.WaitGroup
	both.Go(func() {
		other.keys(t)
		other.written(t)
	})
	d.cities(t)
	d.bearers(t)
	d.displays(t)
	d.paths(t)
	both.Wait()
	if err := errors.Join(d.err, other.err); err != nil {
		return nil, err
	}
	return t, nil
}

// decoder takes columns apart from the front. The first thing that is wrong
// stays in err, and all reads after it are zeros.
type decoder struct {
	col [columns][]byte
	err error

	regionPaths                         []string
	quarters, keyCount, names, keyBytes uint32
}

func (d *decoder) fail(column int) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: column %d", ErrForm, column)
	}
}

func (d *decoder) num(c int) uint32 {
	if b := d.col[c]; len(b) > 0 && b[0] < 0x80 {
		d.col[c] = b[1:]
		return uint32(b[0])
	}
	n, size := binary.Uvarint(d.col[c])
	if size <= 0 || n > 1<<32-1 {
		d.fail(c)
		d.col[c] = nil
		return 0
	}
	d.col[c] = d.col[c][size:]
	return uint32(n)
}

func (d *decoder) take(c int, n uint32) []byte {
	if uint64(n) > uint64(len(d.col[c])) {
		d.fail(c)
		d.col[c] = nil
		return nil
	}
	out := d.col[c][:n]
	d.col[c] = d.col[c][n:]
	return out
}

// line is text up to the next line end.
func (d *decoder) line(c int) []byte {
	line, rest, ok := bytes.Cut(d.col[c], []byte{'\n'})
	if !ok {
		d.fail(c)
	}
	d.col[c] = rest
	return line
}

// unpack undoes the frames, as many at a time as there are processors.
func unpack(file []byte) (*decoder, error) {
	rest, ok := strings.CutPrefix(string(file[:min(len(file), len(magic))]), magic)
	if !ok || rest != "" {
		return nil, ErrForm
	}
	head := decoder{}
	head.col[0] = file[len(magic):]
	if head.num(0) != columns {
		return nil, ErrForm
	}
	var raw, packed [columns]uint32
	for i := range columns {
		raw[i], packed[i] = head.num(0), head.num(0)
		if raw[i] > maxColumn {
			return nil, ErrForm
		}
	}
	d := new(decoder)
	errs := make([]error, columns)
	open, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithDecoderMaxMemory(maxColumn))
	if err != nil {
		return nil, err
	}
	defer open.Close()
	var all sync.WaitGroup
	for i := range columns {
		frame := head.take(0, packed[i])
		all.Go(func() {
			d.col[i], errs[i] = open.DecodeAll(frame, make([]byte, 0, min(int(raw[i]), 16*len(frame)+1024)))
			if errs[i] == nil && len(d.col[i]) != int(raw[i]) {
				errs[i] = ErrForm
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); head.err != nil || err != nil {
		return nil, errors.Join(ErrForm, err)
	}
	return d, nil
}

func (d *decoder) words(t *Tables) {
	for _, list := range []*[]string{&t.Langs, &t.Zones, &t.Codes, &t.RegionCodes, &d.regionPaths} {
		for w := d.line(colWords); len(w) > 0; w = d.line(colWords) {
			*list = append(*list, string(w))
		}
	}
	if len(d.regionPaths) != len(t.RegionCodes) || len(t.Langs) > 255 || len(t.Codes) > 255 || len(t.RegionCodes) > 1<<15 {
		d.fail(colWords)
		return
	}
	t.CountryLang = d.langs(len(t.Codes), len(t.Langs))
	t.Regions = d.starts(colCounts, len(t.Codes), 0)
	t.RegionLang = d.langs(len(t.RegionCodes), len(t.Langs))
	t.Blocks = d.starts(colCounts, len(t.RegionCodes)+len(t.Codes), 0)
	for _, n := range []*uint32{&d.quarters, &d.keyCount, &d.names, &d.keyBytes} {
		if *n = d.num(colCounts); *n > maxColumn {
			d.fail(colCounts)
		}
	}
	if int(t.Regions[len(t.Codes)]) != len(t.RegionCodes) || int(d.quarters) > len(d.col[colHost]) ||
		int(d.keyCount) > len(d.col[colKeyShared]) || int(d.names) > len(d.col[colBearCount]) {
		d.fail(colCounts)
	}
}

func (d *decoder) langs(n, known int) []uint8 {
	out := make([]uint8, n)
	for i := range out {
		l := d.num(colCounts)
		if int(l) > known {
			d.fail(colCounts)
		}
		out[i] = uint8(l)
	}
	return out
}

// starts makes a start list over n things of a column of how many each has;
// more is added to each.
func (d *decoder) starts(c, n int, more uint32) []uint32 {
	out := make([]uint32, n+1)
	sum := uint64(0)
	for i := range n {
		sum += uint64(d.num(c)) + uint64(more)
		if sum > maxColumn {
			d.fail(c)
			sum = 0
		}
		out[i+1] = uint32(sum)
	}
	return out
}

func (d *decoder) cities(t *Tables) {
	n := len(d.col[colID]) / 3
	if d.err != nil || int(t.Blocks[len(t.Blocks)-1]) != n {
		d.fail(colID)
		return
	}
	t.ID = d.planes(colID, n)
	t.Lat = sums(d.planes(colLat, n))
	t.Lon = sums(d.planes(colLon, n))
	t.People = make([]uint32, n)
	for b := range len(t.Blocks) - 1 {
		for i := t.Blocks[b]; i < t.Blocks[b+1]; i++ {
			t.People[i] = d.num(colPeople)
			if i > t.Blocks[b] {
				t.People[i] = t.People[i-1] - t.People[i]
			}
		}
	}
	t.Zone = make([]uint16, n)
	for i := range n {
		z := d.num(colZone)
		switch {
		case z > 0 && int(z) <= len(t.Zones):
			t.Zone[i] = uint16(z - 1)
		case z == 0 && i > 0:
			t.Zone[i] = t.Zone[i-1]
		default:
			d.fail(colZone)
		}
	}
	d.hosts(t, n)
}

func (d *decoder) hosts(t *Tables, cities int) {
	t.Host = make([]uint32, d.quarters)
	t.QuarterPeople = make([]uint32, d.quarters)
	last := uint32(0)
	for i := range t.Host {
		last += unzigzag(d.num(colHost))
		if int(last) >= cities {
			d.fail(colHost)
			return
		}
		t.Host[i], t.QuarterPeople[i] = last, d.num(colQuarter)
	}
}

func unzigzag(n uint32) uint32 { return n>>1 ^ -(n & 1) }

func (d *decoder) planes(c, n int) []uint32 {
	b := d.col[c]
	out := make([]uint32, n)
	if len(b) != 3*n {
		d.fail(c)
		return out
	}
	low, mid, high := b[:n], b[n:2*n], b[2*n:]
	for i := range out {
		out[i] = uint32(low[i]) | uint32(mid[i])<<8 | uint32(high[i])<<16
	}
	return out
}

func sums(list []uint32) []int32 {
	out := make([]int32, len(list))
	last := uint32(0)
	for i, n := range list {
		last += unzigzag(n)
		out[i] = int32(last)
	}
	return out
}
