package flyerpages

import (
	"context"
	"fmt"
	"sync"
	"time"

	"moot/internal/fault"
	"moot/internal/flyer"
	"moot/internal/sieve"
)

// Composing and drawing a sheet takes a core for 20 to 200 ms. So drawn ones are kept,
// only one is drawn at a time, and only so many wait for it.
const (
	keptSheets = 96 // of 20 to 300 kB each
	inLine     = 6  // askers that draw or wait
	again      = 5 * time.Second
)

// press is where flyers are drawn.
type press struct {
	line chan struct{} // who draws or waits
	hand chan struct{} // who draws

	mu    sync.Mutex
	drawn map[string]*sieve.Place[printed]
	order sieve.Queue[printed]
}

// printed is a file, by what was asked for.
type printed struct {
	name string
	file []byte
}

func newPress() *press {
	return &press{line: make(chan struct{}, inLine), hand: make(chan struct{}, 1), drawn: map[string]*sieve.Place[printed]{}}
}

// file is a flyer in a form and as a kind of file: it is drawn, or was before.
func (p *press) file(ctx context.Context, f flyer.Flyer, form flyer.Form, kind string) ([]byte, error) {
	name := fmt.Sprintf("%q %v %s", []any{f}, form, kind)
	if file, ok := p.kept(name); ok {
		return file, nil
	}
	busy := fault.New(fault.Unavailable, "flyer.busy").After(again)
	select {
	case p.line <- struct{}{}:
		defer func() { <-p.line }()
	default:
		return nil, busy
	}
	select {
	case p.hand <- struct{}{}:
		defer func() { <-p.hand }()
	case <-ctx.Done():
		return nil, busy
	}
	if file, ok := p.kept(name); ok { // drawn while this waited
		return file, nil
	}
	file, err := draw(f, form, kind)
	if err == nil {
		p.keep(printed{name, file})
	}
	return file, err
}

// Widths of pictures, in pixels.
const (
	preview = 640
	shared  = 1080
)

func draw(f flyer.Flyer, form flyer.Form, kind string) ([]byte, error) {
	sheet := flyer.Compose(f, form)
	switch {
	case kind == "pdf":
		return sheet.PDF()
	case form == flyer.Card:
		return sheet.PNG(shared)
	}
	return sheet.PNG(preview)
}

func (p *press) kept(name string) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.drawn[name]
	if !ok {
		return nil, false
	}
	at.Ask()
	return at.Of.file, true
}

func (p *press) keep(one printed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn[one.name] != nil {
		return
	}
	at := p.order.Add(one)
	p.drawn[one.name] = at
	if len(p.drawn) > keptSheets {
		last := p.order.Next(at)
		p.order.Remove(last)
		delete(p.drawn, last.Of.name)
	}
}
