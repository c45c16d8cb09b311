package meetuppages

import (
	"context"
	"html/template"
	"strconv"

	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

// How many meetups stand beside something else: on a city's board, and where they are
// of many places.
const (
	soonHere  = 3
	soonAmong = 6
)

var soonPart = page.DeclareFragment[soon](folder, "soon")

// soon is what is next in a place.
type soon struct {
	All   []leaf
	Path  string // of all that is coming up there
	World bool   // it stands on the front page, and says also that there is none
}

// leaf is a meetup by the leaf of its day.
type leaf struct {
	card
	At         meetup.Occurrence
	Month, Day string
}

// soon is shown on boards and on the front page, the same to everybody.
func (d *pages) soon(q *page.Request) (template.HTML, error) {
	p, size := q.Place, soonAmong
	front := !p.Valid()
	if front {
		p = q.Site.Gazetteer.World()
	} else if p.Kind() == place.City {
		size = soonHere
	}
	all, err := d.meetups.Soon(q.Context(), p, size)
	least := 1
	switch {
	case front:
		least = 0
	case p.Kind() == place.City:
		least = 2 // one alone stands on its ladder
	}
	if err != nil || len(all) < least {
		return "", err
	}
	v := soon{Path: "/" + p.Path() + "/meetups", World: front}
	shown := make([]*card, len(all))
	for i, m := range all {
		v.All = append(v.All, leafOf(q.Reader, cardOf(m)))
		v.All[i].Away = m.Place != p
	}
	for i := range v.All {
		shown[i] = &v.All[i].card
	}
	if err := d.illustrate(q, shown...); err != nil {
		return "", err
	}
	html, err := soonPart.Make(q.Reader, v)
	return template.HTML(html), err
}

var gistPart = page.DeclareFragment[card](folder, "gist")

// gists are when and where meetups are, for the notices of their threads; of those that
// hands agreed on instead of what the search for a date began with.
func (d *pages) gists(ctx context.Context, threads []int64) (map[int64]page.Gist, error) {
	all, err := d.meetups.Among(ctx, threads)
	gists := map[int64]page.Gist{}
	for thread, m := range all {
		gists[thread] = page.Gist{Part: gistPart.Of(cardOf(m)), Instead: !m.Agreed.IsZero()}
	}
	return gists, err
}

func leafOf(r page.Reader, c card) leaf {
	next := c.Next()
	return leaf{c, next, r.Language.MonthShort(next.Start), strconv.Itoa(next.Start.Day())}
}
