package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/place"
)

// boardFiles are the demo's boards, one file each. A file says whose board it
// is and holds its threads, each with its posts in the order of their times:
//
//	place = "gr/kilkis"
//
//	[[thread]]
//	name = "bus"                 # for quotes from elsewhere; may be left out
//	subject = "The last bus"
//
//	[[thread.post]]
//	by = "a"                     # a poster of this thread
//	at = "3 18:40"               # three days ago, by the place's clock
//	text = "…"
//
//	[[thread.post]]
//	by = "b"
//	at = "25m"                   # so long ago
//	sage = true
//	as = "Ana#word"              # a name, perhaps with a tripcode
//	pictures = [{ file = "bus.jpg", alt = "A bus stop at night." }] # of the folder pictures
//	text = ">>@1 …"              # the thread's first post; >>@bus.2 from elsewhere
//
//go:embed boards/*.toml pictures/*
var boardFiles embed.FS

// boardFile is one of them.
type boardFile struct {
	Place  string
	Thread []struct {
		Name, Subject string
		Post          []struct {
			By, As, At, Text string
			Sage             bool
			Pictures         []shownFile
		}
	}
}

// shownFile is a picture of a post.
type shownFile struct {
	File, Alt string
	Spoiler   bool
}

// notice is a post that will have been written.
type notice struct {
	place   place.Place
	thread  string // its name, or "PATH/N" where it has none
	number  int    // in its thread, from 1
	subject string // of the thread it opens
	by      string
	at      time.Time
	files   []shownFile
	board.NewPost
}

// label is what quotes call a post, and what tells it from all others.
func label(thread string, number int) string { return thread + "." + strconv.Itoa(number) }

// readBoards reads the demo's posts, in the order in which they will have been
// written if now is the end of it.
func readBoards(files fs.FS, places *place.Gazetteer, now time.Time) ([]notice, error) {
	names, err := fs.Glob(files, "boards/*.toml")
	if err != nil {
		return nil, err
	}
	var all []notice
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var file boardFile
		if err := toml.NewDecoder(strings.NewReader(string(content))).DisallowUnknownFields().Decode(&file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		notices, err := file.notices(places, now)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, notices...)
	}
	opened := map[string]bool{}
	for _, n := range all {
		if n.number == 1 && opened[n.thread] {
			return nil, fmt.Errorf("two threads are named %s", n.thread)
		}
		opened[n.thread] = true
	}
	slices.SortStableFunc(all, func(a, b notice) int { return a.at.Compare(b.at) })
	return answersLast(all)
}

// answersLast puts each post behind those that it quotes or answers, and no
// earlier. By their times they nearly are; but "1 23:40" by one place's clock
// may come after "2h" by another's.
func answersLast(all []notice) ([]notice, error) {
	at := map[string]int{}
	for i, n := range all {
		at[label(n.thread, n.number)] = i
	}
	ordered := make([]notice, 0, len(all))
	begun, done := make([]bool, len(all)), make([]bool, len(all))
	var write func(i int) error
	write = func(i int) error {
		n := all[i]
		switch {
		case done[i]:
			return nil
		case begun[i]:
			return fmt.Errorf("%s quotes what quotes it", label(n.thread, n.number))
		}
		begun[i] = true
		first := n.quotes()
		if n.number > 1 {
			first = append(first, label(n.thread, n.number-1))
		}
		for _, other := range first {
			j, ok := at[other]
			if !ok {
				return fmt.Errorf("%s quotes %s, which nobody writes", label(n.thread, n.number), other)
			}
			if err := write(j); err != nil {
				return err
			}
		}
		done[i] = true
		if len(ordered) > 0 && n.at.Before(ordered[len(ordered)-1].at) {
			n.at = ordered[len(ordered)-1].at
		}
		ordered = append(ordered, n)
		return nil
	}
	for i := range all {
		if err := write(i); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// quotes are the labels of the posts that a post quotes.
func (n notice) quotes() (labels []string) {
	for _, part := range quoteLabel.FindAllStringSubmatch(n.Body, -1) {
		number, _ := strconv.Atoi(part[2]) // digits, by the pattern
		labels = append(labels, label(cmp.Or(part[1], n.thread), number))
	}
	return labels
}

func (f boardFile) notices(places *place.Gazetteer, now time.Time) ([]notice, error) {
	p, ok := places.ByPath(f.Place)
	if !ok {
		return nil, fmt.Errorf("there is no place %q", f.Place)
	}
	var all []notice
	for i, thread := range f.Thread {
		name := cmp.Or(thread.Name, fmt.Sprintf("%s/%d", f.Place, i+1))
		for n, post := range thread.Post {
			at, err := moment(post.At, now, p.Zone())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", label(name, n+1), err)
			}
			if at.After(now) {
				at = now
			}
			made := notice{place: p, thread: name, number: n + 1, by: name + "/" + post.By, at: at, files: post.Pictures}
			made.Name, made.Body, made.Sage = post.As, post.Text, post.Sage
			if n == 0 {
				made.subject = thread.Subject
			}
			all = append(all, made)
		}
	}
	return all, nil
}

// moment reads "3 18:40", so many days ago at that time of day in a zone, or
// "2h10m", so long before now.
func moment(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if ago, err := time.ParseDuration(s); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	days, clock, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(days)
	daytime, wrong := time.Parse("15:04", clock)
	if err != nil || wrong != nil || n < 1 {
		return time.Time{}, fmt.Errorf("at = %q: want 3 18:40 or 2h10m", s)
	}
	year, month, day := now.In(zone).Date()
	return time.Date(year, month, day-n, daytime.Hour(), daytime.Minute(), 0, 0, zone), nil
}

// mark tells a post of the demo from any other while it is being written, so
// that one that was interrupted is gone on with.
func (n notice) mark() []byte {
	sum := sha256.Sum256([]byte("moot demo " + label(n.thread, n.number)))
	return sum[:]
}

// Site is what of a site the demo is written with.
type Site struct {
	Places   *place.Gazetteer
	Pictures *media.Pictures
	Boards   func(*clock.Clock, board.Limits) *board.Boards // opens them by another clock
}

// Seed writes the demo's posts as if now were the end of it, if the database has
// none or some of them. It returns how many it wrote.
func (s Site) Seed(ctx context.Context, now time.Time) (written int, err error) {
	notices, err := readBoards(boardFiles, s.Places, now)
	if err != nil {
		return 0, err
	}
	past := clock.Hold(now)
	boards := s.Boards(past, board.Limits{PostLength: 8000, Names: true, Tripcodes: true, Pictures: order.Pictures{Site: order.ImagesOn}})
	if due, err := unseeded(ctx, boards, notices); err != nil || !due {
		return 0, err
	}
	sower := sower{boards: boards, pictures: s.Pictures, posters: map[string]key.Actor{}, made: map[string]board.Target{}}
	for _, n := range notices {
		past.Set(n.at)
		if err := sower.write(ctx, n); err != nil {
			return written, fmt.Errorf("writing the demo's post %s: %w", label(n.thread, n.number), err)
		}
		written++
	}
	return written, nil
}

// unseeded reports whether there is nothing yet, or the beginning of the demo
// without its end.
func unseeded(ctx context.Context, boards *board.Boards, notices []notice) (bool, error) {
	newest, err := boards.Newest(ctx, 1)
	if err != nil || len(newest) == 0 {
		return err == nil, err
	}
	_, begun, err := boards.Sent(ctx, notices[0].mark())
	if err != nil || !begun {
		return false, err
	}
	_, ended, err := boards.Sent(ctx, notices[len(notices)-1].mark())
	return !ended, err
}

// take takes in a picture for a post.
func take(ctx context.Context, pictures *media.Pictures, f shownFile) (media.New, error) {
	content, err := boardFiles.ReadFile("pictures/" + f.File)
	if err != nil {
		return media.New{}, err
	}
	taken, err := pictures.Take(ctx, content)
	return media.New{Number: taken.Number, Alt: f.Alt, Spoiler: f.Spoiler}, err
}

// sower writes posts one after another.
type sower struct {
	boards   *board.Boards
	pictures *media.Pictures
	posters  map[string]key.Actor
	made     map[string]board.Target // by label
}

// write writes a post as its poster, whose token is forgotten afterwards.
func (s *sower) write(ctx context.Context, n notice) error {
	actor, ok := s.posters[n.by]
	if !ok {
		var err error
		if actor, err = key.Fresh(rand.Reader); err != nil {
			return err
		}
		s.posters[n.by] = actor
	}
	var err error
	n.Once = n.mark()
	if n.Body, err = s.resolve(n); err != nil {
		return err
	}
	for _, f := range n.files {
		p, err := take(ctx, s.pictures, f)
		if err != nil {
			return err
		}
		n.Pictures = append(n.Pictures, p)
	}
	var at board.Target
	if n.number == 1 {
		at, err = s.boards.Start(ctx, actor, board.NewThread{Place: n.place, Subject: n.subject, NewPost: n.NewPost})
	} else {
		at, err = s.boards.Reply(ctx, actor, s.made[label(n.thread, 1)].Thread, n.NewPost)
	}
	s.made[label(n.thread, n.number)] = at
	return err
}

var quoteLabel = regexp.MustCompile(`>>@(?:([\w-]+)\.)?(\d+)`)

// resolve turns the labels of quotes into the numbers of posts.
func (s *sower) resolve(n notice) (body string, err error) {
	body = quoteLabel.ReplaceAllStringFunc(n.Body, func(quote string) string {
		part := quoteLabel.FindStringSubmatch(quote)
		number, _ := strconv.Atoi(part[2]) // digits, by the pattern
		to, ok := s.made[label(cmp.Or(part[1], n.thread), number)]
		if !ok {
			err = fmt.Errorf("%s quotes a post that isn't written before it", quote)
		}
		return ">>" + strconv.FormatInt(to.Number, 10)
	})
	return body, err
}
