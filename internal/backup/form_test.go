package backup

import (
	"bytes"
	"io"
	"math"
	"reflect"
	"slices"
	"testing"

	"moot/internal/db/whole"
)

var every = whole.Table{Name: "zebra", Columns: []whole.Column{{Name: "a", Kind: whole.Int}, {Name: "b", Kind: whole.Text}, {Name: "c", Kind: whole.Bool}, {Name: "d", Kind: whole.Bytes}}}

func TestARowIsALine(t *testing.T) {
	for want, row := range map[string][]any{
		`[null,null,null,null]`:                  {nil, nil, nil, nil},
		`[-9223372036854775808,"",false,""]`:     {int64(math.MinInt64), "", false, []byte{}},
		`[1,"Ρήγας\n\u003cb\u003e",true,"AP8="]`: {int64(1), "Ρήγας\n<b>", true, []byte{0, 255}},
	} {
		line, err := appendRow(nil, row)
		if err != nil || string(line) != want {
			t.Errorf("wrote %s, want %s, %v", line, want, err)
		}
		if again, err := parseRow(every, line); err != nil || !reflect.DeepEqual(again, row) {
			t.Errorf("read %#v, want %#v, %v", again, row, err)
		}
	}
	for _, wrong := range []string{``, `{}`, `[1]`, `[1,"",true,"",2]`, `["1","",true,""]`, `[1.0,"",true,""]`, `[1e3,"",true,""]`, `[1,2,true,""]`,
		`[1,"",1,""]`, `[1,"",true,"?"]`, `[9223372036854775808,"",true,""]`, `[1, "",true,""]`, `[1,"\ud800",true,""]`, `[+1,"",true,""]`} {
		if row, err := parseRow(every, []byte(wrong)); err == nil {
			t.Errorf("%s: read %#v", wrong, row)
		}
	}
	if line, err := appendRow(nil, []any{"\xff"}); err == nil {
		t.Errorf("no UTF-8: %s", line)
	}
}

// The digest doesn't ask for the order, and tells a row twice from once.
func TestDigest(t *testing.T) {
	of := func(lines ...string) (d Digest) {
		for _, l := range lines {
			d.add([]byte(l))
		}
		return d
	}
	if of("a", "b") != of("b", "a") || of("a", "a") == of("a") || of("a", "a") == (Digest{}) || of("a") == of("b") {
		t.Error("digests tell what they should not, or don't what they should")
	}
	text, _ := of("a").MarshalText()
	var again Digest
	if err := again.UnmarshalText(text); err != nil || again != of("a") {
		t.Errorf("read %x, %v", again, err)
	}
	if err := again.UnmarshalText(text[1:]); err == nil {
		t.Error("half a digest is one")
	}
}

// tarOf is a small backup.
func tarOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := newWriter(&out)
	steps := []error{w.json(headerName, Header{Format: format, Schema: 1, Tables: []whole.Table{every}})}
	var sum Sum
	line, err := appendRow(nil, []any{int64(1), "x", true, []byte("y")})
	sum.addRow(line)
	packed, wrong := pack(append(line, '\n'))
	steps = append(steps, err, wrong, w.part(tablesFolder+"zebra/000001.jsonl.gz", packed))
	w.manifest.Tables["zebra"] = sum
	for _, name := range files {
		w.manifest.Files.addFile(name, []byte("content"))
		steps = append(steps, w.part(filesFolder+name, []byte("content")))
	}
	steps = append(steps, w.json(manifestName, w.manifest), w.tar.Close())
	for _, err := range steps {
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func TestABackupIsReadInItsOrder(t *testing.T) {
	var seen []string
	h, m, err := read(bytes.NewReader(tarOf(t, "a/b.txt", "c.png")), taker{
		header: func(h Header) error { seen = append(seen, "header"); return nil },
		rows:   func(t whole.Table, rows [][]any) error { seen = append(seen, t.Name); return nil },
		file:   func(name string, content []byte) error { seen = append(seen, name); return nil },
	})
	if want := []string{"header", "zebra", "a/b.txt", "c.png"}; err != nil || !slices.Equal(seen, want) {
		t.Errorf("saw %q, want %q, %v", seen, want, err)
	}
	if h.Schema != 1 || m.Files.Count != 2 || m.Files.Bytes != 14 || m.Tables["zebra"].Count != 1 {
		t.Errorf("read %+v, %+v", h, m)
	}
	if _, _, err := read(bytes.NewReader(tarOf(t, "../../etc/passwd")), taker{}); err == nil {
		t.Error("a file outside was taken")
	}
}

// Whatever is read is a backup, the same each time, or an error.
func FuzzRead(f *testing.F) {
	f.Add(tarOf(f))
	f.Add(tarOf(f, "a/b.txt"))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var rows [][]any
		_, m, err := read(bytes.NewReader(text), taker{rows: func(_ whole.Table, some [][]any) error { rows = append(rows, some...); return nil }})
		if plain, wrong := (Identities{}).unseal(bytes.NewReader(text)); wrong == nil {
			if _, err := io.Copy(io.Discard, plain); err != nil {
				t.Error(err)
			}
		}
		if err != nil {
			return
		}
		var told int64
		for _, sum := range m.Tables {
			told += sum.Count
		}
		if told != int64(len(rows)) {
			t.Errorf("%d rows, and the manifest tells of %d", len(rows), told)
		}
	})
}
