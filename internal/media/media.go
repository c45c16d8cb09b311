package media

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxPictures is how many pictures a post may have.
const MaxPictures = 4

// State says whether a picture may be seen.
type State string

const (
	Waiting State = "waiting" // for a steward's look
	Shown   State = "shown"
	Removed State = "removed" // its files are gone
)

// Size is the measure of one of a picture's files.
type Size struct {
	Kind          string // "jpeg", "png" or "gif"
	Width, Height int    // pixels
}

// Picture is a picture as it is kept.
type Picture struct {
	Number int64 // random, below 2^53; the name of its files
	Size
	Bytes  int
	Thumb  Size // fits 250 × 250
	Large  Size // fits 500 × 500
	Colour int  // 0xRRGGBB, its average: what stands there until it is loaded
	Moving bool
	MD5    []byte // of the file
	State  State
}

// Attached is a picture in a post.
type Attached struct {
	Picture
	Post    int64
	Alt     string // what it shows, in the writer's words; "" where they gave none
	Spoiler bool   // shown only when asked for
	Free    bool   // posted where pictures don't wait
}

// Visible reports whether readers see the picture in its post.
func (a Attached) Visible() bool { return a.State == Shown || a.State == Waiting && a.Free }

// Seen reports whether readers see the picture without asking for it.
func (a Attached) Seen() bool { return a.Visible() && !a.Spoiler }

// File, ThumbFile and LargeFile are the names of a picture's files on the site:
// "/f/" and a name is an address.
func (p Picture) File() string      { return fileName(p.Number, "", p.Kind) }
func (p Picture) ThumbFile() string { return fileName(p.Number, "t", p.Thumb.Kind) }
func (p Picture) LargeFile() string { return fileName(p.Number, "l", p.Large.Kind) }

// Extension is the ending of a file of a kind, with its dot.
func Extension(kind string) string {
	if kind == "jpeg" {
		return ".jpg"
	}
	return "." + kind
}

func fileName(number int64, size, kind string) string {
	return strconv.FormatInt(number, 10) + size + Extension(kind)
}

// folders is how many folders the store spreads the files over, by the last
// digits of a picture's number.
const folders = 1000

// stored is where a file lies in the store.
func stored(name string, number int64) string {
	return fmt.Sprintf("picture/%03d/%s", number%folders, name)
}

// stored are all of a picture's files in the store.
func (p Picture) stored() []string {
	return []string{stored(p.File(), p.Number), stored(p.ThumbFile(), p.Number), stored(p.LargeFile(), p.Number)}
}

// base is a file's name without where it lies in the store.
func base(file string) string { return file[strings.LastIndex(file, "/")+1:] }

// parseName reads the name of a file: the picture's number and which of its
// files it is ("", "t" or "l"). What the file's ending says is not asked:
// clients of imageboards make it up.
func parseName(name string) (number int64, size string, ok bool) {
	base, _, dotted := strings.Cut(name, ".")
	if !dotted || strings.Contains(name, "/") {
		return 0, "", false
	}
	digits := strings.TrimRight(base, "tl")
	size = base[len(digits):]
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || number <= 0 || len(size) > 1 || strconv.FormatInt(number, 10) != digits {
		return 0, "", false
	}
	return number, size, true
}

// New is a picture for a post that is being written: its number is what Take
// gave.
type New struct {
	Number  int64
	Alt     string
	Spoiler bool
}

// Post is where a picture is attached.
type Post struct {
	Number int64
	Thread int64
	Place  string // path of the board
}
