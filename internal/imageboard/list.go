package imageboard

import (
	"html"
	"slices"
	"strings"

	"moot/internal/board"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/order"
	"moot/internal/place"
)

const (
	pageThreads  = 10   // threads on a page of a board
	lastReplies  = 5    // replies under each thread of a list
	mostBoards   = 2000 // boards in the list of boards, the liveliest
	mostArchived = 3000 // numbers in an archive
	fileSize     = 8 << 20
)

// boards lists the boards that have posts, by their ids. All 200,000 would
// freeze a client; the quiet ones are found by their place.
func (s *speaker) boards(a *door.Asked) error {
	world := s.Places.World()
	all := s.Directory.Liveliest(world, mostBoards)
	if l, ok := s.Directory.Board(world); ok {
		all = append(all, l)
	}
	answer := catalogued{Boards: []described{}}
	for _, l := range all {
		answer.Boards = append(answer.Boards, s.describe(l.Place))
	}
	slices.SortFunc(answer.Boards, func(a, b described) int { return strings.Compare(a.Board, b.Board) })
	return s.send(a, answer)
}

func (s *speaker) describe(p place.Place) described {
	limits := s.Boards.Limits()
	name := func(p place.Place) string { return p.Name(s.Language.Tag()) }
	seconds := int(s.Wait.Seconds())
	return described{
		Board: id(p), Title: name(p), Description: html.EscapeString(where(p, name)), WorkSafe: true,
		PerPage: pageThreads, Pages: (board.CatalogSize + pageThreads - 1) / pageThreads,
		FileSize: fileSize, Comment: limits.PostLength, BumpLimit: limits.BumpLimit,
		Cooldowns: waits{seconds, seconds, seconds},
		Spoilers:  true, Archived: limits.Threads > 0, Tags: true,
		NoNames: flag(!limits.Names), TextOnly: flag(limits.Pictures.On(p) == order.ImagesOff),
	}
}

// board leads whoever follows a client's link to the board's page.
func (s *speaker) board(a *door.Asked) error {
	p, err := s.asked(a)
	if err != nil {
		return err
	}
	return moved(a, "/"+p.Path())
}

// threads is the list that clients poll to see what changed.
func (s *speaker) threads(a *door.Asked) error {
	p, err := s.asked(a)
	if err != nil {
		return err
	}
	wall, err := s.Boards.Threads(a.R.Context(), p, 0, board.CatalogSize)
	if err != nil {
		return err
	}
	notices := wall.Notices[:min(len(wall.Notices), board.CatalogSize)]
	all := make([]brief, len(notices))
	for i, n := range notices {
		all[i] = brief{n.Thread.Number, modified(n.Thread), replies(n.Thread, n.Opening)}
	}
	return s.send(a, stretches(s.dialect, all))
}

// catalog is the whole board with the newest replies of each thread.
func (s *speaker) catalog(a *door.Asked) error {
	p, err := s.asked(a)
	if err != nil {
		return err
	}
	list, err := s.Boards.Listing(a.R.Context(), p, 0, board.CatalogSize, lastReplies)
	if err != nil {
		return err
	}
	all := make([]listed, len(list))
	for i, n := range list {
		all[i] = s.listed(n)
		all[i].Last = s.posts(n.Last, p.Zone())
	}
	return s.send(a, stretches(s.dialect, all))
}

// stretches are the pages of a board, of which there is always one.
func stretches[T any](d dialect, all []T) []stretch[T] {
	pages := []stretch[T]{}
	for some := range slices.Chunk(all, pageThreads) {
		pages = append(pages, stretch[T]{d.first() + len(pages), some})
	}
	if len(pages) == 0 {
		pages = append(pages, stretch[T]{d.first(), []T{}})
	}
	return pages
}

// page is one page of a board.
func (s *speaker) page(a *door.Asked) error {
	p, err := s.asked(a)
	if err != nil {
		return err
	}
	n, ok := number(a.R.PathValue("file"), ".json")
	if !ok || n > board.CatalogSize {
		return notThere()
	}
	from := (int(n) - s.first()) * pageThreads
	if from < 0 || from >= board.CatalogSize {
		return notThere()
	}
	list, err := s.Boards.Listing(a.R.Context(), p, from, pageThreads, lastReplies)
	if err != nil {
		return err
	}
	if len(list) == 0 && from > 0 {
		return notThere()
	}
	answer := index{Threads: []thread{}}
	for _, n := range list {
		t := thread{Posts: []any{s.listed(n)}}
		for _, p := range s.posts(n.Last, p.Zone()) {
			t.Posts = append(t.Posts, p)
		}
		answer.Threads = append(answer.Threads, t)
	}
	return s.send(a, answer)
}

// archive is the numbers of the threads that left a board.
func (s *speaker) archive(a *door.Asked) error {
	p, err := s.asked(a)
	if err != nil {
		return err
	}
	numbers, err := s.Boards.Archived(a.R.Context(), p, mostArchived)
	if err != nil {
		return err
	}
	if numbers == nil {
		numbers = []int64{}
	}
	return s.send(a, numbers)
}

// wholeThread is how many of a thread's posts are shown, the newest: about two
// megabytes. It is more than a thread has before it is full, on most sites.
const wholeThread = 2000

// thread is a thread with its posts; or, where no JSON is asked for, the way to
// its page.
func (s *speaker) thread(a *door.Asked) error {
	p, err := s.asked(a)
	if err != nil {
		return err
	}
	name := a.R.PathValue("file")
	ending := ".json"
	n, ok := number(name, ending)
	if !ok {
		for _, ending = range []string{".html", ""} {
			if n, ok = number(name, ending); ok {
				break
			}
		}
	}
	if !ok {
		return notThere()
	}
	if ending != ".json" {
		return moved(a, board.Thread{Place: p, Number: n}.Path())
	}
	view, err := s.Boards.Thread(a.R.Context(), n, board.Span{Last: wholeThread})
	if err != nil {
		return err
	}
	if view.Thread.Place != p {
		return fault.New(fault.NotFound, "board.no_thread")
	}
	first := s.opening(view.Thread, view.Opening)
	answer := thread{Posts: []any{&first}}
	posts := s.posts(view.Posts, p.Zone())
	for _, p := range posts {
		answer.Posts = append(answer.Posts, p)
	}
	if view.Earlier == 0 {
		first.Images = 0
		for _, p := range posts {
			if p.file != nil {
				first.Images += 1 + len(p.More)
			}
		}
	}
	return s.send(a, answer)
}
