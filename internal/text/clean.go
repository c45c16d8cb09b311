package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxMarks        = 4 // nonspacing marks in a row on one letter: enough for pointed Hebrew with its accents
	maxTibetanMarks = 7 // Tibetan writes letters beneath letters, and they count as marks
	maxBlankLines   = 2 // blank lines kept in a row
	maxDirections   = 8 // directional controls open at once within a line
)

// Clean makes a body fit to keep and to show beside others: valid UTF-8 in
// NFC, lines ended by LF alone, no control, tag or noncharacter, no
// directional control that outlives its line, at most four marks stacked on a
// letter, no space at the end of a line, no blank line at either end and at
// most two in a row. A tab is a space. Joiners, directional marks and emoji
// flags stay. Of a text with nothing in it that can be seen, nothing is left.
//
// Clean(Clean(s)) == Clean(s).
func Clean(s string) string {
	s = norm.NFC.String(balance(admit(strings.ToValidUTF8(s, "\ufffd"))))
	return trimLines(balance(boundMarks(s))) // balanced again, since a pair may be around nothing now
}

// CleanLine is Clean for a field of one line, such as a subject or a name:
// line breaks and runs of any white space become one space.
func CleanLine(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}

// Length is how long a cleaned text is, in characters: Unicode code points. A
// letter with an accent is one, and so is most emoji; some emoji are several.
func Length(s string) int { return utf8.RuneCountInString(s) }

// admit makes every line end an LF, every tab a space, and leaves out what has
// no place in a text.
func admit(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\r':
			b.WriteByte('\n')
			if strings.HasPrefix(s[i+1:], "\n") {
				size++
			}
		case r == '\u0085' || r == '\u2028' || r == '\u2029':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte(' ')
		case r == blackFlag:
			size += flagTags(s[i+size:])
			b.WriteString(s[i : i+size])
		case isAdmitted(r):
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// isAdmitted reports whether a character may stand in a text by itself.
func isAdmitted(r rune) bool {
	switch {
	case r == '\n':
		return true
	case r < ' ', 0x7f <= r && r <= 0x9f: // controls
		return false
	case 0xfdd0 <= r && r <= 0xfdef, r&0xfffe == 0xfffe: // noncharacters
		return false
	case 0x2061 <= r && r <= 0x2064, 0x206a <= r && r <= 0x206f: // invisible operators, deprecated
		return false
	case r == 0xfeff, 0xfff9 <= r && r <= 0xfffc: // byte order mark, annotations, object
		return false
	case 0xe0000 <= r && r <= 0xe007f: // tags: an invisible second text
		return false
	}
	return true
}

// blackFlag begins the emoji flags of countries that are part of another.
const blackFlag = '\U0001f3f4'

// flagTags is the length of the tag characters at the start of s that make a
// flag of the black flag before them, or 0: up to six letters or digits and
// the closing tag (UTS 51, emoji tag sequence).
func flagTags(s string) int {
	n := 0
	for i, r := range s {
		switch {
		case 0xe0030 <= r && r <= 0xe0039, 0xe0061 <= r && r <= 0xe007a:
			if n++; n > 6 {
				return 0
			}
		case r == 0xe007f && n > 0:
			return i + utf8.RuneLen(r)
		default:
			return 0
		}
	}
	return 0
}

// Directional controls of the bidirectional algorithm (UAX 9).
const (
	lre, rle, pdf = '\u202a', '\u202b', '\u202c'
	lro, rlo      = '\u202d', '\u202e'
	lri, fsi, pdi = '\u2066', '\u2068', '\u2069'
)

func isDirection(r rune) bool { return lre <= r && r <= rlo || lri <= r && r <= pdi }

func isIsolate(r rune) bool { return lri <= r && r <= fsi }

// balance closes at the end of each line the embeddings and isolates that the
// line opens, and leaves out closings of nothing, pairs around nothing, what is
// nested too deep, and overrides, which exist to show letters in an order in
// which nobody reads them.
func balance(s string) string {
	if !strings.ContainsFunc(s, isDirection) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 3*maxDirections)
	for line := range strings.Lines(s) {
		text, ended := strings.CutSuffix(line, "\n")
		b.WriteString(balanceLine(text))
		if ended {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func balanceLine(s string) string {
	if !strings.ContainsFunc(s, isDirection) {
		return s
	}
	var out []byte
	var open []rune // in order of opening; 0 where the opening was left out
	isolates, kept := 0, 0
	shut := func() { // closes what was opened last
		last := open[len(open)-1]
		open = open[:len(open)-1]
		if isIsolate(last) || last == 0 {
			isolates--
		}
		if last <= 0 {
			return
		}
		kept--
		if r, size := utf8.DecodeLastRune(out); r == last {
			out = out[:len(out)-size]
		} else if isIsolate(last) {
			out = utf8.AppendRune(out, pdi)
		} else {
			out = utf8.AppendRune(out, pdf)
		}
	}
	for _, r := range s {
		switch {
		case !isDirection(r):
			out = utf8.AppendRune(out, r)
		case r == pdf:
			if n := len(open); n > 0 && !isIsolate(open[n-1]) && open[n-1] != 0 {
				shut()
			}
		case r == pdi:
			for closed := isolates == 0; !closed; {
				last := open[len(open)-1]
				closed = isIsolate(last) || last == 0
				shut()
			}
		default:
			isolate := isIsolate(r)
			if isolate {
				isolates++
			}
			if kept == maxDirections || r == lro || r == rlo {
				r = leftOut(isolate)
			} else {
				kept++
				out = utf8.AppendRune(out, r)
			}
			open = append(open, r)
		}
	}
	for len(open) > 0 {
		shut()
	}
	return string(out)
}

// leftOut stands among the open directions for one that was not written: 0 for
// an isolate, -1 for an embedding or override.
func leftOut(isolate bool) rune {
	if isolate {
		return 0
	}
	return -1
}

// boundMarks leaves out the marks beyond the bound on one letter. Invisible
// characters between marks don't make a new letter; a spacing mark does.
func boundMarks(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	marks, limit := 0, maxMarks
	for _, r := range s {
		switch {
		case r < 0x0300:
			marks, limit = 0, maxMarks
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > limit {
				continue
			}
		case !unicode.Is(unicode.Cf, r):
			marks, limit = 0, maxMarks
			if 0x0f00 <= r && r <= 0x0fff {
				limit = maxTibetanMarks
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// trimLines takes away what stands at the ends of lines and of the text and
// can't be seen, and blank lines beyond two.
func trimLines(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	blank := 0
	for line := range strings.Lines(s) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if !strings.ContainsFunc(line, isVisible) {
			blank++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n\n"[:1+min(blank, maxBlankLines)])
		}
		blank = 0
		b.WriteString(line)
	}
	return b.String()
}

// isVisible reports whether a character leaves ink, or could.
func isVisible(r rune) bool {
	if r < 0x80 {
		return r > ' '
	}
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0: // joiner, fillers, empty Braille cell
		return false
	}
	switch {
	case 0x180b <= r && r <= 0x180f, 0xfe00 <= r && r <= 0xfe0f, 0xe0100 <= r && r <= 0xe01ef: // selectors
		return false
	}
	return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r)
}
