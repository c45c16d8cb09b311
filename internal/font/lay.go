package font

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/go-text/typesetting/di"
	otf "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
)

const ellipsis = '…'

// MaxRunes is how many characters of a text are set.
const MaxRunes = 2000

// Weight is how heavy letters are.
type Weight int

const (
	Regular Weight = iota
	Bold
)

// Direction is which way a paragraph runs.
type Direction int

const (
	Auto Direction = iota // as its first letter does (UAX 9, P2); to the right where it has none
	LTR
	RTL
)

// Style is how a text is to be set.
type Style struct {
	Size      float64 // pixels in an em, 4 to 400
	Weight    Weight
	Lines     int  // most of them, the last with an ellipsis where there is more; 0 for any number
	Balanced  bool // lines of about one length, as CSS's text-wrap: balance makes them
	Direction Direction
	Side      Direction // at which lines begin; Auto: at that of the direction
}

// Lay sets a text as one paragraph, in lines at most width pixels long; only a
// letter that is wider than that sticks out. White space of any kind is one
// space, and none begins or ends the paragraph.
func Lay(text string, width int, style Style) *Block {
	style.Size = min(max(style.Size, 4), 400)
	width = min(max(width, 1), 1<<14)
	s := setters.Get().(*setter)
	defer setters.Put(s)
	return s.lay(text, width, style)
}

// DirectionOf is the direction of a text's first letter that has one: LTR or
// RTL, and Auto where there is none.
func DirectionOf(text string) Direction {
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return LTR
		case bidi.R, bidi.AL:
			return RTL
		}
	}
	return Auto
}

// setter sets texts, one at a time: what it is made of keeps scratch space.
type setter struct {
	shaper    shaping.HarfbuzzShaper
	segmenter shaping.Segmenter
	clusters  segmenter.Segmenter
	wrapper   shaping.LineWrapper

	faces  map[cut]*otf.Face
	thin   map[*otf.Face]bool // those that have to be made bold
	weight Weight
	script language.Script // of what a face is chosen for
}

var setters = sync.Pool{New: func() any { return &setter{faces: map[cut]*otf.Face{}, thin: map[*otf.Face]bool{}} }}

func (s *setter) lay(text string, width int, style Style) *Block {
	s.weight = style.Weight
	runes, cut := s.drawable(text)
	b := &Block{Direction: style.Direction, Cut: cut, size: style.Size, width: width}
	if b.Direction == Auto {
		b.Direction = max(DirectionOf(string(runes)), LTR)
	}
	if b.side = style.Side; b.side == Auto {
		b.side = b.Direction
	}
	if len(runes) == 0 {
		return b
	}
	p := paragraph{
		text: runes, runs: s.shape(runes, style.Size, b.Direction),
		config: shaping.WrapConfig{
			Direction: towards(b.Direction), TruncateAfterLines: style.Lines,
			Truncator: s.shape([]rune{ellipsis}, style.Size, b.Direction)[0],
		},
	}
	if style.Balanced {
		width = s.balanced(p, width)
	}
	lines, left, broken := s.wrap(p, width)
	b.Cut, b.Broken = cut || left > 0, broken
	b.set(s, lines)
	return b
}

func towards(d Direction) di.Direction {
	if d == RTL {
		return di.DirectionRTL
	}
	return di.DirectionLTR
}

// drawable is a text as it can be set: with single spaces, and without the
// clusters of characters that begin with one no font has.
func (s *setter) drawable(text string) (runes []rune, cut bool) {
	s.SetScript(language.Common)
	for word := range strings.FieldsSeq(text) {
		begin := len(runes)
		if begin > 0 {
			runes = append(runes, ' ')
		}
		all := []rune(word)
		if room := MaxRunes - len(runes); len(all) > room {
			all, cut = all[:max(room, 0)], true
		}
		before := len(runes)
		runes = s.appendDrawable(runes, all)
		if len(runes) == before { // nothing of the word is left, nor is its space
			runes = runes[:begin]
		}
		if cut {
			return append(runes, ellipsis), true
		}
	}
	return runes, false
}

func (s *setter) appendDrawable(runes, word []rune) []rune {
	s.clusters.Init(word)
	shown := len(runes) > 0 // whether what stands before can carry a mark
	for i := s.clusters.GraphemeIterator(); i.Next(); {
		cluster := i.Grapheme().Text
		if script := language.LookupScript(cluster[0]); script.Strong() {
			s.SetScript(script) // what has none is of the one before it
		}
		switch {
		case directionMark(cluster[0]):
			runes = append(runes, cluster[0])
			continue
		case unicode.Is(unicode.Mark, cluster[0]):
			shown = shown && s.has(cluster[0])
		default:
			shown = !unicode.Is(unicode.Other, cluster[0]) && s.has(cluster[0])
		}
		if !shown {
			continue
		}
		for _, r := range cluster {
			if s.has(r) || harfbuzz.IsDefaultIgnorable(r) {
				runes = append(runes, r)
			}
		}
	}
	return runes
}

// directionMark reports whether r is an unseen letter of a direction.
func directionMark(r rune) bool { return r == '\u200e' || r == '\u200f' || r == '\u061c' }

func (s *setter) has(r rune) bool {
	_, ok := s.ResolveFace(r).NominalGlyph(r)
	return ok
}

// SetScript and ResolveFace choose a face for each character: shaping.Fontmap.
func (s *setter) SetScript(script language.Script) { s.script = script }

// ResolveFace gives the face of the character's own script. What has no script
// of its own is in the plain face where that has it, but marks are in the face
// of the letters they stand on.
func (s *setter) ResolveFace(r rune) *otf.Face {
	first := s.face(plain)
	if unicode.Is(unicode.Inherited, r) {
		if f := s.faceOfScript(r); f != nil {
			return f
		}
	}
	if _, ok := first.NominalGlyph(r); ok {
		return first
	}
	if f := s.faceOfScript(r); f != nil {
		return f
	}
	f := s.face(symbols)
	if _, ok := f.NominalGlyph(r); ok {
		return f
	}
	return first
}

// faceOfScript is the face for a character of the family for its script, or for
// the script of the text around it; nil where that hasn't it either.
func (s *setter) faceOfScript(r rune) *otf.Face {
	own := language.LookupScript(r)
	for _, family := range families {
		if !slices.Contains(family.scripts, own) && !slices.Contains(family.scripts, s.script) && !unicode.In(r, family.beside...) {
			continue
		}
		f := s.face(family)
		if _, ok := f.NominalGlyph(r); ok {
			return f
		}
	}
	return nil
}

func (s *setter) face(f family) *otf.Face {
	c := f.cut(s.weight)
	face := s.faces[c]
	if face == nil {
		face = otf.NewFace(open(c.file))
		s.faces[c], s.thin[face] = face, c.thin
	}
	return face
}

// shape makes glyphs of a text: a run for each direction, script and face in it.
func (s *setter) shape(text []rune, size float64, direction Direction) []shaping.Output {
	inputs := s.segmenter.Split(shaping.Input{
		Text: text, RunEnd: len(text), Direction: towards(direction), Size: fixed.Int26_6(size * 64), Language: "und",
	}, s)
	runs := make([]shaping.Output, len(inputs))
	for i, input := range inputs {
		runs[i] = s.shaper.Shape(input)
		for j := range runs[i].Glyphs {
			if g := &runs[i].Glyphs[j]; g.GlyphID == 0 { // a mark that its letter's face hasn't
				g.Advance, g.Width = 0, 0
			}
		}
		runs[i].RecomputeAdvance()
	}
	return runs
}

// paragraph is a text with its glyphs, ready to be cut into lines.
type paragraph struct {
	text   []rune
	runs   []shaping.Output
	config shaping.WrapConfig
}

// wrap cuts a paragraph into lines, which are good until the next call: between
// words, or where one is too long for a line, or would leave the last one half
// empty, within words too. left is how much of it was left out.
func (s *setter) wrap(p paragraph, width int) (lines []shaping.Line, left int, broken bool) {
	lines, left, whole := s.wrapWords(p, width)
	if !whole || left > 0 && advance(lines[len(lines)-1]) < fixed.I(width/2) {
		p.config.BreakPolicy = shaping.WhenNecessary
		lines, left = s.wrapper.WrapParagraph(p.config, width, p.text, p.glyphs())
		broken = true
	}
	return lines, left, broken
}

// wrapWords breaks no word. whole is whether every line is within the width.
func (s *setter) wrapWords(p paragraph, width int) (lines []shaping.Line, left int, whole bool) {
	p.config.BreakPolicy = shaping.Never
	lines, left = s.wrapper.WrapParagraph(p.config, width, p.text, p.glyphs())
	for _, line := range lines {
		if advance(line) > fixed.I(width) {
			return lines, left, false
		}
	}
	return lines, left, true
}

// glyphs are the paragraph's runs to be wrapped: copies, since the wrapper takes
// the width from spaces at the ends of lines.
func (p paragraph) glyphs() shaping.RunIterator {
	runs := slices.Clone(p.runs)
	for i := range runs {
		runs[i].Glyphs = slices.Clone(runs[i].Glyphs)
	}
	return shaping.NewSliceIterator(runs)
}

// balanced is the least width, or nearly, at which a paragraph has as many
// lines as in the full one, with no word broken and nothing left out. Where there
// is none, it is the full one.
func (s *setter) balanced(p paragraph, width int) int {
	lines, left, whole := s.wrapWords(p, width)
	n := len(lines)
	if n < 2 || left > 0 || !whole {
		return width
	}
	low, high := width/n/2, width
	for high-low > 4 {
		middle := (low + high) / 2
		if lines, left, whole := s.wrapWords(p, middle); whole && left == 0 && len(lines) == n {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

func advance(line shaping.Line) (all fixed.Int26_6) {
	for _, run := range line {
		all += run.Advance
	}
	return all
}
