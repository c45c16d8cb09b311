package feed

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/door"
	"moot/internal/fault"
)

// rules keep crawlers (RFC 9309) away from what has nothing of its own to find:
// searches, forms, choices of language and look, and boards said over as JSON.
const rules = `User-agent: *
Disallow: /find
Disallow: /search
Disallow: /reading
Disallow: /queue
Disallow: /api/
Disallow: /4chan/
Disallow: /vichan/
Disallow: /*?lang=
Disallow: /*?theme=
Disallow: /*/new$
Disallow: /*/t/*/reply
Disallow: /p/*/take-back
`

func (d *feeds) robots(a *door.Asked) error {
	body := rules
	if d.Base != "" {
		body += "\nSitemap: " + d.Base + "/sitemap.xml\n"
	}
	a.Send(door.Answer{Type: "text/plain; charset=utf-8", Body: []byte(body), Keep: 24 * time.Hour})
	return nil
}

// A sitemap holds so many addresses at the most (sitemaps.org, protocol).
const sitemapSize = 50_000

const (
	sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"
	sitemapKept  = time.Hour
)

// located is an address in a sitemap, or that of a sitemap in the index.
type located struct {
	Address string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`

	last time.Time // zero where it is not told
}

func locate(address string, last time.Time) located {
	l := located{Address: address, last: last}
	if !last.IsZero() {
		l.Changed = stamp(last)
	}
	return l
}

// sitemapIndex lists the parts of the sitemap.
func (d *feeds) sitemapIndex(a *door.Asked) error {
	parts, err := d.parts()
	if err != nil {
		return err
	}
	index := struct {
		XMLName xml.Name  `xml:"sitemapindex"`
		Space   string    `xml:"xmlns,attr"`
		Parts   []located `xml:"sitemap"`
	}{Space: sitemapSpace}
	for i, part := range parts {
		newest := slices.MaxFunc(part, func(a, b located) int { return a.last.Compare(b.last) })
		index.Parts = append(index.Parts, locate(fmt.Sprintf("%s/sitemap/%d.xml", d.Base, i+1), newest.last))
	}
	return d.sendSitemap(a, index)
}

// sitemap is one part of the sitemap: /sitemap/1.xml is the first.
func (d *feeds) sitemap(a *door.Asked) error {
	parts, err := d.parts()
	if err != nil {
		return err
	}
	file := a.R.PathValue("file")
	n, _ := strconv.Atoi(strings.TrimSuffix(file, ".xml"))
	if n < 1 || n > len(parts) || file != fmt.Sprintf("%d.xml", n) {
		return fault.New(fault.NotFound, "web.no_page")
	}
	return d.sendSitemap(a, struct {
		XMLName xml.Name  `xml:"urlset"`
		Space   string    `xml:"xmlns,attr"`
		Pages   []located `xml:"url"`
	}{Space: sitemapSpace, Pages: parts[n-1]})
}

// parts are the front page and the boards that have posts, by path, cut into
// sitemaps.
func (d *feeds) parts() ([][]located, error) {
	if d.Base == "" {
		return nil, fault.New(fault.NotFound, "feed.no_sitemap")
	}
	world := d.Gazetteer.World()
	all := d.Directory.Liveliest(world, math.MaxInt)
	if l, ok := d.Directory.Board(world); ok {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b board.Lively) int { return cmp.Compare(a.Place.Path(), b.Place.Path()) })
	pages := []located{locate(d.Base+"/", time.Time{})}
	for _, l := range all {
		pages = append(pages, locate(d.Base+"/"+l.Place.Path(), l.Last))
	}
	return slices.Collect(slices.Chunk(pages, sitemapSize)), nil
}

func (d *feeds) sendSitemap(a *door.Asked, sitemap any) error {
	body := bytes.NewBufferString(xml.Header)
	if err := xml.NewEncoder(body).Encode(sitemap); err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	d.tell(a, door.Answer{Type: "application/xml", Body: body.Bytes(), Keep: sitemapKept}, a.R.URL.Path)
	return nil
}
