package feed_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// node is an element of an XML document.
type node struct {
	name     string // with the prefix of its name space: "thr:in-reply-to"
	attrs    map[string]string
	children []*node
	text     string
}

var prefixes = map[string]string{
	"http://www.w3.org/2005/Atom": "", "http://purl.org/syndication/thread/1.0": "thr:",
	"http://www.w3.org/XML/1998/namespace": "xml:", "http://www.sitemaps.org/schemas/sitemap/0.9": "", "": "",
}

// parse reads an XML document, strictly.
func parse(document string) (*node, error) {
	if !strings.HasPrefix(document, `<?xml version="1.0" encoding="UTF-8"?>`) || !utf8.ValidString(document) {
		return nil, fmt.Errorf("it doesn't begin as an XML document in UTF-8")
	}
	d := xml.NewDecoder(strings.NewReader(document))
	root := &node{}
	open := []*node{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &node{name: qualified(token.Name), attrs: map[string]string{}}
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					n.attrs[qualified(a.Name)] = a.Value
				}
			}
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("%d roots", len(root.children))
	}
	return root.children[0], nil
}

func qualified(n xml.Name) string {
	if p, ok := prefixes[n.Space]; ok {
		return p + n.Local
	}
	return n.Space + " " + n.Local
}

// shape is what an element may have: how often each child, which attributes (a
// ! after those that it must have), and how its text or attribute must read.
type shape struct {
	children map[string][2]int
	attrs    string
	text     func(string) bool
}

const many = 1 << 30

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil && !strings.Contains(s, "z") && !strings.Contains(s, "t")
}

// isWhole reports whether s is a whole IRI of the web.
func isWhole(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(s, " \n\t<>\"{}|\\^`")
}

var uuid = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func anything(string) bool    { return true }
func something(s string) bool { return strings.TrimSpace(s) != "" }
func nothing(s string) bool   { return s == "" }

// atom is the schema of RFC 4287, appendix B, for the elements that Moot writes
// (and RFC 4685's two), with what its text demands beyond the schema where a
// table can say it.
var atom = map[string]shape{
	"feed": {children: map[string][2]int{"id": {1, 1}, "title": {1, 1}, "subtitle": {0, 1}, "updated": {1, 1}, "generator": {0, 1},
		"logo": {0, 1}, "icon": {0, 1}, "link": {1, many}, "entry": {0, many}}, text: nothing},
	"entry": {children: map[string][2]int{"id": {1, 1}, "title": {1, 1}, "published": {0, 1}, "updated": {1, 1}, "author": {1, many},
		"category": {0, many}, "link": {1, many}, "content": {1, 1}, "thr:in-reply-to": {0, many}}, text: nothing},
	"id":              {text: uuid.MatchString},
	"title":           {attrs: "type! xml:lang", text: something},
	"subtitle":        {attrs: "type! xml:lang", text: something},
	"content":         {attrs: "type! xml:lang", text: anything},
	"updated":         {text: isTime},
	"published":       {text: isTime},
	"generator":       {attrs: "uri version", text: something},
	"logo":            {text: isWhole},
	"icon":            {text: isWhole},
	"author":          {children: map[string][2]int{"name": {1, 1}, "uri": {0, 1}}, text: nothing},
	"name":            {text: something},
	"category":        {attrs: "term! scheme label", text: nothing},
	"link":            {attrs: "rel! href! type length title thr:count thr:updated", text: nothing},
	"thr:in-reply-to": {attrs: "ref! href type source", text: nothing},
}

// sitemaps is sitemap.xsd and siteindex.xsd of sitemaps.org.
var sitemaps = map[string]shape{
	"urlset":       {children: map[string][2]int{"url": {1, 50_000}}, text: nothing},
	"sitemapindex": {children: map[string][2]int{"sitemap": {1, 50_000}}, text: nothing},
	"url":          {children: map[string][2]int{"loc": {1, 1}, "lastmod": {0, 1}}, text: nothing},
	"sitemap":      {children: map[string][2]int{"loc": {1, 1}, "lastmod": {0, 1}}, text: nothing},
	"loc":          {text: func(s string) bool { return isWhole(s) && len(s) < 2048 }},
	"lastmod":      {text: isTime},
}

// faults are what is wrong with an element and those within it.
func (n *node) faults(schema map[string]shape) (faults []string) {
	s, known := schema[n.name]
	if !known {
		return []string{"no element is called " + n.name}
	}
	count := map[string]int{}
	for _, c := range n.children {
		count[c.name]++
		if _, may := s.children[c.name]; !may {
			faults = append(faults, c.name+" stands within "+n.name)
		}
		faults = append(faults, c.faults(schema)...)
	}
	for name, times := range s.children {
		if count[name] < times[0] || count[name] > times[1] {
			faults = append(faults, fmt.Sprintf("%s has %d of %s", n.name, count[name], name))
		}
	}
	allowed := strings.Fields(s.attrs)
	for name := range n.attrs {
		if !slices.Contains(allowed, name) && !slices.Contains(allowed, name+"!") {
			faults = append(faults, n.name+" has an attribute "+name)
		}
	}
	for _, name := range allowed {
		if must, required := strings.CutSuffix(name, "!"); required && n.attrs[must] == "" {
			faults = append(faults, n.name+" has no "+must)
		}
	}
	if !s.text(n.text) && (s.children == nil || strings.TrimSpace(n.text) != "") {
		faults = append(faults, fmt.Sprintf("%s says %q", n.name, n.text))
	}
	return faults
}

func (n *node) all(name string) (found []*node) {
	for _, c := range n.children {
		if c.name == name {
			found = append(found, c)
		}
	}
	return found
}

// feedFaults are what is wrong with an Atom document: by the schema, by the
// rest of RFC 4287, and by what the W3C's validator warns of besides.
func feedFaults(document string) []string {
	root, err := parse(document)
	if err != nil {
		return []string{err.Error()}
	}
	faults := root.faults(atom)
	if root.name != "feed" {
		faults = append(faults, "the root is "+root.name)
	}
	ids := map[string]bool{}
	for i, n := range append([]*node{root}, root.all("entry")...) {
		faults = append(faults, n.linkFaults(i == 0)...)
		for _, id := range n.all("id") {
			if ids[id.text] {
				faults = append(faults, "two are "+id.text)
			}
			ids[id.text] = true
		}
		for _, name := range []string{"title", "subtitle", "content"} {
			for _, label := range n.all(name) {
				switch label.attrs["type"] {
				case "text":
				case "html":
					faults = append(faults, htmlFaults(label.text)...)
				default:
					faults = append(faults, name+" is of type "+label.attrs["type"])
				}
			}
		}
		if updated, published := n.all("updated"), n.all("published"); len(published) == 1 && len(updated) == 1 && published[0].text > updated[0].text {
			faults = append(faults, "published after it was updated")
		}
	}
	return faults
}

// linkFaults are what is wrong with the links of a feed or an entry.
func (n *node) linkFaults(feed bool) (faults []string) {
	seen := map[string]bool{}
	rels := map[string]int{}
	for _, l := range n.all("link") {
		rels[l.attrs["rel"]]++
		if !isWhole(l.attrs["href"]) {
			faults = append(faults, "a link to "+l.attrs["href"])
		}
		if kind := l.attrs["type"]; kind != "" && !strings.Contains(kind, "/") {
			faults = append(faults, "a link to a "+kind)
		}
		if at := l.attrs["thr:updated"]; at != "" && !isTime(at) {
			faults = append(faults, "replies at "+at)
		}
		one := l.attrs["rel"] + l.attrs["type"] // RFC 4287, 4.1.1: one alternate of each type
		if l.attrs["rel"] == "alternate" && seen[one] {
			faults = append(faults, "two alternates")
		}
		seen[one] = true
	}
	if feed && rels["self"] != 1 {
		faults = append(faults, fmt.Sprintf("%d links to itself", rels["self"]))
	}
	if rels["alternate"] == 0 {
		faults = append(faults, "no alternate")
	}
	return faults
}

// htmlFaults are what a feed reader would have to take out of HTML, or could
// not follow.
func htmlFaults(markup string) (faults []string) {
	allowed := strings.Fields("p q pre code strong em span a bdi img")
	for z := html.NewTokenizer(strings.NewReader(markup)); ; {
		if z.Next() == html.ErrorToken {
			return faults
		}
		token := z.Token()
		if token.Type == html.CommentToken || token.Type == html.DoctypeToken ||
			token.Type != html.TextToken && !slices.Contains(allowed, token.Data) {
			faults = append(faults, "markup "+token.String())
		}
		for _, a := range token.Attr {
			switch {
			case a.Key == "href" || a.Key == "src":
				if !isWhole(a.Val) {
					faults = append(faults, "an address "+a.Val)
				}
			case !slices.Contains(strings.Fields("class dir rel alt width height"), a.Key):
				faults = append(faults, "an attribute "+a.Key)
			}
		}
	}
}

// linksOf are the addresses that a feed links to, by relation.
func linksOf(document string) map[string]string {
	root, err := parse(document)
	if err != nil {
		return nil
	}
	links := map[string]string{}
	for _, l := range root.all("link") {
		links[l.attrs["rel"]] = l.attrs["href"]
	}
	return links
}

// feedID is the id of a feed.
func feedID(document string) string {
	root, err := parse(document)
	if err != nil || len(root.all("id")) == 0 {
		return ""
	}
	return root.all("id")[0].text
}

func TestWrongFeedsAreSeen(t *testing.T) {
	const id = `<id>urn:uuid:00000000-0000-5000-8000-000000000000</id>`
	const right = `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">` + id +
		`<title type="text">t</title><updated>2026-11-23T12:00:00Z</updated><link rel="self" href="https://a.example/x"/><link rel="alternate" href="https://a.example/"/>` +
		`<entry><id>urn:uuid:00000000-0000-5000-8000-000000000001</id><title type="text">t</title><updated>2026-11-23T12:00:00Z</updated><author><name>n</name></author>` +
		`<link rel="alternate" href="https://a.example/1"/><content type="html">&lt;p&gt;x&lt;/p&gt;</content></entry></feed>`
	if faults := feedFaults(right); len(faults) > 0 {
		t.Fatalf("a right feed has faults: %q", faults)
	}
	for _, c := range []struct{ old, wrong string }{
		{id, ""}, {id, id + id}, {"<name>n</name>", "<name> </name>"}, {"<author><name>n</name></author>", ""},
		{"2026-11-23T12:00:00Z", "2026-11-23 12:00"}, {"https://a.example/1", "/1"}, {`rel="self"`, `rel="alternate"`},
		{"&lt;p&gt;", "&lt;script&gt;"}, {"&lt;p&gt;", `&lt;a href="/x"&gt;`}, {"&lt;p&gt;", `&lt;p onclick="x"&gt;`},
		{`type="html"`, `type="xhtml"`}, {"</entry>", "<rights>r</rights></entry>"}, {"</feed>", ""}, {"x&lt;", "\x01&lt;"}, {"x&lt;", "\xff&lt;"},
		{"000000000001", "000000000000"}, {`<title type="text">`, `<title>`}, {`<?xml version="1.0" encoding="UTF-8"?>`, ""},
	} {
		if wrong := strings.Replace(right, c.old, c.wrong, 1); wrong == right || len(feedFaults(wrong)) == 0 {
			t.Errorf("%q for %q isn't seen", c.wrong, c.old)
		}
	}
}
