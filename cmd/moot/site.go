package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"moot/internal/api"
	"moot/internal/atlas"
	"moot/internal/backup"
	"moot/internal/blob"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/config"
	"moot/internal/convene"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/event"
	"moot/internal/feed"
	"moot/internal/guard"
	"moot/internal/imageboard"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/live"
	"moot/internal/machine"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/notify"
	"moot/internal/numbers"
	"moot/internal/origin"
	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/wake"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/flyerpages"
	"moot/internal/web/importpages"
	"moot/internal/web/ladderpages"
	"moot/internal/web/meetuppages"
	"moot/internal/web/page"
	"moot/internal/web/placepages"
	"moot/internal/web/queuepages"
	"moot/internal/web/readerpages"
	"moot/internal/web/searchpages"
)

// site is a site that is open: everything that has to be closed or kept going.
type site struct {
	log       *slog.Logger
	clock     *clock.Clock
	db        *db.DB
	jobs      *job.Jobs
	outbox    *event.Outbox
	places    *place.Gazetteer
	files     blob.Store
	darkroom  *darkroom.Darkroom
	pictures  *media.Pictures
	passes    *key.Passes
	boards    *board.Boards
	directory *directory.Directory
	ladder    *convene.Ladder
	meetups   *meetup.Meetups
	origins   *origin.Origins
	found     *search.Index
	live      *live.Hub
	visitors  *guard.Guard
	notices   *notify.Notices       // nil where the site sends none
	heard     event.Cursor          // what the hub has seen
	backups   *backup.Schedule      // nil where none are made
	line      wake.Line             // by which nodes wake each other; nil on SQLite
	share     func(context.Context) // what visitors take, with other nodes; nil where there is no NATS
	door      *web.Server
}

// open opens a site, which is ready until ctx ends. Fill, if any, writes into its boards before anybody reads
// them. Whatever open returns, error or not, is to be closed.
func open(ctx context.Context, cfg *config.Config, log *slog.Logger, fill func(context.Context, *site) error) (*site, error) {
	s := &site{log: log, outbox: event.New()}
	languages, err := spoken(cfg.Languages)
	if err != nil {
		return s, err
	}
	if s.backups, err = schedule(cfg); err != nil {
		return s, err
	}
	// The gazetteer takes longest; the rest is read beside it.
	var maps *atlas.Atlas
	var loading sync.WaitGroup
	var noPlaces, noMaps error
	loading.Go(func() { s.places, noPlaces = place.Load() })
	loading.Go(func() { maps, noMaps = atlas.Load() })
	noData := s.openDatabase(ctx, cfg)
	loading.Wait()
	if err := cmp.Or(noData, noPlaces, noMaps); err != nil {
		return s, err
	}
	now := clock.New()
	s.clock, s.jobs = now, job.New(s.db, now)
	if err := s.openPictures(ctx, cfg, now); err != nil {
		return s, err
	}
	s.passes = key.NewPasses(s.db, now)
	images, err := picturesOf(cfg, s.places)
	if err != nil {
		return s, err
	}
	s.boards = board.New(s.db, now, s.outbox, s.places, board.Limits{
		PostLength: cfg.PostLength, ThreadPosts: cfg.ThreadPosts, BumpLimit: cfg.BumpLimit, Threads: cfg.BoardThreads,
		Names: cfg.Names, Tripcodes: cfg.Tripcodes, Pictures: images,
	})
	s.openLadder(cfg.SiteName, rulesOf(cfg.Ladder), languages)
	if fill != nil {
		if err := fill(ctx, s); err != nil {
			return s, err
		}
	}
	s.found = search.New(s.db, now, s.outbox, s.places, s.boards)
	if fill != nil {
		if err := s.found.CatchUp(ctx); err != nil {
			return s, err
		}
	}
	if s.directory, err = directory.Open(ctx, s.boards, s.places); err == nil {
		err = s.directory.ReadMeetings(ctx, s.meetings())
	}
	if err != nil {
		return s, err
	}
	if err := s.openLive(ctx); err != nil {
		return s, err
	}
	identity, err := s.boards.Identity(ctx)
	if err != nil {
		return s, err
	}
	if s.visitors, err = guard.Open(ctx, s.db, now, patience(cfg)); err != nil {
		return s, err
	}
	if err := s.openLine(cfg, identity); err != nil {
		return s, err
	}
	notices, pushKey, err := s.openNotices(ctx, cfg, now)
	if err != nil {
		return s, err
	}
	ladder, steps := ladderpages.New(s.ladder, s.meetups)
	meetups, ofMeetups := meetuppages.New(s.meetups, s.boards, s.pictures, placepages.Locate(maps, placepages.Tiles{Path: cfg.MapTiles, Credit: cfg.MapCredit}))
	steps = steps.With(ofMeetups)
	s.door, err = web.New(web.Settings{
		Settings: page.Settings{
			Name: cfg.SiteName, Base: cfg.BaseURL, Source: cfg.SourceURL, Languages: languages, PushKey: pushKey,
			Gazetteer: s.places, Guard: s.visitors, Clock: now, Log: log,
		},
		Trusted: cfg.TrustedProxies, TrustUnix: cfg.TrustUnix, Live: s.live, Neighbours: s.ladder.Neighbours, PageCache: int64(cfg.PageCache) << 20, Ready: s.ready(ctx),
		Connections: machine.Connections(), Numbers: numbers.Of(s.counted(cfg.Data)),
		Doors: []door.Routes{
			feed.New(feed.Settings{
				Name: cfg.SiteName, Base: cfg.BaseURL, Source: cfg.SourceURL, Identity: identity, Languages: languages,
				Gazetteer: s.places, Clock: now, Boards: s.boards, Pictures: s.pictures, Directory: s.directory, Ladder: s.ladder, Meetups: s.meetups, Index: s.found,
			}),
			api.New(api.Site{
				Name: cfg.SiteName, Base: cfg.BaseURL, Source: cfg.SourceURL, Languages: languages, Boards: s.boards, Directory: s.directory,
				Places: s.places, Pictures: s.pictures, Guard: s.visitors, Search: s.found, Ladder: s.ladder, Meetups: s.meetups,
			}),
			imageboard.New(imageboard.Site{
				Boards: s.boards, Directory: s.directory, Places: s.places, Pictures: s.pictures, Clock: now, Language: languages[0], Wait: cfg.Patience,
			}),
		},
	}, append(notices, placepages.New(s.boards, s.directory, maps, steps), boardpages.New(s.boards, s.directory, s.pictures, steps), ladder, meetups,
		flyerpages.New(s.boards, s.ladder, s.meetups), importpages.New(s.origins, s.meetups, s.boards), queuepages.New(s.pictures, s.passes, s.boards, s.origins), readerpages.New(s.boards), searchpages.New(s.found, s.boards))...)
	return s, err
}

// counted is what the operator's numbers are of.
func (s *site) counted(data string) numbers.Site {
	return numbers.Site{
		Data: data, Clock: s.clock, DB: s.db, Jobs: s.jobs, Outbox: s.outbox, Darkroom: s.darkroom, Pictures: s.pictures,
		Found: s.found, Live: s.live, Notices: s.notices != nil, Backups: s.backups,
	}
}

// ready reports why the site can't be sent visitors, until life ends: then it
// is about to stop.
func (s *site) ready(life context.Context) func(context.Context) error {
	return func(ctx context.Context) error {
		if life.Err() != nil {
			return errors.New("stopping")
		}
		return s.db.Ping(ctx)
	}
}

// patience is what the guard asks of visitors. A site that asks for no wait
// doesn't ask for one under load either.
func patience(cfg *config.Config) guard.Limits {
	limits := guard.Defaults()
	limits.Wait, limits.Bits = cfg.Patience, cfg.WorkBits
	if limits.Wait == 0 {
		limits.MaxWait = 0
	}
	limits.MaxWait = max(limits.MaxWait, limits.Wait)
	return limits
}

// openTime is how long a database server may take to answer at first.
const openTime = 10 * time.Second

// openDatabase opens the database and where files are kept, and brings the
// schema up to date.
func (s *site) openDatabase(ctx context.Context, cfg *config.Config) error {
	if strings.HasPrefix(cfg.Database, "sqlite:") {
		if err := machine.DataFolder(cfg.Data); err != nil {
			return err
		}
	}
	if err := s.openRows(ctx, cfg); err != nil {
		return err
	}
	if cfg.Replicas != "" {
		if err := s.db.AddReplicas(cfg.Replicas, cfg.ReplicaLag); err != nil {
			return fmt.Errorf("database-replica: %w", err)
		}
	}
	if err := s.openFiles(ctx, cfg); err != nil {
		return err
	}
	from, to, err := s.db.Migrate(ctx)
	if err != nil {
		return fmt.Errorf("database: %w", because(err))
	}
	if from != to {
		s.log.Info("migrated the database", "engine", s.db.Engine().String(), "from", from, "to", to)
	}
	return nil
}

// openRows opens the database as it is.
func (s *site) openRows(ctx context.Context, cfg *config.Config) (err error) {
	soon, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	if s.db, err = db.Open(soon, cfg.Database); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// openFiles opens where files are kept, and makes sure that a site may start
// there. One that has been here before starts without an object store that
// doesn't answer; the first time it must be known that nobody is restoring there.
func (s *site) openFiles(ctx context.Context, cfg *config.Config) (err error) {
	if s.files, err = blob.Open(ctx, cfg.Files); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	err = backup.Interrupted(ctx, s.files)
	if err == nil {
		return nil
	}
	if version, unread := s.db.Version(ctx); blob.Away(err) && unread == nil && version > 0 && s.log != nil {
		s.log.Warn("files: no picture can be taken or shown until this is mended", "error", err)
		return nil
	}
	return fmt.Errorf("files: %w", because(err))
}

// close closes what was opened. The writes that were accepted are finished
// first.
func (s *site) close() error {
	if s.live != nil {
		s.live.Close()
	}
	var wrong []error
	if s.darkroom != nil {
		s.darkroom.Close()
	}
	if s.files != nil {
		if err := s.files.Close(); err != nil {
			wrong = append(wrong, fmt.Errorf("closing the files: %w", err))
		}
	}
	if s.db != nil {
		if err := s.db.Close(); err != nil {
			wrong = append(wrong, fmt.Errorf("closing the database: %w", err))
		}
	}
	return errors.Join(wrong...)
}

// spoken are the languages of a site: those that the setting names, in its
// order, or all.
func spoken(codes []string) ([]*lang.Language, error) {
	if len(codes) == 0 {
		return lang.All(), nil
	}
	var languages []*lang.Language
	var wrong []error
	for _, code := range codes {
		l, ok := lang.Lookup(code)
		if !ok {
			wrong = append(wrong, fmt.Errorf("languages: moot doesn't speak %q; it speaks %s", code, strings.Join(spokenCodes(), ", ")))
			continue
		}
		languages = append(languages, l)
	}
	if len(wrong) > 0 {
		return nil, mistakes{errors.Join(wrong...)}
	}
	return languages, nil
}

func spokenCodes() []string {
	var codes []string
	for _, l := range lang.All() {
		codes = append(codes, l.Code())
	}
	return codes
}
