package wake

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"moot/internal/event"
)

// Line carries wake-ups between nodes.
type Line interface {
	// Say tells the other nodes to look.
	Say(ctx context.Context, node string) error

	// Hear gives each wake-up to hears until ctx ends, or until the line is
	// lost for good and has to be taken up anew.
	Hear(ctx context.Context, hears Ear) error
}

// Ear is told what comes over a line, one thing after another.
type Ear struct {
	Wake func(node string) // a node says: look
	Up   func()            // nothing that is said from now on is missed
	Down func(error)       // until it is up again everything may be missed
}

const (
	breath  = 20 * time.Millisecond // between two wake-ups of one node
	patient = 5 * time.Second       // for saying something
	again   = time.Second           // before a lost line is taken up again, at first
	atMost  = 4 * time.Second       // and when that went wrong often
)

// Carry wakes the other nodes when something happened here, and this one when
// they say so, until ctx ends.
func Carry(ctx context.Context, outbox *event.Outbox, line Line, log *slog.Logger) {
	c := &carrier{outbox: outbox, line: line, log: log, node: rand.Text(), up: true}
	var both sync.WaitGroup
	both.Go(func() { c.say(ctx) })
	both.Go(func() { c.hear(ctx) })
	both.Wait()
}

// carrier is one end of a line.
type carrier struct {
	outbox *event.Outbox
	line   Line
	log    *slog.Logger
	node   string // random, so that a node knows its own voice

	mu sync.Mutex
	up bool // as far as the log knows
}

func (c *carrier) say(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.outbox.News():
		}
		soon, cancel := context.WithTimeout(ctx, patient)
		err := c.line.Say(soon, c.node)
		cancel()
		if err != nil && ctx.Err() == nil {
			// That the line is lost is told where it is heard. One that is only
			// too full for this once makes the others late by a few seconds.
			c.log.Debug("a wake-up was not sent", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(breath):
		}
	}
}

func (c *carrier) hear(ctx context.Context) {
	ear := Ear{
		Wake: func(node string) {
			if node != c.node {
				c.outbox.Wake()
			}
		},
		Up:   c.isUp,
		Down: c.isDown,
	}
	wait := again
	for ctx.Err() == nil {
		began := time.Now()
		err := c.line.Hear(ctx, ear)
		if ctx.Err() != nil {
			return
		}
		c.isDown(err)
		if wait = min(2*wait, atMost); time.Since(began) > atMost {
			wait = again
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (c *carrier) isUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.up {
		c.log.Info("wake-ups between nodes are back")
	}
	c.up = true
	c.outbox.Wake()   // for what was said while nobody heard
	c.outbox.Spread() // and for what was done here and not heard there
}

func (c *carrier) isDown(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.up {
		c.log.Warn("wake-ups between nodes are lost; this one looks every few seconds until they are back", "error", err)
	}
	c.up = false
}
