package flyer

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"

	"moot/internal/font"
)

// PDF is the sheet as a PDF (ISO 32000-1) of one page. Each letter is drawn once, as
// a glyph of a font of the document's own (type 3, 9.6.5), since what shaping made of
// a text is no text that a program could read: its words are said beside it
// (ActualText, 14.9.4), in the order in which the page is read (14.8). What is drawn
// again is no part of that.
func (s *Sheet) PDF() ([]byte, error) {
	d := &document{glyphs: map[string]int{}}
	var content script
	var said []string // of the page's structure: what each marked part says
	for _, m := range s.marks {
		switch {
		case !m.letters():
			content.numbers(2, m.x, s.Height-m.y-m.h, m.w, m.h)
			content.WriteString("re f\n")
			continue
		case m.again:
			content.WriteString("/Artifact BMC /Span <</ActualText <FEFF>>> BDC ")
		default:
			fmt.Fprintf(&content, "/P <</MCID %d>> BDC /Span <</ActualText %s>> BDC ", len(said), textString(m.words+" "))
			said = append(said, m.words)
		}
		d.write(&content, m, s.Height)
		content.WriteString("EMC EMC\n")
	}
	d.end(s, content.Bytes(), said)
	return d.out.Bytes(), d.wrong
}

// The objects that every document has; what comes after them is of the fonts and of
// the structure.
const (
	catalogObject = iota + 1
	pagesObject
	pageObject
	contentObject
	infoObject
	rootObject // of the structure
	partObject // the page, as a part of it
	treeObject // which part each marked piece of the page is
	firstFree
)

// inFont is how many glyphs a font has: a code is a byte.
const inFont = 256

// document is a PDF that is being written.
type document struct {
	out    bytes.Buffer
	places []int // of each object in out, by its number less one
	glyphs map[string]int
	drawn  []glyph
	font   int // that letters are in at the moment, plus one
	wrong  error
}

// glyph is a letter's outline, seen from where the letter stands.
type glyph struct {
	path  []byte
	box   [4]float64
	drawn bool
}

// write writes a text: where each of its letters stands, in pixels of its block.
func (d *document) write(out *script, m mark, height float64) {
	out.WriteString("BT ")
	if by := m.set.scale; m.upward {
		out.numbers(5, 0, by, -by, 0)
	} else {
		out.numbers(5, by, 0, 0, by)
	}
	out.numbers(2, m.x, height-m.y)
	out.WriteString("Tm\n")
	d.font = 0 // what a text is in is said anew in each
	var lastX, lastY float64
	m.set.block.Letters(func(x, y float32, trace func(font.Pen)) {
		n := d.glyph(trace)
		if f := n/inFont + 1; f != d.font {
			fmt.Fprintf(out, "/F%d %d Tf ", n/inFont, em)
			d.font = f
		}
		toX, toY := math.Round(float64(x)*100)/100, math.Round(float64(y)*100)/100
		out.numbers(2, toX-lastX, lastY-toY)
		fmt.Fprintf(out, "Td <%02x> Tj\n", n%inFont)
		lastX, lastY = toX, toY
	})
	out.WriteString("ET ")
}

// glyph is the number of a letter's outline.
func (d *document) glyph(trace func(font.Pen)) int {
	var pen outlinePen
	trace(&pen)
	n, known := d.glyphs[pen.String()]
	if !known {
		n = len(d.drawn)
		d.glyphs[pen.String()] = n
		d.drawn = append(d.drawn, glyph{path: pen.Bytes(), box: pen.box, drawn: pen.some})
	}
	return n
}

// end writes all objects, and where each is.
func (d *document) end(s *Sheet, content []byte, said []string) {
	d.out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	fonts := (len(d.drawn) + inFont - 1) / inFont
	firstSaid := firstFree
	firstFont := firstSaid + len(said)
	firstGlyph := firstFont + fonts
	d.object("<</Type /Catalog /Pages %d 0 R /Lang %s /MarkInfo <</Marked true>> /StructTreeRoot %d 0 R /ViewerPreferences <</DisplayDocTitle true>>>>",
		pagesObject, textString(s.Language), rootObject)
	d.object("<</Type /Pages /Kids [%d 0 R] /Count 1>>", pageObject)
	var named script
	for f := range fonts {
		fmt.Fprintf(&named, "/F%d %d 0 R ", f, firstFont+f)
	}
	d.object("<</Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Contents %d 0 R /StructParents 0 /Tabs /S /Resources <</Font <<%s>>>>>>",
		pagesObject, decimal(s.Width, 2), decimal(s.Height, 2), contentObject, named.String())
	d.stream(content)
	d.object("<</Title %s /Producer (Moot)>>", textString(s.Title))
	d.object("<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R>>", partObject, treeObject)
	var parts script
	for i := range said {
		fmt.Fprintf(&parts, "%d 0 R ", firstSaid+i)
	}
	d.object("<</Type /StructElem /S /Document /P %d 0 R /K [%s]>>", rootObject, parts.String())
	d.object("<</Nums [0 [%s]]>>", parts.String())
	for i, words := range said {
		d.object("<</Type /StructElem /S /P /P %d 0 R /Pg %d 0 R /K %d /ActualText %s>>", partObject, pageObject, i, textString(words))
	}
	for f := range fonts {
		d.typeface(d.drawn[f*inFont:min(len(d.drawn), (f+1)*inFont)], firstGlyph+f*inFont)
	}
	for _, g := range d.drawn {
		d.letter(g)
	}
	d.index()
}

// typeface writes a font, whose glyphs are objects from a number on.
func (d *document) typeface(glyphs []glyph, first int) {
	var procs, names, widths script
	box := [4]float64{0, 0, em, em}
	for i, g := range glyphs {
		fmt.Fprintf(&procs, "/g%d %d 0 R ", i, first+i)
		fmt.Fprintf(&names, "/g%d ", i)
		widths.numbers(1, max(g.box[2], 0))
		box = [4]float64{min(box[0], g.box[0]), min(box[1], g.box[1]), max(box[2], g.box[2]), max(box[3], g.box[3])}
	}
	var bounds script
	bounds.numbers(1, box[:]...)
	d.object("<</Type /Font /Subtype /Type3 /FontBBox [%s] /FontMatrix [%s 0 0 %s 0 0] /FirstChar 0 /LastChar %d /Widths [%s] /Encoding <</Type /Encoding /Differences [0 %s]>> /CharProcs <<%s>> /Resources <<>>>>",
		bounds.String(), decimal(1./em, 4), decimal(1./em, 4), len(glyphs)-1, widths.String(), names.String(), procs.String())
}

// letter writes what draws a glyph.
func (d *document) letter(g glyph) {
	var draw script
	draw.numbers(1, max(g.box[2], 0), 0)
	draw.numbers(1, g.box[:]...)
	draw.WriteString("d1\n")
	if g.drawn {
		draw.Write(g.path)
		draw.WriteString("f")
	}
	d.stream(draw.Bytes())
}

// object writes the next object.
func (d *document) object(format string, args ...any) {
	d.places = append(d.places, d.out.Len())
	fmt.Fprintf(&d.out, "%d 0 obj\n", len(d.places))
	fmt.Fprintf(&d.out, format, args...)
	d.out.WriteString("\nendobj\n")
}

// stream writes the next object, which is a script.
func (d *document) stream(content []byte) {
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err == nil {
		_, err = z.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		d.wrong = fmt.Errorf("flyer: %w", err)
	}
	d.object("<</Length %d /Filter /FlateDecode>>\nstream\n%s\nendstream", packed.Len(), packed.Bytes())
}

// index writes where the objects are, and ends the document.
func (d *document) index() {
	at := d.out.Len()
	fmt.Fprintf(&d.out, "xref\n0 %d\n0000000000 65535 f \n", len(d.places)+1)
	for _, place := range d.places {
		fmt.Fprintf(&d.out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&d.out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(d.places)+1, catalogObject, infoObject, at)
}

// textString is a text as PDF has it: UTF-16, from its mark on, in hexadecimal.
func textString(words string) string {
	text := []byte{0xfe, 0xff}
	for _, unit := range utf16.Encode([]rune(words)) {
		text = append(text, byte(unit>>8), byte(unit))
	}
	return fmt.Sprintf("<%X>", text)
}

// script is what a page or a glyph is drawn by.
type script struct{ bytes.Buffer }

// numbers writes numbers with so many digits after the point at the most.
func (s *script) numbers(digits int, all ...float64) {
	for _, v := range all {
		s.WriteString(decimal(v, digits))
		s.WriteByte(' ')
	}
}

func decimal(v float64, digits int) string {
	text := strconv.AppendFloat(nil, v, 'f', digits, 64)
	if bytes.IndexByte(text, '.') >= 0 {
		text = bytes.TrimRight(bytes.TrimRight(text, "0"), ".")
	}
	if string(text) == "-0" || len(text) == 0 {
		return "0"
	}
	return string(text)
}

// outlinePen writes an outline as PDF does: upwards, with cubic curves only, to a
// thousandth of an em.
type outlinePen struct {
	script
	x, y float32 // where it is
	some bool
	box  [4]float64
}

func (p *outlinePen) point(x, y float32) {
	a, b := float64(x), -float64(y)
	p.numbers(1, a, b)
	if p.x, p.y = x, y; !p.some {
		p.some, p.box = true, [4]float64{a, b, a, b}
	}
	p.box = [4]float64{min(p.box[0], a), min(p.box[1], b), max(p.box[2], a), max(p.box[3], b)}
}

// MoveTo begins a line.
func (p *outlinePen) MoveTo(x, y float32) { p.point(x, y); p.WriteString("m\n") }

// LineTo goes straight on.
func (p *outlinePen) LineTo(x, y float32) { p.point(x, y); p.WriteString("l\n") }

// QuadTo goes on by a quadratic curve.
func (p *outlinePen) QuadTo(bx, by, x, y float32) {
	p.CubeTo(p.x+(bx-p.x)*2/3, p.y+(by-p.y)*2/3, x+(bx-x)*2/3, y+(by-y)*2/3, x, y)
}

// CubeTo goes on by a cubic curve.
func (p *outlinePen) CubeTo(bx, by, cx, cy, x, y float32) {
	p.point(bx, by)
	p.point(cx, cy)
	p.point(x, y)
	p.WriteString("c\n")
}

// ClosePath goes back to where the line began.
func (p *outlinePen) ClosePath() { p.WriteString("h\n") }
