package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/config"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/order"
)

// task is what a steward's command does on a site that is open.
type task func(ctx context.Context, s *site, cfg *config.Config) error

// lookAfter opens what a steward's command works on, of a site that runs or
// doesn't, does the task that its words mean, and closes it.
func (c *call) lookAfter(name string, means func(words []string) (task, error)) error {
	words := c.words()
	cfg, err := c.settings(name, nil, nil)
	if err != nil {
		return err
	}
	work, err := means(words)
	if err != nil {
		return err
	}
	if err := siteIn(cfg.Database); err != nil {
		return err
	}
	ctx, stop := c.untilSignal()
	defer stop()
	s := &site{log: newLog(c.err, cfg), outbox: event.New()}
	defer s.close()
	if err := s.openDatabase(ctx, cfg); err != nil {
		return err
	}
	now := clock.New()
	s.jobs = job.New(s.db, now)
	s.pictures = media.Open(s.db, now, s.outbox, s.files, nil, media.Limits{})
	s.passes = key.NewPasses(s.db, now)
	s.boards = board.New(s.db, now, s.outbox, nil, board.Limits{})
	return plainly(work(ctx, s, cfg))
}

// words takes the words before the settings off the command line.
func (c *call) words() (words []string) {
	for len(c.args) > 0 && !strings.HasPrefix(c.args[0], "-") {
		words, c.args = append(words, c.args[0]), c.args[1:]
	}
	return words
}

// plainly puts a fault in the words of the command line, which is English.
func plainly(err error) error {
	f := (*fault.Fault)(nil)
	english, ok := lang.Lookup("en")
	if !ok || !errors.As(err, &f) || f.Cause != nil {
		return err
	}
	return errors.New(english.Fault(f))
}

// queue looks through the pictures that wait.
func queue(c *call) error {
	return c.lookAfter("queue", func(words []string) (task, error) {
		if len(words) == 0 {
			return c.printQueue, nil
		}
		switch words[0] {
		case "link":
			return c.printLink, nil
		case "known":
			return c.printKnown, nil
		case "let-through", "remove", "ban":
		default:
			return nil, usage{fmt.Errorf("moot queue knows link, let-through, remove, ban and known, not %q", words[0])}
		}
		number, err := numbered("queue "+words[0], words)
		return func(ctx context.Context, s *site, _ *config.Config) error {
			if words[0] == "let-through" {
				return s.pictures.LetThrough(ctx, key.Steward, number)
			}
			return s.pictures.Remove(ctx, key.Steward, number, words[0] == "ban")
		}, err
	})
}

// numbered reads a command's word and number.
func numbered(form string, words []string) (int64, error) {
	if len(words) == 2 {
		if n, err := strconv.ParseInt(words[1], 10, 64); err == nil && n > 0 {
			return n, nil
		}
	}
	return 0, usage{fmt.Errorf("%s wants a number, as in: moot %s 1240", form, form)}
}

// listed is how many pictures moot queue lists.
const listed = 100

func (c *call) printQueue(ctx context.Context, s *site, _ *config.Config) error {
	all, err := s.pictures.Queue(ctx, key.Steward, listed)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(c.out, "No picture waits.")
		return nil
	}
	table := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	for _, w := range all {
		fmt.Fprintf(table, "%d\t%s\t%s\t%d × %d\t%s\n", w.Number, w.At.Format("2006-01-02 15:04"),
			board.Target{Number: w.Attached.Post, Thread: w.Thread, Place: w.Place}.Path(), w.Width, w.Height, w.Alt)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(c.out, "\nTo see them in a browser: moot queue link")
	return nil
}

func (c *call) printLink(ctx context.Context, s *site, cfg *config.Config) error {
	secret, err := s.passes.Link(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s/queue?pass=%s\nIt is good once, within the hour. Give it to nobody but a steward.\n", cfg.PublicURL(cfg.Listen), secret)
	return nil
}

func (c *call) printKnown(ctx context.Context, s *site, _ *config.Config) error {
	list, err := s.pictures.Known(ctx)
	for _, hash := range list {
		fmt.Fprintln(c.out, hash)
	}
	return err
}

// thread pins, locks or archives a thread.
func thread(c *call) error {
	return c.lookAfter("thread", func(words []string) (task, error) {
		if len(words) == 0 {
			words = []string{"lock"}
		}
		act := order.Act(words[0])
		switch act {
		case order.Lock, order.Unlock, order.Pin, order.Unpin, order.Archive:
		default:
			return nil, usage{fmt.Errorf("moot thread knows lock, unlock, pin, unpin and archive, not %q", act)}
		}
		number, err := numbered("thread "+words[0], words)
		return func(ctx context.Context, s *site, _ *config.Config) error {
			return s.boards.Settle(ctx, key.Steward, number, act)
		}, err
	})
}
