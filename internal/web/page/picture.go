package page

import (
	"cmp"
	"fmt"
	"strings"

	"moot/internal/lang"
	"moot/internal/media"
)

// Picture is a picture of a post as pages show it.
type Picture struct {
	media.Attached
	Address string // of the picture itself
	Small   string // of what stands in the post
	Big     string // of what stands on a notice
	Tint    string // class of the colour that stands there until it is loaded
	Told    string // what it shows, for who doesn't see it
	About   string // "JPEG, 640 × 480, 34 KB"
}

// PictureOf is a picture as pages show it in a language.
func PictureOf(l *lang.Language, a media.Attached) Picture {
	return Picture{
		Attached: a, Address: "/f/" + a.File(), Small: "/f/" + a.ThumbFile(), Big: "/f/" + a.LargeFile(), Tint: tint(a.Colour),
		Told: cmp.Or(a.Alt, l.T("board.picture_untold")), About: about(l, a.Picture),
	}
}

// about is what a picture is, in a few letters.
func about(l *lang.Language, p media.Picture) string {
	return fmt.Sprintf("%s, %d × %d, %s", strings.ToUpper(p.Kind), p.Width, p.Height, l.T("board.kilobytes", "n", max(p.Bytes>>10, 1)))
}

// tint is the class of a colour: four steps for each of red, green and blue.
func tint(colour int) string {
	step := func(shift uint) int { return (colour >> shift & 0xff) >> 6 }
	return fmt.Sprintf("tint-%d%d%d", step(16), step(8), step(0))
}
