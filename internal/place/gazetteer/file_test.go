package gazetteer

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a world of two countries, a region, three cities and a quarter.
func small() *Tables {
	t := &Tables{
		Langs: []string{"el", "zh_TW"}, Zones: []string{"Europe/Athens", "Asia/Taipei"},
		Codes: []string{"gr", "tw"}, CountryLang: []uint8{1, 2}, Regions: []uint32{0, 1, 1},
		RegionCodes: []string{"ESYE31"}, RegionLang: []uint8{1},
		Blocks: []uint32{0, 2, 2, 3},
		ID:     []uint32{264371, 251833, 1668341}, Lat: []int32{379838, 380333, -250478}, Lon: []int32{237278, 237333, 1215319},
		People: []uint32{664046, 0, 7871900}, Zone: []uint16{0, 0, 1},
		Host: []uint32{0}, QuarterPeople: []uint32{12},
		Written: NewNames([]string{"attica", "gr", "new taipei", "plaka", "tw", "vyronas", "world", "αθηνα"},
			[][]string{{"Attica"}, {"gr"}, {"New Taipéi"}, {"Plaka"}, {"TW"}, {"Vyronas", "Výronas"}, {"World"}, {"Αθηνα", "Αθήνα"}}),
		Postings: []uint32{0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11},
		Bearers:  []uint32{3 << 1, 1<<1 | 1, 6<<1 | 1, 5 << 1, 7<<1 | 1, 2<<1 | 1, 5<<1 | 1, 5 << 1, 0, 4 << 1, 4<<1 | 1},
		Paths:    Pack([]string{"world", "gr", "tw", "gr/attica", "gr/athens", "gr/vyronas-attica", "tw/new-taipi"}),
		Primary:  []uint32{7, 1, 4, 0, 9, 5, 2, 3},
	}
	t.Displays = []uint32{0, 0, 0, 0, 0, 1, 2, 2, 2}
	t.DisplayLang, t.DisplayName = []uint8{0, 1}, []uint32{8, 3}
	t.TurnNames()
	return t
}

func TestFileHoldsTheTables(t *testing.T) {
	want := small()
	file := Encode(want)
	got, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("what was read is not what was written:\n", diff)
	}
	if !bytes.Equal(Encode(got), file) {
		t.Error("the same tables make another file")
	}
}

func TestBrokenFiles(t *testing.T) {
	file := Encode(small())
	for _, broken := range [][]byte{nil, []byte("moot"), []byte(magic), file[:len(file)/2], file[:len(file)-1], bytes.Replace(file, []byte("gazetteer 1"), []byte("gazetteer 9"), 1)} {
		if _, err := Decode(broken); !errors.Is(err, ErrForm) {
			t.Errorf("of %d bytes: %v", len(broken), err)
		}
	}
}

// FuzzColumns changes a column's unpacked bytes, which the checksums of the
// frames would else keep from ever being read.
func FuzzColumns(f *testing.F) {
	for c := range columns {
		f.Add(c, 0, byte(0xff))
		f.Add(c, 1, byte(1))
	}
	f.Fuzz(func(t *testing.T, column, at int, value byte) {
		d, err := unpack(Encode(small()))
		if err != nil {
			t.Fatal(err)
		}
		if column < 0 || column >= columns || at < 0 || at >= len(d.col[column]) {
			return
		}
		d.col[column][at] = value
		if got, err := d.tables(); err == nil {
			Encode(got) // whatever was read is whole
		}
	})
}
