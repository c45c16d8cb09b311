package boardpages

import (
	"fmt"
	"net/http"
	"strconv"

	"moot/internal/fault"
	"moot/internal/place"
	"moot/internal/web/page"
)

var takeBackPage = page.Declare[*takeBackView](folder, "takeback")

// takeBackView is where a writer takes back what they wrote.
type takeBackView struct {
	page.View
	Posts    []shownPost // to be taken back
	Owned    bool        // this browser wrote all of them: no code is needed
	Code     string      // as typed
	Problems page.Problems
	Back     string // address of the thread
}

// maxTicked is how many posts one form takes back.
const maxTicked = 50

// askTakeBack shows a post to whoever would take it back.
func (d *door) askTakeBack(q *page.Request) error {
	n, err := number(q)
	if err != nil {
		return err
	}
	return d.renderTakeBack(q, &takeBackView{}, []int64{n})
}

// takeBack takes back the posts that were ticked, one by one. What was refused
// is shown again with the reason.
func (d *door) takeBack(q *page.Request) error {
	numbers, err := ticked(q)
	if err != nil {
		return err
	}
	v := &takeBackView{Code: page.Showable(q.R.PostForm.Get("code"))}
	if len([]rune(v.Code)) > 64 {
		v.Code = ""
	}
	var left []int64
	var back string
	for _, n := range numbers {
		t, threadGone, err := d.boards.TakeBack(q.Context(), q.Actor(), n, v.Code)
		switch {
		case err == nil && threadGone:
			back = "/" + t.Place
		case err == nil:
			back = fmt.Sprintf("/%s/t/%d", t.Place, t.Thread)
		case fault.Is(err, fault.Forbidden), fault.Is(err, fault.NotFound) && len(numbers) > 1:
			left = append(left, n)
			for _, f := range fault.Each(err) {
				v.Problems = append(v.Problems, page.Problem{Field: f.Field, Text: q.Language.Fault(f)})
			}
		default:
			return err
		}
	}
	if len(left) == 0 {
		return q.Redirect(http.StatusSeeOther, back)
	}
	v.Status = http.StatusForbidden
	return d.renderTakeBack(q, v, left)
}

// ticked reads the numbers of a form's ticked posts.
func ticked(q *page.Request) ([]int64, error) {
	var numbers []int64
	for _, s := range q.R.PostForm["post"] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return nil, fault.New(fault.NotFound, "board.no_post", "number", 0)
		}
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) == 0:
		return nil, fault.New(fault.Invalid, "board.none_ticked")
	case len(numbers) > maxTicked:
		return nil, fault.New(fault.Invalid, "board.too_many_ticked", "limit", maxTicked)
	}
	return numbers, nil
}

func (d *door) renderTakeBack(q *page.Request, v *takeBackView, numbers []int64) error {
	v.Owned = true
	var stands place.Place
	for _, n := range numbers {
		t, p, err := d.boards.Post(q.Context(), n)
		switch {
		case fault.Is(err, fault.NotFound) && len(numbers) > 1:
			continue
		case err != nil:
			return err
		case p.Gone:
			if len(numbers) == 1 {
				return fault.New(fault.NotFound, "board.no_post", "number", n)
			}
			continue
		}
		owns, err := d.boards.Owns(q.Context(), q.Actor(), n)
		if err != nil {
			return err
		}
		v.Owned = v.Owned && owns
		shown := show(q.Reader, t, "").post(p)
		v.Posts = append(v.Posts, shown)
		v.Back, stands = shown.Address, t.Place
	}
	if len(v.Posts) == 0 {
		return fault.New(fault.NotFound, "board.no_post", "number", numbers[0])
	}
	q.Place = stands
	status := v.Status
	v.View = page.View{Title: q.T("board.take_back_title"), Trail: q.Trail(page.Crumb{Name: q.T("board.take_back_title")}), NoIndex: true, Personal: true, Status: status}
	return takeBackPage.Render(q, v)
}
