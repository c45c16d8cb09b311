package text

import (
	"strconv"
	"strings"
)

// Parse reads the markup of a cleaned body. Every text is a document: what
// isn't markup is text, and so is a mark that nothing closes. It takes time
// linear in the length of s.
//
//	>words                    a quote, to the end of the line
//	>>1240                    a post
//	>>>/gr/athens/            a board
//	>>>/gr/athens/1240        a post on a board
//	'''bold'''  ''italic''    within a line
//	**hidden**  [spoiler]hidden[/spoiler]   within a paragraph
//	`code`  [code]code[/code] a block where it has lines of its own
//	https://example.org/      a link
//
// The last part of a board's address is a post's number if it is all digits
// and no slash follows.
func Parse(s string) Document {
	l := lexer{s: s, lower: lowerASCII(s), lineStart: true}
	l.run()
	match(l.tokens)
	return build(s, l.tokens)
}

// lowerASCII lowers A to Z and leaves every byte in its place.
func lowerASCII(s string) string {
	lower := []byte(s)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] += 'a' - 'A'
		}
	}
	return string(lower)
}

// token is a piece of the source: a span, or a mark that may begin or end one.
type token struct {
	span          *Span // of leafToken, nil if it is text; of codeToken its text
	at, end       int   // where in the source
	kind          tokenKind
	mark          mark // of markToken
	opens, closes bool // whether it may, by what stands around it
	role          role // what match made of it
}

type tokenKind uint8

const (
	leafToken  tokenKind = iota
	markToken            // a mark; neither opens nor closes: text
	quoteToken           // before the first of a quote line
	breakToken           // the end of a line
	codeToken            // a code block
)

// mark is a way to mark a span. One mark opens once at a time.
type mark uint8

const (
	boldMark mark = iota
	italicMark
	starMark
	spoilerMark
	marks
)

var markKinds = [marks]SpanKind{Bold, Italic, Spoiler, Spoiler}

// role is what a mark turned out to do.
type role uint8

const (
	asText role = iota
	opening
	closing
)

type lexer struct {
	s         string // the source
	lower     string // the same, lower case, at the same offsets
	pos       int    // what is before it is read
	pending   int    // what is before it is in tokens
	lineStart bool
	noCode    bool // no [/code] is ahead
	tokens    []token
}

const specials = "\n>[`'*:"

func (l *lexer) run() {
	for l.pos < len(l.s) {
		if l.lineStart {
			l.lineStart = false
			if l.s[l.pos] == '>' {
				l.quote()
			}
			continue
		}
		n := strings.IndexAny(l.s[l.pos:], specials)
		if n < 0 {
			l.pos = len(l.s)
			break
		}
		l.pos += n
		if !l.special() {
			l.pos++
		}
	}
	l.flush(l.pos)
}

// special reads what stands at pos, and reports whether it was markup; then
// pos is behind it. Runs that are no markup it passes over whole.
func (l *lexer) special() bool {
	switch l.s[l.pos] {
	case '\n':
		l.flush(l.pos)
		l.tokens = append(l.tokens, token{kind: breakToken})
		l.pos++
		l.pending = l.pos
		l.lineStart = true
		return true
	case '>':
		l.pos += l.arrowsBefore()
		return l.reference() || l.pass(runLength(l.s[l.pos:]))
	case '[':
		return l.bracket()
	case '`':
		return l.backtick()
	case '\'':
		return l.apostrophes()
	case '*':
		if n := runLength(l.s[l.pos:]); n != 2 {
			return l.pass(n)
		}
		l.addMark(starMark, 2)
		return true
	}
	return l.address()
}

// pass reads n bytes as text.
func (l *lexer) pass(n int) bool {
	l.pos += n
	return true
}

// flush makes what was read as text up to end a token.
func (l *lexer) flush(end int) {
	if l.pending < end {
		l.tokens = append(l.tokens, token{at: l.pending, end: end})
	}
	l.pending = end
}

// leaf adds a span for the next n bytes.
func (l *lexer) leaf(span Span, n int) {
	l.flush(l.pos)
	l.tokens = append(l.tokens, token{at: l.pos, end: l.pos + n, span: &span})
	l.pos += n
	l.pending = l.pos
}

// addMark adds a mark of n bytes. It may open before what isn't space, and
// close after what isn't.
func (l *lexer) addMark(m mark, n int) {
	l.addMarkAs(m, n, l.isInkAt(l.pos+n), l.isInkAt(l.pos-1))
}

func (l *lexer) addMarkAs(m mark, n int, opens, closes bool) {
	l.flush(l.pos)
	l.tokens = append(l.tokens, token{
		kind: markToken, at: l.pos, end: l.pos + n,
		mark: m, opens: opens, closes: closes,
	})
	l.pos += n
	l.pending = l.pos
}

// isInkAt reports whether there is something at i, and it isn't space.
func (l *lexer) isInkAt(i int) bool {
	return 0 <= i && i < len(l.s) && l.s[i] != ' ' && l.s[i] != '\n'
}

// runLength is how often the first byte of s is repeated at its start.
func runLength(s string) int {
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	return n
}

// apostrophes reads a run: two are italic, three bold, five or more both.
func (l *lexer) apostrophes() bool {
	switch n := runLength(l.s[l.pos:]); {
	case n == 1:
		return false
	case n == 2:
		l.addMark(italicMark, 2)
	case n <= 4:
		l.pos += n - 3
		l.addMark(boldMark, 3)
	default:
		l.pos += n - 5
		opens, closes := l.isInkAt(l.pos+5), l.isInkAt(l.pos-1)
		l.addMarkAs(boldMark, 3, opens, closes)
		l.addMarkAs(italicMark, 2, opens, closes) // match may turn the two around
	}
	return true
}

// backtick reads `code` within a line.
func (l *lexer) backtick() bool {
	if n := runLength(l.s[l.pos:]); n > 1 {
		return l.pass(n)
	}
	rest := l.s[l.pos+1:]
	end := strings.IndexAny(rest, "`\n")
	if end < 0 || rest[end] != '`' || strings.TrimSpace(rest[:end]) == "" {
		return false
	}
	l.leaf(Span{Kind: Mono, Text: withoutDirections(rest[:end])}, end+2)
	return true
}

// withoutDirections leaves out directional controls: code is shown in the
// order in which it is written.
func withoutDirections(s string) string {
	return strings.Map(func(r rune) rune {
		if isDirection(r) {
			return -1
		}
		return r
	}, s)
}

// bracket reads [spoiler], [/spoiler] and [code].
func (l *lexer) bracket() bool {
	rest := l.lower[l.pos:]
	switch {
	case strings.HasPrefix(rest, "[spoiler]"):
		l.addMarkAs(spoilerMark, len("[spoiler]"), true, false)
	case strings.HasPrefix(rest, "[/spoiler]"):
		l.addMarkAs(spoilerMark, len("[/spoiler]"), false, true)
	case strings.HasPrefix(rest, "[code]"):
		return l.code()
	default:
		return false
	}
	return true
}

// code reads [code]…[/code]: within a line, or as a block where it holds line
// breaks or has its line to itself.
func (l *lexer) code() bool {
	if l.noCode {
		return false
	}
	const open, shut = "[code]", "[/code]"
	start := l.pos + len(open)
	length := strings.Index(l.lower[start:], shut)
	if length < 0 {
		l.noCode = true
		return false
	}
	text := withoutDirections(l.s[start : start+length])
	if strings.TrimSpace(text) == "" {
		return l.pass(len(open) + length + len(shut))
	}
	end := start + length + len(shut)
	alone := (l.pos == 0 || l.s[l.pos-1] == '\n') && (end == len(l.s) || l.s[end] == '\n')
	if !alone && !strings.Contains(text, "\n") {
		l.leaf(Span{Kind: Mono, Text: text}, end-l.pos)
		return true
	}
	l.flush(l.pos)
	l.tokens = append(l.tokens, token{kind: codeToken, span: &Span{Text: strings.Trim(text, "\n")}})
	l.pos = end
	for l.pos < len(l.s) && l.s[l.pos] == ' ' {
		l.pos++
	}
	if l.pos < len(l.s) && l.s[l.pos] == '\n' {
		l.pos++
	}
	l.pending = l.pos
	l.lineStart = true
	return true
}

// quote reads the arrows at the start of a line: of a reference, or of a quote,
// which may be of a line that begins with a reference.
func (l *lexer) quote() {
	before := l.arrowsBefore()
	if before == 0 && l.reference() {
		return
	}
	l.tokens = append(l.tokens, token{kind: quoteToken})
	if before == 0 {
		before = runLength(l.s[l.pos:])
	}
	l.pos += before
}

// arrowsBefore is how many of the arrows at pos stand before those that a
// reference begins with.
func (l *lexer) arrowsBefore() int {
	n := runLength(l.s[l.pos:])
	switch next := l.pos + n; {
	case next == len(l.s):
		return 0
	case l.s[next] == '/':
		return max(0, n-3)
	case '0' <= l.s[next] && l.s[next] <= '9':
		return max(0, n-2)
	}
	return 0
}

// reference reads >>1240, >>>/gr/athens/ or >>>/gr/athens/1240.
func (l *lexer) reference() bool {
	s := l.s[l.pos:]
	var ref Reference
	n := 0
	switch runLength(s) {
	case 2:
		ref.Number, n = number(s[2:])
		n += 2
	case 3:
		ref, n = boardReference(l.lower[l.pos+3:])
		n += 3
	}
	if ref == (Reference{}) {
		return false
	}
	l.leaf(Span{Kind: Ref, Text: s[:n], Ref: ref}, n)
	return true
}

// number reads a post's number at the start of s and how long it is; of
// anything else it makes 0.
func number(s string) (n int64, size int) {
	for size < len(s) && '0' <= s[size] && s[size] <= '9' {
		size++
	}
	if size > 18 {
		return 0, 0
	}
	n, err := strconv.ParseInt(s[:size], 10, 64)
	if err != nil || n == 0 {
		return 0, 0
	}
	return n, size
}

const (
	maxPlaceParts = 2 // a country, and a region or city of it
	maxPlacePart  = 80
)

// boardReference reads a place's path and perhaps a number, each after a slash,
// at the start of s, which is lower case.
func boardReference(s string) (ref Reference, size int) {
	var parts []string
	for len(parts) < maxPlaceParts+1 && size < len(s) && s[size] == '/' {
		n := placePart(s[size+1:])
		if n == 0 {
			break
		}
		part := s[size+1 : size+1+n]
		end := size + 1 + n
		if no, digits := number(part); digits == n && len(parts) > 0 && !strings.HasPrefix(s[end:], "/") {
			return Reference{Number: no, Place: strings.Join(parts, "/")}, end
		}
		if len(parts) == maxPlaceParts {
			break
		}
		parts = append(parts, part)
		size = end
	}
	if len(parts) == 0 {
		return Reference{}, 0
	}
	if strings.HasPrefix(s[size:], "/") {
		size++
	}
	return Reference{Place: strings.Join(parts, "/")}, size
}

// placePart is the length of a part of a place's path at the start of s: lower
// case letters, digits and hyphens, with no hyphen at its ends.
func placePart(s string) int {
	n := 0
	for n < len(s) && n <= maxPlacePart && (s[n] == '-' || 'a' <= s[n] && s[n] <= 'z' || '0' <= s[n] && s[n] <= '9') {
		n++
	}
	n = len(strings.TrimRight(s[:n], "-"))
	if n > maxPlacePart || n > 0 && s[0] == '-' {
		return 0
	}
	return n
}

// address reads a link whose "://" is at pos.
func (l *lexer) address() bool {
	if !strings.HasPrefix(l.s[l.pos:], "://") {
		return false
	}
	start := l.pos - schemeBefore(l.lower[l.pending:l.pos])
	if start == l.pos {
		return false
	}
	link, size := readLink(l.s[start:])
	if link == nil {
		return false
	}
	l.pos = start
	l.leaf(Span{Kind: Address, Text: l.s[start : start+size], Link: link}, size)
	return true
}

// schemeBefore is the length of "http" or "https" at the end of s, or 0 if
// there is none or it is the end of a longer word.
func schemeBefore(s string) int {
	for _, scheme := range []string{"https", "http"} {
		if before, ok := strings.CutSuffix(s, scheme); ok {
			if before == "" {
				return len(scheme)
			}
			if c := before[len(before)-1]; 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
				return 0
			}
			return len(scheme)
		}
	}
	return 0
}
