package placepages

import (
	"net/http"
	"slices"

	"golang.org/x/text/collate"

	"moot/internal/fault"
	"moot/internal/place"
	"moot/internal/web/page"
)

const (
	largestShown = 30      // largest cities of a country
	citiesShown  = 120     // cities of a region on one page
	livelyShown  = 100_000 // boards with posts that are counted beneath a place
)

var placesPage = page.Declare[*placesView](folder, "places")

type placesView struct {
	page.View
	Heading   string
	Countries []rung // of the world, A to Z
	Regions   []rung // of a country, A to Z
	Largest   []rung // cities of a country
	Cities    []rung // of a region, or of a country outside its regions; largest first
	Next      string // address of the next page of Cities
	First     string // and of the first, from a later one
	HasMap    bool
}

// rung is a place on the way down.
type rung struct {
	Place  place.Place
	Name   string
	Lively int    // boards with posts in it, its own included; of a city, its threads
	Says   string // that count in words
}

// Address is where the way down goes on: a city's board, else what lies in it.
func (r rung) Address() string {
	if r.Place.Kind() == place.City {
		return "/" + r.Place.Path()
	}
	return "/" + r.Place.Path() + "/places"
}

// places is the climb: what lies in a place.
func (d *door) places(q *page.Request) error {
	p := q.Place
	if p.Kind() == place.City {
		return q.Redirect(http.StatusMovedPermanently, "/"+p.Parent().Path()+"/places")
	}
	lively := map[place.Place]int{}
	for _, b := range d.directory.Liveliest(p, livelyShown) {
		for up := b.Place; up.Valid() && up != p; up = up.Parent() {
			lively[up]++
		}
	}
	rungs := func(places []place.Place) []rung {
		made := make([]rung, len(places))
		for i, p := range places {
			made[i] = d.rung(q, p, lively[p])
		}
		return made
	}
	name := q.Name(p)
	v := &placesView{
		View:    page.View{Title: q.T("places.climb_title", "place", name), Description: q.T("places.climb_description", "place", name)},
		Heading: q.T("places.climb_title", "place", name),
		HasMap:  d.hasMap(p),
	}
	v.Trail = q.Trail(page.Crumb{Name: q.T("places.climb")})
	if p.Kind() == place.World {
		v.Heading, v.Title = q.T("places.climb_world"), q.T("places.climb_world")
		v.Countries = sorted(q, rungs(p.Children()))
		return placesPage.Render(q, v)
	}
	var regions, within []place.Place
	for _, child := range p.Children() {
		if child.Kind() == place.Region {
			regions = append(regions, child)
		} else {
			within = append(within, child)
		}
	}
	v.Regions = sorted(q, rungs(regions))
	if p.Kind() == place.Country && len(regions) > 0 {
		v.Largest = rungs(p.Cities(largestShown))
	}
	within, after, err := pageOf(within, q.R.URL.Query().Get("after"), p)
	if err != nil {
		return err
	}
	v.Cities = rungs(within)
	if q.R.URL.Query().Get("after") != "" {
		v.First = "/" + p.Path() + "/places"
		v.NoIndex = true // its canonical address is that of the first
		v.Regions, v.Largest = nil, nil
	}
	if after != "" {
		v.Next = "/" + p.Path() + "/places?after=" + after
	}
	return placesPage.Render(q, v)
}

func (d *door) rung(q *page.Request, p place.Place, boards int) rung {
	r := rung{p, q.Name(p), boards, q.T("places.boards_with_posts", "n", boards)}
	if own, ok := d.directory.Board(p); ok && p.Kind() == place.City {
		r.Lively, r.Says = own.Threads, q.T("places.threads", "n", own.Threads)
	}
	return r
}

// pageOf cuts one page out of a list of places: those that follow the one whose
// last segment is after. next is the key of the page after it, or "".
func pageOf(all []place.Place, after string, within place.Place) (part []place.Place, next string, err error) {
	start := 0
	if after != "" {
		country := within.Country().Path()
		at := slices.IndexFunc(all, func(p place.Place) bool { return p.Path() == country+"/"+after })
		if at < 0 {
			return nil, "", fault.New(fault.NotFound, "web.no_page")
		}
		start = at + 1
	}
	end := min(start+citiesShown, len(all))
	if end < len(all) {
		next = all[end-1].Path()[len(within.Country().Path())+1:]
	}
	return all[start:end], next, nil
}

// sorted puts rungs in the order of the reader's alphabet.
func sorted(q *page.Request, rungs []rung) []rung {
	order := collate.New(q.Language.Tag(), collate.IgnoreCase)
	var keys collate.Buffer
	type keyed struct {
		key  []byte
		rung rung
	}
	all := make([]keyed, len(rungs))
	for i, r := range rungs {
		all[i] = keyed{order.KeyFromString(&keys, r.Name), r}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return slices.Compare(a.key, b.key) })
	for i := range all {
		rungs[i] = all[i].rung
	}
	return rungs
}
