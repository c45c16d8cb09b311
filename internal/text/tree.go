package text

import "slices"

// match finds out which marks open and close a span, so that spans nest: a
// mark closes the open one of its kind, and leaves as text what was opened
// within it and not closed. Bold and italic end with their line, spoilers with
// their paragraph. A span of nothing is text.
func match(tokens []token) {
	var open []int // indices of open marks, each kind once: so at most four
	empty := true  // nothing in this line yet
	for i := range tokens {
		switch tokens[i].kind {
		case breakToken:
			open = slices.DeleteFunc(open, func(j int) bool {
				return empty || markKinds[tokens[j].mark] != Spoiler
			})
			empty = true
		case codeToken:
			open = open[:0]
			empty = true
		case markToken:
			open = pair(tokens, open, i)
			empty = false
		default:
			empty = false
		}
	}
}

// pair gives the mark at i its role, and returns the marks that are open then.
func pair(tokens []token, open []int, i int) []int {
	if n := len(open); n > 0 && areFive(tokens, i) &&
		tokens[i+1].closes && tokens[open[n-1]].mark == tokens[i+1].mark {
		turn(tokens, i) // what was opened last is closed first
	}
	t := &tokens[i]
	k := slices.IndexFunc(open, func(j int) bool { return tokens[j].mark == t.mark })
	switch {
	case k < 0 && t.opens:
		return append(open, i)
	case k < 0 || !t.closes:
		return open
	}
	if k+2 == len(open) && open[k]+1 == open[k+1] && areFive(tokens, open[k]) {
		turn(tokens, open[k]) // what is closed first was opened last
		k++
	}
	if j := open[k]; j+1 < i {
		tokens[j].role, t.role = opening, closing
	}
	return open[:k]
}

// areFive reports whether the mark at i and the next were typed as five
// apostrophes, which mean bold and italic in whichever order fits.
func areFive(tokens []token, i int) bool {
	if i+1 == len(tokens) || tokens[i].kind != markToken || tokens[i+1].kind != markToken {
		return false
	}
	a, b := tokens[i], tokens[i+1]
	return max(a.mark, b.mark) <= italicMark && a.mark != b.mark && a.end == b.at
}

// turn exchanges the marks at i and after.
func turn(tokens []token, i int) {
	a, b := &tokens[i], &tokens[i+1]
	a.mark, b.mark = b.mark, a.mark
	a.end = a.at + b.end - b.at
	b.at = a.end
}

// builder makes blocks of matched tokens.
type builder struct {
	source string
	blocks []Block
	frames []frame // the line, and in it what is open
	end    int     // where in the source the last text ended
	gap    int
	quote  bool
}

// frame is a span that is being filled; the first is the line.
type frame struct {
	kind  SpanKind
	spans []Span
}

func build(source string, tokens []token) Document {
	b := builder{source: source, frames: make([]frame, 1, 1+marks)}
	for _, t := range tokens {
		switch t.kind {
		case quoteToken:
			b.quote = true
		case breakToken:
			if !b.line() {
				b.gap++
			}
		case codeToken:
			b.line()
			b.block(Block{Kind: Code, Code: t.span.Text})
		case leafToken, markToken:
			b.token(t)
		}
	}
	b.line()
	return Document{Blocks: b.blocks}
}

func (b *builder) token(t token) {
	switch t.role {
	case opening:
		b.frames = append(b.frames, frame{kind: markKinds[t.mark]})
	case closing:
		b.shut()
	default:
		b.add(t)
	}
}

// add puts a span into the innermost frame; text that follows text is joined
// to it, without copying.
func (b *builder) add(t token) {
	top := &b.frames[len(b.frames)-1]
	if t.span != nil {
		top.spans = append(top.spans, *t.span)
		return
	}
	if n := len(top.spans); n > 0 && top.spans[n-1].Kind == Text && b.end == t.at {
		last := &top.spans[n-1]
		last.Text = b.source[t.at-len(last.Text) : t.end]
	} else {
		top.spans = append(top.spans, Span{Text: b.source[t.at:t.end]})
	}
	b.end = t.end
}

// shut ends the innermost frame and puts it into the one around it.
func (b *builder) shut() {
	top := b.frames[len(b.frames)-1]
	b.frames = b.frames[:len(b.frames)-1]
	if len(top.spans) > 0 {
		around := &b.frames[len(b.frames)-1]
		around.spans = append(around.spans, Span{Kind: top.kind, Spans: top.spans})
	}
}

// line ends the line, if there is anything in it, and opens in the next what
// is open in this.
func (b *builder) line() bool {
	var room [marks]SpanKind
	open := room[:0]
	for _, f := range b.frames[1:] {
		open = append(open, f.kind)
	}
	for len(b.frames) > 1 {
		b.shut()
	}
	spans := b.frames[0].spans
	if len(spans) > 0 {
		kind := Line
		if b.quote {
			kind = Quote
		}
		b.block(Block{Kind: kind, Spans: spans})
	}
	b.quote = false
	b.frames[0] = frame{}
	for _, kind := range open {
		b.frames = append(b.frames, frame{kind: kind})
	}
	return len(spans) > 0
}

// block adds a block, after the blank lines before it.
func (b *builder) block(block Block) {
	if len(b.blocks) > 0 {
		block.Gap = b.gap
	}
	b.gap = 0
	b.blocks = append(b.blocks, block)
}
