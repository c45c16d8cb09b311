package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"moot/internal/place/gazetteer"
)

// row is a line of GeoNames' dump.
func row(id int, name, alternates, feature, country, admin1, admin2 string, people int) string {
	lat, lon := float64(id%170-85), float64(id%350-175)
	return fmt.Sprintf("%d\t%s\t%s\t%s\t%g\t%g\tP\t%s\t%s\t\t%s\t%s\t\t\t%d\t\t0\tEurope/Athens\t2026-01-01\n",
		id, name, name, alternates, lat, lon, feature, country, admin1, admin2, people)
}

var rows = []string{
	row(1, "Springfield", "Springfeld", "PPL", "US", "MO", "", 166000),
	row(2, "Springfield", "", "PPL", "US", "IL", "167", 116000),
	row(3, "Springfield", "", "PPL", "US", "IL", "031", 900),
	row(4, "Springfield", "", "PPL", "US", "IL", "031", 800),
	row(5128581, "New York City", "NYC,Νέα Υόρκη", "PPL", "US", "NY", "", 8000000),
	row(6, "Missouri", "", "PPL", "US", "NY", "", 700),
	row(7, "Catalog", "", "PPL", "US", "MO", "", 600),
	row(8, "Αγία", "Agia", "PPL", "GR", "ESYE14", "", 3000),
	row(9, "Athens", "Αθήνα,Αθηνα,Athen", "PPLC", "GR", "ESYE31", "", 660000),
	row(10, "Plaka", "", "PPLX", "GR", "ESYE31", "", 5000),
	row(11, "Nowhere", "", "PPL", "GR", "00", "", 0),
	row(12, "1821", "", "PPL", "GR", "ESYE31", "", 10),
	row(13, "Singapore", "", "PPLC", "SG", "", "", 5000000),
	row(14, "Geneve", "", "PPL", "CH", "GE", "", 200000),
}

func sources(rows []string) map[string][]byte {
	return map[string][]byte{
		"cities": []byte(strings.Join(rows, "")),
		"admin1.json": []byte(`[{"code":"US.MO","name":"Missouri"},{"code":"US.IL","name":"Illinois"},{"code":"US.NY","name":"New York"},
			{"code":"GR.ESYE31","name":"Attica"},{"code":"GR.ESYE14","name":"Thessaly"},{"code":"CH.GE","name":"Geneva"}]`),
		"admin2.json": []byte(`[{"code":"US.IL.167","name":"Sangamon"},{"code":"US.IL.031","name":"Cook"}]`),
		"mo/el":       catalogue("", "Project-Id-Version: geonames", "9", "Αθήνα", "GR.ESYE31", "Αττική", "1", "Springfield", "14", "Γενέβη"),
		"mo/en":       catalogue("", "Project-Id-Version: geonames", "5128581", "New York", "14", "Geneva"),
	}
}

// catalogue makes a compiled catalogue of pairs that are sorted by key.
func catalogue(pairs ...string) []byte {
	n := len(pairs) / 2
	b := binary.LittleEndian.AppendUint32(nil, 0x950412de)
	for _, w := range []int{0, n, 28, 28 + 8*n, 0, 0} {
		b = binary.LittleEndian.AppendUint32(b, uint32(w))
	}
	at := 28 + 16*n
	var text []byte
	for half := range 2 {
		for i := half; i < len(pairs); i += 2 {
			b = binary.LittleEndian.AppendUint32(b, uint32(len(pairs[i])))
			b = binary.LittleEndian.AppendUint32(b, uint32(at+len(text)))
			text = append(append(text, pairs[i]...), 0)
		}
	}
	return append(b, text...)
}

func build(t *testing.T, rows []string, table map[string]string) (*gazetteer.Tables, []byte) {
	t.Helper()
	w, err := gather(sources(rows))
	if err != nil {
		t.Fatal(err)
	}
	w.givePaths(table)
	tables := w.tables()
	return tables, gazetteer.Encode(tables)
}

func TestPathsAreGivenByTheRules(t *testing.T) {
	table := map[string]string{}
	build(t, rows, table)
	want := map[string]string{
		"US": "us", "GR": "gr", "SG": "sg", "CH": "ch",
		"1": "us/springfield", "2": "us/springfield-il", "3": "us/springfield-il-cook", "4": "us/springfield-4",
		"5128581": "us/new-york", "US.NY": "us/new-york-state", "6": "us/missouri-ny", "US.MO": "us/missouri", "US.IL": "us/illinois",
		"7": "us/catalog-mo", "8": "gr/id-8", "9": "gr/athens", "GR.ESYE31": "gr/attica", "GR.ESYE14": "gr/thessaly",
		"11": "gr/nowhere", "12": "gr/1821-attica", "13": "sg/singapore", "14": "ch/geneve", "CH.GE": "ch/geneva-canton",
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Error(diff)
	}
}

func TestSameSourcesMakeTheSameBytes(t *testing.T) {
	table := map[string]string{}
	_, want := build(t, rows, table)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		shuffled := slices.Clone(rows)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		fresh := map[string]string{}
		if _, got := build(t, shuffled, fresh); !bytes.Equal(got, want) || !maps.Equal(fresh, table) {
			t.Error("the order of the sources changes the gazetteer")
		}
		if _, got := build(t, shuffled, table); !bytes.Equal(got, want) {
			t.Error("a gazetteer made with its own table is another")
		}
	}
}

// An existing path stands, whatever the rules say today, and the path of a
// place that is gone is not given again.
func TestTheTableWins(t *testing.T) {
	table := map[string]string{"3": "us/springfield", "77": "us/springfield-mo", "GR.ESYE31": "gr/athens"}
	build(t, rows, table)
	for key, want := range map[string]string{"3": "us/springfield", "77": "us/springfield-mo", "1": "us/springfield-1",
		"2": "us/springfield-il", "GR.ESYE31": "gr/athens", "9": "gr/athens-attica"} {
		if table[key] != want {
			t.Errorf("the path of %s is %s, want %s", key, table[key], want)
		}
	}
	seen := map[string]string{}
	for key, path := range table {
		if seen[path] != "" {
			t.Errorf("%s and %s have the path %s", key, seen[path], path)
		}
		seen[path] = key
	}
}

func TestTableIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paths.tsv.zst")
	if table, err := readPaths(file); err != nil || len(table) != 0 {
		t.Errorf("before there is a table: %v, %v", table, err)
	}
	want := map[string]string{"1": "us/springfield", "GR": "gr", "GR.ESYE31": "gr/attica"}
	if err := writePaths(file, want); err != nil {
		t.Fatal(err)
	}
	got, err := readPaths(file)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTables(t *testing.T) {
	tables, file := build(t, rows, map[string]string{})
	back, err := gazetteer.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tables, back); diff != "" {
		t.Error(diff)
	}
	if len(tables.ID) != 13 || len(tables.Host) != 1 || tables.ID[tables.Host[0]] != 9 {
		t.Errorf("%d cities, %d quarters", len(tables.ID), len(tables.Host))
	}
	if !slices.IsSorted(keys(tables)) {
		t.Error("the keys are not sorted")
	}
	for k := range uint32(tables.Written.Keys.Len()) {
		for w := tables.Written.Variants[k]; w < tables.Written.Variants[k+1]; w++ {
			if gazetteer.Fold(tables.Written.Get(w)) != tables.Written.Keys.Get(k) {
				t.Errorf("%q is found by %q", tables.Written.Get(w), tables.Written.Keys.Get(k))
			}
		}
	}
}

func keys(t *gazetteer.Tables) []string {
	var list []string
	for k := range uint32(t.Written.Keys.Len()) {
		list = append(list, t.Written.Keys.Get(k))
	}
	return list
}

func TestNativeNames(t *testing.T) {
	for _, c := range []struct {
		names []string
		lang  string
		want  string
	}{
		{[]string{"Agia", "Αγια", "Αγιά"}, "el", "Αγιά"},
		{[]string{"Agia", "Αγιά", "Άλλη"}, "el", ""},
		{[]string{"Agia"}, "el", ""},
		{[]string{"Chennai - சென்னை", "சென்னை", "चेन्नई"}, "ta", "சென்னை"},
		{[]string{"München", "Минхен"}, "de", ""},
	} {
		n := &node{names: map[string]bool{}, byLang: map[string]string{}}
		for _, name := range c.names {
			n.bear(name, false)
		}
		n.nativeName(c.lang)
		if n.byLang[c.lang] != c.want {
			t.Errorf("of %v, %q is the name in %s, want %q", c.names, n.byLang[c.lang], c.lang, c.want)
		}
	}
}

func TestCatalogueNames(t *testing.T) {
	n := &node{id: 1, names: map[string]bool{"東京": false, "東京都": false}, byLang: map[string]string{}}
	for _, c := range []struct{ lang, name, want string }{
		{"ja", "東京都", "東京"}, {"zh", "未知市", "未知市"}, {"el", "Springfield", ""}, {"sr", "Beograd", "Beograd"}, {"de", "Athen", "Athen"},
	} {
		n.call(c.lang, c.name)
		if n.byLang[c.lang] != c.want {
			t.Errorf("%s in %s is %q, want %q", c.name, c.lang, n.byLang[c.lang], c.want)
		}
	}
}

func FuzzCatalogue(f *testing.F) {
	f.Add(catalogue("", "header", "1", "Αθήνα"))
	f.Add([]byte{})
	f.Add([]byte("\xde\x12\x04\x95" + strings.Repeat("\xff", 40)))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := readCatalogue(b)
		if err == nil && list[""] != "" {
			t.Error("the header is a name")
		}
	})
}

func TestBadSources(t *testing.T) {
	for _, bad := range []string{"x\n", strings.Repeat("\t", 18) + "\n", row(1, "A", "", "PPL", "GR", "", "", 1)[2:]} {
		if _, err := gather(sources([]string{bad})); err == nil {
			t.Errorf("%q is no place", bad)
		}
	}
	src := sources(rows)
	src["mo/el"] = []byte("no catalogue")
	if _, err := gather(src); err == nil {
		t.Error("that was no catalogue")
	}
}
