package darkroom

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"unicode"

	"moot/internal/fault"
	"moot/internal/picture"
	"moot/internal/sandbox"
)

// What passes between the two ends, all numbers big-endian:
//
//	worker   greeting, once
//	parent   length of a picture (4 bytes), the picture
//	worker   0, results, the files; or 1, length (2 bytes), words as JSON
//
// and so on from the second line.

// greeting is the first thing that a worker says: who it is, and what holds it.
type greeting struct {
	Who      [4]byte
	Layers   uint8 // 1: seccomp, 2: resource limits
	Landlock uint8 // the ABI
}

var who = [4]byte{'m', 'o', 'o', 't'}

func writeGreeting(out io.Writer, held sandbox.Held) error {
	g := greeting{Who: who, Landlock: uint8(held.Landlock)}
	if held.Seccomp {
		g.Layers |= 1
	}
	if held.Rlimits {
		g.Layers |= 2
	}
	return binary.Write(out, binary.BigEndian, g)
}

func readGreeting(in io.Reader) (sandbox.Held, error) {
	var g greeting
	if err := binary.Read(in, binary.BigEndian, &g); err != nil {
		return sandbox.Held{}, err
	}
	if g.Who != who {
		return sandbox.Held{}, fmt.Errorf("%w: it greets with %q", errGarbage, g.Who)
	}
	return sandbox.Held{Landlock: int(g.Landlock), Seccomp: g.Layers&1 != 0, Rlimits: g.Layers&2 != 0}, nil
}

func writePicture(out io.Writer, raw []byte) error {
	if err := binary.Write(out, binary.BigEndian, uint32(len(raw))); err != nil {
		return err
	}
	_, err := out.Write(raw)
	return err
}

func readPicture(in io.Reader) ([]byte, error) {
	var length uint32
	if err := binary.Read(in, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	if length > picture.MaxBytes {
		return nil, fmt.Errorf("a picture of %d bytes", length)
	}
	raw := make([]byte, length)
	_, err := io.ReadFull(in, raw)
	return raw, err
}

// Answers begin with one of these.
const (
	itIsMade byte = iota
	itIsRefused
)

// results are what is told of a picture before its files: Full, Thumb, Large.
type results struct {
	Moving  bool
	Quality uint8
	Colour  uint32
	Hash    picture.PDQ
	Files   [3]measures
}

// measures are what is told of a file before its bytes.
type measures struct {
	Kind                  uint8 // its place in kinds
	Width, Height, Length uint32
}

var kinds = []picture.Kind{picture.JPEG, picture.PNG, picture.GIF}

// bounds is what each of the files may be at the most.
var bounds = [3]struct{ side, bytes uint32 }{
	{picture.MaxSide, picture.MaxKept},
	{picture.ThumbSide, 1 << 20},
	{picture.LargeSide, 2 << 20},
}

func writeMade(out io.Writer, made picture.Made) error {
	r := results{Moving: made.Moving, Quality: uint8(made.Quality), Colour: made.Colour, Hash: made.Hash}
	files := []picture.File{made.Full, made.Thumb, made.Large}
	for i, f := range files {
		for k, kind := range kinds {
			if f.Kind == kind {
				r.Files[i].Kind = uint8(k)
			}
		}
		r.Files[i].Width, r.Files[i].Height, r.Files[i].Length = uint32(f.Width), uint32(f.Height), uint32(len(f.Bytes))
	}
	if err := binary.Write(out, binary.BigEndian, itIsMade); err != nil {
		return err
	}
	if err := binary.Write(out, binary.BigEndian, r); err != nil {
		return err
	}
	for _, f := range files {
		if _, err := out.Write(f.Bytes); err != nil {
			return err
		}
	}
	return nil
}

// errGarbage says that a worker answers what no worker answers.
var errGarbage = errors.New("the worker talks nonsense")

// readAnswer reads what a worker made, or the fault that it found. Any other
// error means that the worker can't be trusted with another.
func readAnswer(in io.Reader) (picture.Made, error) {
	var kind [1]byte
	if _, err := io.ReadFull(in, kind[:]); err != nil {
		return picture.Made{}, err
	}
	switch kind[0] {
	case itIsMade:
		return readMade(in)
	case itIsRefused:
		return picture.Made{}, readFault(in)
	}
	return picture.Made{}, fmt.Errorf("%w: an answer of kind %d", errGarbage, kind[0])
}

func readMade(in io.Reader) (made picture.Made, err error) {
	var r results
	if err := binary.Read(in, binary.BigEndian, &r); err != nil {
		return made, err
	}
	made = picture.Made{Moving: r.Moving, Quality: int(r.Quality), Colour: r.Colour, Hash: r.Hash}
	if r.Quality > 100 || r.Colour > 0xffffff {
		return made, fmt.Errorf("%w: a quality of %d, a colour of %x", errGarbage, r.Quality, r.Colour)
	}
	for i, m := range r.Files {
		most := bounds[i]
		if int(m.Kind) >= len(kinds) || m.Width-1 >= most.side || m.Height-1 >= most.side || m.Length-1 >= most.bytes ||
			uint64(m.Width)*uint64(m.Height) > picture.MaxPixels {
			return made, fmt.Errorf("%w: file %d is of kind %d, %d × %d, %d bytes", errGarbage, i, m.Kind, m.Width, m.Height, m.Length)
		}
	}
	for i, file := range []*picture.File{&made.Full, &made.Thumb, &made.Large} {
		m := r.Files[i]
		*file = picture.File{Kind: kinds[m.Kind], Width: int(m.Width), Height: int(m.Height), Bytes: make([]byte, m.Length)}
		if _, err := io.ReadFull(in, file.Bytes); err != nil {
			return made, err
		}
		if err := looksRight(*file); err != nil {
			return made, fmt.Errorf("%w: file %d: %w", errGarbage, i, err)
		}
	}
	if made.Moving != (made.Full.Kind == picture.GIF) {
		return made, fmt.Errorf("%w: moving %v, and a %s", errGarbage, made.Moving, made.Full.Kind)
	}
	return made, nil
}

// looksRight finds out whether a file is what it is said to be, by its first
// bytes, its last, and its header. The pixels are for the reader's browser.
func looksRight(f picture.File) error {
	var first, last string
	var header func(io.Reader) (image.Config, error)
	switch f.Kind {
	case picture.JPEG:
		first, last, header = "\xff\xd8\xff", "\xff\xd9", jpeg.DecodeConfig
	case picture.PNG:
		first, last, header = "\x89PNG\r\n\x1a\n", "\x00\x00\x00\x00IEND\xae\x42\x60\x82", png.DecodeConfig
	case picture.GIF:
		first, last, header = "GIF8", "\x3b", gif.DecodeConfig
	}
	if !bytes.HasPrefix(f.Bytes, []byte(first)) || !bytes.HasSuffix(f.Bytes, []byte(last)) {
		return fmt.Errorf("no %s, from beginning to end", f.Kind)
	}
	config, err := header(bytes.NewReader(f.Bytes))
	if err != nil {
		return err
	}
	if config.Width != f.Width || config.Height != f.Height {
		return fmt.Errorf("%d × %d, and said to be %d × %d", config.Width, config.Height, f.Width, f.Height)
	}
	return nil
}

// words are a fault of package picture.
type words struct {
	Key  string
	Args []any // name, value, name, value …: values are whole numbers, other numbers or texts
}

// mostWords is how many bytes words have at the most, as JSON.
const mostWords = 1000

func writeFault(out io.Writer, f *fault.Fault) error {
	told, err := json.Marshal(words{f.Key, f.Args})
	if err != nil || len(told) > mostWords {
		return fmt.Errorf("telling %s: %d bytes, %w", f.Key, len(told), err)
	}
	head := binary.BigEndian.AppendUint16([]byte{itIsRefused}, uint16(len(told)))
	_, err = out.Write(append(head, told...))
	return err
}

// named reports whether s is a name as messages and their arguments have.
func named(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
}

// readFault returns the fault that a worker found.
func readFault(in io.Reader) error {
	var length uint16
	if err := binary.Read(in, binary.BigEndian, &length); err != nil {
		return err
	}
	if length > mostWords {
		return fmt.Errorf("%w: words of %d bytes", errGarbage, length)
	}
	told := make([]byte, length)
	if _, err := io.ReadFull(in, told); err != nil {
		return err
	}
	var w words
	exact := json.NewDecoder(bytes.NewReader(told))
	exact.UseNumber()
	if err := exact.Decode(&w); err != nil {
		return fmt.Errorf("%w: %w", errGarbage, err)
	}
	if key, of := strings.CutPrefix(w.Key, "picture."); !of || !named(key) || len(w.Args)%2 != 0 {
		return fmt.Errorf("%w: %q with %d arguments", errGarbage, w.Key, len(w.Args))
	}
	for i := 0; i < len(w.Args); i += 2 {
		name, ok := w.Args[i].(string)
		if !ok || !named(name) {
			return fmt.Errorf("%w: an argument of %s is called %v", errGarbage, w.Key, w.Args[i])
		}
		if w.Args[i+1], ok = argument(w.Args[i+1]); !ok {
			return fmt.Errorf("%w: %s of %s is not a number and no short text", errGarbage, name, w.Key)
		}
	}
	return &fault.Fault{Kind: fault.Invalid, Key: w.Key, Args: w.Args, Field: "picture"}
}

// argument is a value as it was before it became JSON.
func argument(v any) (any, bool) {
	switch v := v.(type) {
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return whole, true
		}
		other, err := v.Float64()
		return other, err == nil
	case string:
		return v, len(v) <= 100 && !strings.ContainsFunc(v, unicode.IsControl)
	}
	return nil, false
}
