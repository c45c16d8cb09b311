package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"moot/internal/config"
	"moot/internal/event"
	"moot/internal/listen"
	"moot/internal/machine"
	"moot/internal/outage"
	"moot/internal/wake"
)

// serve runs a site.
func serve(c *call) error {
	cfg, err := c.settings("serve", nil, nil)
	if err != nil {
		return err
	}
	return c.host(cfg, nil)
}

// host runs the site that cfg describes until it is told to stop. For fill, see
// open.
func (c *call) host(cfg *config.Config, fill func(context.Context, *site) error) error {
	ctx, stop := c.untilSignal()
	defer stop()
	log := newLog(c.err, cfg)
	public, ops, err := listeners(cfg)
	if err != nil {
		return err
	}
	s, err := open(ctx, cfg, log, fill)
	if err != nil {
		err = errors.Join(err, closeAll(public, ops), s.close())
		if ctx.Err() != nil {
			return nil // stopped before it was open
		}
		return err
	}
	fmt.Fprintf(c.out, "%s is at %s (Ctrl+C stops it)\n", cfg.SiteName, cfg.PublicURL(listen.Shown(public[0])))
	logStart(log, public, ops)
	if err := machine.LeaveNoCore(); err != nil {
		log.Warn("a crash may leave memory on the disk", "error", err)
	}
	var background sync.WaitGroup
	s.background(ctx, &background)
	err = s.door.Run(afterLastCall(ctx, public), public, ops, cfg.Drain)
	stop()
	background.Wait()
	if err = errors.Join(err, s.close()); err == nil {
		log.Info("stopped, nothing cut")
	}
	return err
}

// untilSignal ends when the system says to stop. When it says so again the
// process ends, whatever it is doing.
func (c *call) untilSignal() (ctx context.Context, stop func()) {
	ctx, stop = context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		stop()
		<-signals
		fmt.Fprintln(c.err, "moot: stopped at once")
		os.Exit(1)
	}()
	return ctx, stop
}

// afterLastCall ends a moment after ctx, when whoever had come to the door by
// then has been let in and heard.
func afterLastCall(ctx context.Context, public []net.Listener) context.Context {
	heard, end := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		defer end()
		for _, l := range public {
			l.(*listen.Listener).Stop(listen.LastCall)
		}
		time.Sleep(listen.LastCall)
	})
	return heard
}

// newLog is the operator's log.
func newLog(w io.Writer, cfg *config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogJSON {
		return slog.New(outage.Brief(slog.NewJSONHandler(w, options)))
	}
	return slog.New(outage.Brief(slog.NewTextHandler(w, options)))
}

// listeners opens what visitors and the operator are answered on.
func listeners(cfg *config.Config) (public, ops []net.Listener, err error) {
	l, err := listen.On("listen", cfg.Listen)
	if err != nil {
		return nil, nil, err
	}
	public = []net.Listener{l}
	if cfg.ListenOps == "" {
		return public, nil, nil
	}
	l, err = listen.On("listen-ops", cfg.ListenOps)
	if err != nil {
		return nil, nil, errors.Join(err, closeAll(public))
	}
	return public, []net.Listener{l}, nil
}

func closeAll(lists ...[]net.Listener) (err error) {
	for _, list := range lists {
		for _, l := range list {
			err = errors.Join(err, l.Close())
		}
	}
	return err
}

// logStart tells the operator what runs, and where.
func logStart(log *slog.Logger, public, ops []net.Listener) {
	version, revision := built()
	attrs := []any{"version", version, "listen", listen.Shown(public[0])}
	if revision != "" {
		attrs = append(attrs, "revision", revision)
	}
	if len(ops) > 0 {
		attrs = append(attrs, "listen-ops", listen.Shown(ops[0]))
	}
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 { // GOMEMLIMIT
		attrs = append(attrs, "memory-limit", limit)
	}
	log.Info("serving", attrs...)
}

// background starts what runs beside the door, until ctx ends.
func (s *site) background(ctx context.Context, all *sync.WaitGroup) {
	all.Go(func() {
		err := s.directory.Follow(ctx, func(e event.Event) { s.moved(ctx, e) }, func(err error) { s.log.Warn("following the boards", "error", err) })
		if ctx.Err() == nil {
			s.log.Error("no longer following the boards", "error", err)
		}
	})
	all.Go(func() {
		err := s.found.Follow(ctx, func(err error) { s.log.Warn("following what is written", "error", err) })
		if ctx.Err() == nil {
			s.log.Error("what is written can no longer be found", "error", err)
		}
	})
	all.Go(func() { s.tell(ctx) })
	all.Go(func() { s.db.WatchReplicas(ctx, s.log) })
	if s.line != nil {
		all.Go(func() { wake.Carry(ctx, s.outbox, s.line, s.log) })
	}
	if s.share != nil {
		all.Go(func() { s.share(ctx) })
	}
	if s.notices != nil {
		all.Go(func() { s.notices.Follow(ctx, func(err error) { s.log.Warn("telling of new posts", "error", err) }) })
	}
	all.Go(func() { s.jobs.Crew(s.log, s.kinds()...).Follow(ctx) })
	all.Go(func() { s.keep(ctx) })
}

// keepEvery is how often a node looks after what is its own.
const keepEvery = time.Hour

// keep looks after what each node has for itself: the keys of tickets in its
// memory, the backups on its disk.
func (s *site) keep(ctx context.Context) {
	every := time.NewTicker(keepEvery)
	defer every.Stop()
	for {
		if err := s.visitors.Renew(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("renewing the keys of tickets", "error", err)
		}
		if s.backups != nil {
			if err := s.backups.Expire(s.clock); err != nil {
				s.log.Error("an old backup was not deleted", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
