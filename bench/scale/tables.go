package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// cacheTable is the share of pages that a node has kept, and the cores that
// readers keep busy, by how many of them look and by the memory for pages.
func (w *world) cacheTable(out io.Writer, postsAView float64) {
	fmt.Fprint(out, "Pages kept on one node (simulated; costs measured)\nviews/s\tMiB\tkept\tin memory\tCPU a view\tcores\t\n")
	for _, views := range []float64{30, 300, 3000} {
		for _, mebibytes := range []int64{16, 64, 256, 1024} {
			r := w.read(views, postsAView, mebibytes<<20)
			fmt.Fprintf(out, "%.0f\t%d\t%.1f %%\t%d MiB\t%.0f µs\t%.1f\t\n", views, mebibytes, 100*r.share(), r.size>>20, r.cost(postsAView), views*r.cost(postsAView)/1e6/busiest)
		}
	}
}

// together is how likely it is that somebody who has a page open hears of a
// post: that both drew the same thread, or the same city's board.
func (w *world) together(draws int) float64 {
	seen := map[sheet]int{}
	for range draws {
		if s, _ := w.view(); s.kind == 't' {
			s.other = false
			seen[s]++
		}
	}
	pairs := 0.0
	for _, n := range seen {
		pairs += float64(n) * float64(n-1)
	}
	return pairs / float64(draws) / float64(draws-1)
}

// step is a site of some size, in its busiest hour.
type step struct {
	posts, views, listeners, messages float64 // a second but for listeners
	pages, live                       int     // nodes that either would take
}

// stepFor is what so many posts a day mean, on nodes of so many cores.
func (w *world) stepFor(postsADay, viewsAPost, cores, costAView, together float64) (s step) {
	s.posts = postsADay / 86_400 * peak
	s.views = s.posts * viewsAPost
	s.listeners = s.views * (viewBoard + viewThread) * openFor
	s.messages = s.posts * s.listeners * together
	s.pages = int(math.Ceil((s.views*costAView + s.messages*cpuMessage) / 1e6 / busiest / cores))
	s.live = int(math.Ceil(s.listeners / mostListeners))
	return s
}

// stepTable is what each step up takes.
func (w *world) stepTable(out io.Writer, viewsAPost, cores float64) {
	// A node that is as busy as it may be has a cache of 256 MiB behind some hundred views a second.
	cost := w.read(300, 1/viewsAPost, 256<<20).cost(1 / viewsAPost)
	near := w.together(1_000_000)
	fmt.Fprintf(out, "Steps, at the busiest hour; nodes of %.0f cores (computed of measured costs and assumed people)\nposts a day\tposts/s\tviews/s\tlisteners\ttheir memory\tmessages/s\tnodes by CPU\tnodes by listeners\t\n", cores)
	for _, day := range []float64{1e3, 1e4, 1e5, 1e6, 1e7} {
		s := w.stepFor(day, viewsAPost, cores, cost, near)
		fmt.Fprintf(out, "%.0f\t%.1f\t%.0f\t%.0f\t%.2f GiB\t%.0f\t%d\t%d\t\n", day, s.posts, s.views, s.listeners, s.listeners*listener/gib, s.messages, s.pages, s.live)
	}
}

// diskTable is what is stored.
func diskTable(out io.Writer, most int) {
	fmt.Fprint(out, "Disks (computed; a row is measured, pictures are assumed)\nposts\tSQLite\tPostgreSQL\tpictures\t\n")
	for posts := 1e6; posts <= float64(most); posts *= 10 {
		fmt.Fprintf(out, "%.0f\t%.1f GiB\t%.1f GiB\t%.0f GiB\t\n", posts, posts*rowSQLite/gib, posts*rowPostgres/gib, posts*withPicture*pictureBytes/gib)
	}
}

// country is what a country has.
type country struct {
	name   string
	cities int
	posts  int
}

// countries are those with boards, the liveliest first.
func (w *world) countries() []country {
	by := map[string]*country{}
	for i, c := range w.cities {
		name := c.Country().Path()
		if by[name] == nil {
			by[name] = &country{name: name}
		}
		by[name].cities++
		by[name].posts += w.posts[i]
	}
	var list []country
	for _, c := range by {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b country) int { return cmp.Or(b.posts-a.posts, cmp.Compare(a.name, b.name)) })
	return list
}

// cluster is a PostgreSQL primary with its standbys, and the countries whose
// boards it has.
type cluster struct {
	countries []string
	posts     int
}

// spread gives each country, the liveliest first, to the cluster that has least.
func spread(list []country, n int) []cluster {
	clusters := make([]cluster, n)
	for _, c := range list {
		least := slices.MinFunc(clusters, func(a, b cluster) int { return a.posts - b.posts })
		at := slices.IndexFunc(clusters, func(c cluster) bool { return c.posts == least.posts })
		clusters[at].posts += c.posts
		clusters[at].countries = append(clusters[at].countries, c.name)
	}
	slices.SortFunc(clusters, func(a, b cluster) int { return b.posts - a.posts })
	return clusters
}

func (w *world) clusterTable(out io.Writer, total int) {
	list := w.countries()
	fmt.Fprint(out, "Boards over clusters by country (the greedy way; posts simulated)\nclusters\tlargest has\tof the posts\tof a fair share\tcountries in it\tin the others\t\n")
	for _, n := range []int{2, 4, 8, 16} {
		c := spread(list, n)
		fmt.Fprintf(out, "%d\t%.1f GiB\t%.1f %%\t%.2f\t%d\t%d\t\n", n, float64(c[0].posts)*rowPostgres/gib, 100*float64(c[0].posts)/float64(total), float64(c[0].posts)*float64(n)/float64(total), len(c[0].countries), len(list)-len(c[0].countries))
	}
	fmt.Fprint(out, "\nThe liveliest countries (simulated)\ncountry\tboards\tof the posts\t\n")
	for _, c := range list[:min(8, len(list))] {
		fmt.Fprintf(out, "%s\t%d\t%.1f %%\t\n", c.name, c.cities, 100*float64(c.posts)/float64(total))
	}
}

// boardTable is how posts lie on boards.
func (w *world) boardTable(out io.Writer, total int) {
	sorted := slices.Clone(w.posts)
	slices.SortFunc(sorted, func(a, b int) int { return b - a })
	fmt.Fprint(out, "Boards (simulated)\nthe busiest\tposts on the last of them\tof all posts\t\n")
	sum, next := 0, 1
	for i, posts := range sorted {
		sum += posts
		if i+1 == next || i+1 == len(sorted) {
			fmt.Fprintf(out, "%d\t%d\t%.1f %%\t\n", i+1, posts, 100*float64(sum)/float64(total))
			next *= 10
		}
	}
}

// report prints all tables.
func (w *world) report(to io.Writer, posts int, viewsAPost, cores float64) error {
	out := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	cities, regions, lands := w.gazette.Len()
	fmt.Fprintf(out, "%d boards of cities, %d of regions, %d of countries; %d posts; %.0f views for each\n\n", cities, regions, lands, posts, viewsAPost)
	w.boardTable(out, posts)
	fmt.Fprintln(out)
	w.cacheTable(out, 1/viewsAPost)
	fmt.Fprintln(out)
	w.stepTable(out, viewsAPost, cores)
	fmt.Fprintln(out)
	diskTable(out, posts)
	fmt.Fprintln(out)
	w.clusterTable(out, posts)
	return out.Flush()
}
