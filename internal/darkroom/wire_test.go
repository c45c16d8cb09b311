package darkroom

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"moot/internal/fault"
	"moot/internal/picture"
	"moot/internal/sandbox"
)

func TestGreeting(t *testing.T) {
	for _, held := range []sandbox.Held{{}, {Landlock: 7}, {Seccomp: true}, {Rlimits: true}, {Landlock: 1, Seccomp: true, Rlimits: true}} {
		var wire bytes.Buffer
		if err := writeGreeting(&wire, held); err != nil {
			t.Fatal(err)
		}
		if got, err := readGreeting(&wire); got != held || err != nil {
			t.Errorf("%v arrives as %v, %v", held, got, err)
		}
	}
}

// Serve answers one after the other, and ends well only where its parent does.
func TestServe(t *testing.T) {
	var asked, told bytes.Buffer
	pictures := [][]byte{photo(500, 300), []byte("nothing"), drawn(600, 20)}
	for _, raw := range pictures {
		if err := writePicture(&asked, raw); err != nil {
			t.Fatal(err)
		}
	}
	cut := bytes.NewReader(asked.Bytes()[:asked.Len()-1])
	if err := Serve(&asked, &told); err != nil {
		t.Fatal(err)
	}
	for i, raw := range pictures {
		want, wantErr := picture.Make(raw)
		got, err := readAnswer(&told)
		if diff := cmp.Diff(want, got); diff != "" || fault.KindOf(err) != fault.KindOf(wantErr) {
			t.Errorf("picture %d: %v, want %v\n%s", i, err, wantErr, diff)
		}
	}
	if told.Len() > 0 {
		t.Errorf("%d bytes too many", told.Len())
	}
	if err := Serve(cut, io.Discard); err == nil {
		t.Error("a picture that breaks off is the end, and none that is in order")
	}
	if err := Serve(bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xff}), io.Discard); err == nil {
		t.Error("a worker takes a picture of 4 GiB")
	}
}

func TestFaultsArriveWhole(t *testing.T) {
	sent := fault.New(fault.Invalid, "picture.too_big", "size", 8.4, "limit", 8, "what", "Καλημέρα")
	var wire bytes.Buffer
	if err := writeFault(&wire, sent); err != nil {
		t.Fatal(err)
	}
	whole := wire.Bytes()
	_, err := readAnswer(bytes.NewReader(whole))
	want := &fault.Fault{Kind: fault.Invalid, Key: "picture.too_big", Field: "picture", Args: []any{"size", 8.4, "limit", int64(8), "what", "Καλημέρα"}}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Error(diff)
	}
	for n := range whole {
		if _, err := readAnswer(bytes.NewReader(whole[:n])); err == nil || errors.As(err, new(*fault.Fault)) {
			t.Errorf("the first %d bytes of %d are a fault: %v", n, len(whole), err)
		}
	}
}

func TestWordsThatAreNone(t *testing.T) {
	for _, told := range []string{
		``, `x`, `{}`, `{"Key":"login.again"}`, `{"Key":"picture."}`, `{"Key":"picture.x y"}`,
		`{"Key":"picture.x","Args":["size"]}`, `{"Key":"picture.x","Args":[1,2]}`, `{"Key":"picture.x","Args":["Size",2]}`,
		`{"Key":"picture.x","Args":["size",null]}`, `{"Key":"picture.x","Args":["size",{"a":1}]}`, `{"Key":"picture.x","Args":["size",1e999]}`,
		`{"Key":"picture.x","Args":["size","a\u0000b"]}`, `{"Key":"picture.x","Args":["size","` + string(bytes.Repeat([]byte("x"), 101)) + `"]}`,
	} {
		wire := append(binary.BigEndian.AppendUint16([]byte{itIsRefused}, uint16(len(told))), told...)
		if _, err := readAnswer(bytes.NewReader(wire)); err == nil || errors.As(err, new(*fault.Fault)) {
			t.Errorf("%s is taken for a fault: %v", told, err)
		}
	}
}

// Whatever a worker answers, its parent doesn't crash, takes no more memory than
// was answered, and passes on nothing that isn't a picture of a size that is
// allowed.
func FuzzAnswer(f *testing.F) {
	for _, raw := range [][]byte{photo(20, 10), drawn(8, 8), []byte("x")} {
		var asked, told bytes.Buffer
		if err := errors.Join(writePicture(&asked, raw), Serve(&asked, &told)); err != nil {
			f.Fatal(err)
		}
		f.Add(told.Bytes())
	}
	f.Add([]byte("\x01\x00\x02{}"))
	f.Fuzz(func(t *testing.T, told []byte) {
		made, err := readAnswer(bytes.NewReader(told))
		if err != nil {
			return
		}
		for i, file := range []picture.File{made.Full, made.Thumb, made.Large} {
			if looksRight(file) != nil || max(file.Width, file.Height) > int(bounds[i].side) || file.Width*file.Height > picture.MaxPixels || len(file.Bytes) > len(told) {
				t.Errorf("file %d is %s of %d × %d, %d bytes", i, file.Kind, file.Width, file.Height, len(file.Bytes))
			}
		}
	})
}

// What it costs to have a picture made elsewhere.
func BenchmarkDevelop(b *testing.B) {
	for name, raw := range map[string][]byte{"small": photo(400, 300), "photo": photo(4000, 3000)} {
		b.Run(name+"/here", func(b *testing.B) {
			for b.Loop() {
				if _, err := picture.Make(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/darkroom", func(b *testing.B) {
			d, _ := open(b, Settings{})
			for b.Loop() {
				if _, err := d.Develop(context.Background(), raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("start", func(b *testing.B) { // of a worker, and its first picture
		for b.Loop() {
			if _, err := Probe(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
